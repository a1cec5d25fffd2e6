"""compose.yaml: the Compose specification's schema, and that its services can find each other."""

import tempfile
import unittest

import yaml

from files import DEPLOY, TOOLS, documents, run, seconds

COMPOSE = DEPLOY / "compose.yaml"


def check(path):
    return run(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", path)


class Schema(unittest.TestCase):
    def test_file_fits_the_specification(self):
        result = check(COMPOSE)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_misspelt_key_is_refused(self):
        (wrong,) = documents(COMPOSE)
        wrong["services"]["worker"]["enviroment"] = {}
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            yaml.safe_dump(wrong, file)
            file.flush()
            self.assertNotEqual(check(file.name).returncode, 0)


class Services(unittest.TestCase):
    def setUp(self):
        (self.compose,) = documents(COMPOSE)
        self.services = self.compose["services"]
        (self.config,) = documents(DEPLOY / "compose" / "leadrelay.yaml")

    def test_worker_is_given_every_credential_it_reads(self):
        given = set(self.services["worker"]["environment"])
        read = {account["credential"]["env"] for account in self.config["accounts"].values()}
        self.assertEqual(given, read)

    def test_worker_reaches_the_services_it_names(self):
        host, port = self.config["kafka"]["bootstrap.servers"].split(":")
        self.assertEqual(self.services[host]["environment"]["KAFKA_ADVERTISED_LISTENERS"], f"PLAINTEXT://{host}:{port}")
        listen = self.services["sandbox"]["command"][-1]
        for account in self.config["accounts"].values():
            self.assertEqual(account["base_url"], f"http://sandbox:{listen.rsplit(':', 1)[1]}")

    def test_topics_of_the_worker_are_created(self):
        script = self.services["topics"]["command"][0]
        created = script.split("for topic in ")[1].split(";")[0].split()
        topics = self.config["topics"]
        self.assertEqual(set(created), {*topics["lead_changes"], topics["dead_letters"], topics["results"]})

    def test_program_may_write_nothing_and_gain_nothing(self):
        for name in ("worker", "sandbox"):
            with self.subTest(service=name):
                self.assertTrue(self.services[name]["read_only"])
                self.assertEqual(self.services[name]["cap_drop"], ["ALL"])
                self.assertIn("no-new-privileges:true", self.services[name]["security_opt"])

    def test_worker_is_given_longer_than_it_takes_to_end(self):
        self.assertGreater(seconds(self.services["worker"]["stop_grace_period"]), seconds(self.config["grace"]))

    def test_ports_are_open_to_this_machine_only(self):
        for name, service in self.services.items():
            for port in service.get("ports", []):
                self.assertTrue(port.startswith("127.0.0.1:"), f"{name}: {port}")

    def test_mounted_files_exist(self):
        for service in self.services.values():
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                if source.startswith("."):
                    self.assertTrue((DEPLOY / source).is_file(), source)
                else:
                    self.assertIn(source, self.compose["volumes"])


if __name__ == "__main__":
    unittest.main()
