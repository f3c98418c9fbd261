"""Construction by groups: it keeps the rules, tries every site, and charges excess load only."""

from __future__ import annotations

from itertools import product
from threading import Event

import numpy as np

from placer.assignment import ConvexLoad, MaxUtilization
from placer.assignment.context import SearchContext
from placer.assignment.heuristics.group_construction import GroupPlacer, construct_by_groups, with_excess_load
from placer.assignment.heuristics.partial_assignment import PartialAssignment
from placer.assignment.structure.term_index import TermIndex
from placer.lowering.lower import lower
from tests.support.building import GIB, a_guest, a_host, an_instance, tree_slit
from tests.support.oracle import best
from tests.support.random_instances import random_instance


def test_what_it_gives_keeps_every_rule_and_costs_no_less_than_the_optimum() -> None:
    found = optimal = 0
    for seed in range(300):
        instance, allow_unplaced = random_instance(seed), seed % 2 == 0
        answer = best(instance, allow_unplaced)
        problem = lower(instance, allow_unplaced=allow_unplaced).problem
        site_of = construct_by_groups(TermIndex(problem), SearchContext()) if problem.n else None
        if site_of is None:
            continue
        assert answer is not None, seed
        assert problem.feasible(site_of[None, :])[0], seed
        costs = tuple(problem.evaluate(site_of[None, :])[0].tolist())
        assert costs >= answer[0], seed
        found, optimal = found + 1, optimal + (costs == answer[0])
    assert found > 150
    assert optimal > found / 2


def test_a_group_beside_others_goes_where_all_its_rows_say_it_is_cheapest() -> None:
    compared = 0
    for seed in range(300):
        problem = lower(random_instance(seed), allow_unplaced=seed % 2 == 0).problem
        if len(problem.groups) < 2 or problem.slot_matching is not None:
            continue
        index = TermIndex(problem)
        placer, partial = GroupPlacer(index), PartialAssignment(problem)
        last = min(problem.groups, key=len)
        others = [items for items in problem.groups if items is not last]
        if len(last) > 2 or not all(placer.place(partial, items) for items in others):
            continue
        rows = np.repeat(partial.site_of[None, :], problem.m ** len(last), axis=0)
        rows[:, last] = list(product(range(problem.m), repeat=len(last)))
        rows = rows[problem.feasible(rows)]
        placed = placer.place(partial, last)
        assert placed == bool(len(rows)), seed
        if placed:
            # the fullest site is the only cost that is no sum over items: construction does not price it
            priced = [
                t for t, terms in enumerate(problem.tiers) if not any(isinstance(x, MaxUtilization) for x in terms)
            ]
            costs = problem.evaluate(rows)[:, priced]
            least = costs[np.lexsort(costs.T[::-1])[0]].tolist()
            assert problem.evaluate(partial.site_of[None, :])[0, priced].tolist() == least, seed
            compared += 1
    assert compared > 20


def test_a_guest_too_wide_for_one_pnode_takes_two_that_are_near() -> None:
    host = a_host(*(4 * GIB,) * 8, slit=tree_slit((2, 8), (10, 16, 21)))
    small = [a_guest(3 * GIB, name=f"s{i}") for i in range(3)]
    problem = lower(an_instance(host, *small, a_guest(*(2 * GIB,) * 4))).problem
    site_of = construct_by_groups(TermIndex(problem), SearchContext())
    assert site_of is not None
    wide = sorted(site_of[3:].tolist())
    assert wide[0] == wide[1] == wide[2] - 1 == wide[3] - 1
    assert wide[0] % 2 == 0


def test_no_guest_is_split_for_cores_that_will_be_shared_anyway() -> None:
    # two pnodes of 3 pcpus; the third guest alone would pay 2000 for being apart rather than 4000 for a shared core
    host = a_host(4 * GIB, 4 * GIB, pcpus=3, slit=((10, 12), (12, 10)))
    guests = [a_guest(GIB, GIB, name=f"g{i}") for i in range(4)]
    problem = lower(an_instance(host, *guests, price=2)).problem
    (convex_load,) = (term for term in with_excess_load(TermIndex(problem)).tiers[2] if isinstance(term, ConvexLoad))
    # 8 vcpus on 2 x 3 cores: two share in any case, and every core can take a second vcpu at that price
    assert convex_load.table.tolist() == [[0, 0, 0, 0, 0, 0, 0, 4000, 8000]] * 2
    site_of = construct_by_groups(TermIndex(problem), SearchContext())
    assert site_of is not None
    assert all(site_of[v] == site_of[v + 1] for v in (0, 2, 4, 6))
    # all local, and one pair on each pnode
    assert problem.evaluate(site_of[None, :])[0, 2] == 8 * 2 * 500 * 10 + 2 * 4000


def test_where_a_group_has_no_place_there_is_no_answer() -> None:
    guests = [a_guest(2 * GIB, name=f"g{i}") for i in range(3)]
    assert (
        construct_by_groups(TermIndex(lower(an_instance(a_host(3 * GIB, 3 * GIB), *guests)).problem), SearchContext())
        is None
    )


def test_it_ends_where_time_is_up() -> None:
    stop = Event()
    stop.set()
    index = TermIndex(lower(an_instance(a_host(3 * GIB, 3 * GIB), a_guest(GIB))).problem)
    assert construct_by_groups(index, SearchContext()) is not None
    assert construct_by_groups(index, SearchContext(stop=stop)) is None
