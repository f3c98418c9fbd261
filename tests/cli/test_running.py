"""Time: progress while a search lasts, its limit, and Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import pytest

from placer import interrupts
from placer.assignment import Progress, Status
from placer.cli.running import GRACE_S, Watch, reading, run
from placer.solving.result import Result
from tests.support.commands import ENTRY, INSTANCES, placer_process

FORTY = str(INSTANCES / "forty-guests.json")
SEARCH = ("solve", FORTY, "--strategy", "local-search")
"""Local search proves nothing, so it lasts until its limit whatever the machine."""
A_LINE = re.compile(r"(\d+\.\d) s  local search: access_distance \+ core_sharing \d+")


def start(*words: str) -> subprocess.Popen[str]:
    """Start placer as at a terminal: a shell starts background jobs with Ctrl-C ignored, and children inherit that."""
    return subprocess.Popen(
        [*ENTRY, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 (no threads)
    )


def wait_for_progress(process: subprocess.Popen[str]) -> None:
    """Wait for the first line of progress: from then on Ctrl-C ends the search and not the start of Python."""
    assert process.stderr is not None
    assert process.stderr.readline()


def test_ctrl_c_in_a_search_gives_the_best_so_far_and_ends_with_0() -> None:
    process = start(*SEARCH, "--time-limit", "100", "--format", "json")
    wait_for_progress(process)
    process.send_signal(signal.SIGINT)
    interrupted = monotonic()
    out, err = process.communicate(timeout=60)

    assert process.returncode == 0
    assert monotonic() - interrupted < 10
    answer = json.loads(out)
    assert answer["status"] == "FEASIBLE"
    assert len(answer["placement"]) == 40
    assert all(pnode is not None for pnodes in answer["placement"].values() for pnode in pnodes)
    assert "Traceback" not in err


def test_ctrl_c_shows_the_report_of_the_default_strategy_too() -> None:
    process = start("solve", FORTY, "--time-limit", "100")
    assert process.stderr is not None
    while (line := process.stderr.readline()) and "access_distance" not in line:
        pass  # it may end before it shows any progress, and shows some before it has a placement on a busy machine
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)

    assert process.returncode == 0
    assert out.startswith(("FEASIBLE: mean access distance 10.", "OPTIMAL: mean access distance 10."))
    assert "\nGuests\n" in out


@pytest.mark.parametrize("words", [("solve", "-"), ("fleet", "rebalance", "-", "--mend")])
def test_ctrl_c_with_no_answer_in_hand_says_so_and_ends_with_3(words: tuple[str, ...]) -> None:
    process = start(*words)
    sleep(3)  # nothing shows when it begins to read; Python has started by then on a busy machine too
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)

    assert (process.returncode, out, err) == (3, "", "UNKNOWN: interrupted before there was an answer\n")


@pytest.fixture
def own_ctrl_c() -> Iterator[None]:
    """Put back what Ctrl-C does in this process, which is nothing once an answer was interrupted."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("own_ctrl_c")
@pytest.mark.parametrize("costs", [(), (7,)])
def test_a_solve_that_does_not_end_is_left_only_without_a_placement(costs: tuple[int, ...]) -> None:
    """The work never looks at stop: without a placement it is left, with one its answer is waited for."""
    may_end = Event()

    def work(stop: Event, watch: Watch) -> Result:
        watch(Progress(step="lowering", costs=costs))
        signal.raise_signal(signal.SIGINT)
        assert stop.wait(60)
        assert may_end.wait(1 if costs else 60) is not bool(costs)
        return Result(status=Status.FEASIBLE, strategy="optimal")

    if costs:
        assert run(work, quiet=True).status is Status.FEASIBLE
        return
    with pytest.raises(KeyboardInterrupt):
        run(work, quiet=True)
    may_end.set()


@pytest.mark.usefixtures("own_ctrl_c")
def test_an_answer_that_is_there_is_waited_for_whatever_the_search_has_since() -> None:
    def work(stop: Event, watch: Watch) -> str:
        watch.answered = True
        watch(Progress(step="the next row", costs=()))
        signal.raise_signal(signal.SIGINT)
        assert stop.wait(60)
        sleep(2 * GRACE_S)
        return "the rows so far"

    assert run(work, quiet=True) == "the rows so far"


def test_progress_is_told_in_the_tiers_of_its_step(capsys: pytest.CaptureFixture[str]) -> None:
    told = Event()

    def tiers(now: Progress) -> list[list[str]]:
        told.set()
        return [[f"terms of {now.step}"]]

    def work(_stop: Event, watch: Watch) -> None:
        watch(Progress(step="row 2", costs=(7,)))
        assert told.wait(60)

    run(work, quiet=False, tiers=tiers)
    assert re.fullmatch(r"\d+\.\d s  row 2: terms of row 2 7\n", capsys.readouterr().err)


def test_a_second_ctrl_c_gives_up_at_once_and_in_order() -> None:
    process = start("solve", str(INSTANCES / "hpe-16n-hana.json"), "--strategy", "cpsat", "--time-limit", "100")
    wait_for_progress(process)
    for _ in range(3):
        process.send_signal(signal.SIGINT)
        sleep(0.01)
    process.communicate(timeout=60)

    assert process.returncode in (0, 3)  # 0 where the answer was there before the second


@pytest.mark.parametrize("quiet", [False, True])
def test_progress_shows_each_second_on_standard_error_unless_quiet(quiet: bool) -> None:
    process = start(*SEARCH, "--time-limit", "5", *["--quiet"] * quiet)  # of which a busy machine may take 3 to begin
    started = monotonic()
    out, err = process.communicate(timeout=60)

    assert process.returncode == 0
    assert monotonic() - started < 15
    assert out.startswith("FEASIBLE: ")
    lines = err.splitlines()
    assert all(map(A_LINE.fullmatch, lines))
    if quiet:
        assert lines == []
    else:
        seconds = [float(line.split()[0]) for line in lines]
        assert len(seconds) >= 2
        assert seconds[0] >= 1
        assert seconds == sorted(set(seconds)), "the time goes on although the best does not"


def test_a_solve_that_ends_at_once_shows_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    result = Result(status=Status.OPTIMAL, strategy="optimal")

    def work(_stop: Event, watch: Watch) -> Result:
        watch(Progress(step="placed", tier=0, costs=(1,), bound=0, elapsed_s=0.0))
        return result

    assert run(work, quiet=False) is result
    assert capsys.readouterr().err == ""


def test_reading_counts_from_the_start_of_the_command_unless_it_waits_for_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(interrupts, "started", lambda: 5.0)
    with reading(1e9, ["host.txt", None]) as started:
        assert started == 5.0
    with reading(0.0, ["host.txt", "-"]) as started:
        assert started is None
    monkeypatch.setattr(interrupts, "started", lambda: None)
    with reading(0.0, []) as started:
        assert started is None


def test_a_command_that_still_reads_when_its_time_is_up_ends_without_an_answer(tmp_path: Path) -> None:
    """A pipe that nobody writes to: reading it never ends."""
    pipe = tmp_path / "instance.json"
    os.mkfifo(pipe)
    ran = placer_process("solve", pipe, "--time-limit", "1")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == "UNKNOWN: the time was up while the input was read; raise --time-limit\n"
