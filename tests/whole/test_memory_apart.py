"""Memory and vcpus of a guest on different pnodes, from its file to what is written, and against the oracle."""

from __future__ import annotations

from dataclasses import replace as changed
from random import Random

import pytest
from msgspec.structs import replace

from placer.assignment import Status
from placer.check import check
from placer.formats.base import ParsedHost
from placer.formats.libvirt.read_domain import read_libvirt_domain
from placer.formats.openstack.flavor import read_flavors
from placer.instance import Host, Instance, Placement, Pnode, Rule
from placer.instance.apart import taken_apart
from placer.job.emit import emit_guests
from placer.job.notes import answer_notes
from placer.job.request import Request, assemble, with_chosen_vnodes
from placer.job.settled import settled
from placer.solving.pipeline import solve
from placer.solving.previous_notes import notes_on
from placer.solving.result import Result
from tests.support.building import GIB
from tests.support.oracle import best
from tests.support.random_instances import random_instance

HOST = Host(
    pnodes=(
        Pnode(id=0, memory_kib=8 * GIB),
        Pnode(id=1, memory_kib=8 * GIB),
        Pnode(id=2, memory_kib=0, pcpus=(0, 1, 2, 3)),
        Pnode(id=3, memory_kib=0, pcpus=(4, 5, 6, 7)),
    ),
    slit=((10, 20, 20, 40), (20, 10, 40, 20), (20, 40, 10, 20), (40, 20, 20, 10)),
)
"""Memory on two nodes, each near to one of two nodes with cpus, as of a partition of PowerVM."""


def domain(gib: int, cells: str = "", more: str = "", name: str = "db") -> str:
    numa = f"<cpu><numa>{cells}</numa></cpu>" if cells else ""
    return (
        f"<domain type='kvm'>\n<name>{name}</name><memory unit='GiB'>{gib}</memory><vcpu>4</vcpu>\n{more}"
        f"<os><type arch='x86_64'>hvm</type></os>\n{numa}</domain>"
    )


def solved(
    *texts: str, host: Host = HOST, rules: tuple[Rule, ...] = (), migratable: bool = False, unplaced: bool = False
) -> tuple[Request, Result]:
    guests = [read_libvirt_domain(text, "db.xml", host) for text in texts]
    request = settled(assemble(ParsedHost(host=host), guests, migratable=migratable))
    request = changed(request, instance=replace(request.instance, rules=rules))
    answer = solve(request.instance, allow_unplaced=unplaced)
    return with_chosen_vnodes(request, answer.instance or request.instance, optimal=True), answer


CELL = "<cell id='0' cpus='0-3' memory='4' unit='GiB'/>"


@pytest.mark.parametrize(("cells", "migratable"), [("", False), ("", True), (CELL, False)])
def test_a_guest_in_one_piece_is_written_as_it_was_with_both_bindings(cells: str, migratable: bool) -> None:
    request, answer = solved(domain(4, cells), migratable=migratable)
    assert answer.placement is not None
    memory, vcpus = answer.placement.pnode_of["db"]
    assert (memory, vcpus) in {(0, 2), (1, 3)}
    written = emit_guests(request, answer.placement, (), "libvirt")["db"]
    assert f"<memory mode='strict' nodeset='{memory}'/>" in written
    assert f"<vcpupin vcpu='3' cpuset='{'0-3' if vcpus == 2 else '4-7'}'/>" in written
    assert written.count("<cell ") == len(cells.split("<cell ")) - 1
    assert (
        len([note for note in answer_notes(request, answer.placement) if "pnodes with both do not take it" in note])
        == 1
    )


def test_a_guest_larger_than_any_pnode_gets_vnodes_each_near_to_its_vcpus() -> None:
    request, answer = solved(domain(12))
    assert answer.placement is not None
    # vcpus read memory evenly: half of it is near (20), half far (40)
    assert answer.mean_access_distance == 30
    written = emit_guests(request, answer.placement, (), "libvirt")["db"]
    assert written.count("<cell ") == written.count("<memnode ") == 2


EVEN = Host(
    pnodes=tuple(Pnode(id=p, memory_kib=4 * GIB, pcpus=(2 * p, 2 * p + 1)) for p in range(3)),
    slit=((10, 12, 15), (12, 10, 19), (15, 19, 10)),
)


@pytest.mark.parametrize("migratable", [False, True])
def test_a_file_that_binds_memory_and_vcpus_apart_is_followed_on_any_host(migratable: bool) -> None:
    pins = "".join(f"<vcpupin vcpu='{vcpu}' cpuset='0-1'/>" for vcpu in range(4))
    for mode, nodeset, pnode, mean in (("strict", "2", 2, 15), ("restrictive", "1-2", 1, 12)):
        more = f"<numatune><memory mode='{mode}' nodeset='{nodeset}'/></numatune><cputune>{pins}</cputune>"
        request, answer = solved(domain(4, "", more), host=EVEN, migratable=migratable)
        assert answer.placement == Placement(pnode_of={"db": (pnode, 0)}, apart=("db",))
        assert answer.mean_access_distance == mean
        written = emit_guests(request, answer.placement, (), "libvirt")["db"]
        assert f"<memory mode='{mode}' nodeset='{pnode}'/>" in written
        assert "<cell " not in written


