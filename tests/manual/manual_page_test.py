"""leadrelay(1) as the programs that show pages of the manual take it."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

BINARY = os.environ["LEADRELAY_BINARY"]


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8"})


class Page(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "leadrelay.1"
        self.path.write_text(run(BINARY, "man").stdout, encoding="utf-8")

    def test_mandoc_has_nothing_to_say(self):
        told = run("mandoc", "-T", "lint", self.path)
        # Without a date the page is the same whenever it is made.
        lines = [line for line in told.stdout.splitlines() if "missing date" not in line]
        self.assertEqual(lines, [])

    def test_man_shows_it_without_a_complaint(self):
        shown = run("man", "--warnings", "-l", self.path)
        self.assertEqual(shown.stderr, "")
        text = re.sub(".\b", "", shown.stdout)
        for line in ("LEADRELAY(1)", "leadrelay - carry lead changes from Kafka to lead providers", "   leadrelay dead-letters replay",
                     "leadrelay check --config leadrelay.yaml --json | jq .", "EXIT STATUS"):  # fmt: skip
            self.assertIn(line, text)

    def test_examples_can_be_copied(self):
        """No dash, quote or backslash becomes another character."""
        text = re.sub(".\b", "", run("man", "-l", self.path).stdout)
        self.assertIn("""leadrelay sandbox --faults '{"all": {"status_503": 8}, "orwel": {"hang": 1}}' --seed 7""", text)
        self.assertIn("""select(.kind == "group")""", text)


if __name__ == "__main__":
    unittest.main()
