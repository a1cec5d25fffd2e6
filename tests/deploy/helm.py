"""Helm, through the C interface of its packages: what `helm template` and `helm lint --strict` do."""

import ctypes
import pathlib
import shutil
import tempfile

import yaml

from files import DEPLOY, SHARED_TOOLS

CHART = DEPLOY / "helm" / "leadrelay"
EXAMPLES = sorted((CHART / "examples").glob("*.yaml"))


class Result(ctypes.Structure):
    _fields_ = [(name, ctypes.c_char_p) for name in ("out", "error", "stdout", "stderr")]


def options(**fields):
    """A C structure of these fields in their order: text or a number each."""
    kinds = [(name, ctypes.c_char_p if isinstance(value, str) else ctypes.c_int) for name, value in fields.items()]
    of = type("Options", (ctypes.Structure,), {"_fields_": kinds})
    return of(*(value.encode() if isinstance(value, str) else value for value in fields.values()))


def call(function, given):
    function.restype = Result
    result = function(ctypes.byref(given))
    if result.error:
        raise Refused(result.error.decode())
    return (result.out or b"").decode()


class Refused(Exception):
    """What Helm said instead of rendering."""


LIBRARY = ctypes.CDLL(str(SHARED_TOOLS / "helm" / "helm.so"))


def template(*values, chart=CHART, release="leadrelay", kubernetes="1.31.0"):
    """The text of the chart's objects with values files, or dictionaries, on top of one another."""
    with tempfile.TemporaryDirectory() as directory:
        paths = []
        for index, each in enumerate(values):
            path = each
            if isinstance(each, dict):
                path = pathlib.Path(directory) / f"{index}.yaml"
                path.write_text(yaml.safe_dump(each), encoding="utf-8")
            paths.append(str(path))
        given = options(
            name=release, version="", chart=str(chart), namespace="relay", kubeVersion=kubernetes, dependencyUpdate=0, skipCRDs=0, values="",
            setFiles="", valuesFiles=",".join(paths), certFile="", keyFile="", caFile="", insecureSkipTlsVerify=0, plainHttp=0, keyring="",
            debug=0, repositoryConfig="",
        )  # fmt: skip
        return call(LIBRARY.Template, given)


def render(*values, **more):
    """The chart's objects."""
    return [each for each in yaml.safe_load_all(template(*values, **more)) if each]


def test_pod(*values, **more):
    """The pod of `helm test`: a hook, which Helm leaves out of what it renders unless it is none."""
    with tempfile.TemporaryDirectory() as directory:
        copy = pathlib.Path(directory) / "leadrelay"
        shutil.copytree(CHART, copy)
        hook = copy / "templates" / "tests" / "readyz.yaml"
        text = hook.read_text(encoding="utf-8")
        assert "helm.sh/hook: test\n" in text
        hook.write_text(text.replace("helm.sh/hook: test\n", "helm.sh/none: test\n"), encoding="utf-8")
        return only(render(*values, chart=copy, **more), "Pod")


def lint(values, chart=CHART):
    """Messages of `helm lint --strict` about the chart with a values file, and whether it passes."""
    with tempfile.TemporaryDirectory() as directory:
        copy = pathlib.Path(directory) / "leadrelay"
        shutil.copytree(chart, copy)
        with (copy / "values.yaml").open(encoding="utf-8") as defaults, values.open(encoding="utf-8") as given:
            merged = merge(yaml.safe_load(defaults), yaml.safe_load(given))
        (copy / "values.yaml").write_text(yaml.safe_dump(merged), encoding="utf-8")
        said = call(LIBRARY.Lint, options(path=str(copy), strict=1, quiet=1)).splitlines()
    return said[:-1], said[-1] == "Failed: false"


def merge(below, above):
    """Values on top of others, as Helm puts them."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {key: merge(below[key], above[key]) if key in below and key in above else {**below, **above}[key] for key in {**below, **above}}


def only(objects, kind):
    found = [each for each in objects if each["kind"] == kind]
    assert len(found) == 1, f"{len(found)} objects of kind {kind}"
    return found[0]


def config_of(objects):
    """The worker's configuration among the chart's objects."""
    (text,) = (each["data"]["leadrelay.yaml"] for each in objects if each["kind"] == "ConfigMap" and "leadrelay.yaml" in each["data"])
    return yaml.safe_load(text)
