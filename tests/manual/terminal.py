"""A shell at a terminal, typed at as a person would."""

import os
import pty
import re
import select
import signal
import time

ESCAPES = re.compile(r"\x1b(?:\[[0-9;?>]*[A-Za-z]|\][^\x07]*\x07|[=>()][A-Z0-9]?)")
PROMPT = "READY>"


def shown(text):
    """What is left of it on a screen: a character before a backspace is written over."""
    text = ESCAPES.sub("", text)
    while (clean := re.sub("[^\b]\b", "", text)) != text:
        text = clean
    return text


class Shell:
    def __init__(self, *command, environment):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, {**os.environ, **environment, "TERM": "dumb", "COLUMNS": "200"})
        self.text = ""

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)

    def type(self, text):
        os.write(self.terminal, text.encode())

    def wait_for(self, pattern, within=30):
        """What the terminal shows, up to the end of the pattern, since the last time."""
        deadline = time.monotonic() + within
        while not (found := re.search(pattern, self.text)):
            ready, _, _ = select.select([self.terminal], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError(f"not seen: {pattern}\nin: {self.text!r}")
            self.text = shown(self.text + os.read(self.terminal, 65536).decode(errors="replace"))
        seen, self.text = self.text[: found.end()], self.text[found.end() :]
        return seen

    def run(self, line):
        self.type(line + "\n")
        self.wait_for(PROMPT)
