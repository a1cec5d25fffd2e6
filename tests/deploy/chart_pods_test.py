"""What the chart's objects are to each other: hardening, ending, probes, selectors, secrets, and the scripts in its pods."""

import functools
import http.server
import pathlib
import re
import tempfile
import threading
import unittest

import yaml

from files import ROOT, leadrelay, run, seconds
from helm import CHART, EXAMPLES, Refused, config_of, only, render, test_pod

HARDENED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
PRODUCTION = CHART / "examples" / "production.yaml"
KEDA = CHART / "examples" / "keda.yaml"
MANY = CHART / "examples" / "many-accounts.yaml"
OWN_CREDENTIALS = {"config": {"accounts": {name: {"credential": {"env": "KEY"}} for name in ("acme-perch", "acme-leadpro")}}}


def pod_of(objects):
    return only(objects, "StatefulSet")["spec"]["template"]["spec"]


def mebibytes(text):
    return int(re.match(r"\d+", text)[0]) * {"M": 1, "G": 1024}[text.strip("0123456789")[0]]


def for_each_example(check):
    """A test of the objects of each example, whatever it sets."""

    @functools.wraps(check)
    def test(self):
        for path in EXAMPLES:
            with self.subTest(values=path.name):
                check(self, render(path), path)

    return test


