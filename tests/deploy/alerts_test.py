"""The alert rules and the Grafana dashboard: promtool's check and unit tests, and that both speak of metrics that the worker has."""

import json
import pathlib
import re
import shutil
import tempfile
import unittest

import yaml

import exposition
from files import ROOT, SHARED_TOOLS, documents, run
from helm import CHART, only, render

RULES = CHART / "files" / "alerts.yaml"
UNIT_TESTS = ROOT / "tests" / "deploy" / "alerts_unit_tests.yaml"
PRODUCTION = CHART / "examples" / "production.yaml"


def promtool(*arguments):
    return run(SHARED_TOOLS / "promtool" / "promtool", *arguments)


def rules():
    (file,) = documents(RULES)
    return [rule for group in file["groups"] for rule in group["rules"]]


def dashboard():
    return json.loads((CHART / "files" / "dashboard.json").read_text(encoding="utf-8"))


def queries():
    return [target["expr"] for panel in dashboard()["panels"] for target in panel.get("targets", [])]


def grouped_by(query):
    return {label for labels in re.findall(r"\b(?:by|on) \(([^)]*)\)", query) for label in re.split(r",\s*", labels)}


def unit_tests(text):
    with tempfile.TemporaryDirectory() as directory:
        shutil.copy(UNIT_TESTS, directory)
        (pathlib.Path(directory) / "alerts.yaml").write_text(text, encoding="utf-8")
        return promtool("test", "rules", pathlib.Path(directory) / UNIT_TESTS.name)


class Alerts(unittest.TestCase):
    def test_promtool_accepts_the_rules(self):
        result = promtool("check", "rules", RULES)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_unit_tests_pass(self):
        result = unit_tests(RULES.read_text(encoding="utf-8"))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_unit_tests_would_find_any_alert_that_never_fires(self):
        for rule in rules():
            (file,) = documents(RULES)
            for each in file["groups"][0]["rules"]:
                if each["alert"] == rule["alert"]:
                    each["expr"] = "vector(0) > 1"
            with self.subTest(alert=rule["alert"]):
                self.assertNotEqual(unit_tests(yaml.safe_dump(file)).returncode, 0)

    def test_each_has_a_severity_and_its_line_of_the_runbook(self):
        names = [rule["alert"] for rule in rules()]
        self.assertEqual(len(set(names)), len(names))
        for rule in rules():
            self.assertIn(rule["labels"]["severity"], ("critical", "warning"))
            self.assertEqual(set(rule["annotations"]), {"summary", "description", "runbook"}, rule["alert"])

    def test_metrics_are_the_workers(self):
        for rule in rules():
            self.assertLessEqual(set(re.findall(r"leadrelay_[a-z_]+", rule["expr"])), exposition.series(), rule["alert"])
            self.assertLessEqual(grouped_by(rule["expr"]), exposition.labels(), rule["alert"])

    def test_chart_takes_them_as_they_are_but_for_disabled_ones(self):
        (group,) = only(render(PRODUCTION), "PrometheusRule")["spec"]["groups"]
        self.assertEqual(group["rules"], rules())
        values = {"metrics": {"prometheusRule": {"disabled": ["LeadrelayAbsent"]}}}
        (group,) = only(render(PRODUCTION, values), "PrometheusRule")["spec"]["groups"]
        self.assertEqual(group["rules"], [rule for rule in rules() if rule["alert"] != "LeadrelayAbsent"])


class Dashboard(unittest.TestCase):
    def test_queries_are_promql(self):
        record = [{"record": f"panel:query:{index}", "expr": each} for index, each in enumerate(queries())]
        self.assertGreater(len(record), 25)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            text = yaml.safe_dump({"groups": [{"name": "dashboard", "rules": record}]})
            file.write(text.replace("$__rate_interval", "5m"))
            file.flush()
            result = promtool("check", "rules", file.name)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_first_dead_letters_are_counted_though_their_series_begins_with_them(self):
        asked = [each.replace("$namespace", ".*").replace("$job", ".*") for each in queries() if "dead_letters_total" in each]
        self.assertEqual(len(asked), 2)
        letters = 'leadrelay_dead_letters_total{job="r",instance="a",account="n",reason='
        of_reason = '{account="n", reason="rejected"}'
        test = {
            "interval": "1m",
            "input_series": [{"series": letters + '"rejected"}', "values": "_x100 5x200"}, {"series": letters + '"too_old"}', "values": "7x300"}],
            "promql_expr_test": [
                {"expr": asked[0], "eval_time": "50m", "exp_samples": [{"labels": "{}", "value": 7}]},
                {"expr": asked[0], "eval_time": "90m", "exp_samples": [{"labels": "{}", "value": 0}]},
                {"expr": asked[0], "eval_time": "110m", "exp_samples": [{"labels": "{}", "value": 5}]},
                {"expr": asked[0], "eval_time": "170m", "exp_samples": [{"labels": "{}", "value": 0}]},
                {"expr": asked[1] + " > 0", "eval_time": "110m", "exp_samples": [{"labels": of_reason, "value": 5}]},
                {"expr": asked[1] + " > 0", "eval_time": "120m", "exp_samples": []},
            ],
        }
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(yaml.safe_dump({"tests": [test]}))
            file.flush()
            result = promtool("test", "rules", file.name)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_lag_is_shown(self):
        self.assertTrue(any("leadrelay_partition_lag" in each for each in queries()))

    def test_metrics_are_the_workers(self):
        for each in [*queries(), *(of["query"]["query"] for of in dashboard()["templating"]["list"][1:])]:
            self.assertLessEqual(set(re.findall(r"leadrelay_[a-z_]+", each)), exposition.series(), each)
            self.assertLessEqual(grouped_by(each), exposition.labels(), each)

    def test_panels_have_numbers_of_their_own_and_lie_beside_each_other(self):
        panels = dashboard()["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        cells = set()
        for panel in panels:
            at = panel["gridPos"]
            mine = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            self.assertFalse(mine & cells, panel["title"])
            self.assertLessEqual(at["x"] + at["w"], 24)
            cells |= mine

    def test_variables_that_queries_use_are_there(self):
        known = {each["name"] for each in dashboard()["templating"]["list"]} | {"__rate_interval"}
        for each in queries():
            self.assertLessEqual(set(re.findall(r"\$(\w+)", each)), known, each)

    def test_chart_ships_it_as_it_is(self):
        (held,) = (each for each in render(PRODUCTION) if each["metadata"]["name"].endswith("-dashboard"))
        self.assertEqual(json.loads(held["data"]["leadrelay.json"]), dashboard())


if __name__ == "__main__":
    unittest.main()
