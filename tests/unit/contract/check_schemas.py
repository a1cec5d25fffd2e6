"""Checks the published schemas and every example against them.

    check_schemas.py PROTO_DIR

Valid examples pass, invalid ones are refused by the schema or by strict reading (RFC 8259 without keys that stand twice, lone surrogates
or nesting beyond 64 levels), and the vocabulary, the schema and the .proto name the same fields.
"""

import datetime
import json
import pathlib
import re
import sys

import jsonschema

MOST_LEVELS = 64
formats = jsonschema.FormatChecker(formats=())


@formats.checks("date-time")
def is_date_time(value):
    if not isinstance(value, str):
        return True
    shape = re.fullmatch(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", value)
    if not shape:
        return False
    try:
        datetime.datetime.strptime(value[:19].upper(), "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return False
    return True


@formats.checks("date")
def is_date(value):
    if not isinstance(value, str):
        return True
    try:
        datetime.datetime.strptime(value, "%Y-%m-%d")
    except ValueError:
        return False
    return len(value) == 10


@formats.checks("uuid")
def is_uuid(value):
    return not isinstance(value, str) or re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value) is not None


def object_of(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("a key stands twice")
    return dict(pairs)


def refuse_constant(name):
    raise ValueError(f"{name} is no JSON")


def levels(value):
    if isinstance(value, dict):
        return 1 + max(map(levels, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(levels, value), default=0)
    return 0


def read_strictly(raw):
    value = json.loads(raw.decode("utf-8"), object_pairs_hook=object_of, parse_constant=refuse_constant)
    json.dumps(value, ensure_ascii=False).encode("utf-8")  # raises for lone surrogates
    if levels(value) > MOST_LEVELS:
        raise ValueError("nested too deeply")
    return value


def event_of(value):
    """The lead change in a structured CloudEvent, or the value itself."""
    return value["data"] if isinstance(value, dict) and "specversion" in value and "data" in value else value


def problem_of(raw, validator, contract):
    try:
        value = read_strictly(raw)
    except ValueError as error:
        return f"unreadable: {error}"
    if contract == "lead-change":
        value = event_of(value)
    error = jsonschema.exceptions.best_match(validator.iter_errors(value))
    return None if error is None else f"{error.json_path}: {error.message}"


def check_examples(proto, contract, validator):
    examples = proto / "examples" / "v1"
    valid = sorted((examples / contract).glob("*.json"))
    invalid = sorted((examples / "invalid" / contract).glob("*.json"))
    if not valid or not invalid:
        yield f"{contract}: has no examples"
    for path in valid:
        found = problem_of(path.read_bytes(), validator, contract)
        if found:
            yield f"{path.name} is valid, but the schema refuses it: {found}"
    for path in invalid:
        found = problem_of(path.read_bytes(), validator, contract)
        if not found:
            yield f"{path.name} is invalid, but passes"
        elif found.startswith("unreadable") != is_for_the_reader(path.name):
            yield f"{path.name} is refused, but elsewhere than expected: {found}"


def is_for_the_reader(name):
    """Whether strict reading must refuse the example, not the schema."""
    return name.startswith("undecodable.") or "key-twice" in name or "no-value" in name


def check_names(proto, schema):
    defined = set(schema["$defs"]) - {"fields"}
    if set(schema["$defs"]["fields"]["properties"]) != defined:
        yield "lead-change.schema.json: `fields` and `$defs` name different fields"
    rows = dict(re.findall(r"^\| `([a-z0-9_.]+)` \|.*\| (yes)? *\|$", (proto / "vocabulary.md").read_text(), re.MULTILINE))
    listed = {name for name in rows if "." not in name}
    if listed != defined:
        yield f"vocabulary.md and the schema differ in {sorted(listed ^ defined)}"
    for name in listed & defined:
        if (rows[name] == "yes") != schema["$defs"][name].get("x-sensitive", False):
            yield f"vocabulary.md and the schema differ in whether {name} is sensitive"
    text = (proto / "leadrelay" / "v1" / "lead_change.proto").read_text()
    body = re.search(r"message LeadFields \{(.*?)\n\}", text, re.DOTALL).group(1)
    fields = set(re.findall(r"^  (?:optional |repeated )?[\w.]+ (\w+) = \d+;", body, re.MULTILINE)) - {"cleared", "others"}
    if fields != defined:
        yield f"lead_change.proto and the schema differ in {sorted(fields ^ defined)}"


def check_reasons(proto, schemas):
    words = re.findall(r"^  REASON_(\w+) = [1-9]", (proto / "leadrelay" / "v1" / "reason.proto").read_text(), re.MULTILINE)
    words = [word.lower() for word in words]
    headers = schemas["dead-letter"]["properties"]["headers"]["properties"]
    if headers["leadrelay.reason"]["enum"] != words or schemas["delivery-result"]["properties"]["reason"]["enum"] != words:
        yield "the schemas and reason.proto list different reasons"


def main():
    proto = pathlib.Path(sys.argv[1])
    problems, schemas = [], {}
    for path in sorted((proto / "schema" / "v1").glob("*.schema.json")):
        contract = path.name.removesuffix(".schema.json")
        schema = schemas[contract] = json.loads(path.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema, format_checker=formats)
        problems += check_examples(proto, contract, validator)
    if set(schemas) != {"lead-change", "dead-letter", "delivery-result"}:
        problems.append(f"expected three schemas, found {sorted(schemas)}")
    problems += check_names(proto, schemas["lead-change"])
    problems += check_reasons(proto, schemas)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
