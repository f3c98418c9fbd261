"""How far vcpus read, and with whom they share cores: by hand, and in sum what ``check`` says."""

from __future__ import annotations

from pathlib import Path

import pytest

import placer
from placer.check import check
from placer.draw.reads import away_permille, by_distance, links, mean_from, reads_away, reads_of
from placer.instance import Placement
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.commands import INSTANCES
from tests.support.pictures import two_pnodes


def test_vcpus_read_the_memory_of_their_guest_evenly() -> None:
    instance, placement = two_pnodes()
    flows = reads_of(instance, placement).flows
    # two vcpus of db on pnode 0, which holds 3 of its 5 GiB
    assert dict(flows["db"]) == {(0, 0): 1200, (0, 1): 800}
    assert dict(flows["web"]) == {(1, 1): 1000}
    assert mean_from(0, flows["db"], instance.host) == 14.4
    assert mean_from(1, flows["db"], instance.host) is None
    assert [reads_away(p, flows["db"]) for p in (0, 1)] == [True, False]
    assert (away_permille(flows["db"]), away_permille(flows["web"])) == (400, 0)


def test_it_is_said_how_much_goes_how_far() -> None:
    instance, placement = two_pnodes()
    flows = reads_of(instance, placement).flows
    assert by_distance(flows["db"], instance.host) == "60 % at 10, 40 % at 21"
    assert by_distance(flows["web"], instance.host) == ""


def test_links_join_both_directions_and_name_both_distances() -> None:
    host = a_host(*[8 * GIB] * 2, slit=((10, 21), (31, 10)))
    instance = an_instance(host, a_guest(GIB, GIB, vcpus=(1, 1)))
    flows = reads_of(instance, Placement(pnode_of={"db": (0, 1)})).flows["db"]
    assert links(flows, host) == [[0, 1, 500, "21 and back 31"]]


def test_a_vnode_without_a_pnode_reads_nothing() -> None:
    instance, _ = two_pnodes()
    reads = reads_of(instance, Placement(pnode_of={"db": (0, None), "web": (None,)}))
    assert dict(reads.flows["db"]) == {(0, 0): 1200} and not reads.flows["web"]
    assert reads.beside["web"] is None


def test_vcpus_beside_each_on_its_core_by_hand() -> None:
    # three vcpus of db and one of web on two cores: two on each, so each has one beside it
    guests = (a_guest(GIB, vcpus=(3,)), a_guest(GIB, name="web", vcpus=(1,)))
    instance = an_instance(a_host(8 * GIB, pcpus=2), *guests)
    reads = reads_of(instance, Placement(pnode_of={"db": (0,), "web": (0,)}))
    assert reads.pairs == (2,) and dict(reads.beside) == {"db": 1.0, "web": 1.0}
    assert reads.mean_on(0, instance.host) == 10.0


@pytest.mark.parametrize("path", sorted(INSTANCES.glob("rfc-*.json")), ids=lambda path: path.stem)
def test_flows_times_distances_are_the_cost_of_access(path: Path) -> None:
    instance = placer.read_instance(path)
    pnodes = [pnode.id for pnode in instance.host.pnodes]
    placement = Placement(
        pnode_of={g.name: tuple(pnodes[v % len(pnodes)] for v in range(len(g.vnodes))) for g in instance.guests}
    )
    found = check(instance, placement)
    distances = instance.host.distances
    for name, flows in reads_of(instance, placement).flows.items():
        assert sum(flow * distances[p][q] for (p, q), flow in flows.items()) == found.access[name].cost
        assert sum(flows.values()) == found.access[name].traffic
