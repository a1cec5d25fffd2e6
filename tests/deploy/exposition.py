"""What the worker writes to /metrics, read from a sample of it in which every family and every word of a label occurs."""

import collections
import functools
import os
import re

from files import run


def text():
    return run(os.environ["METRICS_SAMPLE"]).stdout


@functools.cache
def families():
    """name: its type, its labels but for a histogram's `le`, and the values of each label."""
    out = {}
    family = None
    for line in text().splitlines():
        if line.startswith("# TYPE "):
            name, kind = line.split()[2:]
            family = out[name] = (kind, set(), collections.defaultdict(set))
        elif not line.startswith("#"):
            for label, value in re.findall(r'[{,]([a-z_]+)="((?:[^"\\]|\\.)*)"', line):
                if label != "le":
                    family[1].add(label)
                    family[2][label].add(value)
    return out


def series():
    """The names that a query may use: a histogram has three."""
    out = set()
    for name, (kind, *_) in families().items():
        out |= {name + suffix for suffix in ("_bucket", "_sum", "_count")} if kind == "histogram" else {name}
    return out


def labels():
    """Every label of a series as Prometheus stores it: the worker's own, and the target's."""
    return {"namespace", "job", "instance", "le"}.union(*(own for _, own, _ in families().values()))
