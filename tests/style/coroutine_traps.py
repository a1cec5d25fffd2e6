#!/usr/bin/env python3
"""No co_await as an operand of `&&`, `||` or `?:`: coroutine_traps.py FOLDER... Exits 1 where there is one.

g++ 12 evaluates it whatever the first operand is: `while (!done() && co_await next())` waits though it is done. An `if` around it is right.
"""

import pathlib
import re
import sys

from source_text import blank_literals

OPENING, CLOSING = "([{", ")]}"


def is_operand(text, place):
    """Whether the co_await at `place` comes after `&&`, `||`, `?` or `:` of its own expression."""
    depth = 0
    for i in range(place - 1, 0, -1):
        character = text[i]
        if character in CLOSING:
            if character == "}" and depth == 0:
                return False
            depth += 1
        elif character in OPENING:
            if depth == 0:
                return False
            depth -= 1
        elif depth == 0 and character in ";,":
            return False
        elif depth == 0 and (text[i - 1 : i + 1] in ("&&", "||") or character == "?"):
            return True
    return False


def problems(path):
    text = blank_literals(path.read_text(encoding="utf-8"))
    for found in re.finditer(r"\bco_await\b", text):
        if is_operand(text, found.start()):
            yield f"{path}:{text.count(chr(10), 0, found.start()) + 1}: co_await as an operand of &&, || or ?:"


def main(folders):
    files = [path for folder in folders for path in sorted(pathlib.Path(folder).rglob("*")) if path.suffix in (".cpp", ".hpp")]
    found = [problem for path in files for problem in problems(path)]
    print("\n".join(found) or f"{len(files)} files without a trap")
    sys.exit(1 if found or not files else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
