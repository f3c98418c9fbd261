"""
The Problem of all variants of a flexible guest, worked by hand.

"db" has 4 GiB in one or two vnodes, "web" 1 GiB in one: items 0, then 1 and 2, then 3. Item 4 is the selector of "db".
Sites 0 and 1 are pnodes of 5 GiB, site 2 is the unused one, sites 3 and 4 choose one and two vnodes.
"""

from __future__ import annotations

import numpy as np

from placer.instance import Flexible, Guest, Placement
from placer.lowering.lower import lower
from placer.lowering.variant_problem import VariantProblem
from tests.support.building import GIB, a_guest, a_host, an_instance

ABOVE: tuple[dict[str, int], ...] = ({"unplaced_guests": 1}, {"unplaced": 1}, {"access_distance": 1, "core_sharing": 1})
"""The tiers above that of the vnodes, in the default order."""


def lowered(overhead_kib: int = 0, room_kib: int = 5 * GIB) -> VariantProblem:
    flexible = Flexible(memory_kib=4 * GIB, vcpu_count=2, least=1, most=2)
    guests = (Guest(name="db", flexible=flexible, overhead_kib=overhead_kib), a_guest(GIB, name="web"))
    found = lower(an_instance(a_host(room_kib, room_kib), *guests)).variants
    assert found is not None
    return found


ONE, TWO = np.array([0, 2, 2, 1, 3]), np.array([2, 0, 1, 1, 4])
"""Assignments that choose one and two vnodes."""


def test_items_and_sites_that_choose_come_after_those_of_the_variants() -> None:
    variants = lowered()
    assert (variants.n, variants.m, variants.unused_site, variants.vnode_items) == (5, 5, 2, 4)
    assert variants.problem(ABOVE).selectors.tolist() == [4]


def test_an_assignment_says_which_variant_it_chose_and_whose_items_count() -> None:
    variants = lowered()
    assert (variants.counts(ONE), variants.counts(TWO)) == ({"db": 1}, {"db": 2})
    assert (variants.chosen_items(ONE).tolist(), variants.chosen_items(TWO).tolist()) == ([0, 3], [1, 2, 3])


def test_a_placement_starts_the_variant_with_as_many_vnodes() -> None:
    variants = lowered()
    assert variants.start(Placement(pnode_of={"db": (0,), "web": (1,)})).tolist() == ONE.tolist()
    assert variants.start(Placement(pnode_of={"db": (0, 1), "web": (1,)})).tolist() == TWO.tolist()
    assert variants.start(Placement(pnode_of={"db": (0, 1, 1), "web": (1,)})).tolist() == [2, 2, 2, 1, -1]


def test_the_items_of_a_variant_are_in_use_where_the_selector_chose_it_and_only_there() -> None:
    problem = lowered().problem(ABOVE)
    torn = np.array([[0, 2, 2, 1, 4], [0, 0, 1, 1, 3], [2, 0, 2, 1, 4], [2, 2, 2, 1, 3], [0, 2, 2, 2, 3]])
    assert problem.feasible(np.array([ONE, TWO])).all()
    assert not problem.feasible(torn).any()


def test_the_tier_of_vnodes_counts_those_of_the_chosen_variant() -> None:
    problem = lowered().problem(ABOVE)
    assert problem.evaluate(np.array([ONE, TWO]))[:, 3].tolist() == [1, 2]


def test_overhead_lies_on_each_pnode_where_several_vnodes_are_chosen() -> None:
    variants = lowered(overhead_kib=8)
    assert variants.n == 7
    assert variants.start(Placement(pnode_of={"db": (0,), "web": (1,)})).tolist() == [*ONE, 2, 2]
    assert variants.start(Placement(pnode_of={"db": (0, 1), "web": (1,)})).tolist() == [*TWO, 0, 1]
    memory = variants.problem(ABOVE).resources[0]
    assert memory.weight.tolist() == [4 * GIB + 8, 2 * GIB, 2 * GIB, GIB, 0, 4, 4]
    assert variants.exact


def test_a_pnode_that_overhead_alone_may_overfill_is_closed_and_only_then_something_may_be_left_out() -> None:
    """Each half of 4 GiB of overhead overfills a pnode of 1 GiB, on which "web" would fit."""
    variants = lowered(overhead_kib=4 * GIB, room_kib=GIB)
    assert not variants.exact
    assert not variants.problem(ABOVE).allowed[:4, :2].any()
