"""Tables with an entry for each set of items, against sums over the items of each set."""

from __future__ import annotations

import numpy as np

from placer.assignment.exact.subset_tables import NEVER, Unions, pair_sums, part_for, sums


def test_every_set_has_the_sum_of_its_items_and_of_its_ordered_pairs() -> None:
    random = np.random.default_rng(2)
    for n in range(6):
        each, pairs = random.integers(-9, 9, n), random.integers(-9, 9, (n, n))
        for number in range(1 << n):
            items = [v for v in range(n) if number >> v & 1]
            assert sums(each)[number] == sum(int(each[v]) for v in items)
            assert pair_sums(pairs)[number] == sum(int(pairs[v, w]) for v in items for w in items if v != w)


def test_unions_take_the_least_of_every_split() -> None:
    random = np.random.default_rng(4)
    for n in range(1, 7):
        one, other = random.integers(-50, 50, (2, 1 << n))
        other[random.random(1 << n) < 0.4] = NEVER
        least = Unions(n).least(one, other)
        for whole in range(1 << n):
            prices = [int(one[whole ^ part]) + int(other[part]) for part in range(1 << n) if part & ~whole == 0]
            assert least[whole] == min(*prices, int(NEVER))
            part = part_for(whole, one, other)
            assert part & ~whole == 0
            assert one[whole ^ part] + other[part] == min(prices)


def test_a_union_of_sets_that_cannot_be_cannot_be() -> None:
    """Two prices that cannot be are not added up to a larger one."""
    never = np.full(4, NEVER)
    assert Unions(2).least(never, never).tolist() == [NEVER] * 4
