"""Costs of moves of many chains: those of the definition, before and after each move."""

from __future__ import annotations

import numpy as np
import pytest

from placer.assignment import ConvexLoad, IntArray
from placer.assignment.heuristics.chain_costs import OVERLOAD, OVERLOADED, ChainFlow, ChainLoad, ChainRoom, by_site
from placer.assignment.structure.term_index import PairFlow

CHAINS, ITEMS, SITES = 5, 6, 4


def a_flow(random: np.random.Generator, *, symmetric: bool) -> PairFlow:
    flow, distance = random.integers(0, 9, (ITEMS, ITEMS)), random.integers(0, 20, (SITES, SITES))
    np.fill_diagonal(flow, 0)
    return PairFlow(tier=0, flow=flow, distance=distance + distance.T if symmetric else distance)


def a_load(random: np.random.Generator) -> ConvexLoad:
    weight = random.integers(0, 4, ITEMS)
    steps = np.sort(random.integers(0, 9, (2, int(weight.sum()))), axis=1)
    table = np.concatenate([random.integers(0, 5, (2, 1)), steps], axis=1).cumsum(axis=1)
    return ConvexLoad(name="load", weight=weight, pool_of=np.array([0, 1, 1, -1]), table=table)


def cost(flow: PairFlow, site_of: IntArray) -> int:
    return int((flow.flow * flow.distance[np.ix_(site_of, site_of)]).sum())


def changed(site_of: IntArray, items: dict[int, int]) -> IntArray:
    other = site_of.copy()
    for item, site in items.items():
        other[item] = site
    return other


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_shifts_and_exchanges_change_the_flows_by_what_is_said(seed: int, symmetric: bool) -> None:
    random = np.random.default_rng(seed)
    flow = a_flow(random, symmetric=symmetric)
    chains, site = ChainFlow(flow), random.integers(0, SITES, (CHAINS, ITEMS))
    v = random.integers(0, ITEMS, CHAINS)
    each = np.arange(CHAINS)
    a = site[each, v]
    row = chains.row(v, site)
    now = np.array([chains.paid(one)[np.arange(ITEMS), one] for one in site])
    back = chains.there(a, site) - now
    exchanged = np.take_along_axis(row, site, axis=1) - row[each, a][:, None] + back + chains.exchanged(v, a, site)
    for c in range(CHAINS):
        before = cost(flow, site[c])
        for p in range(SITES):
            assert row[c, p] - row[c, a[c]] == cost(flow, changed(site[c], {v[c]: p})) - before
        for w in range(ITEMS):
            if w != v[c]:
                after = cost(flow, changed(site[c], {v[c]: site[c, w], w: a[c]}))
                assert exchanged[c, w] == after - before


def exchanged(site_of: IntArray, p: int, q: int) -> IntArray:
    return np.where(site_of == p, q, np.where(site_of == q, p, site_of))


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_exchanges_of_whole_sites_change_flows_and_loads_by_what_is_said(seed: int, symmetric: bool) -> None:
    random = np.random.default_rng(seed)
    flow, site = a_flow(random, symmetric=symmetric), random.integers(0, SITES, (CHAINS, ITEMS))
    chains, term = ChainFlow(flow), a_load(random)
    now = chains.all_now(site)
    assert now.tolist() == [chains.paid(one)[np.arange(ITEMS), one].tolist() for one in site]
    a = site[np.arange(CHAINS), random.integers(0, ITEMS, CHAINS)]
    whole, loads = chains.whole(a, site, now), ChainLoad(term, site).whole(a, site)
    for c in range(CHAINS):
        for q in {*range(SITES)} - {a[c]}:
            other = exchanged(site[c], a[c], q)
            assert whole[c, q] == cost(flow, other) - cost(flow, site[c])
            assert loads[c, q] == term.evaluate(other[None, :])[0] - term.evaluate(site[c][None, :])[0]


def test_a_site_that_is_overloaded_has_a_price_by_its_overload_and_what_a_move_makes_of_it_too() -> None:
    weight, capacity = np.array([2, 1, 3]), np.array([3, 2, 9])  # a mean weight of 2
    rooms = ChainRoom(weight, capacity, np.array([[0, 0, 1], [2, 2, 2]]))
    assert rooms.free.tolist() == [[0, -1, 9], [3, 2, 3]]
    over_by_1, over_by_3 = OVERLOADED + OVERLOAD / 2, OVERLOADED + OVERLOAD * 3 / 2
    v, a = np.array([0, 0]), np.array([0, 2])
    moves = rooms.moves(v, a, np.array([[0, 0, 1], [2, 2, 2]]))
    # item 0 of 2 to site 1: over by 3 there, by 1 before; in exchange for item 2 of 3 site 0 is over by 1, no longer 1
    assert moves[0] == pytest.approx([0, over_by_3 - over_by_1, 0, 0, 0, 0])
    assert moves[1] == pytest.approx([0, 0, 0, 0, 0, 0])
    # both items of site 0 to site 1, and item 2 to site 0: over by 1 at site 1 as before
    assert rooms.whole(np.array([0, 0]))[0] == pytest.approx([0, 0, 0])
    # all of site 2, with 6, to site 0 is over by 3, to site 1 by 4
    assert rooms.whole(np.array([0, 2]))[1] == pytest.approx([over_by_3, OVERLOADED + OVERLOAD * 2, 0])
    rooms.move(np.array([0]), np.array([2]), np.array([1]), np.array([2]))
    assert rooms.free.tolist() == [[0, 2, 6], [3, 2, 3]]


def test_values_are_summed_by_the_sites_of_their_items() -> None:
    assert by_site(np.array([[1.0, 2.0, 4.0]]), np.array([[2, 0, 2]]), 3).tolist() == [[2.0, 0.0, 5.0]]


@pytest.mark.parametrize("symmetric", [True, False])
def test_what_items_pay_is_kept_from_move_to_move(symmetric: bool) -> None:
    random = np.random.default_rng(7)
    chains = ChainFlow(a_flow(random, symmetric=symmetric))
    site = random.integers(0, SITES, (CHAINS, ITEMS))
    v, b, each = random.integers(0, ITEMS, CHAINS), random.integers(0, SITES, CHAINS), np.arange(CHAINS)
    now = np.array([chains.paid(one)[np.arange(ITEMS), one] for one in site])
    now += chains.moved(v, site[each, v], b, site)
    site[each, v] = b
    now[each, v] = chains.now(v, b, site)
    assert now.tolist() == [chains.paid(one)[np.arange(ITEMS), one].tolist() for one in site]


@pytest.mark.parametrize("seed", range(4))
def test_loads_cost_what_their_table_says_and_sites_without_a_pool_nothing(seed: int) -> None:
    random = np.random.default_rng(seed)
    term = a_load(random)
    site = random.integers(0, SITES, (CHAINS, ITEMS))
    loads, each = ChainLoad(term, site), np.arange(CHAINS)
    for _ in range(8):
        v = random.integers(0, ITEMS, CHAINS)
        a = site[each, v]
        shifts, swaps, before = loads.shifts(v, a), loads.swaps(v, a, site), term.evaluate(site)
        for c in range(CHAINS):
            for p in range(SITES):
                assert shifts[c, p] == term.evaluate(changed(site[c], {v[c]: p})[None, :])[0] - before[c]
            for w in range(ITEMS):
                after = term.evaluate(changed(site[c], {v[c]: site[c, w], w: a[c]})[None, :])[0]
                assert swaps[c, w] == (after - before[c] if w != v[c] else 0)
        b = random.integers(0, SITES, CHAINS)
        loads.move(each, v, a, b)
        site[each, v] = b
