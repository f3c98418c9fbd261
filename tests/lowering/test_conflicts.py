"""Rules between guests as arrays, worked by hand."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from placer.assignment.heuristics.partial_assignment import PartialAssignment
from placer.assignment.structure.symmetry import group_classes, item_classes
from placer.assignment.structure.term_index import TermIndex
from placer.instance import Domain, Rule, VnodeOf
from placer.lowering.allowed import masks
from placer.lowering.lower import lower
from tests.support.building import GIB, a_guest, a_host, an_instance

HOST = a_host(4 * GIB, 4 * GIB)
GUESTS = (a_guest(GIB, GIB, name="a"), a_guest(GIB, name="b"), a_guest(GIB, name="c"))
INSTANCE = an_instance(HOST, *GUESTS)


def pairs(matrix: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> list[list[int]]:
    assert (matrix == matrix.T).all()
    return np.argwhere(np.triu(matrix)).tolist()


def test_an_instance_without_rules_has_no_conflicts() -> None:
    assert lower(INSTANCE).problem.relations == ()


def test_all_that_stays_apart_becomes_one_conflict_that_bars_one_site_for_two() -> None:
    """Items 0 and 1 are guest a, 2 is b, 3 is c; a and b stay apart, c is exclusive."""
    rules = (Rule(apart=("a", "b")), Rule(exclusive="c"))
    (conflict,) = lower(replace(INSTANCE, rules=rules)).problem.relations
    assert pairs(conflict.items) == [[0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]
    assert pairs(conflict.sites) == [[0, 0], [1, 1]]


def test_the_site_that_stands_for_no_pnode_is_never_barred() -> None:
    rules = (Rule(apart=("a", "b")), Rule(together=("b", "c")))
    apart, together = lower(replace(INSTANCE, rules=rules), allow_unplaced=True).problem.relations
    assert pairs(apart.sites) == [[0, 0], [1, 1]]
    assert (pairs(together.items), pairs(together.sites)) == ([[2, 3]], [[0, 1]])


def test_one_to_one_relates_the_vnodes_of_its_guest_only() -> None:
    guests = (replace(GUESTS[0], one_to_one=True), *GUESTS[1:])
    (conflict,) = lower(an_instance(HOST, *guests)).problem.relations
    assert pairs(conflict.items) == [[0, 1]]


def test_pnodes_with_running_guests_are_closed_to_what_is_exclusive() -> None:
    bound, free = Domain(name="bound", affinity=((4,), (5,))), Domain(name="free", affinity=((0,), None))
    host = replace(HOST, domains=(bound, free))
    instance = replace(INSTANCE, host=host, rules=(Rule(exclusive=VnodeOf(guest="a", vnode=1)),))
    assert masks(instance)["exclusive"].tolist() == [[True, True], [True, False], [True, True], [True, True]]


def test_a_rule_sets_otherwise_equal_vnodes_and_guests_apart() -> None:
    assert item_classes(TermIndex(lower(INSTANCE).problem)) == [[0, 1], [2, 3]]
    ruled = replace(INSTANCE, rules=(Rule(apart=(VnodeOf(guest="a", vnode=0), "b")),))
    assert item_classes(TermIndex(lower(ruled).problem)) == [[0], [1], [2], [3]]
    both = replace(INSTANCE, rules=(Rule(apart=("a", "b", "c")),))
    assert item_classes(TermIndex(lower(both).problem)) == [[0, 1], [2, 3]]
    twins = an_instance(HOST, GUESTS[0], replace(GUESTS[0], name="twin"), GUESTS[1])
    assert len(group_classes(TermIndex(lower(twins).problem))) == 1
    assert group_classes(TermIndex(lower(replace(twins, rules=(Rule(apart=("a", "b")),))).problem)) == []


def test_an_assignment_in_the_making_opens_what_the_rules_leave_open() -> None:
    rules = (Rule(apart=("a", "b")), Rule(together=("b", "c")))
    partial = PartialAssignment(lower(replace(INSTANCE, rules=rules)).problem)
    partial.put(0, 1)
    assert [partial.open_sites(v).tolist() for v in (1, 2, 3)] == [[True, True], [True, False], [True, True]]
    partial.put(2, 0)
    assert [partial.open_sites(v).tolist() for v in (1, 3)] == [[False, True], [True, False]]
    partial.take(2)
    assert partial.open_sites(3).tolist() == [True, True]
