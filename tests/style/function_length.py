#!/usr/bin/env python3
"""No function over 70 lines, no file over 400: function_length.py FOLDER... Prints what is over, exits 1 then."""

import pathlib
import sys

from source_text import functions

MOST_FUNCTION_LINES = 70
MOST_FILE_LINES = 400


def problems(path):
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    if lines > MOST_FILE_LINES:
        yield f"{path}:1: {lines} lines; a file has at most {MOST_FILE_LINES}"
    for first, last, head in functions(text):
        if last - first + 1 > MOST_FUNCTION_LINES:
            yield f"{path}:{first}: {last - first + 1} lines; a function has at most {MOST_FUNCTION_LINES}: {head[:80]}"


def main(folders):
    files = [path for folder in folders for path in sorted(pathlib.Path(folder).rglob("*")) if path.suffix in (".cpp", ".hpp")]
    if not files:
        sys.exit("no source files in " + " ".join(folders))
    found = [problem for path in files for problem in problems(path)]
    print("\n".join(found) or f"{len(files)} files, all functions and files within their bounds")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
