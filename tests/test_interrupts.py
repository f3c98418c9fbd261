"""Ctrl-C of the command, from the first line of placer on, sent to processes of their own at many moments."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from placer import interrupts
from tests.support.commands import INSTANCES

FIRST_IMPORT = """
import sys

class Telltale:
    def find_spec(self, name, *_rest):
        if name == "placer.api":  # what placer imports first once Ctrl-C is in hand
            print("go", file=sys.stderr, flush=True)

sys.meta_path.insert(0, Telltale())
"""
RUN = "from placer.cli import main; main()"
LIBRARY = "import placer, signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"


@pytest.mark.parametrize("delay_ms", [*range(0, 400, 40), 500, 700])
def test_ctrl_c_ends_the_command_without_an_answer_or_a_traceback(delay_ms: int) -> None:
    """An instance that takes seconds; a search that was stopped may have a placement to show, which is exit 0."""
    words = [sys.executable, "-c", FIRST_IMPORT + RUN, "solve", str(INSTANCES / "rfc-c.json"), "--strategy", "cpsat"]
    with subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 (no threads)
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == b"go\n"
        time.sleep(delay_ms / 1000)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode in {0, 3}, told
    assert delay_ms > 0 or process.returncode == 3
    assert told.endswith(b"UNKNOWN: interrupted before there was an answer\n") or process.returncode == 0
    assert b"Traceback" not in told
    assert b"Exception ignored" not in told


def test_limits_of_the_command_count_from_its_first_line_and_those_of_a_program_do_not() -> None:
    code = "import time, sys; before = time.perf_counter(); from placer import cli, interrupts; time.sleep(0.1)"
    inside = f"{code}; print(before <= interrupts.started() <= time.perf_counter() - 0.1)"
    assert subprocess.check_output([sys.executable, "-c", f"{inside}  # placer.cli"]) == b"True\n"
    outside = "import placer; from placer import interrupts; print(interrupts.started())"
    assert subprocess.check_output([sys.executable, "-c", outside]) == b"None\n"


def test_a_program_that_uses_the_library_keeps_its_ctrl_c() -> None:
    assert subprocess.check_output([sys.executable, "-c", LIBRARY]) == b"True\n"


def test_a_ctrl_c_that_is_ignored_stays_ignored() -> None:
    code = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); {RUN}"
    shell = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-c", code, "--version"]
    assert subprocess.run(shell, capture_output=True, check=False).returncode == 0


def test_without_a_standard_error_it_ends_all_the_same() -> None:
    code = "from placer import interrupts; interrupts.end()"
    shell = ["sh", "-c", 'exec "$@" 2>&-', "sh", sys.executable, "-c", code]
    assert subprocess.run(shell, check=False).returncode == interrupts.NO_ANSWER


def test_within_this_process_nothing_changes() -> None:
    before = signal.getsignal(signal.SIGINT)
    interrupts.prepare()
    with interrupts.undone():
        assert signal.getsignal(signal.SIGINT) is before
    interrupts.ignore()
    assert signal.getsignal(signal.SIGINT) is before
