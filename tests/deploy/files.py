"""Where things are, and how they are read."""

import os
import pathlib
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
TOOLS = pathlib.Path(sys.executable).parent
SHARED_TOOLS = TOOLS.parent / "shared"


def documents(path):
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def seconds(text):
    """`45s` or `2m` as a number."""
    return int(text[:-1]) * {"s": 1, "m": 60}[text[-1]]


def run(*command, environment=None):
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, env={**os.environ, **(environment or {})}
    )


def leadrelay(*arguments, environment=None):
    return run(os.environ["LEADRELAY_BINARY"], *arguments, environment=environment)


def start(*arguments, environment=None):
    """The program, still running; its log is its standard output."""
    return subprocess.Popen(
        [os.environ["LEADRELAY_BINARY"], *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **(environment or {})},
    )  # fmt: skip
