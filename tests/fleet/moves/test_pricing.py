"""What becomes of hosts at given prices, against every filling tried one by one."""

from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
import pytest

from placer.fleet.moves.block import Block
from placer.fleet.moves.blocks import Blocks
from placer.fleet.moves.goal import FleetGoal, Shape
from placer.fleet.moves.pricing import Worth, fitting, left_on, priced
from placer.fleet.moves.running import Running
from tests.support.fleet_moves import running_fleet
from tests.support.fleets import GIB


@pytest.mark.parametrize("seed", range(6))
def test_the_value_is_that_of_the_best_filling(seed: int) -> None:
    hosts, guests = [[(4, 6), (4, 5)], [(4, 6), (4, 5)]], [[(1, 2)], [(1, 2), (1, 2)], [(1, 2)]]
    fleet = running_fleet(hosts, guests, [(0, (0,)), (0, (0, 1)), (1, (1,))])
    shape = Shape(vcpus=2, kib=2 * GIB)
    running = Running(fleet, FleetGoal(fragments=shape), "libvirt")
    blocks = Blocks(running, np.zeros(len(hosts), dtype=bool), shape, distances=False)
    draw = np.random.default_rng(seed)
    price = {k: float(draw.uniform(-1, 2)) for k in blocks.classes}
    worth = Worth(price, dict.fromkeys(blocks.classes, 0.5), 1.0)
    for block in blocks.blocks:
        everything = np.full(len(block.hosts), -1e9)
        for row, (_, value, found) in enumerate(priced(block, worth, everything)):
            assert found is not None
            assert found.real
            best = _best(block, row, worth)
            assert value == pytest.approx(best)
            assert fitting(block, left_on(block, row, found.counts)) >= found.fits


def _best(block: Block, row: int, worth: Worth) -> float:
    now = block.counts[row]
    keys = [key for key, _ in block.wide]
    keys += [(item.of, ((item.p, item.vcpus, item.kib),)) for item in block.items if item.of >= 0]
    best = -1e9
    for often in product(range(4), repeat=len(keys)):
        counts = Counter(dict(zip(keys, often, strict=True)))
        left = left_on(block, row, +counts)
        if (left < 0).any():
            continue
        value = float(fitting(block, left))
        for key in keys:
            kept = min(counts[key], now[key])
            value += (counts[key] - now[key]) * worth.price[key[0]] - (now[key] - kept) * worth.leaving[key[0]]
        best = max(best, value)
    return best
