"""The worker's configurations of deploy/, as `leadrelay check` sees them with their credentials in place."""

import pathlib
import re
import shutil
import tempfile
import unittest

from files import DEPLOY, documents, leadrelay
from helm import CHART, EXAMPLES, only, render, template

ENVIRONMENT = {"LEADPRO_API_KEY": "a-secret", "POD_NAME": "leadrelay-0", "KAFKA_SASL_PASSWORD": "a '\"secret"}
CERTIFICATES = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")


class Chart(unittest.TestCase):
    """The configuration of a chart's pod, its folders in a temporary one."""

    def check(self, *values, secrets=None):
        objects = render(*values)
        texts = {name: text for each in objects if each["kind"] == "ConfigMap" for name, text in each["data"].items()}
        with tempfile.TemporaryDirectory() as name:
            directory = pathlib.Path(name)
            (directory / "secrets").mkdir()
            (directory / "providers").mkdir()
            for account in secrets if secrets is not None else re.findall(r"file: /run/secrets/leadrelay/(\S+)", texts["leadrelay.yaml"]):
                (directory / "secrets" / account).write_text("a-secret", encoding="utf-8")
            for definition in texts.keys() - {"leadrelay.yaml", "leadrelay.json"}:
                (directory / "providers" / definition).write_text(texts[definition], encoding="utf-8")
            text = texts["leadrelay.yaml"].replace("/run/secrets/leadrelay", f"{name}/secrets")
            text = text.replace("/etc/leadrelay-providers", f"{name}/providers").replace("/etc/kafka-ca/ca.crt", f"{name}/ca.crt")
            if "SASL_SSL" in text:
                shutil.copy(CERTIFICATES, directory / "ca.crt")
            (directory / "leadrelay.yaml").write_text(text, encoding="utf-8")
            return leadrelay("check", "--config", directory / "leadrelay.yaml", environment=ENVIRONMENT)

    def test_examples_are_good(self):
        for path in EXAMPLES:
            with self.subTest(values=path.name):
                result = self.check(path)
                self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_numbers_stay_whole(self):
        """A number above a million in a values file is a float to Helm."""
        many = {"autoscaling": {"kind": "keda", "keda": {"lagThreshold": 1000000}}, "config": {"kafka": {"message.max.bytes": 10000000}}}
        text = template(CHART / "examples" / "many-accounts.yaml", many)
        for whole in ("changes: 1000000\n", 'lagThreshold: "1000000"\n', "message.max.bytes: 10000000\n"):
            self.assertIn(whole, text)

    def test_program_refuses_what_it_does_not_know(self):
        result = self.check(EXAMPLES[-1], {"config": {"accounts": {"acme-orwel": {"concurency": 2}}}})
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        self.assertIn("concurency", result.stdout + result.stderr)

    def test_missing_secret_is_named(self):
        result = self.check(EXAMPLES[-1], secrets=["acme-perch"])
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        self.assertIn("acme-orwel", result.stdout + result.stderr)

    def test_container_arguments_are_taken(self):
        (container,) = only(render(EXAMPLES[-1]), "StatefulSet")["spec"]["template"]["spec"]["containers"]
        with tempfile.TemporaryDirectory() as directory:
            missing = pathlib.Path(directory) / "leadrelay.yaml"
            result = leadrelay(*(str(missing) if part.endswith("leadrelay.yaml") else part for part in container["args"]))
            self.assertEqual(result.returncode, 2)
            self.assertIn(str(missing), result.stdout + result.stderr)


class Compose(unittest.TestCase):
    def test_configuration_is_good_with_the_services_environment(self):
        (compose,) = documents(DEPLOY / "compose.yaml")
        result = leadrelay("check", "--config", DEPLOY / "compose" / "leadrelay.yaml", environment=compose["services"]["worker"]["environment"])
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()
