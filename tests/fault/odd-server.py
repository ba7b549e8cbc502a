# SPDX-License-Identifier: Apache-2.0
"""Something that answers as no workspace would: odd-server.py [HEADER...]
prints its URL; every answer is the same user, with these headers."""

import http.server
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = b'{"userName": "ann", "groups": [{"display": "admins"}]}'
        self.send_response_only(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for header in sys.argv[1:]:
            self.send_header(*header.split(": ", 1))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print("http://127.0.0.1:%d" % server.server_port, flush=True)
server.serve_forever()
