"""A stranger's issuer: publishes the JSON documents of a folder over https with Python's own library.

usage: publish.py FOLDER CERTIFICATE KEY

Prints the port it chose, then a line for each request. `/jwks.json` is FOLDER/jwks.json, and so on; a document may change
while it runs.
"""

import http.server
import pathlib
import ssl
import sys

folder, certificate, key = sys.argv[1:]


class Documents(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = pathlib.Path(folder, self.path.lstrip("/"))
        found = ".." not in path.parts and path.is_file()
        body = path.read_bytes() if found else b""
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, form, *values):
        print(form % values, flush=True)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Documents)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
print(f"port {server.server_address[1]}", flush=True)
server.serve_forever()
