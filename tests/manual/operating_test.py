"""docs/operating.md: it tells of every alert and of every trouble that the log may tell, and of nothing that is not there."""

import pathlib
import re
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
TROUBLE = re.compile(r'log::(?:warning|error)\(\s*(?:what_ \+ )?"((?:[^"\\]|\\.)*)"')


def troubles():
    for path in sorted((ROOT / "worker").rglob("*.cpp")):
        for text in TROUBLE.findall(path.read_text(encoding="utf-8")):
            yield path.name, text


class Operating(unittest.TestCase):
    def test_every_alert_is_told_and_no_other(self):
        rules = yaml.safe_load((ROOT / "deploy/helm/leadrelay/files/alerts.yaml").read_text(encoding="utf-8"))
        alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"]}
        self.assertEqual(set(re.findall(r"\bLeadrelay[A-Z]\w+", PAGE)), alerts)

    def test_metrics_are_there(self):
        known = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
        for metric in set(re.findall(r"\bleadrelay_\w+", PAGE)):
            self.assertIn(f"`{metric}`", known)

    def test_every_trouble_of_the_log_is_told(self):
        found = list(troubles())
        self.assertGreater(len(found), 10)
        for file, text in found:
            self.assertIn(text, PAGE, f"{file} logs a line that docs/operating.md does not tell of")


if __name__ == "__main__":
    unittest.main()
