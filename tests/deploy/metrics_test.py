"""/metrics: promtool's check of a sample and of a running worker's, and that docs/metrics.md tells of all of it."""

import json
import pathlib
import re
import subprocess
import tempfile
import unittest
import urllib.request

import exposition
from files import ROOT, SHARED_TOOLS, start

DOCUMENT = ROOT / "docs" / "metrics.md"
CONFIGURATION = """
kafka: { bootstrap.servers: "127.0.0.1:1", group.id: relay }
topics: { lead_changes: [lead-changes], dead_letters: lead-changes.dead }
accounts:
  north: { provider: perch, base_url: "https://perch.example", credential: { env: SECRET } }
admin: { listen: "127.0.0.1:0" }
log: { format: json }
"""


def check(text):
    command = [str(SHARED_TOOLS / "promtool" / "promtool"), "check", "metrics"]
    result = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return result.returncode, result.stdout + result.stderr


def names(text):
    return set(re.findall(r"^# TYPE (\S+)", text, flags=re.M))


def metrics_of_a_worker():
    """/metrics of `leadrelay run` whose broker is not there."""
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "leadrelay.yaml"
        path.write_text(CONFIGURATION, encoding="utf-8")
        with start("run", "--config", path, environment={"SECRET": "a-secret"}) as worker:
            try:
                told = (json.loads(line) for line in worker.stdout if line.startswith("{"))
                port = next(each["port"] for each in told if each["message"] == "admin listening")
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
                    return answer.headers["Content-Type"], answer.read().decode()
            finally:
                worker.kill()


def rows():
    """(name, type, labels) of the document's tables of metrics."""
    found = re.findall(r"^\| `(leadrelay_\w+)` \| (\w+) \| ([a-z, ]*)\| \S", DOCUMENT.read_text(encoding="utf-8"), flags=re.M)
    return [(name, kind, set(labels.replace(",", " ").split())) for name, kind, labels in found]


class Exposition(unittest.TestCase):
    def test_promtool_has_nothing_to_say(self):
        self.assertEqual(check(exposition.text()), (0, ""))

    def test_promtool_would_say_it(self):
        for wrong in ("# TYPE a_total gauge\na_total 1\n", "# HELP a A.\n# TYPE a counter\na 1\n", "a{ 1\n"):
            self.assertNotEqual(check(wrong)[0], 0, wrong)

    def test_running_worker_has_the_same_families_and_promtool_nothing_to_say(self):
        content_type, text = metrics_of_a_worker()
        self.assertRegex(content_type, r"^text/plain; version=0\.0\.4")
        self.assertEqual(check(text), (0, ""))
        self.assertEqual(names(text), set(exposition.families()))
        self.assertNotIn("a-secret", text)


class Document(unittest.TestCase):
    def test_every_metric_has_its_row_and_every_row_its_metric(self):
        told = rows()
        self.assertEqual(len({name for name, *_ in told}), len(told))
        self.assertEqual({name: kind for name, kind, _ in told}, {name: kind for name, (kind, *_) in exposition.families().items()})

    def test_labels_are_those_that_are_written(self):
        for name, _, labels in rows():
            _, written, values = exposition.families()[name]
            if values or not labels:  # a family without a sample tells nothing of its labels
                self.assertEqual(labels, written, name)

    def test_words_of_labels_are_those_that_are_written(self):
        text = DOCUMENT.read_text(encoding="utf-8")
        for label, family in (("reason", "dead_letters_total"), ("verdict", "exchanges_total"), ("error", "transport_errors_total"), ("state", "account_state"), ("cause", "spans_dropped_total")):
            (row,) = re.findall(rf"^\| `{label}` \| (.*) \|$", text, flags=re.M)
            self.assertEqual(set(re.findall(r"`(\w+)`", row)), exposition.families()[f"leadrelay_{family}"][2][label], label)

    def test_numbers_of_series_are_right(self):
        text = DOCUMENT.read_text(encoding="utf-8")
        told = re.search(r"an account has (\d+) series.*?a partition has (\d+); the process has (\d+)", text, flags=re.S).groups()
        lines = [line for line in exposition.text().splitlines() if not line.startswith("#")]
        words = r'(?:reason|verdict|error)="'
        counts = (
            sum(bool(re.search(r'account="[^"]', line)) and not re.search(words, line) for line in lines),
            sum('partition="0"' in line for line in lines),
            sum('account="' not in line and 'partition="' not in line for line in lines),
        )
        self.assertEqual(tuple(map(int, told)), counts)

    def test_bounds_of_buckets_are_right(self):
        bounds = re.findall(r'request_duration_seconds_bucket\{.*le="([\d.]+)"', exposition.text())
        (told,) = re.findall(r"buckets end at (.*?) s\.", DOCUMENT.read_text(encoding="utf-8"), flags=re.S)
        below, above = told.split(" ms, and at ")
        said = [float(each) / 1000 for each in re.findall(r"[\d.]+", below)] + [float(each) for each in re.findall(r"[\d.]+", above)]
        self.assertEqual(said, [float(each) for each in bounds])


if __name__ == "__main__":
    unittest.main()
