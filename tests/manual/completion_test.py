"""The scripts of `leadrelay completion` in the shells that they are for."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from terminal import PROMPT, Shell

BINARY = os.environ["LEADRELAY_BINARY"]
COMMANDS = {"run", "demo", "check", "explain", "providers", "dead-letters", "sandbox", "completion", "man"}
PROVIDERS = {"leadping", "leadpro", "octanist", "orwel", "perch"}
FILES = {"leadrelay.yaml", "event.json", "a folder"}

# What is typed, and all that is offered for its last word.
OFFERED = {
    ("",): COMMANDS,
    ("c",): {"check", "completion"},
    ("dead-letters", ""): {"list", "show", "replay"},
    ("dead-letters", "re"): {"replay"},
    ("check", "--"): {"--help", "--version", "--config", "--json", "--connect", "--timeout"},
    ("check", "--c"): {"--config", "--connect"},
    ("check", "--config", "leadr"): {"leadrelay.yaml"},
    ("dead-letters", "list", "--reason", "re"): {"rejected", "retries_exhausted"},
    ("dead-letters", "replay", "--json", "--reason", "not"): {"not_found"},
    ("dead-letters", "list", "--config", "check", "--op"): {"--open"},
    ("explain", "--config", "leadrelay.yaml", "ev"): {"event.json"},
    ("providers", ""): PROVIDERS,
    ("completion", ""): {"bash", "fish", "zsh"},
    ("dead-letters", "list", "--account", ""): set(),
}


def script(shell, folder):
    path = folder / f"completion.{shell}"
    path.write_text(subprocess.run([BINARY, "completion", shell], check=True, capture_output=True, text=True).stdout, encoding="utf-8")
    return path


class Completion(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.here = self.folder / "here"
        (self.here / "a folder").mkdir(parents=True)
        for name in FILES - {"a folder"}:
            (self.here / name).touch()
        (self.folder / "bin").mkdir()
        (self.folder / "bin" / "leadrelay").symlink_to(BINARY)
        self.environment = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}", "HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}

    def run_shell(self, *command):
        ended = subprocess.run(command, capture_output=True, text=True, cwd=self.here, env={**os.environ, **self.environment}, check=False)
        self.assertEqual(ended.stderr, "")
        return ended.stdout.splitlines()

    def at_terminal(self, *command):
        shell = Shell(*command, environment=self.environment)
        self.addCleanup(shell.close)
        return shell


class Bash(Completion):
    def offered(self, words):
        script_path = script("bash", self.folder)
        return self.run_shell(
            "bash", "--norc", "-c",
            f'source {script_path}; COMP_WORDS=(leadrelay "$@"); COMP_CWORD=$#; _leadrelay; printf "%s\\n" "${{COMPREPLY[@]}}"', "bash", *words,
        )  # fmt: skip

    def test_offers_what_the_parser_takes(self):
        for words, expected in OFFERED.items():
            with self.subTest(words=words):
                self.assertEqual({each for each in self.offered(words) if each}, expected)

    def test_value_behind_an_equals_sign(self):
        self.assertEqual(self.offered(("check", "--config", "=", "leadr")), ["leadrelay.yaml"])
        self.assertIn("rejected", self.offered(("dead-letters", "list", "--reason", "=")))

    def test_at_a_terminal(self):
        shell = self.at_terminal("bash", "--norc", "--noprofile", "-i")
        shell.type(f"PS1='{PROMPT}'; cd '{self.here}'; source {script('bash', self.folder)}; echo set up\n")
        shell.wait_for("set up\r\n.*" + PROMPT)
        shell.type("leadrelay chec\t--conf\tleadr\t")
        shell.wait_for("leadrelay check --config leadrelay.yaml ")


class Fish(Completion):
    def test_offers_what_the_parser_takes(self):
        script_path = script("fish", self.folder)
        for words, expected in OFFERED.items():
            with self.subTest(words=words):
                typed = " ".join(["leadrelay", *words])
                lines = self.run_shell("fish", "--no-config", "-c", f"source {script_path}; complete -C '{typed}'")
                offered = {line.split("\t")[0].removeprefix("--config=") for line in lines}
                self.assertEqual({each for each in offered if not each.startswith("-") or words[-1].startswith("-")}, expected)

    def test_tells_what_a_command_is_for(self):
        lines = self.run_shell("fish", "--no-config", "-c", f"source {script('fish', self.folder)}; complete -C 'leadrelay chec'")
        self.assertEqual(lines, ["check\tPrint every problem of a configuration as file:line:column: what is wrong, what would be right"])


class Zsh(Completion):
    def setUp(self):
        super().setUp()
        self.shell = self.at_terminal("zsh", "-f", "-i")
        self.shell.type(
            f"PS1='{PROMPT}'; cd '{self.here}'; autoload -U compinit; compinit -D -u; zstyle ':completion:*' verbose no; "
            f"unsetopt beep zle_bracketed_paste; source {script('zsh', self.folder)}; echo set up\n"
        )
        self.shell.wait_for("set up\r\n(?s:.*)" + PROMPT)

    def test_words_that_only_one_fits(self):
        for typed, completed in (
            ("leadrelay chec\t", "leadrelay check "),
            ("leadrelay check --conf\tleadr\t", "leadrelay check --config=?\\s?leadrelay.yaml "),
            ("leadrelay dead-letters re\t", "leadrelay dead-letters replay "),
            ("leadrelay dead-letters list --reason not\t", "--reason not_found "),
            ("leadrelay explain --config leadrelay.yaml ev\t", "leadrelay.yaml event.json "),
            ("leadrelay providers oc\t", "providers octanist "),
        ):
            with self.subTest(typed=typed):
                self.shell.type(typed)
                self.shell.wait_for(completed)
                self.shell.run("\x15")

    def test_all_that_is_offered(self):
        self.shell.type("leadrelay \t")
        shown = self.shell.wait_for("(?s)sandbox.*READY>leadrelay ")
        for command in COMMANDS:
            self.assertIn(command, shown)


if __name__ == "__main__":
    unittest.main()
