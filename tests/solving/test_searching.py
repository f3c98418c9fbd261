"""Guests are taken apart where no placement on pnodes with both exists, and only there, against the oracle."""

from __future__ import annotations

from random import Random

import pytest
from msgspec.structs import replace

from placer.assignment import Status
from placer.instance import Flexible, Guest, Host, Instance, Placement, Pnode
from placer.instance.apart import cut_apart, is_uneven
from placer.solving.pipeline import solve
from tests.support.building import GIB, a_guest
from tests.support.oracle import best, feasible

SLIT = ((10, 16, 32), (16, 10, 32), (32, 32, 10))
HOST = Host(
    pnodes=(
        Pnode(id=0, memory_kib=8 * GIB),
        Pnode(id=1, memory_kib=0, pcpus=(0, 1)),
        Pnode(id=2, memory_kib=5 * GIB, pcpus=(2, 3)),
    ),
    slit=SLIT,
)


def whole(gib: int, vcpus: int, name: str = "db") -> Guest:
    return a_guest(gib * GIB, vcpus=(vcpus,), name=name, form="whole", memory_apart=True)


def test_a_guest_that_fits_together_is_never_apart_however_dear_that_is() -> None:
    # eight vcpus on two pcpus; apart they would share fewer cores
    answer = solve(Instance(host=HOST, guests=(whole(4, 8),)))
    assert answer.placement == Placement(pnode_of={"db": (2,)})


def test_a_guest_without_such_a_place_has_its_memory_on_one_pnode_and_its_vcpus_on_another() -> None:
    answer = solve(Instance(host=HOST, guests=(whole(6, 2),)))
    assert answer.status is Status.OPTIMAL
    assert answer.placement == Placement(pnode_of={"db": (0, 1)}, apart=("db",))
    assert answer.mean_access_distance == 16


def test_only_the_guest_that_finds_no_place_is_taken_apart() -> None:
    answer = solve(Instance(host=HOST, guests=(whole(5, 2, "large"), whole(3, 2, "small"))))
    assert answer.placement is not None
    assert answer.placement.apart == ("small",)
    assert answer.placement.pnode_of == {"large": (2,), "small": (0, 1)}


def test_with_guests_that_may_stay_out_none_stays_out_that_fits_apart() -> None:
    guests = (whole(5, 2, "large"), whole(7, 2, "other"), whole(9, 1, "huge"))
    answer = solve(Instance(host=HOST, guests=guests), allow_unplaced=True)
    assert answer.placement is not None
    assert answer.placement.pnode_of["huge"][0] is None
    assert None not in (*answer.placement.pnode_of["large"], *answer.placement.pnode_of["other"])


def test_more_guests_are_apart_where_those_without_a_place_alone_are_not_enough() -> None:
    # with both on pnode 2 impossible, the smaller is left out, and it is the larger that may be apart
    large, small = whole(5, 2, "large"), replace(whole(3, 2, "small"), memory_apart=False)
    for allow_unplaced in (False, True):
        answer = solve(Instance(host=HOST, guests=(large, small)), allow_unplaced=allow_unplaced)
        assert answer.placement is not None
        assert answer.placement.pnode_of == {"large": (0, 1), "small": (2,)}


def test_without_time_no_guest_that_could_be_apart_is_proved_to_fit_nowhere() -> None:
    answer = solve(Instance(host=HOST, guests=(whole(6, 2),)), time_limit_s=0)
    assert answer.status is not Status.INFEASIBLE


def test_a_guest_that_may_not_be_apart_is_not() -> None:
    refused = replace(whole(6, 2), memory_apart=False)
    assert solve(Instance(host=HOST, guests=(refused,))).status is Status.INFEASIBLE


def random_uneven(seed: int) -> Instance:
    """One or two ordinary guests, now and then one of two vnodes, on three pnodes that lack memory or pcpus."""
    random = Random(seed)
    pnodes: list[Pnode] = []
    for p in range(3):
        first = sum(len(pnode.pcpus) for pnode in pnodes)
        kind = random.choice(("memory", "pcpus", "both"))
        pcpus = tuple(range(first, first + random.randint(1, 4))) if kind != "memory" else ()
        memory_kib = random.randint(1, 8) * GIB if kind != "pcpus" else random.choice((0, 0, GIB // 4))
        pnodes.append(Pnode(id=p, memory_kib=memory_kib, pcpus=pcpus))
    slit = tuple(tuple(10 if p == q else random.choice((12, 16, 21)) for q in range(3)) for p in range(3))
    host = Host(pnodes=tuple(pnodes), slit=slit)
    everything = sorted(host.position_of_pcpu)
    guests: list[Guest] = []
    for name in ("a", "b")[: random.randint(1, 2)]:
        guest = whole(random.randint(1, 6), random.randint(1, 4), name)
        if everything and random.random() < 0.2:
            mask = tuple(sorted(random.sample(everything, random.randint(1, len(everything)))))
            guest = replace(guest, hard_affinity=(mask,) * guest.vcpu_count)
        if random.random() < 0.2:
            guest = replace(guest, pnodes=tuple(random.sample(range(3), 2)))
        if random.random() < 0.2:
            flexible = Flexible(memory_kib=guest.memory_kib, vcpu_count=guest.vcpu_count, least=1, most=2)
            guest = replace(guest, vnodes=(), flexible=flexible, form="vnuma", hard_affinity=None)
        guests.append(guest)
    if random.random() < 0.2:
        guests.append(a_guest(GIB, vcpus=(1,), name="own", memory_only_pnodes=True))
    return Instance(host=host, guests=tuple(guests))


@pytest.mark.parametrize("allow_unplaced", [False, True])
def test_random_guests_on_uneven_hosts_are_apart_where_the_oracle_finds_no_place(allow_unplaced: bool) -> None:
    placed = apart = 0
    for seed in range(30):
        instance = random_uneven(seed)
        expected, answer = best(instance, allow_unplaced), solve(instance, allow_unplaced=allow_unplaced)
        costs = tuple(tier.cost for tier in answer.tiers)
        if expected is not None and expected[0][0] == 0:
            assert (answer.placement is not None and answer.placement.apart, costs) == ((), expected[0]), seed
            placed += 1
        elif answer.placement is not None and answer.placement.apart:
            assert answer.instance is not None
            assert feasible(answer.instance, replace(answer.placement, apart=()), allow_unplaced), seed
            if not instance.flexible:  # else a tier of its own counts vnodes
                assert (best(answer.instance, allow_unplaced) or [()])[0] == costs, seed
            assert expected is None or costs[:2] < expected[0][:2], seed
            apart += 1
        elif not allow_unplaced and is_uneven(instance.host):
            for k in (1, 2):
                cut = tuple(
                    cut_apart(guest, instance.host, k) if guest.memory_apart else guest for guest in instance.guests
                )
                assert best(replace(instance, guests=cut)) is None, seed
    assert placed > 5
    assert apart > 5
