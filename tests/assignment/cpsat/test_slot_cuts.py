"""Rows that keep items off sites without slots for all of them."""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from placer.assignment import Linear, Problem, SlotDemand, SlotMatching
from placer.assignment.cpsat.slot_cuts import SlotCuts
from placer.assignment.cpsat.variables import Variables
from placer.assignment.structure.term_index import TermIndex
from tests.support.model_alone import assert_problem_exact

FOUR = frozenset(range(4))
PAIRS = ((0, 1), (2, 3))


def items_on_sites(*demands: SlotDemand, slot_groups: tuple[object, ...]) -> Problem:
    """Every item prefers the first site, then the second, and so on, each as much as its number and one."""
    n, m = len(demands), len(slot_groups)
    return Problem(
        allowed=np.ones((n, m), dtype=bool),
        resources=(),
        groups=tuple(np.array([v]) for v in range(n)),
        incompatible=np.zeros((m, m), dtype=bool),
        tiers=((Linear(name="cost", cost=np.outer(np.arange(1, n + 1), np.arange(m))),),),
        slot_matching=SlotMatching(demands=demands, slot_groups=slot_groups),  # type: ignore[arg-type]
    )


def is_possible(variables: Variables, site_of: list[int]) -> bool:
    """Whether the model still has an assignment."""
    model = variables.model.clone()
    for v, p in enumerate(site_of):
        model.add(model.get_int_var_from_proto_index(variables.unit_of[v].count[p].index) == 1)
    return bool(cp_model.CpSolver().solve(model) == cp_model.OPTIMAL)


def test_slots_of_their_own_cost_the_least_of_all_assignments() -> None:
    alone, paired = SlotDemand(own=(FOUR,), sharing="alone"), SlotDemand(own=(FOUR,) * 3, sharing="paired")
    shared = SlotDemand(common=frozenset({FOUR}))
    for demands in (
        (alone, alone, alone, paired),
        (paired, paired, shared, alone),
        (SlotDemand(own=(FOUR,) * 2),) * 3 + (shared,),
    ):
        assert_problem_exact(items_on_sites(*demands, slot_groups=(PAIRS, PAIRS, None)))
        assert_problem_exact(items_on_sites(*demands, slot_groups=(PAIRS, PAIRS)))


def test_an_assignment_with_slots_for_all_adds_no_row() -> None:
    one = SlotDemand(own=(FOUR,))
    variables = Variables(TermIndex(items_on_sites(one, one, slot_groups=(PAIRS, PAIRS))))
    cuts, before = SlotCuts(variables), len(variables.model.proto.constraints)
    assert not cuts.bar(np.array([0, 0]))
    assert len(variables.model.proto.constraints) == before


def test_a_row_bars_only_the_items_at_fault_on_every_site_that_is_alike() -> None:
    alone = SlotDemand(own=(FOUR,) * 2, sharing="alone")
    bystander, single = SlotDemand(own=(frozenset({9}),)), SlotDemand(own=(FOUR,))
    groups = ((*PAIRS, (9,)), (*PAIRS, (9,)), None)
    variables = Variables(TermIndex(items_on_sites(alone, single, bystander, slot_groups=groups)))
    cuts = SlotCuts(variables)
    assert is_possible(variables, [0, 0, 0])
    assert cuts.bar(np.array([0, 0, 0]))  # item 0 takes both groups alone, which leaves none for item 1
    assert not is_possible(variables, [0, 0, 0])
    assert not is_possible(variables, [0, 0, 1])
    assert not is_possible(variables, [1, 1, 0])  # the second site is like the first
    assert is_possible(variables, [2, 2, 0])
    assert is_possible(variables, [0, 1, 0])


def test_where_an_item_only_shares_one_slot_is_left_from_the_start() -> None:
    own, shared = SlotDemand(own=(FOUR,) * 4), SlotDemand(common=frozenset({FOUR}))
    variables = Variables(TermIndex(items_on_sites(own, shared, slot_groups=(PAIRS, PAIRS))))
    assert is_possible(variables, [0, 0])
    SlotCuts(variables)
    assert not is_possible(variables, [0, 0])
    assert is_possible(variables, [0, 1])
