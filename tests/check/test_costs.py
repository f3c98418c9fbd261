"""Nearness and free cores as the judge prices them, worked by hand."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.check import check, mean_access_distance
from placer.check.costs import COSTS, pairs
from placer.instance import Domain, Guest, Host, Instance, Objective, Placement, Pnode
from placer.instance.objective_terms import TIERS
from tests.support.building import GIB, MIB, a_guest, a_host
from tests.support.judging import judge, term


def test_every_term_of_the_tiers_has_a_formula_and_no_other() -> None:
    assert sorted(COSTS) == sorted(name for tier in TIERS for name in tier)


# access_distance


def test_distance_is_read_from_the_row_of_the_vcpu_and_the_column_of_the_memory() -> None:
    host = a_host(4 * GIB, 4 * GIB, slit=((10, 31), (16, 10)))
    guest = a_guest(GIB, GIB, vcpus=(2, 0))
    # both vcpus with vnode 0, half of the memory away: 2 * (500 * 10 + 500 * d)
    assert term(judge(host, guest, 0, 1), "access_distance") == 10_000 + 31_000
    assert term(judge(host, guest, 1, 0), "access_distance") == 10_000 + 16_000


def test_shares_of_memory_go_to_the_nearest_integer_halves_up() -> None:
    # 1000 / 16 = 62.5 -> 63 and 15000 / 16 = 937.5 -> 938
    verdict = judge(a_host(GIB), a_guest(MIB, 15 * MIB, vcpus=(1, 2)), 0, 0)
    assert verdict.access["db"].traffic == 3 * (63 + 938)
    assert verdict.access["db"].cost == 10 * 3 * (63 + 938)


def test_a_traffic_matrix_of_its_own_is_scaled_to_a_thousand_per_vcpu() -> None:
    guest = replace(a_guest(GIB, GIB), traffic=((3, 1), (0, 0)))
    verdict = judge(a_host(2 * GIB, 2 * GIB), guest, 0, 1)
    # entries * 2000 / 4: 1500 local, 500 at 20
    assert verdict.access["db"].cost == 15_000 + 10_000
    assert verdict.access["db"].mean_distance == 12.5


def test_scaled_traffic_goes_to_the_nearest_integer_halves_up() -> None:
    guest = replace(a_guest(GIB, GIB, vcpus=(1, 0)), traffic=((1, 15), (0, 0)))
    assert judge(a_host(2 * GIB), guest, 0, 0).access["db"].traffic == 63 + 938


@pytest.mark.parametrize("guest", [a_guest(GIB, vcpus=(0,)), a_guest(0, vcpus=(2,))])
def test_a_guest_without_vcpus_or_memory_has_no_mean_distance(guest: Guest) -> None:
    for each in (guest, replace(guest, traffic=((1,),))):
        verdict = judge(a_host(2 * GIB), each, 0)
        assert verdict.access["db"].cost == 0
        assert verdict.access["db"].mean_distance is None
        assert mean_access_distance(verdict) is None


def test_an_unplaced_end_counts_with_the_largest_finite_distance_of_the_host() -> None:
    host = a_host(GIB, GIB, GIB, slit=((10, 16, 255), (16, 10, 28), (16, 16, 10)))
    verdict = judge(host, a_guest(GIB, GIB), 0, None)
    # v0 to itself 500 * 10, the three other pairs 500 * 28
    assert term(verdict, "access_distance") == 5_000 + 3 * 14_000


# core_sharing


@pytest.mark.parametrize(
    ("vcpus", "cores", "expected"),
    [(0, 3, 0), (3, 0, 0), (4, 4, 0), (5, 4, 1), (8, 4, 4), (9, 4, 6), (5, 2, 4), (7, 1, 21)],
)
def test_vcpus_spread_evenly_over_cores_share_in_this_many_pairs(vcpus: int, cores: int, expected: int) -> None:
    # (9, 4): cores hold 3, 2, 2, 2 -> 3 + 1 + 1 + 1; (5, 2): 3 and 2 -> 3 + 1; (7, 1): 7 * 6 / 2
    assert pairs(vcpus, cores) == expected


def smt_host(*memory_kib: int) -> Host:
    """Two cores of two threads on each pnode."""
    plain = a_host(*memory_kib)
    return replace(plain, pnodes=tuple(replace(p, cores=(p.pcpus[:2], p.pcpus[2:])) for p in plain.pnodes))


def test_three_vcpus_on_two_cores_pay_for_one_pair() -> None:
    assert term(judge(smt_host(GIB), a_guest(GIB, vcpus=(3,)), 0), "core_sharing") == 2 * 15_000


def test_without_smt_information_every_pcpu_is_a_core() -> None:
    assert term(judge(a_host(GIB), a_guest(GIB, vcpus=(3,)), 0), "core_sharing") == 0


def test_guests_share_cores_with_each_other() -> None:
    guests = (a_guest(GIB, vcpus=(2,)), a_guest(GIB, vcpus=(2,), name="web"))
    instance = Instance(host=smt_host(4 * GIB, 4 * GIB), guests=guests)
    together = check(instance, Placement(pnode_of={"db": (0,), "web": (0,)}))
    apart = check(instance, Placement(pnode_of={"db": (0,), "web": (1,)}))
    assert term(together, "core_sharing") == 2 * 15_000 * 2
    assert term(apart, "core_sharing") == 0


@pytest.mark.parametrize(("vcpus", "price"), [(2, 15_000), (3, 6_666), (4, 3_750)])
def test_the_price_falls_with_the_square_of_the_overload(vcpus: int, price: int) -> None:
    # 2 threads on one core: 15000 * 4/9 = 6666.67, 15000 * 4/16 = 3750; all vcpus meet on the core
    host = Host(pnodes=(Pnode(id=0, memory_kib=GIB, pcpus=(0, 1), cores=((0, 1),)),))
    met = vcpus * (vcpus - 1) // 2
    assert term(judge(host, a_guest(GIB, vcpus=(vcpus,)), 0), "core_sharing") == 2 * price * met


def test_unplaced_vcpus_share_no_core_but_count_for_the_price() -> None:
    host = Host(pnodes=(Pnode(id=0, memory_kib=GIB, pcpus=(0, 1), cores=((0, 1),)),))
    verdict = judge(host, a_guest(GIB, GIB, vcpus=(2, 2)), 0, None)
    assert term(verdict, "core_sharing") == 2 * 3_750 * 1


@pytest.mark.parametrize(("asked", "price"), [(0, 0), (1.25, 1250), (0.0005, 1), (0.0004, 0), (40, 40_000)])
def test_a_price_of_its_own_is_taken_to_the_nearest_thousandth_and_not_scaled(asked: float, price: int) -> None:
    host = Host(pnodes=(Pnode(id=0, memory_kib=GIB, pcpus=(0, 1), cores=((0, 1),)),))
    guest = a_guest(GIB, vcpus=(4,))
    instance = Instance(host=host, guests=(guest,), objective=Objective(core_sharing_price=asked))
    verdict = check(instance, Placement(pnode_of={"db": (0,)}))
    assert term(verdict, "core_sharing") == 2 * price * 6


def test_cores_of_a_pnode_without_memory_are_of_no_use_to_vcpus_elsewhere() -> None:
    host = a_host(GIB, GIB, 0, pcpus=2, slit=((10, 20, 12), (20, 10, 11), (12, 11, 10)))
    for p in (0, 1):
        # 4 vcpus on 2 cores share in 2 pairs, however near pnode 2 is
        assert term(judge(host, a_guest(GIB, vcpus=(4,)), p), "core_sharing") == 2 * 15_000 * 2


def test_guests_share_cores_with_what_runs_already_and_its_own_pairs_are_in_the_cost() -> None:
    old = Domain(name="old", affinity=((0,), (1,), (2, 3), (3, 4, 5)))
    host = replace(smt_host(4 * GIB, 4 * GIB), domains=(old,))
    # 3 1/2 of them run on pnode 0, down to 3 on 2 cores: 1 pair; with 2 more 3 + 1
    assert term(judge(host, a_guest(GIB, vcpus=(2,)), 0), "core_sharing") == 2 * 15_000 * 4
    assert term(judge(host, a_guest(GIB, vcpus=(2,)), 1), "core_sharing") == 2 * 15_000 * 1


def test_vcpus_that_run_count_for_the_price() -> None:
    host = replace(a_host(GIB, pcpus=2), domains=(Domain(name="old", affinity=(None, None)),))
    # 4 vcpus on 2 threads: 15000 / 4; 2 pairs
    assert term(judge(host, a_guest(GIB, vcpus=(2,)), 0), "core_sharing") == 2 * 3_750 * 2


def test_a_running_vcpu_loads_each_of_the_pnodes_it_may_run_on_by_its_part() -> None:
    host = replace(a_host(GIB, GIB, 0, pcpus=1), domains=(Domain(name="old", affinity=(None,) * 5),))
    # 5/3 on each of three pnodes, down to 1 each, alone on the core there; one more beside it makes a pair;
    # 6 vcpus on 3 threads: 15000 / 4
    for p in (0, 1):
        assert term(judge(host, a_guest(GIB, vcpus=(1,)), p), "core_sharing") == 2 * 3_750


def test_vcpus_on_a_pnode_without_memory_load_its_own_cores() -> None:
    host = a_host(GIB, 0, pcpus=2)
    # 3 on 2 cores are a pair, 2 on 2 none; 5 vcpus on 4 threads: 15000 * 16/25
    assert term(judge(host, a_guest(GIB, 0, vcpus=(3, 2)), 0, 1), "core_sharing") == 2 * 9_600
    # 2 on 2 cores are none, 3 on 2 a pair
    assert term(judge(host, a_guest(GIB, 0, vcpus=(2, 3)), 0, 1), "core_sharing") == 2 * 9_600
    # 1 on 2 cores is none; 4 on 2 are two
    assert term(judge(host, a_guest(GIB, 0, vcpus=(1, 4)), 0, 1), "core_sharing") == 2 * 2 * 9_600
