"""The table of ``placer compare``."""

from __future__ import annotations

from placer.report.comparison import render_comparison
from placer.solving.pipeline import solve
from tests.support.building import GIB, a_guest, a_host, an_instance


def test_a_row_counts_what_is_placed_apart_from_what_is_broken() -> None:
    """Greedy by hand: 1 GiB on pnode 0, 2 GiB nowhere; the fixed pnode 1 of vnode 0 is a rule it breaks."""
    host = a_host(2 * GIB, GIB)
    instance = an_instance(host, a_guest(GIB, 2 * GIB, hard_affinity=((4,), (0, 4))))
    answers = [solve(instance, strategy=name) for name in ("first-fit", "optimal")]

    title, head, greedy, best, *_legend = render_comparison("mine", instance, answers).splitlines()

    assert title == "mine"
    assert head.split()[:5] == ["strategy", "status", "placed", "broken", "mean"]
    assert greedy.split()[:6] == ["first-fit", "UNKNOWN", "1", "of", "2", "1"]
    assert best.split()[:7] == ["optimal", "OPTIMAL", "2", "of", "2", "0", "15.00"]


def test_a_strategy_without_a_placement_has_a_row_of_dashes() -> None:
    instance = an_instance(a_host(GIB), a_guest(2 * GIB))

    row = render_comparison("mine", instance, [solve(instance)]).splitlines()[2]

    assert row.split()[:-1] == ["optimal", "INFEASIBLE", "0", "of", "1", *["-"] * 7]
