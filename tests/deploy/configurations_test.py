"""The worker's configurations of deploy/, as `leadrelay check` sees them with their credentials in place."""

import pathlib
import tempfile
import unittest

from files import DEPLOY, documents, leadrelay, manifest


class Configurations(unittest.TestCase):
    def expect_good(self, path, environment=None):
        result = leadrelay("check", "--config", path, environment=environment)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_config_map_is_good_with_the_secret_mounted(self):
        (container,) = manifest("Deployment")["spec"]["template"]["spec"]["containers"]
        mount = next(each["mountPath"] for each in container["volumeMounts"] if each["name"] == "credentials")
        with tempfile.TemporaryDirectory() as directory:
            secrets = pathlib.Path(directory) / "secrets"
            secrets.mkdir()
            for name, value in manifest("Secret")["stringData"].items():
                (secrets / name).write_text(value, encoding="utf-8")
            text = manifest("ConfigMap")["data"]["leadrelay.yaml"]
            self.assertIn(mount, text)
            path = pathlib.Path(directory) / "leadrelay.yaml"
            path.write_text(text.replace(mount, str(secrets)), encoding="utf-8")
            self.expect_good(path)

    def test_config_map_is_refused_without_the_secret(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "leadrelay.yaml"
            path.write_text(manifest("ConfigMap")["data"]["leadrelay.yaml"], encoding="utf-8")
            result = leadrelay("check", "--config", path)
            self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
            self.assertIn("acme-perch", result.stdout + result.stderr)

    def test_compose_configuration_is_good_with_the_services_environment(self):
        (compose,) = documents(DEPLOY / "compose.yaml")
        self.expect_good(DEPLOY / "compose" / "leadrelay.yaml", compose["services"]["worker"]["environment"])

    def test_image_command_and_container_arguments_are_taken(self):
        (container,) = manifest("Deployment")["spec"]["template"]["spec"]["containers"]
        with tempfile.TemporaryDirectory() as directory:
            missing = pathlib.Path(directory) / "leadrelay.yaml"
            arguments = [str(missing) if part.endswith("leadrelay.yaml") else part for part in container["args"]]
            result = leadrelay(*arguments)
            self.assertEqual(result.returncode, 2)
            self.assertIn(str(missing), result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()
