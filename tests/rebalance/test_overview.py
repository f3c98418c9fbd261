"""How good what runs is, and what would be best: figures worked by hand on a host of two pnodes."""

from __future__ import annotations

from threading import Event

import pytest
from msgspec.structs import replace

import placer
from placer.assignment.context import SearchContext
from placer.instance import Cpupool, Domain
from placer.rebalance.overview import Overview, overview, shared_pairs
from tests.support.building import GIB, a_host
from tests.support.kvm_snapshots import parts_of_kvm
from tests.support.snapshots import output, parts_of_xl, snapshot
from tests.support.thirty_guests import thirty_guests


def of(text: str, time_limit_s: float = 10.0) -> Overview:
    context = SearchContext(time_limit_s=time_limit_s, workers=1, seed=0, stop=Event())
    return overview(placer.read_snapshot(placer.Text(text)), context)


def test_now_and_best_of_two_guests_are_as_worked_by_hand() -> None:
    """
    Guest db is local. Of web a quarter of the memory is on pnode 0, and each vcpu is half the time on either pnode.

    So a vcpu of web reads at (10/4 + 21 x 3/4 + 21/4 + 10 x 3/4) / 2 = 15.5, and of all four at 12.75. Pnode 0 has 2
    cores for the 2 vcpus of db and 1 of web: a pair. With web on pnode 1 all is local and shares nothing.
    """
    found = of(snapshot(parts_of_kvm()))
    assert found.mean_distance == pytest.approx(12.75)
    assert found.shared_pairs == {0: 1, 1: 0}
    assert found.best is not None
    assert found.best.state is not None
    assert (str(found.best.status), found.best.state.mean_distance) == ("OPTIMAL", 10.0)
    assert found.best.state.terms[2] == {"access_distance": 40_000, "core_sharing": 0}
    assert found.moves == {"web": ((0, 1), (1,))}
    assert not found.assumed


def test_vcpus_near_their_memory_are_priced_beside_where_they_are_bound() -> None:
    found = of(snapshot(parts_of_xl() | {"xl-dmesg": output("dmesg.txt")}))
    assert found.running is not None
    assert [each.name for each in found.running.residents if each.repin] == ["web"]
    assert found.near is not None
    assert found.near.mean_distance == 10.5  # 8 vcpus at 10, and 8 of db and desk half on the other pnode, at 12
    assert found.mean_distance == pytest.approx(10.75, abs=0.01)  # the 2 of web at 12 too, and strays
    assert found.moves == {}
    assert [guest.domain.name for guest in found.findings.guests if guest.faults] == ["web"]


def test_without_pages_memory_is_taken_to_lie_where_it_was_meant_to_be() -> None:
    found = of(snapshot(parts_of_xl()))
    assert found.assumed
    assert found.findings.good()
    assert found.mean_distance == pytest.approx(10.5)


def test_nothing_is_searched_for_in_no_time_and_nothing_can_be_planned_without_configurations() -> None:
    found = of(snapshot(parts_of_xl()), time_limit_s=0)
    assert (found.best, found.moves) == (None, {})
    parts = parts_of_xl() | {"xl-dmesg": output("dmesg.txt")}
    del parts["xl-list"]
    found = of(snapshot(parts))
    assert (found.running, found.near, found.best) == (None, None, None)
    assert len(found.findings.guests) == 5


def test_pairs_are_counted_in_each_cpupool() -> None:
    """Pnode 0 has 4 cores of one pcpu; its pool of one pcpu has 3 vcpus: 3 pairs. Of the others 3 vcpus share none."""
    host = replace(
        a_host(GIB),
        cpupools=(Cpupool(name="Pool-0", id=0, pcpus=(0, 1, 2)), Cpupool(name="one", pcpus=(3,))),
        domains=(Domain(name="a", affinity=[None] * 3), Domain(name="b", affinity=[None] * 3, pool="one")),
    )
    assert shared_pairs(host) == {0: 3}


def test_thirty_guests_get_a_better_placement_with_its_moves() -> None:
    found = of(thirty_guests(), time_limit_s=2.0)
    assert found.best is not None
    assert found.best.state is not None
    assert found.near is not None
    assert len(found.findings.guests) == 30
    assert found.best.state.costs <= found.near.costs
    assert found.moves.keys() & {"g07", "g14", "g21"}  # these lie on two distant pnodes
