# SPDX-License-Identifier: Apache-2.0
"""A server that wishes its clients ill.

    hostile.py serve SIMULATOR-URL LOG [work]   prints 'NAME URL' for each mode,
                                            with 'work' those of hostile_work.py
    hostile.py run SECONDS COMMAND [ARG...] prints 'status N' and 'memory KIB'
    hostile.py clean FILE...                what a terminal should not be sent

Each mode is a server of its own.  It hands requests on to an honest workspace,
so that the client gets deep, and answers some of them itself.  LOG gets a line
for each request that it should not have been sent: those with a credential at
'elsewhere', and those whose path leads out of where it should.
"""

import http.client
import http.server
import json
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import unicodedata
import urllib.parse
import zlib

import hostile_work

USERS = "/api/2.0/preview/scim/v2/Users"
GROUPS = "/api/2.0/preview/scim/v2/Groups"
SEARCH = "/api/2.0/mlflow/experiments/search"
USER = {"id": "1", "userName": "a@example.com", "active": True}
CHUNK = b" " * 65536
JSON = "application/json"


def scim(elements, total=None, start=1):
    return {"Resources": elements, "startIndex": start,
            "totalResults": len(elements) if total is None else total,
            "itemsPerPage": len(elements)}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536       # head and body in one piece
    mode = None            # a Mode
    body = b""

    def log_message(self, *args):
        pass

    def do(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length)
        self.mode.watch(self)
        try:
            if not self.mode.answer(self):
                self.hand_on()
        except OSError:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do

    def hand_on(self):
        parts = urllib.parse.urlsplit(self.mode.url)
        there = http.client.HTTPConnection(parts.hostname, parts.port)
        there.putrequest(self.command, self.path, skip_accept_encoding=True)
        for name in ("Authorization", "Content-Type"):
            if self.headers.get(name):
                there.putheader(name, self.headers[name])
        there.putheader("Content-Length", str(len(self.body)))
        there.endheaders(self.body)
        reply = there.getresponse()
        text = reply.read()
        extra = [(n, reply.headers[n]) for n in
                 ("X-Databricks-Org-Id", "Retry-After") if n in reply.headers]
        text = self.mode.change(self, reply.status, text)
        self.send(reply.status, text, reply.headers.get_content_type(), extra)
        there.close()

    def send(self, status, text, kind=JSON, headers=()):
        if not isinstance(text, bytes):
            text = json.dumps(text).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def raw(self, text):
        self.wfile.write(text)

    def begin(self, headers=""):
        """An answer without a length: until the connection ends."""
        self.close_connection = True
        self.raw(("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n%s\r\n"
                  % headers).encode())

    def for_ever(self, piece):
        """Far more than anybody may take; the client has to go."""
        for _ in range(8 * 1024 * 1024 * 1024 // len(piece)):
            self.raw(piece)


class Mode:
    """What it does to a request; 'answer' is true when it did."""

    log = None
    elsewhere = None

    def __init__(self, url, answer=None, change=None):
        self.url = url
        self._answer = answer
        self._change = change

    def answer(self, h):
        return bool(self._answer and self._answer(h))

    def change(self, h, status, text):
        return self._change(h, status, text) if self._change else text

    def watch(self, h):
        path = urllib.parse.urlsplit(h.path).path
        # '/..' is taken out of a path before it is sent, as far as its '/'
        if re.search(r"/\.\.?(/|$)|//|/$|[\x00-\x20\x7f-\xff]|%00", path):
            self.note("path %s" % h.path)

    def note(self, text):
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(ascii(text) + "\n")


class Elsewhere(Mode):
    def watch(self, h):
        if h.headers.get("Authorization"):
            self.note("credential at %s" % h.path)

    def answer(self, h):
        h.send(200, scim([USER]))
        return True


def on(path, act, command="GET"):
    """Does 'act' to requests of this path."""
    def answer(h):
        if h.command == command and h.path.split("?")[0] == path:
            act(h)
            return True
        return False
    return answer


# ---- bodies ----------------------------------------------------------------

def endless_list(h):
    h.begin()
    h.raw(b'{"Resources":[')
    h.for_ever(b"".join(b'{"id":"%d","userName":"u%d","displayName":"%s"},'
                        % (i, i, b"x" * 4000) for i in range(2000)))


def endless_string(h):
    h.begin()
    h.raw(b'{"Resources":[{"id":"1","userName":"')
    h.for_ever(b"x" * 65536)


def endless_space(h):
    h.begin()
    h.raw(b'{"Resources":')
    h.for_ever(CHUNK)


def endless_number(h):
    h.begin()
    h.raw(b'{"totalResults":')
    h.for_ever(b"1" * 65536)


def deep(h):
    h.send(200, b'{"Resources":' + b"[" * 5000000)


def deep_element(h):
    h.send(200, b'{"Resources":[' + b'{"a":' * 100000 + b"1" + b"}" * 100000
           + b"]}")


def bomb(h):
    """Two gigabytes in two megabytes."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    h.begin("Content-Encoding: gzip\r\n")
    h.raw(packer.compress(b'{"Resources":[') + packer.flush(zlib.Z_FULL_FLUSH))
    piece = packer.compress(CHUNK * 64) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(512):
        h.raw(piece)


def garbage(h):
    h.send(200, bytes(range(256)) * 64)


# ---- heads -----------------------------------------------------------------

def endless_headers(h):
    h.close_connection = True
    h.raw(b"HTTP/1.1 200 OK\r\n")
    h.for_ever(b"X-More: and more\r\n" * 1000)


def endless_header(h):
    h.close_connection = True
    h.raw(b"HTTP/1.1 200 OK\r\nX-More: ")
    h.for_ever(b"x" * 65536)


def endless_continue(h):
    h.close_connection = True
    h.for_ever(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def endless_trailer(h):
    h.begin("Transfer-Encoding: chunked\r\n")
    h.raw(b"2\r\n{}\r\n0\r\n")
    h.for_ever(b"X-More: and more\r\n" * 1000)


def two_lengths(h):
    h.begin("Content-Length: 2\r\nContent-Length: 200\r\n")
    h.raw(b"{}")


def no_length(h):
    h.begin("Content-Length: -1\r\n")
    h.raw(b"{}")


def no_http(h):
    h.close_connection = True
    h.raw(b"\x16\x03\x01\x02\x00\x01" * 100)


def odd_status(h):
    h.close_connection = True
    h.raw(b"HTTP/1.1 999 \x1b[31mred\r\nContent-Length: 2\r\n\r\n{}")


def escapes(h):
    h.send(400, {"error_code": "\x1b]0;owned\x07", "message":
                 "\x1b[2J\x1b[31mred\r\nmigrate: all is well \u202e\u2066\x9b5n"})


def echo(h):
    """Says back what it should never have been told."""
    secret = h.headers.get("Authorization", "")
    h.send(400, {"error_code": "INVALID_%s" % secret.split(" ")[-1], "message":
                 "%s; token=%s: bad" % (secret, secret.split(" ")[-1])},
           headers=[("X-Request-Id", secret.split(" ")[-1])])


def later_for_ever(h):
    h.send(429, {"error_code": "REQUEST_LIMIT_EXCEEDED"},
           headers=[("Retry-After", "9" * 400)])


# ---- lists -----------------------------------------------------------------

class Pages:
    """A list whose pages do not end."""

    def __init__(self, element):
        self.element = element
        self.n = 0

    def token(self, h):
        self.n += 1
        h.send(200, {"experiments": self.element(self.n),
                     "next_page_token": "t%d" % self.n})

    def index(self, h):
        self.n += 1
        h.send(200, scim(self.element(self.n), 10 ** 9, self.n))


def same_token(h):
    h.send(200, {"experiments": [], "next_page_token": "again"})


def no_element(n):
    return []


def next_user(n):
    return [dict(USER, id=str(n), userName="u%d@example.com" % n)]


def next_experiment(n):
    return [{"experiment_id": str(n), "name": "/Shared/e%d" % n,
             "lifecycle_stage": "active"}]


# ---- values ----------------------------------------------------------------

ODD = [None, True, -1, 1e300, 10 ** 40, "", "x" * 70000, [], {}, [[]],
       {"a": None}, [None, 1, "x", {}, []]]
IDS = ["../../../../etc/passwd", "a/../../b", "..", ".", "/", "a\nb", "a\r\nb",
       "a\x00b", "\u202eevil", "%2e%2e%2f", "?a=b", "#x", " ", "{id}", "x" * 9000,
       "\ud800", "a%0d%0aX-Evil: 1", "\\..\\..", "\x1b[2J"]


def odd_types(h, status, text):
    """Every member of every element, one after the other, of each odd sort."""
    if h.command != "GET" and not h.path.startswith(SEARCH):
        return text
    try:
        tree = json.loads(text)
    except ValueError:
        return text
    name = next((n for n in ("Resources", "experiments", "instance_profiles")
                 if isinstance(tree, dict) and tree.get(n)), None)
    if name is None:
        return text
    elements = list(tree[name])
    for number, member in enumerate(sorted(elements[0])):
        for odd in ODD:
            bad = dict(elements[0])
            bad[member] = odd
            if member not in ("id", "experiment_id"):
                key = "experiment_id" if name == "experiments" else "id"
                if key in bad:
                    bad[key] = str(10 ** 6 + 100 * number + ODD.index(odd))
            elements.append(bad)
    tree[name] = elements + ODD
    return json.dumps(tree).encode()


def odd_frame(h, status, text):
    """What surrounds a list is of another sort than it should be."""
    if not h.path.startswith((USERS, GROUPS)) or h.command != "GET":
        return text
    tree = json.loads(text)
    if "Resources" not in tree:
        return text
    n = Handler.frames = getattr(Handler, "frames", -1) + 1
    return json.dumps({"Resources": ODD[n % len(ODD)],
                       "totalResults": ODD[(n + 3) % len(ODD)],
                       "startIndex": "x", "itemsPerPage": {}}).encode()


def odd_ids(h, status, text):
    """Ids that lead elsewhere, in lists and in replies to creates."""
    try:
        tree = json.loads(text)
    except ValueError:
        return text
    if not isinstance(tree, dict):
        return text
    if h.command == "POST" and "id" in tree:
        n = Handler.ids = getattr(Handler, "ids", -1) + 1
        tree["id"] = IDS[n % len(IDS)]
    elif h.command == "GET" and isinstance(tree.get("Resources"), list) \
            and tree["Resources"]:
        one = tree["Resources"][0]
        name = "userName" if "userName" in one else "displayName"
        tree["Resources"] += [dict(one, id=i, **{name: "odd %d" % n})
                              for n, i in enumerate(IDS)]
        tree["totalResults"] = len(tree["Resources"])
    return json.dumps(tree).encode()


def odd_names(h, status, text):
    """Names that no terminal should be sent as they are."""
    tree = json.loads(text) if text.startswith(b"{") else None
    if h.command != "GET" or not tree or not tree.get("Resources"):
        return text
    one = tree["Resources"][0]
    if "displayName" in one or "userName" in one:
        name = "userName" if "userName" in one else "displayName"
        tree["Resources"] += [
            dict(one, id=str(7000 + n), **{name: "odd %d %s" % (n, i)})
            for n, i in enumerate(IDS[5:] + ["\x9b5n", "\x07", "\u2028"])]
        tree["totalResults"] = len(tree["Resources"])
    return json.dumps(tree).encode()


def redirect(status, to):
    def act(h):
        h.send(status, {}, headers=[("Location", to + h.path)])
    return act


def modes(url, elsewhere):
    """All of them by name."""
    bodies = (endless_list, endless_string, endless_space, endless_number, deep,
              deep_element, bomb, garbage, endless_headers, endless_header,
              endless_continue, endless_trailer, two_lengths, no_length, no_http,
              odd_status, escapes, echo, later_for_ever)
    all_modes = {act.__name__: Mode(url, on(USERS, act)) for act in bodies}
    for change in (odd_types, odd_frame, odd_ids, odd_names):
        all_modes[change.__name__] = Mode(url, change=change)
    for status in (301, 302, 307, 308):
        all_modes["redirect_%d" % status] = Mode(
            url, on(USERS, redirect(status, elsewhere)))
    all_modes["same_token"] = Mode(url, on(SEARCH, same_token, "POST"))
    all_modes["new_tokens"] = Mode(
        url, on(SEARCH, Pages(next_experiment).token, "POST"))
    all_modes["empty_pages"] = Mode(
        url, on(SEARCH, Pages(no_element).token, "POST"))
    all_modes["no_last_page"] = Mode(url, on(USERS, Pages(next_user).index))
    return all_modes


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass                       # the client went away, as it should


def listen(mode):
    handler = type("H", (Handler,), {"mode": mode})
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return "http://127.0.0.1:%d" % server.server_port


def serve(url, log, work=None):
    Mode.log = log
    open(log, "w", encoding="utf-8").close()
    all_modes = hostile_work.modes(url, Mode) if work else \
        modes(url, listen(Elsewhere(url)))
    for name, mode in all_modes.items():
        print(name, listen(mode), flush=True)
    print("end", flush=True)
    signal.pause()


def run(seconds, command):
    process = subprocess.Popen(command, start_new_session=True)
    try:
        status = process.wait(timeout=float(seconds))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        status = "no end after %s s" % seconds
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(os.environ["HOSTILE_OUT"], "w", encoding="utf-8") as out:
        print("status %s\nmemory %d" % (status, usage.ru_maxrss), file=out)


def clean(files):
    """Characters that move the cursor, change colours, turn the text round."""
    for name in files:
        with open(name, encoding="utf-8", errors="surrogateescape") as text:
            for number, line in enumerate(text, 1):
                bad = [c for c in line.rstrip("\n")
                       if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp",
                                                      "Cs") and c != "\t"]
                if bad:
                    print("%s:%d: %s in %s" % (os.path.basename(name), number,
                                               ascii("".join(bad)),
                                               ascii(line[:200])))


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(*sys.argv[2:])
    elif sys.argv[1] == "run":
        run(sys.argv[2], sys.argv[3:])
    else:
        clean(sys.argv[2:])
