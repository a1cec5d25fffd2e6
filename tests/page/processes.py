"""The programs that the page is tested with."""

import os
import pathlib
import re
import subprocess
import tempfile
import time

CONFIGURATION = """
kafka: { bootstrap.servers: '127.0.0.1:1', group.id: page }
topics: { lead_changes: [lead-changes], dead_letters: lead-changes.dead }
admin: { listen: '127.0.0.1:0' }
accounts:
  acme: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PAGE_TEST_KEY } }
"""


class Program:
    """A process that says its address in a line; ended with the block."""

    def __init__(self, arguments, line, within=30, ends_with_input=False, **more):
        self.ends_with_input = ends_with_input
        self.output = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=self.output, stderr=self.output, text=True, **more)
        deadline = time.monotonic() + within
        while not (found := re.search(line, self.said())):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.end()
                raise AssertionError(f"{arguments[0]} did not start: {self.said()}")
            time.sleep(0.05)
        self.url = f"http://127.0.0.1:{found.group(1)}"

    def said(self):
        with open(f"/proc/self/fd/{self.output.fileno()}", encoding="utf-8", errors="replace") as text:
            return text.read()

    def end(self):
        """The end of its input where that ends it, otherwise SIGTERM. The exit code."""
        self.process.stdin.close()
        if not self.ends_with_input:
            self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        return self.process.returncode


def worker_without_broker(folder):
    """`leadrelay run` whose broker is away: it serves its pages all the same."""
    path = pathlib.Path(folder) / "leadrelay.yaml"
    path.write_text(CONFIGURATION, encoding="utf-8")
    environment = {**os.environ, "PAGE_TEST_KEY": "secret-credential"}
    return Program([os.environ["LEADRELAY_BINARY"], "run", "--config", str(path)], r"admin.*port[\"=: ]+(\d+)", env=environment)


def scene(name):
    """A worker on the fixture's broker with a load: `healthy` or `troubled`."""
    return Program([os.environ["LEADRELAY_SCENE"], name], r"page http://127\.0\.0\.1:(\d+)", within=90, ends_with_input=True)
