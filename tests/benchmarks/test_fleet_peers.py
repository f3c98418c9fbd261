"""The peers, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.fleet_peers import FIRST, ONLINE, decreasing, largest_first, place

HOSTS = np.array([[[8, 16], [8, 16]], [[4, 32], [4, 32]], [[8, 8], [8, 8]]])
SHAPES = [(1, 4, 8), (2, 4, 8)]


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("first-fit", 0),
        ("best fit by cpus", 1),
        ("best fit by cpus of a pnode", 1),
        ("best fit by memory", 2),
        ("nova, spread", 0),  # cpus 1, memory 1/3; the others 0 + 1 and 1 + 0
        ("nova, pack", 1),
        ("dot product", 1),  # 4/40 and 8/112 times 16/40 and 32/112: 0.0604; 8/40 and 64/112: 0.0608; 0.0502
    ],
)
def test_each_rule_takes_the_host_of_its_definition(name: str, host: int) -> None:
    score = ONLINE[name].score(HOSTS, HOSTS, SHAPES[0])
    assert int(score.argmax()) == host


def test_the_pnode_that_best_fit_takes_is_the_one_with_the_fewest_cpus_that_hold_the_guest() -> None:
    hosts = np.array([[[9, 16], [5, 16]], [[8, 16], [3, 16]]])  # 14 and 11 cpus, but 5 of a pnode hold 4, 3 do not
    assert int(ONLINE["best fit by cpus of a pnode"].score(hosts, hosts, SHAPES[0]).argmax()) == 0
    assert int(ONLINE["best fit by cpus"].score(hosts, hosts, SHAPES[0]).argmax()) == 1


@pytest.mark.parametrize(("name", "pnodes"), [("nova, spread", [1, 2, 0]), ("nova, pack", [0, 2, 1])])
def test_nova_orders_the_pnodes_of_a_host_by_cpus_then_by_memory(name: str, pnodes: list[int]) -> None:
    assert ONLINE[name].pnodes(np.array([[4, 64], [8, 32], [8, 16]])).tolist() == pnodes


def test_guests_are_placed_until_one_is_refused_or_all_were_tried() -> None:
    small = np.array([[[4, 8], [4, 16]]])
    assert place(small, SHAPES, [0, 1, 0], FIRST, until_refused=True) == (1, 1)
    assert place(small, SHAPES, [0, 1, 0], FIRST, until_refused=False) == (2, 1)
    assert place(HOSTS, SHAPES, [1, 1], FIRST, until_refused=True) == (2, 1)


def test_large_guests_and_hosts_come_first() -> None:
    assert decreasing(HOSTS, SHAPES, [0, 1, 0]) == [1, 0, 0]
    # of 40 cpus and 112 GiB: 16 and 32, 8 and 64, 16 and 16
    assert largest_first(HOSTS).tolist() == HOSTS[[1, 0, 2]].tolist()
