"""Compiles every .proto and encodes every example in Protobuf text.

    check_protobuf.py PROTOC PROTO_DIR
"""

import pathlib
import subprocess
import sys
import tempfile

MESSAGES = {
    "lead-change": ("leadrelay/v1/lead_change.proto", "leadrelay.v1.LeadChange"),
    "dead-letter": ("leadrelay/v1/dead_letter.proto", "leadrelay.v1.DeadLetter"),
    "delivery-result": ("leadrelay/v1/delivery_result.proto", "leadrelay.v1.DeliveryResult"),
}


def run(protoc, proto, arguments, given=b""):
    done = subprocess.run([protoc, f"-I{proto}", *arguments], input=given, capture_output=True, check=False)
    complaint = done.stderr.decode().strip()
    return done.stdout, complaint or (f"exit {done.returncode}" if done.returncode else None)


def check_example(protoc, proto, path):
    file, message = MESSAGES[path.parent.name]
    encoded, complaint = run(protoc, proto, [f"--encode={message}", file], path.read_bytes())
    if complaint:
        return f"{path}: {complaint}"
    if not encoded:
        return f"{path}: encodes to nothing"
    _, complaint = run(protoc, proto, [f"--decode={message}", file], encoded)
    return f"{path}: {complaint}" if complaint else None


def main():
    protoc, proto = sys.argv[1], pathlib.Path(sys.argv[2])
    files = sorted(str(path.relative_to(proto)) for path in proto.rglob("*.proto"))
    with tempfile.TemporaryDirectory() as folder:
        _, complaint = run(protoc, proto, [f"--descriptor_set_out={folder}/all", *files])
    problems = [complaint] if complaint else []
    examples = sorted((proto / "examples" / "v1").rglob("*.textproto"))
    problems += filter(None, (check_example(protoc, proto, path) for path in examples))
    for contract in MESSAGES:
        if not any(path.parent.name == contract for path in examples):
            problems.append(f"{contract}: has no example in Protobuf text")
        for path in (proto / "examples" / "v1" / contract).glob("*.json"):
            if not path.with_suffix(".textproto").exists():
                problems.append(f"{path}: has no .textproto beside it")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
