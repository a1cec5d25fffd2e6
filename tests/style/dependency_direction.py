#!/usr/bin/env python3
"""A folder of worker/ includes only folders that its CMake link lists name: dependency_direction.py WORKER. Exits 1 otherwise.

The link lists are the rule, and what a library gets through another does not count. Asio and Beast are for folders that link
leadrelay_asio, librdkafka for those that link it. The lists may form no circle.
"""

import pathlib
import re
import sys

COMMENT = re.compile(r"#[^\n]*")
LIBRARY = re.compile(r"\badd_(?:library|executable)\(\s*(\w+)")
LINKS = re.compile(r"\btarget_link_libraries\(\s*(\w+)([^)]*)\)")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+(["<])([^">]+)[">]', re.M)
OUTSIDE = {"boost/asio": "leadrelay_asio", "boost/beast": "leadrelay_asio", "librdkafka": "PkgConfig::RDKAFKA", "spdlog": "spdlog::spdlog"}


def read_lists(worker):
    """(folder of each library, libraries that each folder links)"""
    folder_of, links = {}, {}
    for lists in sorted(worker.glob("*/CMakeLists.txt")):
        text = COMMENT.sub("", lists.read_text(encoding="utf-8"))
        folder = lists.parent.name
        folder_of.update({library: folder for library in LIBRARY.findall(text)})
        links[folder] = {word for _, words in LINKS.findall(text) for word in words.split()} - {"PUBLIC", "PRIVATE", "INTERFACE"}
    return folder_of, links


def wrong_includes(worker, folder, libraries, allowed):
    """Includes of a folder that its link lists do not name."""
    for path in sorted(p for p in (worker / folder).rglob("*") if p.suffix in (".cpp", ".hpp")):
        for style, name in INCLUDE.findall(path.read_text(encoding="utf-8")):
            target = name.split("/")[0]
            if style == '"' and (worker / target).is_dir() and target not in allowed:
                yield f"{path}: includes {name}, but {folder} does not link a library of {target}/"
            for prefix, library in OUTSIDE.items():
                if style == "<" and name.startswith(prefix) and folder != "base" and library not in libraries:
                    yield f"{path}: includes {name}, but {folder} does not link {library}"


def circles(graph):
    """Folders that depend on themselves through others."""
    for start in sorted(graph):
        reached, ahead = set(), list(graph[start] - {start})
        while ahead:
            folder = ahead.pop()
            if folder not in reached:
                reached.add(folder)
                ahead.extend(graph.get(folder, set()) - {folder})
        if start in reached:
            yield f"{start}: depends on itself through others: {', '.join(sorted(reached))}"


def main(worker):
    folder_of, links = read_lists(worker)
    graph = {folder: {folder_of[library] for library in libraries if library in folder_of} for folder, libraries in links.items()}
    found = list(circles(graph))
    for folder, libraries in links.items():
        found.extend(wrong_includes(worker, folder, libraries, graph[folder] | {folder, "base"}))
    if not folder_of:
        found.append(f"{worker}: no libraries")
    print("\n".join(found) or f"{len(links)} folders include what they link")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
