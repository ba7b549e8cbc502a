# SPDX-License-Identifier: Apache-2.0
"""How fast is it, how much memory does it take?

    bench.py BUILDDIR [--users N[,N...]]

Measures the programs that were built, against the simulator on loopback with
limits off, prints one table and writes the same to BUILDDIR/bench.json.  The
exit status is 1 when a goal is missed.

Memory is the child's own peak (ru_maxrss of wait4): of a migrate without the
process that supervises it.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

START_RATIO = 1.5          # migrate --version against curl --version
START_RUNS = 150
EXPORT_MIB = 64            # peak of an export, however large
EXPORT_GROWTH = 1.5        # ... and that of the largest against the smallest
REQUESTS_PER_ASSET = 1.1   # of an import


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


class Bench:
    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.rows = []

    def row(self, what, value, unit, goal=None):
        """A figure; with a goal it is a test: value <= goal."""
        self.rows.append({"what": what, "value": round(value, 3), "unit": unit,
                          "goal": goal,
                          "met": None if goal is None else value <= goal})
        print("%-44s %12s %-6s %s" % (
            what, "{:,.2f}".format(value).rstrip("0").rstrip("."), unit,
            "" if goal is None else "goal %s: %s" % (
                goal, "met" if value <= goal else "MISSED")), flush=True)

    def program(self, name):
        return os.path.join(self.build, name)

    # ---- start -----------------------------------------------------------

    def start(self):
        curl = shutil.which("curl")
        if curl is None:
            sys.exit("no curl to compare with; install it")
        ours, theirs = [], []
        for _ in range(START_RUNS):       # in turns: both meet the same noise
            ours.append(Run([self.program("migrate"), "--version"]).wall)
            theirs.append(Run([curl, "--version"]).wall)
        ours, theirs = statistics.median(ours), statistics.median(theirs)
        self.row("start: migrate --version", ours * 1000, "ms")
        self.row("start: curl --version", theirs * 1000, "ms")
        self.row("start: ratio", ours / theirs, "", START_RATIO)

    # ---- moves -----------------------------------------------------------

    def migrate(self, folder, *args):
        plugins = os.path.join(self.build, "plugins", "users", ".libs")
        env = {k: v for k, v in os.environ.items()
               if not k.startswith(("MIGRATE_", "DATABRICKS_", "MLFLOW_"))
               and not k.lower().endswith("_proxy")}
        env.update(HOME=folder, MIGRATE_HOME=os.path.join(folder, "sessions"),
                   LC_ALL="C", TZ="UTC")
        return Run([self.program("migrate"), "--plugin-dir", plugins,
                    "--no-supervisor", "--plugins", "users", "--limits", "off",
                    *args], env)

    def export(self, n):
        with Workspaces(self, source="users=%d" % n) as w:
            run = self.migrate(w.folder, "--from", "source", "--session", "S",
                               "export")
            if "{:,}".format(n) not in run.text:
                sys.exit("not %d users were exported:\n%s" % (n, run.text))
        label = "export of {:,} users: ".format(n)
        self.row(label + "wall", run.wall, "s")
        self.row(label + "rate", n / run.wall, "/s")
        self.row(label + "CPU each", run.cpu * 1e6 / n, "us")
        self.row(label + "peak memory", run.mib, "MiB", EXPORT_MIB)
        return run.mib

    def moves(self, users, groups):
        n = users + groups
        with Workspaces(self, source="users=%d,groups=%d" % (users, groups),
                        target="users=0") as w:
            self.migrate(w.folder, "--from", "source", "--session", "S",
                         "export")
            before = w.requests("target")
            host = w.urls["target"].split("//")[1]
            run = self.migrate(w.folder, "--session", "S", "--to", "target",
                               "--yes-host", host, "--invitations-muted",
                               "import")
            requests = w.requests("target") - before
            made = w.creates("target")
        label = "import of {:,} users, {:,} groups: ".format(users, groups)
        if made < n - 10:              # a few are there before
            sys.exit("%d of %d were created:\n%s" % (made, n, run.text))
        self.row(label + "wall", run.wall, "s")
        self.row(label + "CPU per create", run.cpu * 1e6 / made, "us")
        self.row(label + "peak memory", run.mib, "MiB", EXPORT_MIB)
        self.row(label + "requests per asset", requests / made, "",
                 REQUESTS_PER_ASSET)


class Workspaces:
    """A simulator for a while, with a folder of its own."""

    def __init__(self, bench, **populate):
        self.bench = bench
        self.populate = populate
        self.urls = {}
        self.tokens = {}

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="migrate-bench.")
        args = [self.bench.program("migrate-simulator"), "--profiles",
                os.path.join(self.folder, ".databrickscfg")]
        for name, size in self.populate.items():
            args += ["--workspace", name, "--populate", size,
                     "--ledger-size", "1"]
        self.process = subprocess.Popen(args, stdout=subprocess.PIPE,
                                        text=True)
        for _ in self.populate:
            line = self.process.stdout.readline().split()
            if len(line) != 3:
                sys.exit("the simulator did not start")
            self.urls[line[0]], self.tokens[line[0]] = line[1:]
        return self

    def __exit__(self, *unused):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)

    def counters(self, name):
        request = urllib.request.Request(
            self.urls[name] + "/_simulator/counters",
            headers={"Authorization": "Bearer " + self.tokens[name]})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request) as answer:
            return json.load(answer)

    def requests(self, name):
        return sum(self.counters(name)["routes"].values())

    def creates(self, name):
        return sum(self.counters(name)["creates"].values())


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].strip())
    parser.add_argument("build")
    parser.add_argument("--users", default="10000,100000,1000000")
    args = parser.parse_args()
    bench = Bench(args.build)
    bench.start()
    peaks = [bench.export(int(n)) for n in args.users.split(",")]
    bench.row("export: peak, largest to smallest", peaks[-1] / peaks[0], "",
              EXPORT_GROWTH)
    bench.moves(3000, 500)
    with open(os.path.join(args.build, "bench.json"), "w",
              encoding="ascii") as file:
        json.dump({"figures": bench.rows}, file, indent=1)
        file.write("\n")
    missed = [row["what"] for row in bench.rows if row["met"] is False]
    if missed:
        sys.exit("missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
