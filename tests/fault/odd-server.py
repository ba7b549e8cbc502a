# SPDX-License-Identifier: Apache-2.0
"""Something that answers as no workspace would: odd-server.py [HEADER...]
prints its URL; every answer is the same user, with these headers; 'Id: N' is none
of them, but that user's id."""

import http.server
import sys


HEADERS = [h for h in sys.argv[1:] if not h.startswith("Id: ")]
NUMBER = b"".join(b'"id": "%s", ' % h[4:].encode() for h in sys.argv[1:]
                  if h not in HEADERS)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = b'{%s"userName": "ann", "groups": [{"display": "admins"}]}' % NUMBER
        self.send_response_only(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for header in HEADERS:
            self.send_header(*header.split(": ", 1))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print("http://127.0.0.1:%d" % server.server_port, flush=True)
server.serve_forever()
