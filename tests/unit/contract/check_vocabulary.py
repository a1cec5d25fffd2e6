"""Compares what is said of the canonical vocabulary in four places: names, which providers take each and where, and what is sensitive.

    check_vocabulary.py PROTO_DIR PROVIDERS_DIR

The places are vocabulary.md, the JSON schema of lead changes, vocabulary.hpp and the definitions (*.yaml). A part of an object
(`phone.lookup.id`) that has no row of its own in vocabulary.md belongs to the nearest one above it.
"""

import json
import pathlib
import re
import sys

import yaml


def read_rows(text):
    """Of each row the providers that it names, with pointer and note, and whether it is sensitive."""
    rows = {}
    for name, where, sensitive in re.findall(r"^\| `([a-z0-9_.]+)` \|.*\| ([^|]*) \| (yes)? *\|$", text, re.MULTILINE):
        places = re.findall(r"([A-Z][\w.]+): (/[\w/]+)(?: \(([^<]*)\))?", where)
        rows[name] = {"places": {title: (pointer, note) for title, pointer, note in places}, "sensitive": sensitive == "yes"}
    return rows


def read_code(text):
    return {name: sensitive != "" for name, sensitive in re.findall(r'canonical_name\{"([a-z0-9_.]+)"(, true)?\}', text)}


def schema_names(properties, above=""):
    for name, part in properties.items():
        yield above + name
        yield from schema_names(part.get("properties", {}), above + name + ".")


def row_of(rows, name):
    while name and name not in rows:
        name = name.rpartition(".")[0]
    return name or None


def numbers(text):
    return sorted(int(number.replace(",", "")) for number in re.findall(r"\b\d[\d,]*", text))


def check_field(rows, title, name, field, others):
    """One field of a definition against its row."""
    row = row_of(rows, name)
    if row is None:
        yield "has no row in vocabulary.md"
        return
    if field.get("sensitive", False) != rows[row]["sensitive"]:
        yield f"is sensitive: {field.get('sensitive', False)}, the row `{row}` says otherwise"
    if title not in rows[row]["places"]:
        yield f"the row `{row}` does not name the provider"
        return
    pointer, note = rows[row]["places"][title]
    has_parts = any(other.startswith(row + ".") for other in others)
    if field["to"] != pointer and not (has_parts and field["to"].startswith(pointer + "/")):
        yield f"goes to {field['to']}, the row says {pointer}"
    if row != name:
        return
    if field.get("append", False) != ("append" in note):
        yield "vocabulary.md and the definition differ in whether it is appended"
    if numbers(note) != numbers(f"{field.get('characters', '')} {field.get('json_bytes', '')}".replace("..", " ")):
        yield f"the row's bounds are ({note})"


def check_definition(rows, definition):
    title, fields = definition["title"], definition["fields"]
    for name, field in fields.items():
        for problem in check_field(rows, title, name, field, fields):
            yield f"{definition['name']}.yaml: {name}: {problem}"
    taken = {row_of(rows, name) for name in fields}
    for name, row in rows.items():
        if title in row["places"] and name not in taken:
            yield f"vocabulary.md: `{name}` names {title}, whose definition does not take it"


def check_code(rows, code, schema):
    named = set(schema_names({name: schema["$defs"][name] for name in schema["$defs"]["fields"]["properties"]}))
    if named != set(code):
        yield f"vocabulary.hpp and the schema differ in {sorted(named ^ set(code))}"
    for name, sensitive in code.items():
        row = row_of(rows, name)
        if row is None:
            yield f"vocabulary.hpp: {name}: has no row in vocabulary.md"
        elif rows[row]["sensitive"] != sensitive:
            yield f"vocabulary.hpp: {name} is sensitive: {sensitive}, the row `{row}` says otherwise"
    for name in sorted(set(rows) - set(code)):
        yield f"vocabulary.md: `{name}` is not in vocabulary.hpp"
    for name in schema["$defs"]["fields"]["properties"]:
        if schema["$defs"][name].get("x-sensitive", False) != code.get(name):
            yield f"lead-change.schema.json: {name}: vocabulary.hpp says otherwise of x-sensitive"


def main():
    proto, providers = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    rows = read_rows((proto / "vocabulary.md").read_text())
    schema = json.loads((proto / "schema" / "v1" / "lead-change.schema.json").read_text())
    definitions = [yaml.safe_load(path.read_text()) for path in sorted(providers.glob("*.yaml"))]
    problems = list(check_code(rows, read_code((providers / "vocabulary.hpp").read_text()), schema))
    for definition in definitions:
        problems += check_definition(rows, definition)
    titles = {definition["title"] for definition in definitions}
    for name, row in rows.items():
        problems += [f"vocabulary.md: `{name}` names {title}, which is no provider" for title in sorted(set(row["places"]) - titles)]
    if len(definitions) != 5 or len(rows) < 50:
        problems.append(f"found {len(definitions)} definitions and {len(rows)} rows")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
