"""Stands in for granian: a master with the port, a worker that would outlive it. Argument: the port."""

import http.server
import os
import signal
import sys


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"owner" if os.environ.get("DATABASE_OWNER_URL") else b"app")

    def log_message(self, *arguments: object) -> None:
        pass


server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Page)
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # as granian's workers do
    while True:
        signal.pause()
server.serve_forever()
