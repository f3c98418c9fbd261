"""The report of an answer: what stands in it, and in which order."""

from __future__ import annotations

from placer.assignment import Status
from placer.instance import Flexible, Guest, Instance, Placement, Vnode
from placer.job.request import Request
from placer.report.text import render
from placer.solving.pipeline import solve
from placer.solving.result import Result, Tier
from tests.support.building import GIB, a_guest, a_host, an_instance

INSTANCE = an_instance(a_host(8 * GIB, 4 * GIB, slit=((10, 21), (21, 10))), a_guest(3 * GIB, 2 * GIB, vcpus=(2, 0)))


def an_answer(status: Status = Status.FEASIBLE, **more: object) -> Result:
    given: dict[str, object] = {
        "placement": Placement(pnode_of={"db": (0, 1)}),
        "tiers": (Tier(cost=0, bound=0, terms={"x": 0}), Tier(cost=300, bound=250, terms={"y": 100, "z": 200})),
        "mean_access_distance": 14.4,
        "guest_access_distance": {"db": 14.4},
        "wall_time_s": 1.236,
    }
    return Result(status=status, strategy="cpsat", **(given | more))  # type: ignore[arg-type]


def lines(answer: Result, instance: Instance = INSTANCE, **more: tuple[str, ...]) -> list[str]:
    return render(answer, Request(instance=instance, **more)).splitlines()  # type: ignore[arg-type]


def test_the_first_line_is_status_and_mean_access_distance() -> None:
    assert lines(an_answer())[0] == (
        "FEASIBLE: mean access distance 14.40; placed, without proof that nothing costs less (cpsat, 1.24 s)"
    )


def test_what_must_be_known_first_stands_right_below() -> None:
    assert lines(an_answer(), headlines=("fixed", "too"))[1:3] == ["fixed", "too"]


def test_costs_name_terms_bound_and_gap() -> None:
    said = lines(an_answer())

    start = said.index("Costs, highest tier first")
    assert [line.split() for line in said[start + 1 : start + 4]] == [
        ["tier", "terms", "cost", "bound", "gap"],
        ["1", "x", "0", "0", "0", "0"],
        ["2", "y", "100,", "z", "200", "300", "250", "16.7", "%"],
    ]


def test_memory_of_a_vnode_that_lies_apart_has_a_row_of_its_own() -> None:
    guest = Guest(
        name="db",
        vnodes=(Vnode(memory_kib=2 * GIB, vcpus=(0, 1)), Vnode(memory_kib=3 * GIB, pnodes=(1,), memory_of=0)),
    )
    said = lines(an_answer(), an_instance(INSTANCE.host, guest))

    start = said.index("Guests")
    assert [line.split() for line in said[start + 2 : start + 5]] == [
        ["db", "0", "2", "GiB", "2", "(0-1)", "0", "14.40"],
        ["0", "(apart)", "3", "GiB", "0", "1"],
        [],
    ]


def test_guests_name_each_vnode_with_its_pnode() -> None:
    said = lines(an_answer())

    start = said.index("Guests")
    assert [line.split() for line in said[start + 2 : start + 4]] == [
        ["db", "0", "3", "GiB", "2", "(0-1)", "0", "14.40"],
        ["1", "2", "GiB", "0", "1"],
    ]


def test_parts_on_one_pnode_are_shown_as_they_are_written() -> None:
    cut = an_instance(INSTANCE.host, a_guest(GIB, 2 * GIB, vcpus=(2, 2), form="parts"))
    said = lines(an_answer(placement=Placement(pnode_of={"db": (0, 0)})), cut)

    assert ["db", "0", "3", "GiB", "4", "(0-3)", "0", "14.40"] in [line.split() for line in said]


def test_pnodes_are_shown_before_and_after() -> None:
    said = lines(an_answer())

    start = next(i for i, line in enumerate(said) if line.startswith("Pnodes"))
    assert [line.split() for line in said[start + 2 : start + 4]] == [
        ["0", "8", "GiB", "3", "GiB", "0", "KiB", "5", "GiB", "0", "KiB", "1", "2", "0", "4", "4", "0.50"],
        ["1", "4", "GiB", "2", "GiB", "0", "KiB", "2", "GiB", "0", "KiB", "1", "0", "0", "4", "4", "0.00"],
    ]


def test_notes_come_last() -> None:
    said = lines(an_answer(), notes=("distances are assumed",))

    assert said[said.index("Assumed and noted") + 1] == "- distances are assumed"


def test_an_answer_without_a_placement_gives_its_reason_and_no_tables() -> None:
    infeasible = Result(status=Status.INFEASIBLE, strategy="optimal", reason="too large by 1 GiB")
    unknown = Result(status=Status.UNKNOWN, strategy="local-search", reason="tried 3 starts")

    assert lines(infeasible) == [
        "INFEASIBLE: proved that no placement keeps every rule (optimal, 0.00 s)",
        "too large by 1 GiB",
    ]
    assert lines(unknown)[:2] == [
        "UNKNOWN: no placement that keeps every rule, and no proof that there is none (local-search, 0.00 s)",
        "tried 3 starts",
    ]


def test_where_one_of_several_guests_is_in_the_way_the_option_that_places_the_others_is_named() -> None:
    infeasible = Result(status=Status.INFEASIBLE, strategy="optimal", reason="too large")
    two = an_instance(a_host(2 * GIB), a_guest(GIB, name="a"), a_guest(4 * GIB, name="b"))

    assert lines(infeasible, two)[2].startswith("--allow-unplaced places the guests that can be placed")
    mean, one_left = lines(solve(two, allow_unplaced=True), two)[:2]
    # a at 10 and b, which has no pnode, at the largest distance of the host, 10 too
    assert "mean access distance 10.00 (what is not placed counts at 10); " in mean
    assert one_left == "1 of 2 guests not placed"


def test_a_baseline_that_leaves_a_vnode_out_shows_where_and_what_it_breaks() -> None:
    instance = an_instance(a_host(2 * GIB, GIB), a_guest(GIB, 2 * GIB))
    said = lines(solve(instance, strategy="first-fit"), instance)

    assert said[0].startswith("UNKNOWN: ")
    assert '- guest "db" vnode 1 of 2 GiB has no pnode' in said
    assert any(line.split()[-1:] == ["none"] for line in said)


def test_a_guest_without_vcpus_has_no_mean_distance() -> None:
    instance = an_instance(a_host(2 * GIB), a_guest(GIB, vcpus=(0,)))
    said = lines(solve(instance), instance)

    assert said[0].startswith("OPTIMAL: placed, and proved")
    assert said[said.index("Guests") + 2].split() == ["db", "0", "1", "GiB", "0", "0", "-"]


def test_a_set_of_which_a_part_has_no_pnode_says_so() -> None:
    guest = Guest(name="db", form="set", flexible=Flexible(memory_kib=4 * GIB, vcpu_count=2, least=2, most=2))
    instance = an_instance(a_host(2 * GIB, GIB), guest.split_into(2))
    said = lines(solve(instance, strategy="first-fit"), instance)
    assert any("db" in line and "0 (1 of 2 parts)" in line for line in said)
