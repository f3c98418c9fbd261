"""The soak of solves: its page is its results, its memory is flat, and a few of its solves are proved."""

from __future__ import annotations

import placer
from benchmarks.result_rows import read
from benchmarks.solve_soak import HOSTS, PAGE, RESULTS, SOLVES, instance, render


def test_the_page_is_made_of_the_results() -> None:
    table = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    assert [line for line in render(read(RESULTS), 0.0).splitlines() if line.startswith("|")] == table


def test_all_solves_are_proved_and_the_last_hold_no_more_memory_than_the_first() -> None:
    assert sum(int(row["count"]) for row in read(RESULTS)) == sum(int(row["proved"]) for row in read(RESULTS)) == SOLVES
    first, last = read(RESULTS)[1], read(RESULTS)[-1]  # the first piece still loads what later ones use
    assert int(last["resident_mib"]) <= 1.05 * int(first["resident_mib"])
    assert int(last["objects"]) <= 1.05 * int(first["objects"])


def test_the_instances_differ_and_are_solved() -> None:
    few = [instance(number) for number in range(2 * len(HOSTS))]
    assert len({one.host.name for one in few}) == len({one.host.name for one in few[: len(HOSTS)]})
    assert few[0] != few[len(HOSTS)]
    assert all(placer.solve(one, time_limit_s=10.0).status.proved for one in few)