def test_a_guest_whose_vcpus_reach_its_memory_is_not_taken_apart_on_an_even_host() -> None:
    tune = "<numatune><memory mode='strict' nodeset='0-1'/></numatune>"
    pins = "<cputune><vcpupin vcpu='0' cpuset='2-3'/></cputune>"
    full = replace(EVEN, pnodes=(*EVEN.pnodes[:1], replace(EVEN.pnodes[1], memory_kib=0), EVEN.pnodes[2]))
    answer = solved(domain(4, "", tune + pins), host=full)[1]
    assert answer.placement is not None  # pnode 1 has no memory: an uneven host
    assert answer.placement.apart == ("db",)
    even = replace(EVEN, pnodes=(EVEN.pnodes[0], replace(EVEN.pnodes[1], memory_kib=GIB), EVEN.pnodes[2]))
    assert solved(domain(4, "", tune + pins), host=even, migratable=True)[1].status is Status.INFEASIBLE


@pytest.mark.parametrize(
    ("nodeset", "pins", "pnodes", "mean"),
    [
        ("0-1", ["0-1"] * 4, (0, 1, 0, 0), 11),  # two vcpus for each of the pcpus of a pnode
        ("0-1", ["0-1", "2-3", "0-1", "2-3"], (0, 1, 0, 1), 11),  # a set takes vcpus in their order, 0 and 1 first
        ("0-1", ["4-5"] * 4, (0, 1, 2, 2), 17),
        ("0-2", ["0-3"] * 4, (0, 1, 2, 0, 1), (37 + 41) / 6),
    ],
)
def test_interleaved_memory_lies_on_all_its_pnodes_wherever_vcpus_may_run(
    nodeset: str, pins: list[str], pnodes: tuple[int, ...], mean: float
) -> None:
    tune = f"<numatune><memory mode='interleave' nodeset='{nodeset}'/></numatune><cputune>"
    tune += "".join(f"<vcpupin vcpu='{vcpu}' cpuset='{cpuset}'/>" for vcpu, cpuset in enumerate(pins)) + "</cputune>"
    request, answer = solved(domain(3, "", tune), host=EVEN)
    assert answer.placement is not None
    assert answer.placement.pnode_of == {"db": pnodes}
    assert answer.mean_access_distance == pytest.approx(mean, abs=0.02)  # thirds are whole thousandths
    written = emit_guests(request, answer.placement, (), "libvirt")["db"]
    assert f"<memory mode='interleave' nodeset='{nodeset}'/>" in written
    assert "<cell " not in written
    assert any("interleaved over pnodes of which not each" in note for note in request.notes)


@pytest.mark.parametrize(
    ("nodeset", "pnodes", "mean"),
    [
        ("0-1", {(0, 1, 2), (0, 1, 3)}, 30),
        ("1,3", {(1, 3)}, 20),  # Linux leaves out pnode 3, which has no memory
        ("0-3", {(0, 1, 2), (0, 1, 3)}, 30),
    ],
)
def test_interleaved_memory_may_name_pnodes_without_pcpus_or_memory(
    nodeset: str, pnodes: set[tuple[int, ...]], mean: float
) -> None:
    answer = solved(domain(4, "", f"<numatune><memory mode='interleave' nodeset='{nodeset}'/></numatune>"))[1]
    assert answer.placement is not None
    assert answer.placement.pnode_of["db"] in pnodes
    assert answer.mean_access_distance == mean


@pytest.mark.parametrize("earlier", [(0, 2), (1, 3)])
def test_a_guest_that_was_taken_apart_is_kept_where_it_was(earlier: tuple[int, int]) -> None:
    guests = [read_libvirt_domain(domain(4), "db.xml", HOST)]
    instance = settled(assemble(ParsedHost(host=HOST), guests)).instance
    old = Placement(pnode_of={"db": earlier}, apart=("db",))
    assert notes_on(old, instance, strategy="optimal") == []
    answer = solve(instance, keep=old)
    assert (answer.placement, answer.moved) == (old, ())
    # it can no longer stay: that is one pnode without room for its memory, and its vcpus follow
    pnodes = [replace(p, reserve_kib=8 * GIB if p.id == earlier[0] else 0) for p in HOST.pnodes]
    moved = solve(replace(instance, host=replace(HOST, pnodes=tuple(pnodes))), keep=old).moved
    assert moved is not None
    assert [each.vnode for each in moved] == [0, 1]
    there, here = old, Placement(pnode_of={"db": (1 - earlier[0], 5 - earlier[1])}, apart=("db",))
    assert [term["moved"] for term in check(instance, here, keep=there).terms if "moved" in term] == [2]


def test_a_guest_that_is_to_see_one_node_is_not_cut() -> None:
    assert solved(domain(12), migratable=True)[1].status is Status.INFEASIBLE


