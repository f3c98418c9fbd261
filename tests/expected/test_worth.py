"""The worth of room to expected guests: what a placement leaves for them, and figures worked by hand."""

from __future__ import annotations

from math import sqrt

import pytest

from placer.errors import InputError
from placer.expected.worth import PRICE, UNSEEN, future_capacity, with_expected
from placer.instance import Instance, Objective
from placer.instance.expected import Expected
from placer.solving.pipeline import solve
from tests.support.building import GIB, MIB, a_guest, a_host

EIGHT = Expected(memory_kib=8 * GIB, vcpu_count=2, weight=1_000_000)


def test_a_guest_that_fits_is_worth_its_vcpus_over_the_root_of_how_many_fit() -> None:
    future = future_capacity(a_host(16 * GIB, 8 * GIB), [EIGHT])
    (table,), step = future.tables, future.memory_step_kib
    assert (step, len(table), future.table_of) == (16 * GIB // 64, 65, (0, 0))
    # three fit, at 2 vcpus each; what nobody expects weighs 4 in a million
    one = 1000 * PRICE * 2 / sqrt(3)
    assert table[31][0] < one / 1000
    assert table[32][0] == pytest.approx(one, rel=1e-4)
    assert table[64][0] == pytest.approx(2 * one, rel=1e-4)


def test_a_vnode_is_worth_its_share_of_its_guest() -> None:
    halves = Expected(memory_kib=16 * GIB, vcpu_count=4, vnodes=2, weight=1_000_000)
    ((table,), step) = (future_capacity(a_host(16 * GIB, 16 * GIB), [halves]).tables, GIB // 4)
    # four halves of 8 GiB fit, so two guests, and a half has 2 of the 4 vcpus
    assert table[8 * GIB // step][0] == pytest.approx(1000 * PRICE * 2 / sqrt(2), rel=1e-4)


def test_sizes_that_nobody_expects_have_the_mean_ratio_of_vcpus_to_memory() -> None:
    future = future_capacity(a_host(16 * GIB), [Expected(memory_kib=GIB, vcpu_count=2)])
    # one of five guests is the known one, of which 16 fit; a quarter of a guest in five is each of 1, 2, ... 16 GiB
    known = 16 * 1000 * PRICE * 2 / sqrt(16) / 5
    unseen = sum((16 // i) * 1000 * PRICE * 2 * i / sqrt(16 // i) for i in range(1, 17)) / 4 / 5
    assert future.tables[0][64][0] == pytest.approx(known + unseen, rel=1e-6)


def test_sizes_that_nobody_expects_make_larger_blocks_worth_more_than_their_parts() -> None:
    future = future_capacity(a_host(16 * GIB, 16 * GIB), [Expected(memory_kib=GIB, vcpu_count=1)])
    (table,) = future.tables
    assert table[64][0] > 2 * table[32][0]
    assert UNSEEN > 0


def test_dedicated_vcpus_make_a_table_of_pcpus_too() -> None:
    future = future_capacity(
        a_host(16 * GIB, pcpus=4), [Expected(memory_kib=GIB, vcpu_count=2, cpu_policy="dedicated")]
    )
    (table,) = future.tables
    assert (future.pcpu_step, len(table[0])) == (1, 5)
    assert table[64][0] == 0, "no size of guest runs without pcpus"
    assert table[64][1] < table[64][2] == table[64][3] < table[64][4]


def test_a_table_of_many_pcpus_has_wider_steps() -> None:
    future = future_capacity(a_host(GIB, pcpus=100), [Expected(memory_kib=MIB, vcpu_count=2, cpu_policy="dedicated")])
    assert (future.pcpu_step, len(future.tables[0][0])) == (7, 15)


def test_a_small_guest_leaves_the_large_block_to_the_guest_that_is_expected() -> None:
    host = a_host(16 * GIB, 10 * GIB)
    instance = Instance(host=host, guests=(a_guest(2 * GIB),), objective=Objective(shape="spread"))
    sixteen = Expected(memory_kib=16 * GIB, vcpu_count=4)
    plain, expecting = solve(instance).placement, solve(with_expected(instance, [sixteen])).placement
    assert plain is not None
    assert expecting is not None
    assert (plain.pnode_of["db"], expecting.pnode_of["db"]) == ((0,), (1,))


def test_tiny_shapes_are_worth_no_more_than_a_table_may_hold() -> None:
    future = future_capacity(a_host(2**40), [Expected(memory_kib=4, vcpu_count=4096)])
    assert max(map(max, future.tables[0])) == 10**12


def test_no_shapes_are_refused() -> None:
    with pytest.raises(InputError, match=r"^shapes\.json: expected shapes of guests, got none$"):
        with_expected(Instance(host=a_host(GIB), guests=()), [], place="shapes.json")
