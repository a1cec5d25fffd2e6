"""The Helm chart: lint, the published schemas of its objects, and what it refuses to render."""

import copy
import json
import re
import unittest

import jsonschema
import kubernetes_validate
import yaml

from files import ROOT, SHARED_TOOLS
from helm import CHART, EXAMPLES, Refused, lint, only, render, template, test_pod

VERSIONS = ["1.29.0", "1.31.0", "1.33.0", "1.35.0", "1.37.0"]
GOOD = CHART / "examples" / "production.yaml"


def crds():
    """(kind, version) and strict schema of the custom resources."""
    out = {}
    for path in (SHARED_TOOLS / "crds").glob("*.yaml"):
        spec = yaml.safe_load(path.read_text(encoding="utf-8"))["spec"]
        for version in spec["versions"]:
            schema = strict(version["schema"]["openAPIV3Schema"])
            schema["properties"]["metadata"] = {"type": "object"}
            out[spec["names"]["kind"], f"{spec['group']}/{version['name']}"] = schema
    return out


def strict(schema):
    """The schema with unknown keys refused, as an API server prunes them."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: strict(value) for key, value in schema.items()}
    if out.get("x-kubernetes-int-or-string"):
        out.pop("type", None)
    if "(?i)" in str(out.get("pattern")):  # Go takes flags anywhere, Python at the start alone
        out["pattern"] = "(?i)" + out["pattern"].replace("(?i)", "")
    if isinstance(out.get("properties"), dict) and "additionalProperties" not in out and "x-kubernetes-preserve-unknown-fields" not in out:
        out["additionalProperties"] = False
    return out


CRDS = crds()


def validate(document, version):
    schema = CRDS.get((document["kind"], document["apiVersion"]))
    if schema:
        jsonschema.validate(document, schema)
    else:
        kubernetes_validate.validate(document, version, strict=True)


class Rendered(unittest.TestCase):
    def test_there_are_examples_of_every_kind(self):
        self.assertEqual([path.stem for path in EXAMPLES], ["keda", "many-accounts", "production", "small"])
        kinds = {each["kind"] for path in EXAMPLES for each in render(path)}
        self.assertLessEqual(
            {"StatefulSet", "Service", "ServiceAccount", "ConfigMap", "Secret", "PodDisruptionBudget", "HorizontalPodAutoscaler", "ScaledObject",
             "ServiceMonitor", "PrometheusRule", "NetworkPolicy"}, kinds)  # fmt: skip

    def test_lint_has_nothing_to_say(self):
        for path in EXAMPLES:
            with self.subTest(values=path.name):
                self.assertEqual(lint(path), ([], True))

    def test_every_object_fits_every_version_of_kubernetes(self):
        for path in EXAMPLES:
            for version in VERSIONS:
                for each in [*render(path, kubernetes=version), test_pod(path)]:
                    with self.subTest(values=path.name, version=version, kind=each["kind"]):
                        validate(each, version)

    def test_misspelt_keys_are_found(self):
        for path, kind, place in (
            (GOOD, "StatefulSet", ["spec", "template", "spec", "containers", 0]),
            (GOOD, "ServiceMonitor", ["spec", "endpoints", 0]),
            (GOOD, "PrometheusRule", ["spec", "groups", 0, "rules", 0]),
            (CHART / "examples" / "keda.yaml", "ScaledObject", ["spec", "triggers", 0]),
        ):
            with self.subTest(kind=kind):
                wrong = copy.deepcopy(only(render(path), kind))
                at = wrong
                for step in place:
                    at = at[step]
                at["metadate"] = {}
                with self.assertRaises((kubernetes_validate.ValidationError, jsonschema.ValidationError)):
                    validate(wrong, VERSIONS[-1])

    def test_older_kubernetes_is_refused(self):
        with self.assertRaisesRegex(Refused, "kubeVersion"):
            template(GOOD, kubernetes="1.28.0")

    def test_no_object_names_a_namespace_and_all_bear_the_releases_name(self):
        for path in EXAMPLES:
            for each in [*render(path, release="eu"), test_pod(path, release="eu")]:
                self.assertNotIn("namespace", each["metadata"])
                self.assertTrue(each["metadata"]["name"].startswith("eu-leadrelay"), each["metadata"]["name"])
                self.assertEqual(each["metadata"]["labels"]["app.kubernetes.io/instance"], "eu")


class Refusals(unittest.TestCase):
    def expect(self, words, *values):
        with self.assertRaisesRegex(Refused, words):
            template(*values)

    def test_defaults_alone_name_what_is_missing(self):
        self.expect(r"/config/accounts': minProperties: got 0, want 1")

    def test_schema_refuses_bad_values_and_says_where(self):
        for words, values in (
            (r"'/replicas': minimum: got 0, want 1", {"replicas": 0}),
            (r"'/replicas': got string, want integer", {"replicas": "two"}),
            (r"additional properties 'replicaCount' not allowed", {"replicaCount": 2}),
            (r"'/image': additional properties 'tagg' not allowed", {"image": {"tagg": "1"}}),
            (r"'/image/digest': .*does not match pattern", {"image": {"digest": "abc"}}),
            (r"'/autoscaling/kind': value must be one of 'none', 'hpa', 'keda'", {"autoscaling": {"kind": "both"}}),
            (r"'/autoscaling/minReplicas': minimum: got 0, want 1", {"autoscaling": {"minReplicas": 0}}),
            (r"'/config/grace': '30' does not match pattern", {"config": {"grace": "30"}}),
            (r"'/config/memory': .*does not match pattern", {"config": {"memory": "256Mi"}}),
            (r"'/config': additional properties 'admin' not allowed", {"config": {"admin": {"listen": "0.0.0.0:1"}}}),
            (r"'/config/accounts/x/credential': got string, want object", {"config": {"accounts": {"x": {"provider": "orwel", "credential": "s3cret"}}}}),
            (r"'/config/accounts/x': missing property 'provider'", {"config": {"accounts": {"x": {}}}}),
            (r"'/terminationMarginSeconds': minimum: got 5, want 15", {"terminationMarginSeconds": 5}),
            (r"'/resources/limits/memory': .*does not match pattern", {"resources": {"limits": {"memory": "1GB"}}}),
            (r"'/networkPolicy/providers/except/0': .*does not match pattern", {"networkPolicy": {"providers": {"except": ["metadata"]}}}),
            (r"'/networkPolicy/kafka/ports/0': maximum: got 70,?000, want 65,?535", {"networkPolicy": {"kafka": {"ports": [70000]}}}),
        ):
            with self.subTest(words=words):
                self.expect(words, GOOD, values)

    def test_chart_refuses_what_would_not_work(self):
        account = {"config": {"accounts": {"north": {"provider": "orwel"}}}}
        for words, *values in (
            (r"config.accounts.north has no credential", account),
            (r"credentials.values.south is of no account", account, {"credentials": {"values": {"north": "x", "south": "x"}}}),
            (r"resources.limits.memory, 2Gi, is less than config.memory, 2GiB, and 128Mi", GOOD, {"config": {"memory": "2GiB"}}),
            (r"autoscaling.minReplicas is more than", GOOD, {"autoscaling": {"kind": "hpa", "minReplicas": 9}}),
            (r"autoscaling.hpa has neither", GOOD, {"autoscaling": {"kind": "hpa", "hpa": {"cpuUtilization": None}}}),
            (r"autoscaling.keda.metadata: topic follows from config", GOOD, {"autoscaling": {"keda": {"metadata": {"topic": "other"}}}}),
            (r"KEDA knows no variables of the pods", GOOD,
             {"autoscaling": {"kind": "keda"}, "config": {"kafka": {"bootstrap.servers": "${KAFKA_SERVERS:-kafka:9092}"}}}),
            (r"scrapeTimeout, 1m, is longer than its interval, 30s", GOOD, {"metrics": {"serviceMonitor": {"scrapeTimeout": "1m"}}}),
            (r"there is no alert LeadrelayAbsence", GOOD, {"metrics": {"prometheusRule": {"disabled": ["LeadrelayAbsence"]}}}),
            (r"group.instance.id is the pod's name", GOOD, {"config": {"kafka": {"group.instance.id": "x"}}}),
            (r"sasl.password would stand in a ConfigMap", GOOD, {"config": {"kafka": {"sasl.password": "x"}}}),
            (r"ssl.key.pem would stand in a ConfigMap", GOOD, {"config": {"kafka": {"ssl.key.pem": "x"}}}),
        ):
            with self.subTest(words=words):
                self.expect(words, *values)

    def test_what_clusters_need_is_taken(self):
        for values in (
            {"runAs": {"user": None, "group": None, "fsGroup": None}},
            {"resources": {"requests": {"cpu": 0.5, "memory": "512Mi"}, "limits": {"cpu": "1.5", "memory": 4294967296}}},
            {"serviceAccount": {"create": False, "name": "relay"}, "nameOverride": "relay", "imagePullSecrets": [{"name": "registry"}]},
            {"config": {"grace": "1500ms", "memory": 268435456}},
            {"topologySpread": [], "metrics": {"annotations": True, "serviceMonitor": {"enabled": False}}},
            {"config": {"kafka": {"bootstrap.servers": "${KAFKA_SERVERS:-kafka:9092}"}}, "env": [{"name": "KAFKA_SERVERS", "value": "kafka:9093"}]},
            {"global": {"anything": 1}, "networkPolicy": {"egress": [{"ports": [{"port": 8080}]}]}},
        ):
            with self.subTest(values=values):
                for each in [*render(GOOD, values), test_pod(GOOD, values)]:
                    validate(each, VERSIONS[-1])

    def test_schema_knows_every_key_of_the_configuration(self):
        """But for the two that the chart writes itself."""
        source = "".join((ROOT / "worker" / "config" / name).read_text(encoding="utf-8") for name in ("load.cpp", "sections.cpp"))
        schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))["properties"]["config"]["properties"]
        for reader, known in (
            ("read_root", set(schema) | {"admin", "providers_dir"}),
            ("read_topics", set(schema["topics"]["properties"])),
            ("read_log", set(schema["log"]["properties"])),
        ):
            (keys,) = re.findall(rf"^void {reader}\(.*?expect_keys\(\s*\{{(.*?)\}}", source, flags=re.M | re.S)
            self.assertEqual(set(re.findall(r'"(\w+)"', keys)), known, reader)

    def test_schema_knows_every_default(self):
        """A value without a place in the schema would be refused; one of the schema without a default would be unknown to its readers."""
        schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
        defaults = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
        self.assertEqual(set(schema["properties"]) - {"global"}, set(defaults))


if __name__ == "__main__":
    unittest.main()