def test_guests_that_a_rule_keeps_apart_share_no_pnode() -> None:
    _, answer = solved(domain(4), domain(4, name="web"), rules=(Rule(apart=("db", "web")),))
    assert answer.placement is not None
    assert set(answer.placement.pnode_of.values()) == {(0, 2), (1, 3)}


def test_a_guest_that_fits_nowhere_says_how_much_it_lacks_and_is_left_as_it_is() -> None:
    _, alone = solved(domain(40))
    assert alone.status is Status.INFEASIBLE
    assert alone.reason is not None
    assert alone.reason.startswith('guest "db" vnode 0 needs 40 GiB; the most that a pnode it may use has')
    _, answer = solved(domain(40), domain(4, name="web"), unplaced=True)
    assert answer.placement is not None
    assert (answer.placement.pnode_of["db"], answer.placement.apart) == ((None,), ("web",))


@pytest.mark.parametrize(("specs", "placed"), [({}, True), ({"hw:numa_nodes": "1"}, False)])
def test_nova_wants_both_of_a_cell_on_one_pnode(specs: dict[str, str], placed: bool) -> None:
    flavor = {"name": "m", "ram": 4096, "vcpus": 4, "extra_specs": specs}
    request = settled(assemble(ParsedHost(host=HOST), read_flavors(flavor, "m.json", HOST)))
    assert (solve(request.instance).placement is not None) is placed


def test_a_cell_bound_to_pnodes_without_pcpus_leaves_its_vcpus_elsewhere() -> None:
    host = Host(
        pnodes=(Pnode(id=0, memory_kib=8 * GIB, pcpus=(0, 1)), *(Pnode(id=p, memory_kib=3 * GIB) for p in (1, 2))),
        slit=((10, 13, 23), (13, 10, 23), (23, 23, 10)),
    )
    cells = "<cell id='0' cpus='0-3' memory='3' unit='GiB'/><cell id='1' memory='1' unit='GiB'/>"
    for mode in ("strict", "restrictive", "interleave"):
        tune = f"<numatune><memory mode='{mode}' nodeset='1-2'/></numatune>"
        answer = solved(domain(4, cells, tune), host=host)[1]
        assert answer.placement == Placement(pnode_of={"db": (1, 2, 0)}, apart=("db",))
        assert answer.mean_access_distance == (3 * 13 + 1 * 23) / 4
    # pnode 0 of this list has pcpus, and no room
    tune = "<numatune><memory mode='strict' nodeset='0-1'/></numatune>"
    full = replace(host, pnodes=(replace(host.pnodes[0], memory_kib=GIB), *host.pnodes[1:]))
    assert solved(domain(3, CELL.replace("'4'", "'3'"), tune), host=full)[1].placement == Placement(
        pnode_of={"db": (1, 0)}, apart=("db",)
    )


def with_some_apart(seed: int) -> Instance:
    """A random instance in which some guests are taken apart, and some pnodes lack memory or pcpus."""
    instance, random = random_instance(seed), Random(seed)
    pnodes = [
        replace(pnode, memory_kib=0 if kind == "pcpus" else pnode.memory_kib, reserve_kib=0, **_bare(kind))
        for pnode in instance.host.pnodes
        for kind in [random.choice(("both", "both", "memory", "pcpus"))]
    ]
    host = instance.host
    if not (host.domains or host.cpupools or host.dedicated_pcpus or any(g.hard_affinity for g in instance.guests)):
        soft = [replace(guest, soft_affinity=None) for guest in instance.guests]
        instance, host = replace(instance, guests=tuple(soft)), replace(host, pnodes=tuple(pnodes))
    chance = 0.0 if instance.rules else 0.6  # rules name vnodes
    guests = [taken_apart(guest, host) if random.random() < chance else guest for guest in instance.guests]
    return replace(instance, host=host, guests=tuple(guests))


def _bare(kind: str) -> dict[str, tuple[()]]:
    return {"pcpus": (), "cores": ()} if kind == "memory" else {}


@pytest.mark.parametrize("strategy", ["branch-and-bound", "optimal", "cpsat"])
def test_vnodes_of_memory_and_of_vcpus_agree_with_the_oracle(strategy: str) -> None:
    placed = apart = 0
    for seed in range(20 if strategy == "cpsat" else 60):
        instance, allow_unplaced = with_some_apart(seed), seed % 3 == 0
        if sum(len(guest.vnodes) for guest in instance.guests) > 7:
            continue  # too many placements to list them all
        expected = best(instance, allow_unplaced)
        answer = solve(instance, strategy=strategy, allow_unplaced=allow_unplaced, workers=1, time_limit_s=120)
        assert answer.status is (Status.OPTIMAL if expected else Status.INFEASIBLE), seed
        assert tuple(tier.cost for tier in answer.tiers) == (expected[0] if expected else ()), seed
        placed += expected is not None
        apart += answer.placement is not None and bool(answer.placement.apart)
    assert placed >= 8
    assert apart >= 4
