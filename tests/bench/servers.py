# SPDX-License-Identifier: Apache-2.0
"""What 'make bench' runs: children with their CPU and memory, the yardstick
server, the simulator, and sessions of migrate against them."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

USERS = "/api/2.0/preview/scim/v2/Users"
GROUPS = "/api/2.0/preview/scim/v2/Groups"
FIRST_ID = 1000000                 # of the yardstick server's assets
BODY = json.dumps({
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": "user-0000001@example.com", "displayName": "User 1",
    "active": True, "name": {"givenName": "User", "familyName": "1"},
    "emails": [{"value": "user-0000001@example.com", "type": "work",
                "primary": True}],
    "entitlements": [{"value": "workspace-access"}]}, separators=(",", ":"))


class Run:
    """One ended child: wall seconds, its own CPU seconds, peak in MiB."""

    def __init__(self, args, env=None):
        with tempfile.TemporaryFile() as out:
            begin = time.perf_counter()
            pid = os.posix_spawn(args[0], args, env or os.environ,
                                 file_actions=[
                                     (os.POSIX_SPAWN_DUP2, out.fileno(), 1),
                                     (os.POSIX_SPAWN_DUP2, out.fileno(), 2)])
            _, status, usage = os.wait4(pid, 0)
            self.wall = time.perf_counter() - begin
            out.seek(0)
            self.text = out.read().decode("utf-8", "replace")
        self.cpu = usage.ru_utime + usage.ru_stime
        self.mib = usage.ru_maxrss / (1 << 20 if sys.platform == "darwin"
                                      else 1 << 10)
        self.status = os.waitstatus_to_exitcode(status)
        if self.status != 0:
            sys.exit("%s: status %d\n%s" % (" ".join(args), self.status,
                                            self.text))


class Replier:
    """The yardstick server, for a while."""

    def __init__(self, build, **options):
        args = [os.path.join(build, "tests", "bench", "replier")]
        for name, value in options.items():
            args += ["--" + name.replace("_", "-"), str(value)]
        self.process = subprocess.Popen(args, stdout=subprocess.PIPE,
                                        text=True)
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            sys.exit("the replier did not start")

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.terminate()
        self.process.wait()

    token = "x"

    def counters(self):
        return ask(self.url + "/_replier/counters")


class Simulator:
    """One simulated workspace, for a while; its id follows from the name."""

    def __init__(self, build, name, *options):
        args = [os.path.join(build, "migrate-simulator"), "--workspace", name]
        self.process = subprocess.Popen(args + list(options), text=True,
                                        stdout=subprocess.PIPE)
        words = self.process.stdout.readline().split()
        if len(words) != 3:
            sys.exit("the simulator did not start")
        _, self.url, self.token = words

    __enter__ = Replier.__enter__
    __exit__ = Replier.__exit__

    def counters(self):
        return ask(self.url + "/_simulator/counters")


def ask(url):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url) as answer:
        return json.load(answer)


def upload(end, path, n):
    """A workspace file of n bytes, as a form; never whole in memory."""
    block = bytes(range(256)) * 4096
    head = "".join("--BOUND\r\nContent-Disposition: form-data; name=\"%s\"%s"
                   "\r\n\r\n%s" % part for part in (
                       ("path", "", path + "\r\n"), ("format", "", "RAW\r\n"),
                       ("content", "; filename=\"content\"", ""))).encode()
    tail = b"\r\n--BOUND--\r\n"

    def body():
        yield head
        for at in range(0, n, len(block)):
            yield block[:n - at]
        yield tail

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(
            end.url + "/api/2.0/workspace/import", body(), {
                "Authorization": "Bearer " + end.token,
                "Content-Type": "multipart/form-data; boundary=BOUND",
                "Content-Length": str(len(head) + n + len(tail))})):
        pass


class Session:
    """A folder with profiles, limits (None: the published ones) and one
    session; both ends may change."""

    def __init__(self, build, plugins, in_flight=20, folders=("users",)):
        self.build = build
        self.plugins = plugins
        self.folders = folders
        self.folder = tempfile.mkdtemp(prefix="migrate-bench.")
        self.pace = []
        if in_flight is not None:
            limits = os.path.join(self.folder, "limits")
            self.pace = ["--limits", limits, "--parallel", str(2 * in_flight)]
            with open(limits, "w", encoding="ascii") as file:
                file.write("* - in-flight %d 1s\n* * none 0 1s\n" % in_flight)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        shutil.rmtree(self.folder)

    def run(self, side, replier, *args):
        with open(os.path.join(self.folder, ".databrickscfg"), "w",
                  encoding="ascii") as file:
            file.write("[%s]\nhost = %s\ntoken = %s\n" % (
                side, replier.url, replier.token))
        os.chmod(file.name, 0o600)
        env = {k: v for k, v in os.environ.items()
               if not k.startswith(("MIGRATE_", "DATABRICKS_", "MLFLOW_"))
               and not k.lower().endswith("_proxy")}
        env.update(HOME=self.folder, LC_ALL="C", TZ="UTC",
                   MIGRATE_HOME=os.path.join(self.folder, "sessions"))
        words = [os.path.join(self.build, "migrate"), "--no-supervisor"]
        for name in self.folders:
            words += ["--plugin-dir",
                      os.path.join(self.build, "plugins", name, ".libs")]
        return Run([*words, "--plugins", self.plugins, *self.pace, "--session",
                    "S", "--from" if side == "source" else "--to", side,
                    *args], env)

    def export(self, replier):
        return self.run("source", replier, "export")

    def plan(self, replier):
        return self.run("target", replier, "plan")

    def import_(self, replier):
        return self.run("target", replier, "--yes-host",
                        replier.url.split("//")[1], "--invitations-muted",
                        "import")

    def validate(self, replier):
        return self.run("target", replier, "validate")
