"""An instance without some pnodes costs what it costs on a host that never had them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

import placer
from placer.instance import Cpupool, Domain, Flexible, Guest, Host, HugePages, Instance, Pnode, Vnode
from placer.whatif.without import displaced_notes, without_pnodes
from tests.support.building import GIB, OPTERON_6272, a_guest, a_host, an_instance
from tests.support.commands import INSTANCES


def cut(instance: Instance, p: int) -> Instance:
    """The same instance on a host that never had the pnode of position p; no guest may name it."""
    document = json.loads(placer.dump_instance(instance))
    host = document["host"]
    gone = set(instance.host.pnodes[p].pcpus)
    del host["pnodes"][p]
    for name in ("slit", "bandwidth"):
        if name in host:
            host[name] = [row[:p] + row[p + 1 :] for q, row in enumerate(host[name]) if q != p]
    for pool in host.get("cpupools", ()):
        given = pool["pcpus"]
        pcpus = placer.instance.parse_cpuset(given) if isinstance(given, str) else given
        pool["pcpus"] = [pcpu for pcpu in pcpus if pcpu not in gone]
    return placer.parse_instance(json.dumps(document))


@pytest.mark.parametrize("name", ["rfc-e", "rfc-g", "equal-vnodes"])
def test_it_costs_what_it_costs_on_a_host_that_never_had_the_pnode(name: str) -> None:
    instance = placer.read_instance(INSTANCES / f"{name}.json")
    p = len(instance.host.pnodes) - 1
    found = placer.solve(without_pnodes(instance, [instance.host.pnodes[p].id]))
    expected = placer.solve(cut(instance, p))
    assert (found.status, found.placement is None) == (expected.status, expected.placement is None)
    assert [tier.cost for tier in found.tiers] == [tier.cost for tier in expected.tiers]


def test_no_vnode_stands_on_a_pnode_that_is_out() -> None:
    """Each of two vnodes of 6 GiB fills a pnode, and two of the four pnodes are out."""
    host = a_host(*[8 * GIB] * 4, slit=tuple(row[:4] for row in OPTERON_6272[:4]))
    found = placer.solve(without_pnodes(an_instance(host, a_guest(6 * GIB, 6 * GIB)), (0, 3)))
    assert found.placement is not None and set(found.placement.pnode_of["db"]) == {1, 2}
    three = placer.solve(without_pnodes(an_instance(host, a_guest(6 * GIB, 6 * GIB, 6 * GIB)), (0, 3)))
    assert three.status == "INFEASIBLE"


def masked(hard: Any, **more: Any) -> Guest:
    return a_guest(GIB, GIB, vcpus=(1, 1), hard_affinity=hard, **more)


def test_a_vcpu_runs_on_what_is_left_of_its_mask() -> None:
    """Vcpu 0 may run on pnodes 0 and 1, and vcpu 1 anywhere: without pnode 0 vnode 0 is on pnode 1."""
    instance = an_instance(a_host(4 * GIB, 4 * GIB, 4 * GIB), masked([[0, 1, 4], None]))
    found = placer.solve(without_pnodes(instance, [0]))
    assert found.placement is not None and found.placement.pnode_of["db"][0] == 1


@pytest.mark.parametrize(
    "guest",
    [
        masked([[0, 1], None]),
        masked([[0, 1], None], pnodes=(0, 1)),
        Guest(name="db", vnodes=(Vnode(memory_kib=GIB, vcpus=(0,), pnode=0),)),
        Guest(name="db", vnodes=(Vnode(memory_kib=GIB, vcpus=(0,)),), pnodes=(0,)),
        Guest(name="db", flexible=Flexible(memory_kib=GIB, vcpu_count=2), hard_affinity=[[0], [1]]),
        Guest(name="db", flexible=Flexible(memory_kib=GIB, vcpu_count=2, least=2, most=3), hard_affinity=[[0], [1]]),
    ],
)
def test_a_guest_bound_to_what_is_out_alone_has_no_place_and_leaves_the_others_theirs(guest: Guest) -> None:
    web = a_guest(GIB, name="web")
    instance = without_pnodes(an_instance(a_host(4 * GIB, 4 * GIB), guest, web), [0])
    assert placer.solve(instance).status == "INFEASIBLE"
    found = placer.solve(instance, allow_unplaced=True)
    assert found.placement is not None and found.placement.pnode_of["web"] == (1,)
    assert found.tiers[0].cost == 1


def test_pools_huge_pages_domains_and_the_low_zone_lose_what_is_out() -> None:
    host = Host(
        pnodes=(
            Pnode(id=0, memory_kib=GIB, pcpus=(0, 1), huge_pages=(HugePages(page_size=2048, total=8),)),
            Pnode(id=8, memory_kib=GIB, pcpus=(2, 3), huge_pages=(HugePages(page_size=2048, total=4),)),
        ),
        cpupools=(Cpupool(name="Pool-0", pcpus=(0, 1, 2)), Cpupool(name="rt", pcpus=(3,))),
        domains=(
            Domain(name="on-0", affinity=((0, 1), None)),
            Domain(name="both", affinity=((1, 2),)),
            Domain(name="off", affinity=((0,), (2,)), online_vcpus=(1,)),
        ),
        dedicated_pcpus=(1, 2),
        low_zone_kib=GIB // 2,
    )
    left = without_pnodes(Instance(host=host, guests=(a_guest(GIB),)), [0]).host
    assert left.pnodes == (Pnode(id=0, memory_kib=0), host.pnodes[1])
    assert [pool.pcpus for pool in left.cpupools] == [(2,), (3,)]
    assert [domain.affinity for domain in left.domains] == [(None, None), ((2,),), (None, (2,))]
    assert (left.dedicated_pcpus, left.offline_pcpus, left.low_zone_kib) == ((2,), (0, 1), 0)
    (note,) = displaced_notes(host, [0])
    assert note.startswith("vcpus of running guests are bound to pnode 0 alone") and note.endswith(": on-0")
    assert displaced_notes(replace(host, domains=host.domains[1:]), [0]) == []


def test_a_pool_without_pcpus_holds_nobody() -> None:
    host = replace(a_host(4 * GIB, 4 * GIB), cpupools=(Cpupool(name="a", pcpus=(0, 1)), Cpupool(name="b", pcpus=(4,))))
    host = replace(host, domains=(Domain(name="x", affinity=(None,), pool="a"),))
    instance = an_instance(host, a_guest(GIB, pool="a"))
    assert placer.solve(instance).status == "OPTIMAL"
    assert placer.solve(without_pnodes(instance, [0])).status == "INFEASIBLE"
