"""An earlier placement: its remaining part, the notes on it, the cost of leaving it, and its use as a start."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.assignment.heuristics.tabu_search import tabu_search
from placer.assignment.structure.term_index import TermIndex
from placer.check import check
from placer.errors import InputError
from placer.instance import Flexible, Guest, Instance, Placement
from placer.instance.previous import Moved, differences, moved, restricted_to
from placer.lowering.lower import lower
from placer.solving.pipeline import solve
from placer.solving.previous_notes import notes_on
from tests.support.building import GIB, a_guest, a_host, an_instance

OLD = Placement(pnode_of={"db": (0, 1), "web": (2,), "mail": (0, 0), "gone": (1,)})


def grown() -> Instance:
    """Db as it was, web on a host without pnode 2, mail with a vnode more, and a new guest."""
    guests = [
        a_guest(GIB, GIB),
        a_guest(GIB, name="web"),
        a_guest(GIB, GIB, GIB, name="mail"),
        a_guest(GIB, name="new"),
    ]
    return an_instance(a_host(8 * GIB, 8 * GIB), *guests)


def alike() -> Instance:
    """Two guests of one vnode each on four equal pnodes: wherever they stand alone, the cost is the same."""
    return an_instance(a_host(*(4 * GIB,) * 4), a_guest(2 * GIB, name="a"), a_guest(2 * GIB, name="b"))


def test_what_an_instance_still_has_is_kept_and_the_rest_has_no_pnode() -> None:
    left = restricted_to(OLD, grown())
    assert left.pnode_of == {"db": (0, 1), "web": (None,), "mail": (None, None, None), "new": (None,)}


def test_each_difference_is_named() -> None:
    assert differences(OLD, grown()) == [
        'guest "web": no pnode 2 on this host',
        'guest "mail" has 3 vnodes, 2 in it',
        'guest "new" is not in it',
        'its guest "gone" is not placed here',
    ]


def test_a_vnode_without_a_pnode_has_not_moved_and_one_that_lost_its_pnode_has() -> None:
    before = Placement(pnode_of={"db": (0, 1, None), "web": (1,)})
    after = Placement(pnode_of={"db": (0, 0, 1), "web": (None,)})
    assert moved(before, after) == (
        Moved(guest="db", vnode=1, before=1, after=0),
        Moved(guest="web", vnode=0, before=1, after=None),
    )


def test_the_check_counts_the_vnodes_that_moved_right_before_shape() -> None:
    instance = alike()
    placement = Placement(pnode_of={"a": (1,), "b": (None,)})
    keep = Placement(pnode_of={"a": (0,), "b": (3,)})
    terms = check(instance, placement, allow_unplaced=True, keep=keep).terms
    assert [list(tier) for tier in terms] == [list(tier) for tier in instance.tiers(kept=True)]
    assert terms[4] == {"moved": 2}
    assert len(check(instance, placement, allow_unplaced=True).terms) == 5


def test_moving_costs_1_on_every_site_but_the_old_one_and_nothing_without_an_old_one() -> None:
    kept = Placement(pnode_of={"a": (2,), "b": (None,)})
    problem = lower(alike(), allow_unplaced=True, keep=kept).problem
    (term,) = problem.tiers[4]
    assert term.name == "moved"
    every = np.array([[p, q] for p in range(5) for q in range(5)])
    assert term.evaluate(every).tolist() == [int(p != 2) for p in range(5) for _ in range(5)]
    assert len(problem.tiers) == 6


@pytest.mark.parametrize("strategy", ["optimal", "branch-and-bound", "cpsat"])
def test_among_placements_of_equal_cost_the_one_that_moves_no_vnode_is_the_best(strategy: str) -> None:
    for keep in (Placement(pnode_of={"a": (3,), "b": (3,)}), Placement(pnode_of={"a": (2,), "b": (2,)})):
        answer = solve(alike(), strategy=strategy, keep=keep)
        assert answer.status is Status.OPTIMAL
        assert answer.placement == keep
        assert answer.moved == ()


def test_a_cheaper_placement_is_worth_any_number_of_moves() -> None:
    instance = an_instance(a_host(*(4 * GIB,) * 3), a_guest(2 * GIB, 2 * GIB, name="a"))
    answer = solve(instance, keep=Placement(pnode_of={"a": (1, 2)}))
    assert answer.placement in (Placement(pnode_of={"a": (1, 1)}), Placement(pnode_of={"a": (2, 2)}))
    assert [tier.cost for tier in answer.tiers[4:]] == [1, 0]
    assert answer.moved is not None
    assert len(answer.moved) == 1


def test_the_search_starts_from_a_hint_and_places_what_it_lacks_around_it() -> None:
    instance = an_instance(a_host(4 * GIB, 4 * GIB, 4 * GIB), *(a_guest(3 * GIB, name=name) for name in "abc"))
    hint = restricted_to(Placement(pnode_of={"a": (2,), "c": (0,)}), instance)
    site_of = tabu_search(TermIndex(lower(instance, hint=hint).problem), SearchContext(), time_limit_s=0)
    assert site_of is not None
    assert site_of.tolist() == [2, 1, 0]


def test_a_hint_that_breaks_rules_is_mended_or_left() -> None:
    instance = an_instance(a_host(4 * GIB, 2 * GIB), a_guest(2 * GIB, 4 * GIB))
    for pnodes in ((0, 0), (0, 1), (1, 1)):
        answer = solve(instance, strategy="local-search", hint=Placement(pnode_of={"db": pnodes}), time_limit_s=0.05)
        assert answer.placement == Placement(pnode_of={"db": (1, 0)})


def test_a_start_that_breaks_rules_or_is_of_no_use_is_said_to_be() -> None:
    instance = an_instance(a_host(4 * GIB, 2 * GIB), a_guest(2 * GIB, 4 * GIB))
    (broken,) = notes_on(Placement(pnode_of={"db": (0, 0)}), instance, strategy="optimal")
    assert broken.startswith(
        "it breaks rules of the instance, so only parts of it can be kept: pnode 0 has room for 4 GiB"
    )
    assert notes_on(Placement(pnode_of={"db": (1, 0)}), instance, strategy="optimal") == []
    assert notes_on(Placement(pnode_of={"db": (1, 0)}), instance, strategy="first-fit-decreasing") == [
        "not used: the strategy first-fit-decreasing does not search"
    ]
    assert notes_on(Placement(pnode_of={}), instance, strategy="cpsat") == [
        'guest "db" is not in it',
        "not used: it has a pnode for no vnode of the instance",
    ]


def test_dedicated_vcpus_break_no_rule_where_the_placement_states_no_pcpus() -> None:
    instance = an_instance(a_host(4 * GIB, 4 * GIB), a_guest(GIB, cpu_policy="dedicated"))
    assert notes_on(Placement(pnode_of={"db": (1,)}), instance, strategy="optimal") == []


@pytest.mark.parametrize("name", ["hint", "keep"])
def test_what_is_no_placement_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"{name}: expected a placer.Placement, got dict"):
        solve(alike(), **{name: {"a": [0]}})  # type: ignore[arg-type]
    with pytest.raises(InputError, match=f"{name}: no valid placement: .*pnode_of"):
        solve(alike(), **{name: replace(Placement(pnode_of={}), pnode_of={"a": ("x",)})})  # type: ignore[arg-type]


def test_a_flexible_guest_is_seen_with_the_vnodes_it_had() -> None:
    flexible = Flexible(memory_kib=6 * GIB, vcpu_count=4, least=2, most=3)
    instance = an_instance(a_host(4 * GIB, 4 * GIB), Guest(name="db", flexible=flexible), a_guest(GIB, name="new"))
    assert notes_on(Placement(pnode_of={"db": (0, 1)}), instance, strategy="optimal") == ['guest "new" is not in it']
    assert notes_on(Placement(pnode_of={"db": (0, 0)}), instance, strategy="optimal")[1].startswith(
        "it breaks rules of the instance, so only parts of it can be kept: pnode 0 has room for 4 GiB"
    )
    assert notes_on(Placement(pnode_of={"db": (0, 0, 1, 1)}), instance, strategy="optimal") == [
        'guest "db" has 2 to 3 vnodes, 4 in it',
        'guest "new" is not in it',
        "not used: it has a pnode for no vnode of the instance",
    ]
    two = replace(instance.guests[0], flexible=replace(flexible, most=2))
    answer = solve(replace(instance, guests=(two,)), keep=Placement(pnode_of={"db": (1, 0)}))
    assert (answer.status, answer.moved) == (Status.OPTIMAL, ())
    assert answer.placement is not None
    assert answer.placement.pnode_of["db"] == (1, 0)
