"""The change of costs of every move equals the difference of costs by the definitions, from random assignments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from placer.assignment import IntArray, Problem
from placer.assignment.heuristics.neighbourhood import Neighbourhood
from placer.assignment.structure.term_index import TermIndex
from placer.instance import Host, Pnode
from placer.lowering.lower import lower
from tests.support.building import GIB, MIB, a_guest, a_host, an_instance
from tests.support.random_instances import random_instance

OVERLOADED, CONFLICT = 1, 1024


def costs_of(problem: Problem, site_of: IntArray) -> list[int]:
    """The overload and the tiers, from the definitions: KiB over capacity, and 1024 for each ordered conflict."""
    over = sum(
        max(0, sum(int(w) for w, p in zip(r.weight, site_of, strict=True) if p == q) - int(capacity))
        for r in problem.resources
        for q, capacity in enumerate(r.capacity)
    )
    all_conflicts = sum(
        bool(problem.incompatible[site_of[v], site_of[w]]) for g in problem.groups for v in g for w in g if v != w
    )
    all_conflicts += sum(
        bool(relation.sites[site_of[v], site_of[w]])
        for relation in problem.relations
        for v, w in np.argwhere(relation.items).tolist()
    )
    return [over * OVERLOADED + all_conflicts * CONFLICT, *problem.evaluate(site_of[None, :])[0].tolist()]


def starts(seed: int) -> tuple[TermIndex, IntArray] | None:
    problem = lower(random_instance(seed), allow_unplaced=seed % 2 == 0).problem
    problem = replace(problem, slot_matching=None)  # slots are matched after a move, and no delta has them
    if not problem.allowed.any(axis=1).all():
        return None
    random = np.random.default_rng(seed)
    return TermIndex(problem), np.array([random.choice(np.flatnonzero(row)) for row in problem.allowed])


@pytest.mark.parametrize("first", range(0, 100, 25))
def test_every_shift_changes_the_costs_by_its_delta(first: int) -> None:
    compared = 0
    for seed in range(first, first + 25):
        start = starts(seed)
        if start is None:
            continue
        index, site_of = start
        problem, moves, random = index.problem, Neighbourhood(index, site_of), np.random.default_rng(seed)
        for _ in range(3):
            now, deltas = np.array(costs_of(problem, moves.site_of)), moves.shift_deltas()
            assert moves.costs.tolist() == now.tolist(), seed
            for v, p in np.argwhere(problem.allowed).tolist():
                if p != moves.site_of[v]:
                    after = moves.site_of.copy()
                    after[v] = p
                    assert deltas[:, v, p].tolist() == (costs_of(problem, after) - now).tolist(), (seed, v, p)
                    compared += 1
            v = int(random.integers(problem.n))
            moves.shift(v, int(random.choice(np.flatnonzero(problem.allowed[v]))))
    assert compared > 300


@pytest.mark.parametrize("first", range(0, 100, 25))
def test_every_swap_changes_the_costs_by_its_delta(first: int) -> None:
    compared = 0
    for seed in range(first, first + 25):
        start = starts(seed)
        if start is None:
            continue
        index, site_of = start
        problem, moves, random = index.problem, Neighbourhood(index, site_of), np.random.default_rng(seed)
        for _ in range(3):
            now = np.array(costs_of(problem, moves.site_of))
            v, w = moves.swap_pairs()
            deltas = moves.swap_deltas(v, w)
            for i, (a, b) in enumerate(zip(v, w, strict=True)):
                after = moves.site_of.copy()
                after[[a, b]] = after[[b, a]]
                assert deltas[:, i].tolist() == (costs_of(problem, after) - now).tolist(), (seed, a, b)
                compared += 1
            v_next = int(random.integers(problem.n))
            moves.shift(v_next, int(random.choice(np.flatnonzero(problem.allowed[v_next]))))
    assert compared > 40


def test_the_best_shift_is_the_lexicographically_least_that_is_not_tabu() -> None:
    host = a_host(4 * GIB, 4 * GIB, 4 * GIB, slit=((10, 12, 20), (12, 10, 20), (20, 20, 10)))
    index = TermIndex(lower(an_instance(host, a_guest(2 * GIB, 2 * GIB))).problem)
    moves = Neighbourhood(index, np.array([0, 2]))
    best = np.array([0, 0, 0, 0, 0, 0])
    tabu = np.zeros((2, 3), dtype=bool)
    shift = moves.best_shift(tabu, best)
    assert shift is not None
    # both on pnode 0 and all local: 2 x 500 x (10 - 20), no memory left there instead of 2 + 2 GiB
    assert (shift.item, shift.site) == (0, 2)
    assert shift.delta.tolist() == [0, 0, 0, -10_000, 0, -4096]
    tabu[0, 2] = tabu[1, 0] = True
    shift = moves.best_shift(tabu, best)
    assert shift is not None
    assert (shift.item, shift.site, shift.delta.tolist()) == (1, 1, [0, 0, 0, -8_000, 0, 0])


def test_a_tabu_move_is_made_where_it_beats_the_best_known() -> None:
    index = TermIndex(lower(an_instance(a_host(4 * MIB, 4 * MIB), a_guest(2 * MIB, 2 * MIB))).problem)
    moves = Neighbourhood(index, np.array([0, 1]))
    tabu = np.ones((2, 2), dtype=bool)
    assert moves.best_shift(tabu, np.array([0, 0, 0, 20_000, 0, 0])) is None
    assert moves.best_shift(tabu, np.array([0, 0, 0, 20_001, 0, 0])) is not None


def test_a_swap_within_the_pool_that_holds_all_vcpus_changes_no_load() -> None:
    pnodes = [Pnode(id=0, memory_kib=GIB, pcpus=(0,)), Pnode(id=1, memory_kib=0, pcpus=(1,))]
    guest = a_guest(0, 0, vcpus=(1, 3))
    moves = Neighbourhood(TermIndex(lower(an_instance(Host(pnodes=tuple(pnodes)), guest)).problem), np.array([0, 1]))
    swap = moves.best_swap(np.zeros((2, 2), dtype=bool), moves.costs)
    assert swap is not None
    assert swap.delta.tolist() == [0] * 6


def test_a_swap_is_found_where_no_shift_helps() -> None:
    # the small vnode on the large pnode: neither fits beside the other
    index = TermIndex(lower(an_instance(a_host(4 * GIB, 2 * GIB), a_guest(2 * GIB, 4 * GIB))).problem)
    moves = Neighbourhood(index, np.array([0, 1]))
    assert moves.costs[0] == 2 * GIB
    swap = moves.best_swap(np.zeros((2, 2), dtype=bool), moves.costs)
    assert swap is not None
    assert swap.delta[0] == -2 * GIB
