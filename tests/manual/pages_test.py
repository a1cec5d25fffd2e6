"""docs/tutorial.md and docs/adding_a_provider.md, done step by step: `pages_test.py --write` puts what is answered into the pages."""

import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import unittest

from page import Reader, fits, steps, with_answers

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ["LEADRELAY_BINARY"])
WRITE = "--write" in sys.argv and sys.argv.remove("--write") is None


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


class Page(unittest.TestCase):
    instead = {}

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "leadrelay").symlink_to(BINARY)
        (tools / "helm").symlink_to(ROOT / "tests" / "manual" / "helm")
        here = self.folder / "here"
        here.mkdir()
        path = ":".join([str(tools), os.environ.get("DEPLOY_TOOLS", ""), os.environ["PATH"]])
        self.reader = Reader(here, {"LEADRELAY": str(ROOT), "PATH": path, "LC_ALL": "C.UTF-8"}, self.instead, patience=5 if WRITE else 60)
        self.addCleanup(self.reader.close)

    def follow(self, name):
        path = ROOT / "docs" / name
        text = path.read_text(encoding="utf-8")
        answers = []
        for command, expected, answered in self.reader.follow(text):
            if answered is None:
                if not WRITE:
                    self.look(command, expected)
                continue
            answers.append(expected if fits(expected, answered) else answered)
            if not WRITE:
                self.assertTrue(fits(expected, answered), f"{name}: $ {command}\n{answered}\nbut the page says\n{expected}")
        self.assertTrue(answers)
        if WRITE:
            path.write_text(with_answers(text, answers), encoding="utf-8")

    def look(self, url, words):
        """A page in a browser, once it shows all the words."""
        sys.path.append(str(ROOT / "tests" / "page"))
        from browser import Browser  # pylint: disable=import-outside-toplevel

        browser = Browser()
        self.addCleanup(browser.quit)
        browser.open(url)
        for word in words:
            browser.until(f"return document.body.innerText.includes({word!r})")


class Harness(unittest.TestCase):
    """What the tests of the pages stand on."""

    def test_answer_that_differs_is_seen(self):
        self.assertTrue(fits("1 of 2\n", "1 of 2\n"))
        self.assertTrue(fits("at 2026-11-21T10:00:00Z in … after 3 s\n…\nend\n", "at 2026-11-22T05:00:37.650Z in /tmp after 0.4 s\na\nb\nend\n"))
        for other in ("1 of 3\n", "1 of 2\nmore\n", "", "x1 of 2\n", "1 of 2x\n"):
            self.assertFalse(fits("1 of 2\n", other), other)

    def test_steps_are_those_of_the_page_in_order(self):
        page = "```sh\nnot done\n```\n```yaml a.yaml\nx: 1\n```\n```console\n$ one\n> two\nanswer\n$ three\n```\nOn the page at http://x/: **word**\n"
        self.assertEqual(
            list(steps(page)),
            [("file", "a.yaml", "x: 1\n"), ("command", "one\ntwo", "answer\n"), ("command", "three", ""), ("page", "http://x/", ["word"])],
        )
        self.assertIn("$ one\n> two\nother\n$ three\n```", with_answers(page, ["other\n", ""]))


class AddingAProvider(Page):
    def test_each_answer_is_what_the_program_prints(self):
        self.follow("adding_a_provider.md")


class Tutorial(Page):
    def setUp(self):
        self.instead = {"127.0.0.1:8080": f"127.0.0.1:{free_port()}", "127.0.0.1:9464": f"127.0.0.1:{free_port()}"}
        super().setUp()
        self.addCleanup(subprocess.run, [ROOT / "tests/integration/kafka/broker", "stop", self.reader.folder / "kafka"], check=False)

    def test_each_answer_is_what_the_program_prints(self):
        self.follow("tutorial.md")


if __name__ == "__main__":
    unittest.main()
