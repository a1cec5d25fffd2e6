"""The Kubernetes manifests: the published schemas of several versions, and the habits of a hardened deployment."""

import copy
import unittest

import kubernetes_validate
import yaml

from files import manifest, manifests, seconds

VERSIONS = ["1.29.0", "1.31.0", "1.33.0", "1.35.0", "1.37.0"]


class Schemas(unittest.TestCase):
    def test_every_manifest_fits_every_version(self):
        self.assertGreaterEqual(len(manifests()), 6)
        for path, document in manifests():
            for version in VERSIONS:
                with self.subTest(file=path.name, version=version):
                    kubernetes_validate.validate(document, version, strict=True)

    def test_misspelt_key_is_refused(self):
        wrong = copy.deepcopy(manifest("Deployment"))
        wrong["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
        with self.assertRaises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


class Deployment(unittest.TestCase):
    def setUp(self):
        self.deployment = manifest("Deployment")
        self.pod = self.deployment["spec"]["template"]["spec"]
        (self.container,) = self.pod["containers"]
        self.config = yaml.safe_load(manifest("ConfigMap")["data"]["leadrelay.yaml"])

    def test_pod_is_not_root_and_may_nothing(self):
        self.assertTrue(self.pod["securityContext"]["runAsNonRoot"])
        self.assertGreater(self.pod["securityContext"]["runAsUser"], 0)
        self.assertEqual(self.pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault")
        self.assertEqual(
            self.container["securityContext"],
            {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}},
        )

    def test_no_service_account_token_is_mounted(self):
        self.assertFalse(self.pod["automountServiceAccountToken"])
        self.assertFalse(manifest("ServiceAccount")["automountServiceAccountToken"])
        self.assertEqual(self.pod["serviceAccountName"], manifest("ServiceAccount")["metadata"]["name"])

    def test_pod_is_given_longer_than_the_worker_takes_to_end(self):
        self.assertGreater(self.pod["terminationGracePeriodSeconds"], seconds(self.config["grace"]))

    def test_memory_limit_is_above_the_workers_budget(self):
        budget = int(self.config["memory"].removesuffix("MiB"))
        self.assertGreaterEqual(int(self.container["resources"]["limits"]["memory"].removesuffix("Mi")), budget + 128)
        self.assertIn("cpu", self.container["resources"]["requests"])

    def test_probes_and_service_meet_the_admin_port(self):
        (port,) = self.container["ports"]
        self.assertEqual(self.config["admin"]["listen"], f"0.0.0.0:{port['containerPort']}")
        self.assertEqual(self.container["livenessProbe"]["httpGet"], {"path": "/livez", "port": port["name"]})
        self.assertEqual(self.container["readinessProbe"]["httpGet"], {"path": "/readyz", "port": port["name"]})
        (served,) = manifest("Service")["spec"]["ports"]
        self.assertEqual(served["targetPort"], port["name"])

    def test_selectors_meet_the_pods_labels(self):
        labels = self.deployment["spec"]["template"]["metadata"]["labels"]
        for selector in (
            self.deployment["spec"]["selector"]["matchLabels"],
            manifest("Service")["spec"]["selector"],
            manifest("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        ):
            self.assertLessEqual(selector.items(), labels.items())

    def test_volumes_are_the_config_map_and_the_secret(self):
        volumes = {volume["name"]: volume for volume in self.pod["volumes"]}
        self.assertEqual(volumes["config"]["configMap"]["name"], manifest("ConfigMap")["metadata"]["name"])
        self.assertEqual(volumes["credentials"]["secret"]["secretName"], manifest("Secret")["metadata"]["name"])
        for mount in self.container["volumeMounts"]:
            self.assertTrue(mount["readOnly"])
            self.assertIn(mount["name"], volumes)

    def test_no_manifest_names_a_namespace(self):
        for path, document in manifests():
            self.assertNotIn("namespace", document["metadata"], path.name)


if __name__ == "__main__":
    unittest.main()
