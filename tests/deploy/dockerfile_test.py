"""The Dockerfile: hadolint, what the image may do, and that it holds the libraries the program loads."""

import os
import re
import tempfile
import unittest

from files import DEPLOY, ROOT, TOOLS, run

DOCKERFILE = DEPLOY / "Dockerfile"


def instructions():
    """(word, arguments) of every instruction, continued lines joined."""
    text = re.sub(r"^#[^\n]*\n", "", DOCKERFILE.read_text(encoding="utf-8"), flags=re.M).replace("\\\n", " ")
    return [tuple(line.split(None, 1)) for line in text.splitlines() if line.strip()]


class Dockerfile(unittest.TestCase):
    def test_hadolint_has_nothing_to_say(self):
        result = run(TOOLS / "hadolint", DOCKERFILE)
        self.assertEqual((result.returncode, result.stdout), (0, ""), result.stderr)

    def test_hadolint_would_say_it(self):
        with tempfile.NamedTemporaryFile("w", suffix=".Dockerfile") as wrong:
            wrong.write("FROM debian\nRUN cd /tmp && sudo true\n")
            wrong.flush()
            self.assertNotEqual(run(TOOLS / "hadolint", wrong.name).returncode, 0)

    def test_image_runs_as_a_numeric_user_that_is_not_root(self):
        users = [arguments for word, arguments in instructions() if word == "USER"]
        self.assertRegex(users[-1], r"^[1-9]\d*:[1-9]\d*$")

    def test_program_is_started_without_a_shell(self):
        for word, arguments in instructions():
            if word in ("ENTRYPOINT", "CMD"):
                self.assertTrue(arguments.startswith("["), f"{word} {arguments}")

    def test_what_is_copied_exists_and_is_not_ignored(self):
        ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
        for word, arguments in instructions():
            if word == "COPY" and not arguments.startswith("--from"):
                source = arguments.split()[0]
                self.assertTrue((ROOT / source).exists(), source)
                self.assertIn(f"!{source}", ignored)


class RuntimePackages(unittest.TestCase):
    def test_every_library_that_the_program_names_is_of_a_package_of_the_image(self):
        script = (ROOT / ".ci" / "install_packages").read_text(encoding="utf-8")
        packages = set(re.search(r"^runtime=\(([^)]*)\)", script, re.M).group(1).split()) | {"libc6", "libgcc-s1"}
        dynamic = run("readelf", "-d", os.environ["LEADRELAY_BINARY"]).stdout
        libraries = re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic)
        self.assertGreater(len(libraries), 3)
        for library in libraries:
            with self.subTest(library=library):
                owners = {line.split(":")[0] for line in run("dpkg-query", "-S", f"*/{library}").stdout.splitlines()}
                self.assertTrue(owners & packages, f"{owners or 'no package'}: not in the image")


if __name__ == "__main__":
    unittest.main()
