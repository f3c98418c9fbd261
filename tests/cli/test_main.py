"""What every command shares, seen from outside the process: exit codes, pipes, terminals, defects."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.support.commands import ENTRY, INSTANCES, placer, placer_process

RFC_C = str(INSTANCES / "rfc-c.json")
ESCAPE = "\x1b["

BREAKS = """
import placer.solving.pipeline
from placer.cli import main

def broken(*_args, **_options):
    raise {error}

placer.solving.pipeline.solve = broken
main()
"""

LEAVES = """
import time
from threading import Event
import placer.solving.pipeline
from placer.assignment.leaving import Stop, call, unbroken
from placer.cli import main

solve = placer.solving.pipeline.solve

def leaving(*args, **options):
    def work():
        with unbroken():
            time.sleep(50)
    call(work, Stop(Event()), lambda: 0.0)
    return solve(*args, **options)

placer.solving.pipeline.solve = leaving
main()
"""


def test_the_version_is_that_of_the_package() -> None:
    ran = placer("--version")

    assert (ran.code, ran.out, ran.err) == (0, f"placer {version('placer')}\n", "")


def test_no_command_at_all_shows_the_help_and_is_a_matter_of_usage() -> None:
    ran = placer()

    assert ran.code == 2
    assert "Usage: " in ran.out + ran.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("solve", RFC_C), 0),
        (("solve", str(INSTANCES / "rfc-i.json")), 1),
        (("solve", "missing.json"), 2),
        (("solve", RFC_C, "--strategy", "first-fit"), 3),
    ],
)
def test_the_exit_codes_reach_the_shell(words: tuple[str, ...], code: int) -> None:
    ran = placer_process(*words)

    assert ran.code == code
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("error", ["placer.Defect('a promise is broken')", "ZeroDivisionError('by nobody')"])
def test_a_defect_keeps_its_traceback_and_ends_with_70(error: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "import placer\n" + BREAKS.format(error=error), "solve", RFC_C],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.returncode, ran.stdout) == (70, "")
    assert "Traceback (most recent call last)" in ran.stderr
    assert ran.stderr.endswith("error: this is a defect in placer; please report it with the lines above\n")


def test_a_reader_that_leaves_early_changes_neither_exit_code_nor_standard_error() -> None:
    process = subprocess.Popen([*ENTRY, "solve", RFC_C], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    _, said = process.communicate(timeout=60)

    assert (process.returncode, said) == (0, b"")


def test_a_full_disk_under_standard_output_is_an_error_of_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        process = subprocess.run([*ENTRY, "solve", RFC_C], stdout=full, stderr=subprocess.PIPE, check=False)

    assert (process.returncode, process.stderr) == (2, b"error: <stdout>: cannot be written: No space left on device\n")


def closed_stdout(*words: str) -> tuple[int, bytes]:
    """Run placer with a standard output that was closed before it began."""
    shell = ["sh", "-c", 'exec "$@" >&-', "sh", *ENTRY, *words]
    ran = subprocess.run(shell, capture_output=True, check=False)
    return ran.returncode, ran.stderr


@pytest.mark.parametrize(
    "words",
    [("--help",), ("--version",), ("schema",), ("solve", RFC_C, "-q"), ("compare", RFC_C, "-q"), ("host", RFC_C, "-q")],
)
def test_an_answer_for_a_closed_standard_output_is_refused(words: tuple[str, ...]) -> None:
    assert closed_stdout(*words) == (2, b"error: <stdout>: cannot be written: it is closed\n")


def test_a_file_needs_no_standard_output(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    assert closed_stdout("solve", RFC_C, "-q", "--format", "json", "-o", str(path))[0] == 0
    assert path.read_text(encoding="utf-8").startswith("{")


def test_a_help_that_cannot_be_written_is_no_defect() -> None:
    with Path("/dev/full").open("wb") as full:
        process = subprocess.run([*ENTRY, "--help"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (process.returncode, process.stderr) == (2, b"error: <stdout>: cannot be written: No space left on device\n")


def test_other_closed_standard_streams_do_no_harm() -> None:
    for closed in ("<&-", "2>&-"):
        shell = f'exec "$0" -c "$1" solve "$2" --format xl {closed}'
        ran = subprocess.run(["sh", "-c", shell, *ENTRY[::2], RFC_C], capture_output=True, check=False)
        assert ran.returncode == 0, closed
        assert ran.stdout.startswith(b"# The NUMA part of a guest")
        assert b"Traceback" not in ran.stderr


def test_names_are_written_as_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    text = Path(RFC_C).read_text(encoding="utf-8").replace('"vm"', '"données"')
    (tmp_path / "instance.json").write_text(text, encoding="utf-8")

    ran = placer_process(
        "solve", "instance.json", "--format", "xl", cwd=tmp_path, env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )

    assert ran.code == 0
    assert 'name = "données"' in ran.out


def on_terminal(**environment: str) -> str:
    """Run a solve whose standard output is a terminal, and give what it shows."""
    inner, outer = pty.openpty()
    process = subprocess.Popen(
        [*ENTRY, "solve", RFC_C], stdout=outer, stderr=subprocess.PIPE, env={**os.environ, **environment}
    )
    os.close(outer)
    shown = b""
    try:
        while data := os.read(inner, 4096):
            shown += data
    except OSError:  # how a terminal says that the other side has gone
        pass
    os.close(inner)
    assert process.wait(60) == 0
    assert process.stderr is not None
    process.stderr.close()
    return shown.decode()


def test_colour_is_for_terminals_that_want_it() -> None:
    coloured, plain = on_terminal(TERM="xterm", NO_COLOR=""), on_terminal(TERM="xterm", NO_COLOR="1")

    assert ESCAPE in coloured
    assert ESCAPE not in plain
    first = plain.splitlines()[0]
    assert first.startswith("OPTIMAL: mean access distance 15.00; placed, and proved")


def test_a_pipe_gets_no_colour_even_where_it_is_forced() -> None:
    ran = placer_process("solve", RFC_C, env={**os.environ, "FORCE_COLOR": "1"})

    assert ESCAPE not in ran.out
    assert re.match(r"OPTIMAL: .*\n\nCosts, highest tier first\n  tier  terms ", ran.out)


@pytest.mark.parametrize(("name", "code", "first"), [("rfc-c", 0, "OPTIMAL: "), ("rfc-i", 1, "INFEASIBLE: ")])
def test_a_command_does_not_wait_for_a_solver_that_it_left(name: str, code: int, first: str) -> None:
    words = [sys.executable, "-c", LEAVES, "solve", str(INSTANCES / f"{name}.json")]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=40, check=False)
    assert (ran.returncode, ran.stderr) == (code, "")
    assert ran.stdout.startswith(first)