class EachExample(unittest.TestCase):
    @for_each_example
    def test_pods_are_not_root_and_may_nothing(self, objects, path):
        for pod in (pod_of(objects), test_pod(path)["spec"]):
            self.assertTrue(pod["securityContext"]["runAsNonRoot"])
            self.assertGreater(pod["securityContext"]["runAsUser"], 0)
            self.assertEqual(pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
            self.assertFalse(pod["automountServiceAccountToken"])
            for container in [*pod["containers"], *pod.get("initContainers", [])]:
                self.assertEqual(container["securityContext"], HARDENED, container["name"])
                self.assertIn("memory", container["resources"]["limits"])

    @for_each_example
    def test_pod_is_given_longer_than_the_drain_takes(self, objects, _):
        source = (ROOT / "worker" / "process" / "process.cpp").read_text(encoding="utf-8")
        beyond = int(re.search(r"hard_stop_after_grace = std::chrono::seconds\{(\d+)\}", source)[1])
        longest = seconds(config_of(objects)["grace"]) + beyond
        self.assertGreaterEqual(pod_of(objects)["terminationGracePeriodSeconds"], longest + 5)

    @for_each_example
    def test_memory_limit_is_above_the_workers_budget(self, objects, _):
        limit = pod_of(objects)["containers"][0]["resources"]["limits"]["memory"]
        self.assertGreaterEqual(mebibytes(limit), mebibytes(config_of(objects)["memory"]) + 128)

    @for_each_example
    def test_probes_service_and_monitor_meet_the_admin_port(self, objects, _):
        (container,) = pod_of(objects)["containers"]
        (port,) = container["ports"]
        self.assertRegex(config_of(objects)["admin"]["listen"], rf"^(0\.0\.0\.0|\[::\]):{port['containerPort']}$")
        for probe, page in (("startupProbe", "/livez"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz")):
            self.assertEqual(container[probe]["httpGet"], {"path": page, "port": port["name"]})
        (served,) = only(objects, "Service")["spec"]["ports"]
        self.assertEqual((served["targetPort"], served["port"]), (port["name"], port["containerPort"]))
        for monitor in (each for each in objects if each["kind"] == "ServiceMonitor"):
            labels = only(objects, "Service")["metadata"]["labels"]
            self.assertLessEqual(monitor["spec"]["selector"]["matchLabels"].items(), labels.items())
            self.assertEqual([end["port"] for end in monitor["spec"]["endpoints"]], [served["name"]])

    @for_each_example
    def test_selectors_meet_the_pods_labels_and_not_the_test_pods(self, objects, path):
        stateful = only(objects, "StatefulSet")["spec"]
        selectors = [stateful["selector"]["matchLabels"], only(objects, "Service")["spec"]["selector"]]
        selectors += [each["labelSelector"]["matchLabels"] for each in stateful["template"]["spec"]["topologySpreadConstraints"]]
        for each in objects:
            if each["kind"] == "PodDisruptionBudget":
                selectors.append(each["spec"]["selector"]["matchLabels"])
            if each["kind"] == "NetworkPolicy":
                selectors.append(each["spec"]["podSelector"]["matchLabels"])
        for selector in selectors:
            self.assertLessEqual(selector.items(), stateful["template"]["metadata"]["labels"].items())
            self.assertFalse(selector.items() <= test_pod(path)["metadata"]["labels"].items())

    @for_each_example
    def test_volumes_that_are_mounted_exist_and_the_worker_writes_none(self, objects, _):
        pod = pod_of(objects)
        volumes = {each["name"] for each in pod["volumes"]}
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            self.assertLessEqual({each["name"] for each in container["volumeMounts"]}, volumes)
        self.assertTrue(all(each.get("readOnly") for each in pod["containers"][0]["volumeMounts"]))
        mine = {each["metadata"]["name"] for each in objects if each["kind"] == "ConfigMap"}
        self.assertLessEqual({each["configMap"]["name"] for each in pod["volumes"] if "configMap" in each}, mine)

    @for_each_example
    def test_service_account_service_and_scaled_thing_are_the_charts(self, objects, _):
        self.assertEqual(pod_of(objects)["serviceAccountName"], only(objects, "ServiceAccount")["metadata"]["name"])
        self.assertFalse(only(objects, "ServiceAccount")["automountServiceAccountToken"])
        self.assertEqual(only(objects, "StatefulSet")["spec"]["serviceName"], only(objects, "Service")["metadata"]["name"])
        for each in objects:
            if each["kind"] in ("HorizontalPodAutoscaler", "ScaledObject"):
                target = each["spec"]["scaleTargetRef"]
                self.assertEqual((target["kind"], target["name"]), ("StatefulSet", only(objects, "StatefulSet")["metadata"]["name"]))


class Secrets(unittest.TestCase):
    def test_no_secret_stands_outside_of_a_secret(self):
        secret = "s3cret-of-north"
        objects = render({"config": {"accounts": {"north": {"provider": "orwel"}}}, "credentials": {"values": {"north": secret}}})
        holders = [each["kind"] for each in objects if secret in yaml.safe_dump(each)]
        self.assertEqual(holders, ["Secret"])

    def test_no_config_map_of_the_examples_holds_a_secret_key(self):
        for path in EXAMPLES:
            for account in config_of(render(path))["accounts"].values():
                self.assertIsInstance(account["credential"], dict)
            for name, value in config_of(render(path))["kafka"].items():
                if re.search(r"password|secret|ssl\.key\.pem", name):
                    self.assertRegex(value, r"^\$\{\w+\}$")

    def test_extra_config_maps_are_folders_of_the_configuration(self):
        pod = pod_of(render(PRODUCTION, {"extraConfigMaps": ["accounts-sales", "accounts-ads"]}))
        (container,) = pod["containers"]
        named = [each for each in container["args"] if each.startswith("/")]
        self.assertEqual(container["args"], ["run", *(part for each in named for part in ("--config", each))])
        self.assertEqual(named, ["/etc/leadrelay/leadrelay.yaml", "/etc/leadrelay-extra/accounts-sales", "/etc/leadrelay-extra/accounts-ads"])
        volumes = {each["name"]: each.get("configMap", {}).get("name") for each in pod["volumes"]}
        mounted = {each["mountPath"]: volumes[each["name"]] for each in container["volumeMounts"]}
        self.assertEqual([mounted[each] for each in named[1:]], ["accounts-sales", "accounts-ads"])
        self.assertIn("/run/secrets/leadrelay", mounted)

    def test_several_secrets_are_seen_as_one_folder(self):
        pod = pod_of(render(MANY))
        (volume,) = (each for each in pod["volumes"] if each["name"] == "credentials")
        self.assertEqual([each["secret"]["name"] for each in volume["projected"]["sources"]], ["accounts-north", "accounts-south"])
        (mount,) = (each for each in pod["containers"][0]["volumeMounts"] if each["name"] == "credentials")
        for name, account in config_of(render(MANY))["accounts"].items():
            self.assertEqual(account["credential"], {"file": f"{mount['mountPath']}/{name}"})

    def test_named_secrets_are_mounted_though_no_account_takes_its_own_from_them(self):
        own = {"provider": "orwel", "credential": {"file": "/run/secrets/leadrelay/shared"}}
        values = {"config": {"accounts": {"north": own}}, "credentials": {"existingSecrets": ["shared"]}}
        (container,) = pod_of(render(values))["containers"]
        self.assertIn("/run/secrets/leadrelay", [each["mountPath"] for each in container["volumeMounts"]])
        none = {"config": {"accounts": {"north": {"provider": "orwel", "credential": {"env": "NORTH"}}}}}
        (container,) = pod_of(render(none))["containers"]
        self.assertNotIn("/run/secrets/leadrelay", [each["mountPath"] for each in container["volumeMounts"]])

    def test_changed_configuration_starts_pods_anew_and_a_changed_secret_does_not(self):
        def checksum(*values, example=PRODUCTION):
            return only(render(example, *values), "StatefulSet")["spec"]["template"]["metadata"]["annotations"]["checksum/configuration"]

        self.assertNotEqual(checksum(), checksum({"config": {"grace": "31s"}}))
        self.assertEqual(checksum(), checksum({"providers": {"x.yaml": "name: x"}}))
        self.assertEqual(checksum(), checksum({"credentials": {"values": {"acme-perch": "other"}}}))
        limit = {"config": {"accounts": {"acme-perch": {"concurrency": 3}}}}
        self.assertEqual(checksum(), checksum(limit), "the worker reads the mounted file anew")
        self.assertNotEqual(checksum(), checksum({"staticMembership": False}))


class Network(unittest.TestCase):
    def test_brokers_providers_and_names_are_reached_and_nothing_else(self):
        policy = only(render(PRODUCTION), "NetworkPolicy")["spec"]
        self.assertEqual(policy["policyTypes"], ["Ingress", "Egress"])
        self.assertEqual([sorted({each["port"] for each in rule["ports"]}) for rule in policy["egress"]], [[53], [9093], [443]])
        servers = config_of(render(PRODUCTION))["kafka"]["bootstrap.servers"].split(",")
        self.assertEqual({int(each.rsplit(":", 1)[1]) for each in servers}, {9093})

    def test_metadata_of_clouds_is_not_reached_by_either_protocol(self):
        def blocks(*values):
            (peers,) = [rule["to"] for rule in only(render(PRODUCTION, *values), "NetworkPolicy")["spec"]["egress"] if "ipBlock" in rule["to"][0]]
            return {each["ipBlock"]["cidr"]: each["ipBlock"].get("except") for each in peers}

        self.assertEqual(blocks(), {"0.0.0.0/0": ["169.254.0.0/16"], "::/0": ["fd00:ec2::254/128"]})
        self.assertEqual(blocks({"networkPolicy": {"providers": {"except": []}}}), {"0.0.0.0/0": None, "::/0": None})

    def test_test_pod_may_ask_the_admin_pages(self):
        (rule,) = only(render(PRODUCTION), "NetworkPolicy")["spec"]["ingress"]
        labels = test_pod(PRODUCTION)["metadata"]["labels"]
        self.assertTrue(any(each.get("podSelector", {}).get("matchLabels", {"-": ""}).items() <= labels.items() for each in rule["from"]))


class Scraping(unittest.TestCase):
    def test_pods_are_scraped_once(self):
        for monitored in (True, False):
            objects = render(PRODUCTION, {"metrics": {"annotations": True, "serviceMonitor": {"enabled": monitored}}})
            annotations = only(objects, "StatefulSet")["spec"]["template"]["metadata"]["annotations"]
            self.assertEqual("prometheus.io/scrape" in annotations, not monitored)


class FromTheEnvironment(unittest.TestCase):
    """What only a pod knows, and Kafka's secrets, as the program reads the file with the pod's environment."""

    def check(self, environment, *values):
        objects = render(PRODUCTION, {"config": {"kafka": {"ssl.ca.location": "/etc/ssl/certs/ca-certificates.crt"}}}, OWN_CREDENTIALS, *values)
        (text,) = (each["data"]["leadrelay.yaml"] for each in objects if each["kind"] == "ConfigMap" and "leadrelay.yaml" in each["data"])
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "leadrelay.yaml"
            path.write_text(text, encoding="utf-8")
            return leadrelay("check", "--config", path, environment={"KEY": "a-secret", **environment})

    def names(self, *values):
        (container,) = pod_of(render(PRODUCTION, *values))["containers"]
        return {each["name"]: each["valueFrom"] for each in container["env"]}

    def test_pod_is_a_static_member_by_its_name(self):
        self.assertEqual(config_of(render(PRODUCTION))["kafka"]["group.instance.id"], "${POD_NAME}")
        self.assertEqual(self.names()["POD_NAME"], {"fieldRef": {"fieldPath": "metadata.name"}})

    def test_secret_property_is_a_variable_of_its_secret(self):
        self.assertEqual(config_of(render(PRODUCTION))["kafka"]["sasl.password"], "${KAFKA_SASL_PASSWORD}")
        self.assertEqual(self.names()["KAFKA_SASL_PASSWORD"], {"secretKeyRef": {"name": "kafka-leadrelay", "key": "password"}})

    def test_secret_property_may_name_a_variable_and_hold_no_text(self):
        self.assertEqual(config_of(render(KEDA, {"config": {"kafka": {"sasl.password": "${PW}"}}}))["kafka"]["sasl.password"], "${PW}")
        for text in ("x${PW}", "${PW:-x}", "x"):
            with self.assertRaisesRegex(Refused, "would stand in a ConfigMap"):
                render(KEDA, {"config": {"kafka": {"sasl.password": text}}})

    def test_secrets_are_taken_as_they_are(self):
        for secret in ("'\"\\$HOME`id` #: {x} [y]", "x: y", "-----BEGIN-----\nline\n\nline\n-----END-----\n", "${KEY}", "%{x}|>&*!", "ünïcode"):
            with self.subTest(secret=secret):
                result = self.check({"POD_NAME": "leadrelay-0", "KAFKA_SASL_PASSWORD": secret})
                self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_what_is_missing_is_named(self):
        told = self.check({"POD_NAME": "leadrelay-0"})
        self.assertEqual(told.returncode, 2)
        self.assertIn("kafka.sasl.password: the environment variable KAFKA_SASL_PASSWORD is not set", told.stdout)

    def test_without_both_the_pod_has_neither(self):
        objects = render(KEDA)
        self.assertNotIn("group.instance.id", config_of(objects)["kafka"])
        (container,) = pod_of(objects)["containers"]
        self.assertNotIn("env", container)

    @for_each_example
    def test_every_variable_of_the_file_is_one_of_the_pod(self, objects, _):
        (text,) = (each["data"]["leadrelay.yaml"] for each in objects if each["kind"] == "ConfigMap" and "leadrelay.yaml" in each["data"])
        (container,) = pod_of(objects)["containers"]
        self.assertLessEqual(set(re.findall(r"\$\{(\w+)\}", text)), {each["name"] for each in container.get("env", [])})

    def test_configuration_is_mounted_as_it_is_so_that_a_change_reaches_the_pod(self):
        pod = pod_of(render(PRODUCTION))
        self.assertNotIn("initContainers", pod)
        self.assertEqual(pod["containers"][0]["volumeMounts"][0], {"name": "configuration", "mountPath": "/etc/leadrelay", "readOnly": True})


class HelmTest(unittest.TestCase):
    """The test pod's script, against servers that answer as a worker does."""

    def ask(self, status, patience):
        class Pages(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                text = b"ready\n" if self.path == "/readyz" else b"?"
                self.send_response(status if self.path == "/readyz" else 404)
                self.send_header("Content-Length", str(len(text)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            container = test_pod(PRODUCTION)["spec"]["containers"][0]
            (script,) = container["args"]
            script = script.replace("/9464", f"/{server.server_port}").replace("-ge 120", f"-ge {patience}")
            script = re.sub(r"leadrelay-\d\.leadrelay", "127.0.0.1", script)
            result = run(*container["command"], script)
            server.shutdown()
            return result

    def test_ready_workers_pass(self):
        result = self.ask(200, 20)
        self.assertEqual((result.returncode, result.stdout), (0, "127.0.0.1 is ready\n" * 3), result.stderr)

    def test_worker_that_is_not_ready_fails(self):
        result = self.ask(503, 1)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("127.0.0.1 is not ready: HTTP/1.1 503", result.stdout)

    def test_pod_ends_by_itself(self):
        spec = test_pod(PRODUCTION)["spec"]
        self.assertEqual(spec["restartPolicy"], "Never")
        self.assertGreater(spec["activeDeadlineSeconds"], 120)

    def test_pod_asks_every_pod_that_there_is_at_least(self):
        for values, pods in (({"replicas": 4}, 4), ({"autoscaling": {"kind": "keda", "minReplicas": 2}}, 2)):
            (script,) = test_pod(PRODUCTION, values)["spec"]["containers"][0]["args"]
            self.assertEqual(len(re.findall(r"leadrelay-\d+\.leadrelay", script)), pods)


if __name__ == "__main__":
    unittest.main()
