"""Pages of docs/ whose steps are run, and whose output is what the program prints.

A fenced block ```yaml NAME (or json, text …) is a file that the reader writes under that name. A block ```console holds what the reader types,
behind `$ `, a `> ` for each further line, and what is answered. In an answer `…` stands for anything in a line, alone on a line for any lines;
times, ports and durations are not compared. What only asks is asked again until it is answered as the page says. A line
`On the page at URL: **words**` is what a browser shows there.
"""

import os
import re
import subprocess
import time

FENCE = re.compile(r"^```(?P<language>\w+)(?: +(?P<name>\S+))?\n(?P<body>.*?)^```$|^On the page at (?P<url>\S+): (?P<words>[^\n]*)$", re.M | re.S)
ASKS = re.compile(r"^(?:curl|leadrelay (?:check|explain|providers|dead-letters (?:list|show)))\b")
VARIES = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"), "TIME"),
    (re.compile(r"(127\.0\.0\.1|localhost):\d+"), r"\1:PORT"),
    (re.compile(r"\b\d+(?:\.\d+)? (ms|s)\b"), r"N \1"),
]


def typed(console):
    """(what is typed, answer) of a block."""
    for part in re.split(r"^\$ ", console, flags=re.M)[1:]:
        lines = part.splitlines()
        more = next((at for at, line in enumerate(lines) if at and not line.startswith("> ")), len(lines))
        yield "\n".join([lines[0], *(line[2:] for line in lines[1:more])]), "".join(line + "\n" for line in lines[more:])


def steps(text):
    """(`file`, name, text), (`command`, what is typed, answer) and (`page`, URL, words), in order."""
    for found in FENCE.finditer(text):
        if found["url"]:
            yield "page", found["url"], re.findall(r"\*\*(.*?)\*\*", found["words"])
        elif found["language"] == "console":
            for command, answer in typed(found["body"]):
                yield "command", command, answer
        elif found["name"]:
            yield "file", found["name"], found["body"]


def with_answers(text, answers):
    """The page with other answers, in order."""
    answers = iter(answers)

    def answered(found):
        if found["language"] != "console":
            return found[0]
        body = ""
        for command, _ in typed(found["body"]):
            body += "$ " + command.replace("\n", "\n> ") + "\n" + next(answers)
        return f"```console\n{body}```"

    return FENCE.sub(answered, text)


def comparable(text):
    for pattern, instead in VARIES:
        text = pattern.sub(instead, text)
    return [re.sub(r" +", " ", line.rstrip()) for line in text.splitlines()]


def fits(expected, answered):
    """Whether an answer is the one that the page shows."""
    pattern = ""
    for line in comparable(expected):
        pattern += r"(?:.*\n)*" if line == "…" else ".*".join(re.escape(part) for part in line.split("…")) + r"\n"
    return re.fullmatch(pattern, "".join(line + "\n" for line in comparable(answered))) is not None


class Reader:
    """Does what a page says, in one bash in a folder of its own."""

    def __init__(self, folder, environment=None, instead=None, patience=60):
        """`instead`: what stands in the page, and what is meant here in its place. `patience`: seconds for an answer to come true."""
        self.folder = folder
        self.instead = instead or {}
        self.patience = patience
        self.shell = subprocess.Popen(
            ["bash", "--norc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder,
            env={**os.environ, **(environment or {})}, start_new_session=True,
        )  # fmt: skip
        self.count = 0

    def close(self):
        """Ends the shell and what it has started in the background."""
        self.type("kill $(jobs -p) 2>/dev/null; wait")
        self.shell.stdin.close()
        self.shell.wait()
        self.shell.stdout.close()

    def type(self, command):
        self.count += 1
        end = f"--- answered {self.count}"
        self.shell.stdin.write(f"{command}\necho; echo '{end}'\n")
        self.shell.stdin.flush()
        out = []
        while (line := self.shell.stdout.readline()) != end + "\n":
            if not line:
                raise AssertionError(f"the shell ended at: {command}")
            out.append(line)
        answer = "".join(out).removesuffix("\n")
        return answer if answer.endswith("\n") or not answer else answer + "\n"

    def here(self, text):
        for written, meant in self.instead.items():
            text = text.replace(written, meant)
        return text

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.here(text), encoding="utf-8")

    def ask(self, command, expected):
        """The answer: the one that is expected, or the last one where that does not come."""
        deadline = time.monotonic() + (self.patience if ASKS.match(command) else 0)
        while True:
            answered = self.type(self.here(command))
            for written, meant in self.instead.items():
                answered = answered.replace(meant, written)
            if fits(expected, answered) or time.monotonic() > deadline:
                return answered
            time.sleep(0.2)

    def follow(self, text):
        """Each (command, answer on the page, answer) and (URL, words that have to be there, None)."""
        for kind, what, body in steps(text):
            if kind == "file":
                self.write(what, body)
            elif kind == "page":
                yield self.here(what), body, None
            else:
                yield what, body, self.ask(what, body)
