"""Gain inside clusters: never below the best division, with and without units beyond the capacity."""

from __future__ import annotations

from itertools import product

import numpy as np

from placer.assignment.bounds.clustering import Clusters, ColumnGeneration


def some_clusters(seed: int) -> Clusters:
    random = np.random.default_rng(seed)
    n, count = int(random.integers(3, 8)), int(random.integers(2, 4))
    gain = np.triu(random.integers(0, 30, (n, n)) * (random.random((n, n)) < 0.7), 1)
    weight = random.integers(1, 9, (2, n))
    most = weight.sum(axis=1) * random.uniform(0.35, 0.8, 2)
    return Clusters(
        gain=gain + gain.T,
        weight=weight,
        capacity=np.maximum(most.astype(np.int64), weight.max(axis=1)),
        soft=np.array([False, True]),
        count=count,
        class_of=np.arange(n),
    )


def best_division(clusters: Clusters, price: int | None) -> int | None:
    """Try all divisions; with a price, each cluster may exceed its soft capacity by units that cost so much."""
    best = None
    for of in product(range(clusters.count), repeat=len(clusters.gain)):
        within = np.array(of)[:, None] == np.array(of)
        load = np.array([clusters.weight[:, np.array(of) == c].sum(axis=1) for c in range(clusters.count)])
        over = np.maximum(load - clusters.capacity, 0)
        if over[:, 0].any() or (price is None and over.any()):
            continue
        gain = int((clusters.gain * within).sum()) // 2 - (price or 0) * int(over[:, 1].sum())
        best = gain if best is None else max(best, gain)
    return best


def test_it_is_no_less_than_the_best_division_and_often_equal() -> None:
    compared = met = 0
    for seed in range(60):
        clusters = some_clusters(seed)
        expected = best_division(clusters, None)
        if expected is None:
            continue
        bound = ColumnGeneration(clusters).bound(lambda: True)
        assert bound >= expected, seed
        assert bound % clusters.step == 0
        compared += 1
        met += bound == expected
    assert compared > 30
    assert met > compared // 2


def test_units_beyond_the_capacity_gain_no_more_than_their_price() -> None:
    dearer = 0
    for seed in range(60):
        clusters = some_clusters(seed)
        generation = ColumnGeneration(clusters)
        bound = generation.bound(lambda: True)
        price = generation.price_of_excess(lambda: True)
        expected = best_division(clusters, price)
        assert expected is None or bound >= expected, seed
        free = best_division(clusters, 0)
        dearer += free is not None and free > bound
    assert dearer > 10


def test_without_time_it_is_a_bound_all_the_same() -> None:
    for seed in range(30):
        clusters = some_clusters(seed)
        generation, expected = ColumnGeneration(clusters), best_division(clusters, None)
        bound, price = generation.bound(lambda: False), generation.price_of_excess(lambda: False)
        assert expected is None or bound >= expected, seed
        beyond = best_division(clusters, price)
        assert beyond is None or bound >= beyond, seed


def test_a_ring_in_clusters_of_three_loses_a_link_for_each() -> None:
    gain = np.zeros((12, 12), dtype=np.int64)
    for v in range(12):
        gain[v, (v + 1) % 12] = gain[(v + 1) % 12, v] = 7
    clusters = Clusters(
        gain=gain,
        weight=np.ones((1, 12), dtype=np.int64),
        capacity=np.array([3]),
        soft=np.array([False]),
        count=4,
        class_of=np.arange(12),
    )
    assert ColumnGeneration(clusters).bound(lambda: True) == 7 * 8


def test_equal_items_have_equal_prices_and_the_same_bound() -> None:
    """A hub that gains 5 from each of nine equal leaves, three in a cluster."""
    gain = np.zeros((10, 10), dtype=np.int64)
    gain[0, 1:] = gain[1:, 0] = 5
    clusters = Clusters(
        gain=gain,
        weight=np.ones((1, 10), dtype=np.int64),
        capacity=np.array([3]),
        soft=np.array([False]),
        count=4,
        class_of=np.array([0] + [1] * 9),
    )
    assert ColumnGeneration(clusters).bound(lambda: True) == 2 * 5
