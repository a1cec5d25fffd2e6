#!/usr/bin/env python3
"""Writes what the fuzzers start from into corpus/: the golden examples, the definitions, the sample configurations, providers' answers.

Run it where one of those has changed; needs protoc. Its files are named `seed-...`; it removes those that it no longer writes.
"""

import base64
import json
import pathlib
import re
import subprocess
import textwrap
import zlib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
EXAMPLES = ROOT / "proto/examples/v1"
# An account of accounts.cpp as the first byte of a record.
ACCOUNTS = {"perch": b"0", "leadpro": b"1", "octanist": b"2", "leadping": b"3", "orwel": b"4"}
PROVIDERS = list(ACCOUNTS)


def account_of(stem):
    return ACCOUNTS.get(stem, b"5")


def json_records():
    for path in sorted((EXAMPLES / "lead-change").glob("*.json")):
        yield path.stem, account_of(path.stem) + path.read_bytes()
    for path in sorted((EXAMPLES / "invalid/lead-change").glob("*.json")):
        yield path.stem, b"0" + path.read_bytes()
    event = (EXAMPLES / "lead-change/cloudevent.json").read_bytes()
    yield "cloudevent-by-content-type", b"P" + event
    yield "every-account-has-settings", b"6" + (EXAMPLES / "lead-change/leadpro.json").read_bytes()
    yield "leadping-with-settings", b"8" + (EXAMPLES / "lead-change/leadping.json").read_bytes()


def protobuf_records():
    for path in sorted((EXAMPLES / "lead-change").glob("*.textproto")):
        encode = ["protoc", "--encode=leadrelay.v1.LeadChange", f"-I{ROOT / 'proto'}", "leadrelay/v1/lead_change.proto"]
        binary = subprocess.run(encode, input=path.read_bytes(), stdout=subprocess.PIPE, check=True).stdout
        yield path.stem, account_of(path.stem) + binary
        yield path.stem + "-with-settings", bytes([account_of(path.stem)[0] + 5]) + binary


def definitions():
    for folder in ("worker/providers", "tests/unit/providers/data"):
        for path in sorted((ROOT / folder).glob("*.yaml")):
            yield path.stem, path.read_bytes()
    start = "name: a\nbase_url: https://a.example\ncall: { method: PATCH, path: \"/l/{id}?e={email}\" }\nauth: { header: K }\n"
    yield "aliases", (start + "lead: &l { one_of: [id] }\nfields: { note: &n { to: /a/0/b }, email: *n, phone: *l }\n").encode()
    yield "anchor-in-itself", (start + "lead: &l { one_of: [*l] }\nfields: &f { note: *f }\n").encode()
    yield "everything-wrong", b"nam: a\nfields: [1, {a: 2}]\nlimits: { requests: -1 }\nlead: ~\nanswers: { rules: [{status: 600-1}] }\n"
    yield "tags", (start + "fields: { note: { to: \"/\\u00e9~1~0\", enum: [!!str 1, 'it''s', \"\\x41\"], characters: ..5 } }\n").encode()
    yield "two-documents", b"name: a\n---\nname: b\n"


def configurations():
    yield "compose", (ROOT / "deploy/compose/leadrelay.yaml").read_bytes()
    values = (ROOT / "deploy/helm/leadrelay/examples/production.yaml").read_text(encoding="utf-8")
    yield "kubernetes", textwrap.dedent(re.search(r"^config:\n((?:  .*\n)+)", values, re.M)[1]).encode()
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/configuration.md").read_text(encoding="utf-8"), re.S)
    for index, block in enumerate(blocks):
        yield f"documented-{index}", block.encode()
    start = "kafka: { bootstrap.servers: b, group.id: g }\ntopics: { lead_changes: [t], dead_letters: d }\n"
    yield "variables", (start + """accounts:
  a: &a { provider: perch, credential: "${HOME}$${HOME}${NOT_SET:-0123456789abcdef}", defaults: { resourceId: "${HOME:-x}${" } }
  ${HOME}: *a
threads: ${NOT_SET:-2} # ${NOT_SET}
memory: ${NOT_SET}
grace: ${NOT SET}
log: { level: "${A:-${B}}", format: ${NOT_SET:-text} }
""").encode()
    yield "every-account-key", (start + """accounts:
  a:
    provider: leadping
    base_url: "http://[::1]:8080/p"
    credential: 0123456789abcdef-literal
    limits: [ { requests: 5, per: 1s }, { requests: 100, per: 1h } ]
    concurrency: 4
    defaults: { contact: { firstName: A }, height: 1.5, address: { line1: "1" } }
    ignore: [note]
    require: [first_name]
    clear: omit
    unknown_outcome: retry
    retry: { attempts: 2, first_wait: 1ms, longest_wait: 1s, give_up_after: 1d, longest_retry_after: 5m }
    timeouts: { connect: 1s, answer: 10m }
    tls: { ca: ca.pem, certificate: c.pem, key: k.pem }
    largest_answer: 64KiB
    merging: false
    trace_context: false
    park: { after: 5m, changes: 2000, bytes: 16MiB }
  b: { provider: perch, credential: { env: B }, park: false }
admin: { listen: "[::1]:0" }
log: { format: json, level: debug }
tracing: { endpoint: "https://[::1]:4318/otlp", service_name: s, headers: { A: { env: B }, C: 1 }, sampling: { ratio: 0.5, parent_based: false }, queue: 1, interval: 1s, timeout: 1ms, tls: { ca: c } }
threads: 2
memory: 16MiB
max_record: 1KiB
grace: 0s
order_by: lead
providers_dir: definitions
""").encode()
    yield "everything-wrong", b"kafka: [1]\ntopic: {}\naccounts: { 'a b': { provider: perhc, limits: 5, credential: } }\nthreads: 0\n"
    yield "alias-in-itself", (start + "accounts: &a\n  a: { provider: perch, credential: K, defaults: &d { email: *d } }\n").encode()
    yield "tab", b"kafka:\n\tgroup.id: g\n"


