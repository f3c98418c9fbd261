"""A command loads only what it uses: the greedy pays for no solver, no graph library and no colour."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.commands import INSTANCES

WATCH = """
import sys
from placer.cli import main
try:
    main()
finally:
    print(*sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""
HEAVY = {"ortools", "pandas", "networkx", "rich"}
RFC_C = str(INSTANCES / "rfc-c.json")


def loaded(*words: str) -> set[str]:
    command = [sys.executable, "-c", WATCH, *words]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" not in ran.stderr
    return set(ran.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("words", "absent"),
    [
        (("solve", RFC_C, "--strategy", "first-fit"), HEAVY | {"jsonschema", "hypothesis"}),
        (("solve", RFC_C, "--strategy", "first-fit", "--format", "rfc"), HEAVY),
        (("solve", RFC_C, "--strategy", "first-fit-decreasing", "--format", "json"), HEAVY),
        (("solve", RFC_C), HEAVY),
        (("check", RFC_C, "missing.json"), HEAVY),
        (("schema",), HEAVY),
        (("--version",), HEAVY),
    ],
)
def test_a_command_does_not_load_what_it_does_not_use(words: tuple[str, ...], absent: set[str]) -> None:
    assert not absent & loaded(*words)


def test_the_model_is_loaded_where_it_is_used() -> None:
    modules = loaded("solve", str(INSTANCES / "opteron-8n.json"), "--strategy", "cpsat")
    assert "ortools" in modules
    assert not (HEAVY - {"ortools"}) & modules
