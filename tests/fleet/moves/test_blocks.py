"""Hosts are grouped, and what stands on them is counted in steps."""

from __future__ import annotations

from typing import Any

import numpy as np

from placer.fleet.moves.blocks import Blocks
from placer.fleet.moves.goal import FleetGoal, Shape
from placer.fleet.moves.running import Running
from tests.support.fleet_moves import running_fleet
from tests.support.fleets import GIB

HOSTS = [[(4, 8), (4, 8)], [(6, 12), (6, 12)], [(4, 8)]]
GUESTS = [[(2, 2)], [(2, 4), (2, 4)], [(1, 3)]]
AT = [(0, (0,)), (1, (0, 1)), (2, (0,))]


def blocks(goal: FleetGoal, shape: Shape | None = None, *, distances: bool = False, **more: Any) -> Blocks:
    running = Running(running_fleet(HOSTS, GUESTS, AT, **more), goal, "libvirt")
    return Blocks(running, np.zeros(3, dtype=bool), shape, distances=distances)


def test_hosts_with_the_same_spots_are_one_block_whatever_they_offer() -> None:
    found = blocks(FleetGoal(empty=("h2",)), distances=True)
    assert [block.hosts for block in found.blocks] == [(0, 1)]
    block = found.blocks[0]
    assert (block.steps, block.exact) == ((1, GIB), True)
    assert block.room.tolist() == [[[4, 8 * GIB]] * 2, [[6, 12 * GIB]] * 2]
    # guest 1 stands on both pnodes 0, 1, or 2 times where there is room
    assert [option.counts for option in block.options] == [(0,), (1,), (2,), (3,)]
    assert {item.of for item in block.items} == {0, 1, 2}


def test_guests_that_stay_take_from_the_room_and_the_shape_is_an_item_of_each_pnode() -> None:
    found = blocks(FleetGoal(stay=("g0",)), Shape(vcpus=2, kib=GIB))
    two = next(block for block in found.blocks if 0 in block.hosts)
    assert two.room[two.hosts.index(0)].tolist() == [[2, 6 * GIB], [4, 8 * GIB]]
    assert [(item.p, item.vcpus) for item in two.items if item.of < 0] == [(0, 2), (1, 2)]
