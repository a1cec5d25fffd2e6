"""A server in place of the worker: the worker's own page with its headers, and a status that a test chooses."""

import http.server
import json
import threading
import urllib.parse
import urllib.request

KEPT_HEADERS = ("content-type", "content-security-policy", "referrer-policy", "x-content-type-options", "cache-control")


def account(name="acme", **more):
    """An account of /status.json where all is well."""
    told = {"p50": 0.01, "p99": 0.25}
    return {
        "account": name, "provider": "orwel", "state": "flowing", "waiting": 3, "parked": 0, "parked_unread": 0, "parked_partitions": 0,
        "lanes": 2, "in_flight": 2, "concurrency": 16, "breaker": "closed", "connections": 4, "taken": 1203, "delivered": 1200, "merged": 4, "parkings": 0,
        "breaker_openings": 0, "retries_held_back": 0, "dead_letters": {}, "verdicts": {"delivered": 1196, "retry": 12}, "transport_errors": {},
        "request_seconds": told, "delivery_seconds": told,
        "recent": {"seconds": 60.0, "requests": 620, "delivered": 612, "request_seconds": told, "delivery_seconds": told}, **more}


def partition(number=0, **more):
    return {"topic": "lead-changes", "partition": number, "committed": 100, "settled": 100, "outstanding": 0, "paused": False, "stalled": False,
            "catching_up": False, "of_parked": False, "lag": 5, **more}


def status(accounts, partitions=None, refusal=None, stray=None, **more):
    configuration = {"since": "2027-01-15T08:00:00.000Z", "reloads": 0, "refused": 1 if refusal else 0, **({"refusal": refusal} if refusal else {})}
    worker = {"state": "ready", "not_ready": "", "last_error": "", "troubles": [], "dead_letters_unwritten": 0, "held_bytes": 1 << 20,
              "budget_bytes": 256 << 20, "paused": False, "partitions": partitions if partitions is not None else [partition()]}
    return {"version": "1.2.3", "started": "2027-01-15T08:00:00.000Z", "now": "2027-01-15T09:02:03.000Z", "ready": True, "records": 1, "commits": 1,
            "commit_errors": 0, "configuration": configuration, "dead_letters_without_account": stray or {}, "accounts": accounts, "workers": [{**worker, **more}]}


def history(accounts, samples=180, last=180):
    """Samples that rise and fall; of the accounts named."""
    wave = [10 + index % 30 for index in range(samples)]
    return {"last": last, "milliseconds": [5000] * samples, "delivered": wave, "failed": [0] * samples, "waiting": wave, "lag": wave,
            "p50": [0.01] * samples, "p99": [0.25] * samples,
            "accounts": [{"account": name, "delivered": wave, "waiting": wave} for name in accounts]}


class StandIn:
    def __init__(self, worker_url):
        with urllib.request.urlopen(worker_url + "/") as page:
            self.page = page.read()
            self.headers = [(name, value) for name, value in page.getheaders() if name.lower() in KEPT_HEADERS]
        self.status = status([account()])
        self.history = history(["acme"])
        self.asked = []  # the targets, in their order
        self.server = None
        self.port = 0
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/"

    def start(self):
        """Listens, on the same port as before."""
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), self.handler())
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def show(self, accounts, samples=180, **more):
        """The accounts from now on, and a history that fits them."""
        self.status = status(accounts, **more)
        self.history = history([each["account"] for each in accounts] if len(accounts) <= 100 else [], samples, samples)

    def answer(self, target):
        parts = urllib.parse.urlsplit(target)
        if parts.path == "/":
            return self.page, self.headers
        if parts.path == "/status.json":
            return json.dumps(self.status).encode(), [("Content-Type", "application/json")]
        if parts.path == "/history.json":
            known = int(parts.query.removeprefix("after=") or 0)
            told = self.history if known < self.history["last"] else history([], 0, self.history["last"])
            return json.dumps(told).encode(), [("Content-Type", "application/json")]
        return None, []

    def handler(self):
        stand_in = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                stand_in.asked.append(self.path)
                body, headers = stand_in.answer(self.path)
                self.send_response(404 if body is None else 200)
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *arguments):
                pass

        return Handler
