"""The contract of a term, for every kind: each answer against the cost of every assignment of 4 items to 3 sites."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest

from placer.assignment import (
    BoolArray,
    ConvexLoad,
    FlooredLinear,
    Flow,
    IntArray,
    Linear,
    MaxUtilization,
    ReducedSlotsLoad,
    ResidualCapacity,
    ResidualValue,
    SetOnSite,
    Term,
)
from placer.assignment.cpsat.encoding import ENCODERS

N, M = 4, 3
Random = np.random.Generator


def linear(random: Random) -> Linear:
    return Linear(name="", cost=random.integers(-5, 30, (N, M)))


def flow(random: Random) -> Flow:
    items = np.sort(random.permutation(N)[:3])
    return Flow(name="", items=items, flow=random.integers(0, 4, (3, 3)), distance=random.integers(0, 9, (M, M)))


def convex_load(random: Random) -> ConvexLoad:
    weight = random.integers(0, 4, N)
    slopes = np.sort(random.integers(0, 6, (2, int(weight.sum()))), axis=1)
    table = random.integers(0, 3, (2, 1)) + np.pad(slopes.cumsum(axis=1), ((0, 0), (1, 0)))
    return ConvexLoad(name="", weight=weight, pool_of=random.integers(-1, 2, M), table=table)


def reduced_slots_load(random: Random) -> ReducedSlotsLoad:
    slots, start, weight = random.integers(4, 7, 2), random.integers(0, 3, 2), random.integers(0, 4, N)
    load = start[:, None] + np.arange(int(weight.sum()) + 1)
    q, r = load // slots[:, None], load % slots[:, None]
    table = 2 * (r * (q + 1) * q // 2 + (slots[:, None] - r) * q * (q - 1) // 2)  # pairs on all slots, 2 for each
    convex_load = ConvexLoad(name="", weight=weight, pool_of=random.integers(-1, 2, M), table=table)
    claimed = random.integers(0, 3, N)
    return ReducedSlotsLoad(
        name="", convex_load=convex_load, slots_claimed=claimed, start=start, slots=slots, per_slot=2, scale=2
    )


def residual_capacity(random: Random) -> ResidualCapacity:
    weight, users = random.integers(0, 5, N), random.random(N) < 0.7
    room = np.where(random.random(M) < 0.8, random.integers(20, 30, M), -1)
    return ResidualCapacity(name="", weight=weight * users, room=room, unit=int(random.integers(1, 4)), users=users)


def residual_value(random: Random) -> ResidualValue:
    # no site is too small for the first weights of all items, 4 at most each
    tables = random.integers(0, 4, (2, 6, int(random.integers(1, 4)))).cumsum(axis=1).cumsum(axis=2)
    return ResidualValue(
        name="",
        weights=random.integers(0, 5, (2, N)),
        room=np.stack([random.integers(16, 30, M), random.integers(-1, 20, M)]),
        steps=random.integers(1, 5, 2),
        tables=tables,
        table_of=random.integers(-1, 2, M),
    )


def set_on_site(random: Random) -> SetOnSite:
    order = random.permutation(N)
    return SetOnSite(name="", sets=(order[:1], order[1:3]), site=int(random.integers(M)))


def max_utilization(random: Random) -> MaxUtilization:
    return MaxUtilization(name="", weight=random.integers(0, 5, N), room=random.integers(0, 9, M), parts=10)


def floored_linear(random: Random) -> FlooredLinear:
    items = np.sort(random.permutation(N)[:3])
    return FlooredLinear(name="", items=items, cost=random.integers(0, 20, (3, M)), divisor=7, scale=3)


KINDS: dict[type[Term], Callable[[Random], Any]] = {
    Linear: linear,
    Flow: flow,
    ConvexLoad: convex_load,
    ReducedSlotsLoad: reduced_slots_load,
    ResidualCapacity: residual_capacity,
    ResidualValue: residual_value,
    SetOnSite: set_on_site,
    MaxUtilization: max_utilization,
    FlooredLinear: floored_linear,
}
ALL = np.array(list(product(range(M), repeat=N)))
EACH = pytest.mark.parametrize(("kind", "seed"), [(kind, seed) for kind in KINDS for seed in range(12)])


def cost_of(term: Term, site_of: IntArray) -> int:
    return int(term.evaluate(site_of[None, :])[0])


def some_allowed(random: Random) -> BoolArray:
    allowed = random.random((N, M)) < 0.7
    allowed[np.arange(N), random.integers(0, M, N)] = True
    return allowed


def test_every_kind_is_tried_and_every_kind_but_the_summed_ones_can_be_encoded() -> None:
    assert set(KINDS) == set(Term.__subclasses__())
    assert set(ENCODERS) == set(KINDS) - {Linear, Flow}


@EACH
def test_the_terms_of_these_tests_have_no_fault_and_one_for_other_sizes(kind: type[Term], seed: int) -> None:
    term = KINDS[kind](np.random.default_rng(seed))
    assert list(term.faults(N, M)) == []
    assert list(term.faults(N + 1, M + 1)) != [] or kind is SetOnSite  # its items and its site exist there, too


@EACH
def test_a_shift_changes_the_cost_by_its_delta(kind: type[Term], seed: int) -> None:
    random = np.random.default_rng(seed)
    term = KINDS[kind](random)
    for site_of in random.permutation(ALL)[:12]:
        expected = np.zeros((N, M), dtype=np.int64)
        for v, p in product(range(N), range(M)):
            after = site_of.copy()
            after[v] = p
            expected[v, p] = cost_of(term, after) - cost_of(term, site_of)
        assert term.shift_delta(site_of, M).tolist() == expected.tolist()


@EACH
def test_a_swap_changes_the_cost_by_its_delta(kind: type[Term], seed: int) -> None:
    random = np.random.default_rng(seed)
    term = KINDS[kind](random)
    for site_of in random.permutation(ALL)[:12]:
        v, w = np.nonzero(np.triu(site_of[:, None] != site_of))
        expected = []
        for i, j in zip(v, w, strict=True):
            after = site_of.copy()
            after[[i, j]] = site_of[[j, i]]
            expected.append(cost_of(term, after) - cost_of(term, site_of))
        assert term.swap_delta(site_of, v, w).tolist() == expected


@EACH
def test_no_assignment_costs_less_than_the_lower_bound_or_more_than_the_largest(kind: type[Term], seed: int) -> None:
    random = np.random.default_rng(seed)
    term, allowed = KINDS[kind](random), some_allowed(random)
    costs = term.evaluate(ALL)
    within = allowed[np.arange(N), ALL].all(axis=1)
    assert term.lower_bound(allowed) <= costs[within].min()
    assert term.largest() >= costs.max()
    assert isinstance(term.largest(), int)


@EACH
def test_no_completion_costs_less_than_the_bound_of_its_partial_assignment(kind: type[Term], seed: int) -> None:
    random = np.random.default_rng(seed)
    term, allowed, order = KINDS[kind](random), some_allowed(random), random.permutation(N)
    within = ALL[allowed[np.arange(N), ALL].all(axis=1)]
    for k in range(N + 1):
        bound = term.partial_bound(within[:, order[:k]], order[:k], order[k:], allowed)
        assert bound.shape == (len(within),)
        assert (bound <= term.evaluate(within)).all()


@EACH
def test_the_costs_added_by_the_last_item_differ_between_sites_as_whole_assignments_do(
    kind: type[Term], seed: int
) -> None:
    random = np.random.default_rng(seed)
    term = KINDS[kind](random)
    tallies = term.tallies(N, M)
    if not tallies or (kind is ResidualCapacity and not term.uses.all()):
        return  # no estimate, or one that takes every item for a user
    order, rows = random.permutation(N), random.permutation(ALL)[:5]
    first, last = order[:1], int(order[-1])
    rows[:, first] = rows[0, first]
    held = tuple(tally.held(first, rows[0, first], len(rows)) for tally in tallies)
    for v in order[1:-1].tolist():
        for tally, sums in zip(tallies, held, strict=True):
            tally.add(sums, v, rows[:, v])
    added = term.added(last, tallies, held) + np.zeros((len(rows), M), dtype=np.int64)
    whole = np.zeros((len(rows), M), dtype=np.int64)
    for p in range(M):
        rows[:, last] = p
        whole[:, p] = term.evaluate(rows)
    assert (added - added[:, :1]).tolist() == (whole - whole[:, :1]).tolist()


@EACH
def test_items_and_sites_with_equal_keys_can_be_swapped(kind: type[Term], seed: int) -> None:
    if kind in (Flow, SetOnSite):
        return  # flows and distances are compared pair by pair, sets as groups
    random = np.random.default_rng(seed)
    term = KINDS[kind](random)
    keys = [term.item_key(N)[v].tobytes() for v in range(N)]
    if kind is ReducedSlotsLoad:  # its convex load holds the rest of the key
        keys = [key + term.convex_load.item_key(N)[v].tobytes() for v, key in enumerate(keys)]
    for v, w in product(range(N), repeat=2):
        if keys[v] == keys[w]:
            swapped = ALL.copy()
            swapped[:, [v, w]] = ALL[:, [w, v]]
            assert term.evaluate(swapped).tolist() == term.evaluate(ALL).tolist()
    sites = [term.site_key(M)[p].tobytes() for p in range(M)]
    if kind is ReducedSlotsLoad:
        sites = [key + term.convex_load.site_key(M)[p].tobytes() for p, key in enumerate(sites)]
    for p, q in product(range(M), repeat=2):
        if sites[p] == sites[q]:
            renamed = np.where(p == ALL, q, np.where(q == ALL, p, ALL))
            assert term.evaluate(renamed).tolist() == term.evaluate(ALL).tolist()


@EACH
def test_a_widened_term_costs_the_same_wherever_the_new_items_are(kind: type[Term], seed: int) -> None:
    random = np.random.default_rng(seed)
    term = KINDS[kind](random)
    wide = term.widened(N + 2, M + 2, {})
    assert list(wide.faults(N + 2, M + 2)) == []
    beyond = np.hstack([ALL, random.integers(M, M + 2, (len(ALL), 2))])
    assert wide.evaluate(beyond).tolist() == term.evaluate(ALL).tolist()