def answer(status, body="", headers=(), chunked=False):
    lines = [f"HTTP/1.1 {status} X", "Content-Type: application/json", *headers]
    if chunked:
        lines.append("Transfer-Encoding: chunked")
        body = f"{len(body):x};a=1\r\n{body}\r\n0\r\nX-Trailer: 1\r\n\r\n"
    else:
        lines.append(f"Content-Length: {len(body.encode())}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def answers():
    """Definition, how it arrives, piece, secret's size, secret, bytes: see provider_answer_fuzz.cpp."""
    secret = b"client@acme.example"

    def put(definition, how, what, piece=255, hidden=secret):
        return bytes([definition, how, piece, len(hidden)]) + hidden + what

    told = {
        "perch": [(200, {"data": {"id": "38owigkM"}}), (422, {"message": "Invalid", "fields": {"email": [{"code": "email"}]}}),
                  (429, {"message": "Quota"}), (500, {"message": "Oops, client@acme.example \u00fc\u2028\ud83d\ude00"})],
        "leadpro": [(200, None), (422, {"message": "m"})],
        "octanist": [(200, {"success": True, "data": {"leadId": "lead_abc123", "leadsUpdated": 1, "message": "ok"}, "meta": {}}),
                     (200, {"success": False, "error": {"code": "X", "message": "no", "details": []}}),
                     (400, {"success": False, "error": {"code": "VALIDATION_ERROR", "message": "Invalid JSON or missing identifier"}}),
                     (409, {"success": False, "error": {"code": "CONFLICT", "message": "Multiple leads match; provide a more specific"}})],
        "leadping": [(400, {"type": "https://x/y", "title": "Bad Request", "status": 400, "detail": "contact is missing"}),
                     (429, {"title": "Too Many Requests", "detail": "300 per 60 s"})],
        "orwel": [(400, {"error": "bad_request", "message": "company_id"}), (429, {"error": "rate_limited", "message": "slow down"})],
    }
    for name, all_of in told.items():
        for status, body in all_of:
            text = "" if body is None else json.dumps(body)
            yield f"{name}-{status}-{len(text)}", put(PROVIDERS.index(name), 0, answer(status, text, chunked=status == 429))
    limits = ["X-RateLimit-Limit: 1000", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1795255210", "Retry-After: 3"]
    yield "orwel-limits", put(4, 8, answer(429, '{"error":"rate_limited"}', limits), 7)
    yield "draft-apart", put(5, 0, answer(200, "", ['RateLimit-Limit: 100, 100;w=60;comment="a, b", 5000;w=3600', "RateLimit-Remaining: 50",
                                                    "RateLimit-Reset: 5"]))
    yield "draft-combined", put(6, 0, answer(200, "", ["RateLimit: limit=100, remaining=50, reset=0.25"]))
    yield "draft-structured", put(6, 0, answer(200, "", ['RateLimit: "burst";r=50;t=3, "day";r=20;t=4000;pk=:cHsdsRa894==:',
                                                         "RateLimit: \"hour\";r=0",
                                                         'RateLimit-Policy: "burst";q=100;w=10, "hour";q=5000;w=3600']))
    yield "unix-seconds", put(7, 0, answer(429, "", ["X-Remaining: 0", "X-Reset: 1795255210", "Date: Sat, 21 Nov 2026 09:58:00 GMT"]))
    yield "unix-milliseconds", put(8, 0, answer(500, '{"n":1}', ["X-Remaining: 1", "X-Reset: 1795255210250"]))
    yield "retry-after-date", put(0, 8, answer(503, "", ["Retry-After: Sat, 21 Nov 2026 10:00:30 GMT"]))
    yield "redirect", put(1, 0, answer(302, "", ["Location: https://u:sk_live_0123456789abcdef@h.example/amya@client.example?x#y"]))
    yield "interim", put(2, 0, b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer(200, "{}"), 1)
    yield "until-closed", put(5, 0, b'HTTP/1.0 400 Bad\r\n\r\n{"errors":[{"code":"LATER","message":"sk_live_0123456789ABCDEF"}]}')
    yield "closed-roughly", put(5, 1, b"HTTP/1.1 200 OK\r\n\r\nhello")
    yield "head", put(0, 4, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
    yield "no-http", put(3, 0, b"\x16\x03\x01\x02\x00")
    yield "html", put(3, 0, answer(502, "<html>Bad gateway \xe9 client@acme.example</html>"))


def offset_maps():
    def committed(number):
        return number.to_bytes(8, "little")

    yield "text", b"0" + committed(5) + b"lr1.AAAAAAAAAAA="
    yield "body-runs", b"1" + committed(5) + bytes([0, 2, 0, 3, 0, 1, 4, 200, 1, 1])
    yield "body-bits", b"1" + committed(1 << 40) + bytes([0, 0, 1, 0xAA, 0x55, 0xF0, 0x01])
    yield "map", b"2" + committed(100) + bytes([3, 0, 1, 255, 0, 0, 5, 2, 255, 9, 0, 255])
    yield "map-of-many", b"2" + committed(0) + bytes([128]) + bytes(range(128)) + bytes(i * 7 % 256 for i in range(3000))
    yield "map-of-singles", b"2" + committed(7) + bytes([0]) + bytes(3000)
    yield "map-at-the-end", b"2" + committed((1 << 61) - 1) + bytes([1, 255, 255, 255, 255, 255])


def replay_books():
    """What the rest is, then that: see replay_book_fuzz.cpp."""

    def note(partition, first, body, last, time_ms):
        checksum = zlib.crc32(first.to_bytes(8, "little") + body).to_bytes(4, "little")
        return f"dead/{partition}/{first} lr1.{base64.b64encode(checksum + body).decode()} {last} {time_ms}\n".encode()

    runs = bytes([0, 0, 0, 1, 3, 2, 1])  # nobody's, nothing started, as runs: offsets 0 to 2 and 5 of the page
    bits = bytes([0, 0, 1, 0xAA, 0x55, 0xF0, 0x01])
    notes = note(0, 0, runs, 5, 1795255200000) + note(1, 8192, runs, 8197, 7) + note(0, 1 << 40, runs, (1 << 40) + 5, 0)
    yield "notes", b"0" + notes + b"dead/last 0123456789abcdef-7\nother/last x\nother/0/0 x\n"
    yield "notes-taken-back", b"0" + notes + b"dead/0/0\n"
    yield "note-of-another-page", b"0" + note(0, 8192, runs, 8197, 7).replace(b"/8192", b"/0")
    yield "note-at-the-end", b"0" + note(0, (1 << 63) - 8192, runs, (1 << 63) - 8187, 7)
    yield "page-of-runs", b"1" + bytes([0, 0, 5]) + runs
    yield "page-of-bits", b"1" + bytes([255, 0, 23]) + bits
    yield "page-that-is-full", b"1" + bytes([1, 31, 255]) + bytes([0, 0, 0, 1, 0x80, 0x40])
    yield "page-that-is-too-long", b"1" + bytes([1, 32, 0]) + bytes([0, 0, 0, 1, 0x81, 0x40])
    yield "letters", b"2" + bytes([0, 0, 0, 5, 9, 1, 2, 31, 255, 8, 3, 255, 7, 7, 7, 0, 0, 0, 6, 1])


def trace_contexts():
    ids = b"0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"
    yield "sampled", b"00-" + ids + b"-01"
    yield "random", b"00-" + ids + b"-03\ncongo=t61rcWkgMzE, rojo=00f067aa0ba902b7\n\ntenant@system=1"
    yield "later-version", b"cc-" + ids + b"-01-what-the-future-will-be-like\na=1"
    yield "zeros", b"00-00000000000000000000000000000000-0000000000000000-00"
    yield "long-state", b"00-" + ids + b"-00\n" + b",".join(b"k%d=" % i + b"v" * 40 for i in range(20)) + b",l=" + b"v" * 200
    yield "header-of-another", b"00-" + ids + b"-00\na=1\r\nAuthorization: x"


TARGETS = {
    "decode_json": json_records,
    "decode_protobuf": protobuf_records,
    "compile_definition": definitions,
    "load_configuration": configurations,
    "provider_answer": answers,
    "offset_map": offset_maps,
    "replay_book": replay_books,
    "trace_context": trace_contexts,
}


def main():
    for target, seeds in TARGETS.items():
        folder = HERE / "corpus" / target
        folder.mkdir(parents=True, exist_ok=True)
        written = {folder / f"seed-{name}": content for name, content in seeds()}
        for path in folder.glob("seed-*"):
            if path not in written:
                path.unlink()
        for path, content in written.items():
            if not path.exists() or path.read_bytes() != content:
                path.write_bytes(content)


if __name__ == "__main__":
    main()
