#!/usr/bin/env python3
"""A provider that tells all it was told: it answers with the request's target, headers and body in its own answer.

Listens on a free port of the loopback and prints it. The first part of a path is the status to answer with, the second the form that the
echo takes: `json` and `ascii` (non-ASCII escaped) in the members where the five providers put what went wrong, `text` as it came,
`percent` percent-encoded, `broken` JSON that ends in the middle. A redirect's Location and Retry-After echo, too.
"""

import http.server
import json
import string
import urllib.parse


def echoed(form, told):
    if form == "text":
        return told.encode()
    if form == "percent":
        return urllib.parse.quote(told, safe="{}:,").encode()
    # Perch, Orwel, Leadping, Octanist
    error = {"code": told[:900], "message": told}
    answer = {"message": told, "title": told[:900], "detail": told, "error": error, "success": False}
    text = json.dumps(answer, ensure_ascii=form == "ascii")
    return (text[:-2] if form == "broken" else text).encode()


class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode(errors="replace")
        _, status, form, *_ = self.path.split("/", 3)
        credentials = " ".join(value for name, value in self.headers.items() if name.lower() in ("authorization", "x-api-key"))
        told = f"{credentials} {body} {self.path}"
        out = echoed(form, told)
        self.send_response(int(status), "Echo " + urllib.parse.quote(told[:200]))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(out)))
        if status.startswith("3"):
            quoted = urllib.parse.quote(body, safe="")
            plain = urllib.parse.quote(body, safe=string.printable)
            self.send_header("Location", f"https://elsewhere.example/{credentials}/{plain}?{quoted}" if form == "json" else f"/{credentials}/{quoted}")
        if status in ("429", "503"):
            self.send_header("Retry-After", "1" if form == "json" else f"1 {credentials}")
        self.end_headers()
        self.wfile.write(out)

    do_PATCH = do_PUT = do_POST = answer

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
