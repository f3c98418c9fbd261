"""Every rule and every cost of the judge, with figures worked by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from msgspec.structs import replace

from placer.check import Verdict, Violation, check, mean_access_distance
from placer.check.costs import COSTS, pairs
from placer.errors import InputError
from placer.instance import Domain, Guest, Host, Instance, Objective, Placement, Pnode, Vnode
from placer.instance.objective_terms import TIERS

MIB = 1024
GIB = 1024**2

Slit = tuple[tuple[int, ...], ...]
Pnodes = tuple[int | None, ...]


def a_host(*memory_kib: int, pcpus: int = 4, slit: Slit | None = None) -> Host:
    """Pnode p has the pcpus from p * pcpus on."""
    return Host(
        pnodes=tuple(
            Pnode(id=p, memory_kib=kib, pcpus=tuple(range(p * pcpus, (p + 1) * pcpus)))
            for p, kib in enumerate(memory_kib)
        ),
        slit=slit,
    )


def a_guest(*memory_kib: int, vcpus: tuple[int, ...] | None = None, name: str = "db") -> Guest:
    """One vcpu per vnode unless told."""
    widths = vcpus if vcpus is not None else (1,) * len(memory_kib)
    ends = [sum(widths[:v]) for v in range(len(widths) + 1)]
    return Guest(
        name=name,
        vnodes=tuple(
            Vnode(memory_kib=kib, vcpus=tuple(range(first, end)))
            for kib, (first, end) in zip(memory_kib, pairwise(ends), strict=True)
        ),
    )


def judge(host: Host, guest: Guest, *pnodes: int | None, allow_unplaced: bool = False) -> Verdict:
    instance = Instance(host=host, guests=(guest,))
    return check(instance, Placement(pnode_of={guest.name: pnodes}), allow_unplaced=allow_unplaced)


def term(verdict: Verdict, name: str) -> int:
    return next(tier[name] for tier in verdict.terms if name in tier)


def rules(verdict: Verdict) -> list[str]:
    return [violation.rule for violation in verdict.violations]


def only(verdict: Verdict) -> Violation:
    (violation,) = verdict.violations
    return violation


# A guest of 2 and 4 GiB on pnodes with 4 and 2 GiB free, distances 10/20: first-fit puts vnode 0 on pnode 0 and
# finds no place for vnode 1, the optimum swaps them. Shares of memory: 1000 * 2/6 = 333, 1000 * 4/6 = 667.
CROSSED = (a_host(4 * GIB, 2 * GIB), a_guest(2 * GIB, 4 * GIB))


def test_the_optimum_of_the_crossed_pair_costs_what_the_formulas_say() -> None:
    verdict = judge(*CROSSED, 1, 0)
    # 333 * 10 + 667 * 20 for vcpu 0, 333 * 20 + 667 * 10 for vcpu 1
    assert verdict.violations == ()
    assert verdict.terms == (
        {"unplaced_guests": 0},
        {"unplaced": 0},
        {"access_distance": 16_670 + 13_330, "core_sharing": 0},
        {"device_distance": 0, "soft_affinity": 0, "vdistance": 0},
        {"shape": 0},
    )
    assert mean_access_distance(verdict) == 15.0


def test_first_fit_on_the_crossed_pair_is_priced_above_the_optimum_in_every_figure() -> None:
    verdict = judge(*CROSSED, 0, None)
    # vcpu 0: 333 * 10 + 667 * 20; vcpu 1 has no pnode, so 20 for all of its 1000, its own memory too
    assert term(verdict, "unplaced_guests") == 1
    assert term(verdict, "unplaced") == 4 * GIB + 1024
    assert term(verdict, "access_distance") == 16_670 + 20_000
    assert term(verdict, "shape") == 2048
    assert mean_access_distance(verdict) == 18.335
    assert rules(verdict) == ["unplaced"]


def test_every_term_of_the_tiers_has_a_formula_and_no_other() -> None:
    assert sorted(COSTS) == sorted(name for tier in TIERS for name in tier)


# What keeps something from being a placement at all


@pytest.mark.parametrize(
    ("pnode_of", "reason"),
    [
        ({}, 'guest "db" is missing'),
        ({"db": (0,)}, 'guest "db" has 1 pnodes for 2 vnodes'),
        ({"db": (0, 7)}, 'guest "db": no pnode 7 on this host'),
        ({"db": (0, 1), "web": (0,)}, 'no guest "web" in the instance'),
    ],
)
def test_something_that_is_no_placement_of_the_instance_is_refused(pnode_of: dict[str, Pnodes], reason: str) -> None:
    host, guest = CROSSED
    with pytest.raises(InputError, match=f"not a placement of this instance: {reason}"):
        check(Instance(host=host, guests=(guest,)), Placement(pnode_of=pnode_of))


def test_pnodes_are_meant_by_id_and_not_by_position() -> None:
    host = Host(
        pnodes=(Pnode(id=8, memory_kib=GIB, pcpus=(0,)), Pnode(id=252, memory_kib=2 * GIB, pcpus=(1,))),
        slit=((10, 40), (40, 11)),
    )
    assert term(judge(host, a_guest(GIB), 252), "access_distance") == 11_000


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


def test_the_mean_over_all_guests_weighs_each_by_its_traffic() -> None:
    guests = (a_guest(GIB, GIB, vcpus=(2, 0)), a_guest(GIB, vcpus=(6,), name="web"))
    instance = Instance(host=a_host(4 * GIB, 4 * GIB), guests=guests)
    verdict = check(instance, Placement(pnode_of={"db": (0, 1), "web": (1,)}))
    # db: 2000 accesses at 15, web: 6000 at 10 -> 90000 / 8000
    assert verdict.access["db"].mean_distance == 15.0
    assert verdict.access["web"].mean_distance == 10.0
    assert mean_access_distance(verdict) == 11.25


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


@pytest.mark.parametrize(
    ("slit", "lent_to"),
    [
        (((10, 20, 12), (20, 10, 16), (20, 16, 10)), 1),  # nearest in the row of pnode 2, whatever its column says
        (((10, 20, 20), (20, 10, 12), (20, 20, 10)), 0),  # the first of two
        (((10, 20, 20), (20, 10, 20), (255, 99, 10)), 1),  # pnode 0 is out of reach
        (((10, 20, 20), (20, 10, 20), (255, 255, 10)), None),
    ],
)
def test_cores_of_a_pnode_without_memory_count_with_the_nearest_that_has_some(slit: Slit, lent_to: int | None) -> None:
    host = a_host(GIB, GIB, 0, pcpus=2, slit=slit)
    guest = a_guest(GIB, vcpus=(4,))
    for p in (0, 1):
        # 4 vcpus on 2 cores share in 2 pairs, on 4 cores in none
        expected = 0 if p == lent_to else 2 * 15_000 * 2
        assert term(judge(host, guest, p), "core_sharing") == expected


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
    # 5/3 on each of three pnodes, down to 1 each; the third counts with the first: 2 on 2 cores and 1 on 1
    # one more beside them: 3 on 2 cores or 2 on 1, a pair each; 6 vcpus on 3 threads: 15000 / 4
    for p in (0, 1):
        assert term(judge(host, a_guest(GIB, vcpus=(1,)), p), "core_sharing") == 2 * 3_750


def test_vcpus_on_a_pnode_without_memory_load_the_cores_they_count_with() -> None:
    host = a_host(GIB, 0, pcpus=2)
    # 3 and 2 vcpus on 4 cores share in one pair; 5 vcpus on 4 threads: 15000 * 16/25
    assert term(judge(host, a_guest(GIB, 0, vcpus=(3, 2)), 0, 1), "core_sharing") == 2 * 9_600


# soft_affinity, vdistance, shape


def test_each_vcpu_away_from_its_soft_mask_costs_a_thousand() -> None:
    guest = replace(a_guest(GIB, GIB, vcpus=(2, 2)), soft_affinity=((0, 1), None, (4,), (3, 4)))
    host = a_host(4 * GIB, 4 * GIB)
    assert term(judge(host, guest, 0, 1), "soft_affinity") == 0
    assert term(judge(host, guest, 1, 0), "soft_affinity") == 2000  # vcpus 0 and 2; 3 may use pcpu 3
    assert term(judge(host, guest, 0, None), "soft_affinity") == 2000


@pytest.mark.parametrize(
    ("pnodes", "expected"),
    [
        ((0, 1), 10 + 11),  # written 31 and 32
        ((0, 0), 10 + 10),  # 10 is written as 11
        ((0, 2), 233 + 233),  # 255 is written as 254, 254 as it is
        ((0, None), 233 + 233),  # the largest finite distance, 254
    ],
)
def test_wanted_distances_cost_their_difference_from_the_written_ones(pnodes: Pnodes, expected: int) -> None:
    host = a_host(GIB, GIB, GIB, slit=((10, 31, 255), (32, 10, 20), (254, 20, 10)))
    guest = replace(a_guest(MIB, MIB), vdistances=((99, 21), (21, 99)))
    assert term(judge(host, guest, *pnodes), "vdistance") == 1000 * expected


def test_pack_counts_the_whole_mib_left_on_the_pnodes_in_use() -> None:
    host = replace(a_host(GIB, GIB, GIB))
    host = replace(host, pnodes=(replace(host.pnodes[0], reserve_kib=9 * MIB), *host.pnodes[1:]))
    guest = replace(a_guest(100 * MIB + 1, 200 * MIB, 0), overhead_kib=50 * MIB)
    # reserve and overhead do not count: 1024 - 300 - 1 KiB -> 723 whole MiB on pnode 0, all 1024 on pnode 1
    assert term(judge(host, guest, 0, 0, 1), "shape") == 723 + 1024


def test_shape_none_costs_nothing() -> None:
    instance = Instance(host=a_host(GIB), guests=(a_guest(MIB),), objective=Objective(shape="none"))
    assert term(check(instance, Placement(pnode_of={"db": (0,)})), "shape") == 0


# Rules


def test_a_vnode_left_out_breaks_a_rule_unless_that_is_allowed() -> None:
    violation = only(judge(*CROSSED, None, 0))
    assert violation == Violation(rule="unplaced", message='guest "db" vnode 0 of 2 GiB has no pnode', guests=("db",))
    assert judge(*CROSSED, None, 0, allow_unplaced=True).violations == ()


def test_a_fixed_vnode_stands_on_its_pnode() -> None:
    guest = Guest(name="db", vnodes=(Vnode(memory_kib=GIB, pnode=1, vcpus=(0,)),))
    host = a_host(GIB, GIB)
    assert judge(host, guest, 1).violations == ()
    assert judge(host, guest, None, allow_unplaced=True).violations == ()
    violation = only(judge(host, guest, 0))
    assert violation.rule == "fixed_pnode"
    assert violation.message == 'guest "db" vnode 0 stands on pnode 0, its pnode is fixed at 1'


def test_a_guest_stays_on_the_pnodes_it_may_use() -> None:
    guest = replace(a_guest(GIB), pnodes=(1, 2))
    host = a_host(GIB, GIB, GIB)
    assert judge(host, guest, 2).violations == ()
    violation = only(judge(host, guest, 0))
    assert violation.rule == "pnodes"
    assert violation.message == 'guest "db" vnode 0 stands on pnode 0, the guest may use only 1-2'


def test_one_kib_too_much_is_noticed() -> None:
    host = a_host(GIB)
    assert judge(host, a_guest(GIB), 0).violations == ()
    violation = only(judge(host, a_guest(GIB - 8, 9), 0, 0))
    assert violation.rule == "memory"
    assert violation.message == (
        "pnode 0 has room for 1048576 KiB (1048576 KiB free), its vnodes need 1048577 KiB: "
        'guest "db" vnode 0 (1048568 KiB), guest "db" vnode 1 (9 KiB)'
    )


def test_the_reserve_and_the_overhead_leave_less_room() -> None:
    host = Host(pnodes=(Pnode(id=3, memory_kib=8 * GIB, reserve_kib=GIB, pcpus=(0,)),))
    guest = replace(a_guest(6 * GIB), overhead_kib=GIB)
    assert judge(host, guest, 3).violations == ()
    violation = only(judge(host, replace(guest, vnodes=(Vnode(memory_kib=7 * GIB, vcpus=(0,)),)), 3))
    assert violation.message == (
        "pnode 3 has room for 6 GiB (8 GiB free, less 1 GiB reserve and 1 GiB overhead), "
        'its vnodes need 7 GiB: guest "db" vnode 0 (7 GiB)'
    )


def test_guests_that_overfill_a_pnode_together_are_all_named() -> None:
    guests = tuple(a_guest(GIB, name=f"g{i}") for i in range(7))
    instance = Instance(host=a_host(5 * GIB, 5 * GIB), guests=guests)
    pnode_of: dict[str, Pnodes] = {guest.name: (0,) for guest in guests}
    violation = only(check(instance, Placement(pnode_of=pnode_of | {"g3": (1,)})))
    assert violation.guests == ("g0", "g1", "g2", "g4", "g5", "g6")
    assert violation.message.endswith('guest "g5" vnode 0 (1 GiB), 1 more')
    assert only(judge(a_host(4), a_guest(1, 1, 1, 1, 1), 0, 0, 0, 0, 0)).message.endswith("vnode 4 (1 KiB)")


@pytest.mark.parametrize(
    ("affinity", "rooms"),
    [
        # 9 KiB in equal parts on all three pnodes with memory: 3 KiB each, rounded up to 4
        ({}, (96, 96, 96)),
        ({"hard_affinity": (None,), "soft_affinity": (None,)}, (96, 96, 96)),
        # on pnodes 0 and 1: 4.5 each, rounded up to 8
        ({"hard_affinity": ((0, 4),)}, (92, 92, 100)),
        ({"soft_affinity": ((1, 5),)}, (92, 92, 100)),
        # the hard masks narrowed by the soft one: pnode 1 alone, 9 rounded up to 12
        ({"hard_affinity": ((0, 4),), "soft_affinity": ((4, 8),)}, (100, 88, 100)),
        # no pcpu in both: the hard one
        ({"hard_affinity": ((0, 1),), "soft_affinity": ((8,),)}, (88, 100, 100)),
        # pnode 3 has no memory: all that have some
        ({"hard_affinity": ((12,),)}, (96, 96, 96)),
    ],
)
def test_overhead_lands_in_equal_parts_on_the_node_affinity(
    affinity: dict[str, object], rooms: tuple[int, ...]
) -> None:
    # the guest with the overhead stands nowhere; another fills each pnode to the last KiB, then one more
    host = a_host(100, 100, 100, 0)
    loaded = replace(a_guest(5), overhead_kib=9, **affinity)
    for p, room in enumerate(rooms):
        for size, broken in ((room, []), (room + 1, ["memory"])):
            instance = Instance(host=host, guests=(loaded, a_guest(size, name="filler")))
            placement = Placement(pnode_of={"db": (None,), "filler": (p,)})
            assert rules(check(instance, placement, allow_unplaced=True)) == broken


def test_a_vcpu_without_a_mask_spreads_the_overhead_over_all_pnodes_with_pcpus() -> None:
    plain = a_host(100, 100, 100)
    host = replace(plain, pnodes=(*plain.pnodes[:2], Pnode(id=2, memory_kib=100)))
    guest = replace(a_guest(92, vcpus=(2,)), overhead_kib=16, hard_affinity=((0,), None))
    # pnodes 0 and 1 take 8 each, the one without pcpus nothing
    assert judge(host, guest, 0).violations == ()
    filler = replace(a_guest(100, vcpus=(0,), name="filler"), memory_only_pnodes=True)
    instance = Instance(host=host, guests=(guest, filler))
    assert check(instance, Placement(pnode_of={"db": (0,), "filler": (2,)})).violations == ()


def test_a_whole_guest_takes_its_overhead_along() -> None:
    # 10 KiB are three pages
    guest = replace(a_guest(88), form="whole", overhead_kib=10)
    host = a_host(100, 99)
    assert judge(host, guest, 0).violations == ()
    assert rules(judge(host, guest, 1)) == ["memory"]
    filler = a_guest(100, name="filler")
    instance = Instance(host=host, guests=(guest, filler))
    placement = Placement(pnode_of={"db": (None,), "filler": (0,)})
    assert check(instance, placement, allow_unplaced=True).violations == ()


def test_a_pnode_that_overhead_alone_overfills_breaks_no_rule_while_it_holds_no_memory() -> None:
    guest = replace(a_guest(1, 0), overhead_kib=40, hard_affinity=((0, 4), None), soft_affinity=((0, 4), (0, 4)))
    host = a_host(10, 100)
    assert judge(host, guest, 1, 1).violations == ()
    assert judge(host, guest, 1, 0).violations == ()
    message = only(judge(host, guest, 0, 1)).message
    assert message.startswith("pnode 0 has room for 0 KiB (10 KiB free, less 20 KiB overhead), its vnodes need 1 KiB:")


def test_a_vnode_with_memory_needs_a_pnode_with_memory() -> None:
    host = a_host(GIB, 0)
    violation = only(judge(host, a_guest(GIB), 1))
    assert violation.rule == "memoryless"
    assert violation.message == 'guest "db" vnode 0 needs 1 GiB, pnode 1 has no memory'
    assert judge(host, a_guest(0), 1).violations == ()


def test_each_vcpu_can_run_on_some_pcpu_of_its_pnode() -> None:
    guest = replace(a_guest(GIB, vcpus=(3,)), hard_affinity=((0, 1), (2, 6), None))
    host = a_host(GIB, GIB)
    assert judge(host, guest, 0).violations == ()
    violation = only(judge(host, guest, 1))
    assert violation.rule == "hard_affinity"
    assert violation.message == 'guest "db" vnode 0: vcpus 0 may run only on pcpus 0-1, pnode 1 has 4-7'


def test_vcpus_never_stand_on_a_pnode_without_pcpus() -> None:
    host = Host(pnodes=(Pnode(id=0, memory_kib=GIB, pcpus=(0,)), Pnode(id=1, memory_kib=GIB)))
    for guest in (a_guest(GIB), replace(a_guest(GIB), hard_affinity=((0,),), memory_only_pnodes=True)):
        violation = only(judge(host, guest, 1))
        assert violation.rule == "hard_affinity"
        assert violation.message == 'guest "db" vnode 0 has vcpus 0, pnode 1 has no pcpus'


def test_memory_alone_stands_on_a_pnode_without_pcpus_only_where_the_guest_says_so() -> None:
    host = Host(pnodes=(Pnode(id=0, memory_kib=GIB, pcpus=(0,)), Pnode(id=1, memory_kib=GIB)))
    guest = a_guest(GIB, GIB, vcpus=(1, 0))
    assert judge(host, replace(guest, memory_only_pnodes=True), 0, 1).violations == ()
    violation = only(judge(host, guest, 0, 1))
    assert violation.rule == "memory_only"
    assert 'guest "db" vnode 1 stands on pnode 1 without pcpus' in violation.message


@pytest.mark.parametrize("slit", [((10, 255), (20, 10)), ((10, -1), (20, 10))])
def test_vnodes_of_one_guest_keep_off_pnodes_that_do_not_reach_each_other(slit: Slit) -> None:
    host = a_host(4 * GIB, 4 * GIB, slit=slit)
    message = "vnode {} stands on pnode 0, which does not reach pnode 1 of vnode {}"
    for pnodes, ends in (((0, 1), (0, 1)), ((1, 0), (1, 0))):
        violation = only(judge(host, a_guest(GIB, GIB), *pnodes))
        assert violation.rule == "unreachable"
        assert message.format(*ends) in violation.message
    assert judge(host, a_guest(GIB, GIB), 1, 1).violations == ()


def test_vnodes_of_two_guests_may_stand_where_one_may_not_reach_the_other() -> None:
    host = a_host(GIB, GIB, slit=((10, 255), (255, 10)))
    instance = Instance(host=host, guests=(a_guest(GIB), a_guest(GIB, name="web")))
    assert check(instance, Placement(pnode_of={"db": (0,), "web": (1,)})).violations == ()


def test_nothing_stands_on_a_pnode_that_does_not_reach_its_own_memory() -> None:
    host = a_host(4 * GIB, 4 * GIB, slit=((255, 20), (20, 10)))
    assert rules(judge(host, a_guest(GIB, GIB), 0, 0)) == ["unreachable", "unreachable"]
    assert judge(host, a_guest(GIB, GIB), 1, 1).violations == ()


def test_violations_come_in_the_order_of_the_guests_and_full_pnodes_last() -> None:
    guests = (replace(a_guest(2 * GIB), pnodes=(1,)), a_guest(GIB, name="web"))
    instance = Instance(host=a_host(GIB, GIB), guests=guests)
    verdict = check(instance, Placement(pnode_of={"db": (0,), "web": (None,)}))
    assert [(v.rule, v.guests) for v in verdict.violations] == [
        ("pnodes", ("db",)),
        ("unplaced", ("web",)),
        ("memory", ("db",)),
    ]


# An answer that was tampered with


def test_swapping_two_pnodes_of_an_optimum_is_noticed() -> None:
    assert rules(judge(*CROSSED, 0, 1)) == ["memory"]
    host, guest = a_host(4 * GIB, 4 * GIB, 4 * GIB, slit=((10, 16, 28), (16, 10, 28), (28, 28, 10))), a_guest(GIB, GIB)
    best, swapped = judge(host, guest, 0, 1), judge(host, guest, 0, 2)
    # two vcpus with half of their memory away: 16 or 28
    assert (term(best, "access_distance"), term(swapped, "access_distance")) == (26_000, 38_000)


def test_dropping_a_vnode_from_an_optimum_is_noticed_and_never_cheaper() -> None:
    whole, dropped = judge(*CROSSED, 1, 0), judge(*CROSSED, 1, None, allow_unplaced=True)
    assert term(dropped, "unplaced") > term(whole, "unplaced")
    assert term(dropped, "access_distance") > term(whole, "access_distance")
