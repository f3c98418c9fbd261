"""Cells without cpus on pnodes without pcpus, and cells without anything, from libvirt's file to what is written."""

from __future__ import annotations

import pytest

from placer.check import check
from placer.formats.base import ParsedHost
from placer.formats.libvirt.read_domain import read_libvirt_domain
from placer.instance import Guest, Host, Instance, Placement, Pnode, Vnode
from placer.job.emit import emit_guests
from placer.job.request import Request, assemble, with_chosen_vnodes
from placer.job.settled import settled
from placer.solving.pipeline import solve
from placer.solving.result import Result
from tests.support.building import GIB
from tests.support.oracle import best
from tests.support.real_libvirt import given_back
from tests.xen.xen_packages import Platform

HOST = Host(
    pnodes=(
        Pnode(id=0, memory_kib=8 * GIB, pcpus=(0, 1, 2, 3)),
        Pnode(id=1, memory_kib=8 * GIB, pcpus=(4, 5, 6, 7)),
        Pnode(id=2, memory_kib=4 * GIB),
        Pnode(id=3, memory_kib=4 * GIB),
    ),
    slit=((10, 21, 13, 23), (21, 10, 23, 13), (13, 23, 10, 23), (23, 13, 23, 10)),
)
"""Two sockets, each with a node of fast memory that has no pcpus."""


def domain(tune: str, more: str = "") -> str:
    return (
        "<domain type='test'>\n<name>db</name><memory unit='GiB'>6</memory><vcpu>4</vcpu>\n"
        f"<numatune>{tune}</numatune>\n<os><type arch='x86_64'>hvm</type></os>\n"
        "<cpu><numa>\n<cell id='0' cpus='0-3' memory='4' unit='GiB'/>\n"
        f"<cell id='1' memory='2' unit='GiB'/>\n{more}</numa></cpu></domain>"
    )


def solved(text: str) -> tuple[Request, Result]:
    request = assemble(ParsedHost(host=HOST), [read_libvirt_domain(text, "db.xml", HOST)])
    answer = solve(request.instance)
    expected = best(request.instance)
    assert tuple(tier.cost for tier in answer.tiers) == (expected[0] if expected else ())
    return request, answer


@pytest.mark.parametrize(
    ("tune", "pnodes"),
    [
        ("<memnode cellid='1' nodeset='3'/>", (1, 3)),
        ("<memnode cellid='0' nodeset='0'/><memnode cellid='1' nodeset='2'/>", (0, 2)),
        # 13 from pnode 1 to pnode 3, 23 from pnode 1 to pnode 2
        ("<memnode cellid='0' nodeset='1'/><memnode cellid='1' nodeset='2-3'/>", (1, 3)),
        # one set for all: it lets the cell lie on pnode 2 too, but beside cell 0 it is nearer
        ("<memory nodeset='0,2'/>", (0, 0)),
        ("<memory nodeset='0,2'/><memnode cellid='1' mode='restrictive' nodeset='2'/>", (0, 2)),
        ("<memnode cellid='1' mode='preferred' nodeset='2'/>", (0, 2)),
    ],
)
def test_a_binding_to_a_pnode_without_pcpus_is_consent(tune: str, pnodes: tuple[int, int]) -> None:
    _, answer = solved(domain(tune))
    assert answer.placement == Placement(pnode_of={"db": pnodes})


def test_one_set_for_all_is_consent_where_the_pnode_with_pcpus_is_full() -> None:
    text = domain("<memory nodeset='0,2'/>").replace("memory='4'", "memory='7'").replace("'GiB'>6<", "'GiB'>9<")
    assert solved(text)[1].placement == Placement(pnode_of={"db": (0, 2)})


def test_without_a_binding_no_cell_goes_to_a_pnode_without_pcpus() -> None:
    # 6 GiB beside 4 GiB fit only on two pnodes, and pnode 1 is farther than pnode 2
    text = domain("").replace("memory='2'", "memory='6'").replace("'GiB'>6<", "'GiB'>10<")
    _, answer = solved(text)
    assert answer.placement is not None
    assert set(answer.placement.pnode_of["db"]) == {0, 1}


GPU = (
    "<cell id='2' memory='0' unit='GiB'><distances><sibling id='0' value='80'/><sibling id='1' value='90'/>"
    "<sibling id='2' value='10'/></distances></cell>\n"
)
"""A node that stands for the memory of a device, which its driver adds when the guest runs."""


@pytest.mark.parametrize("more", ["", GPU])
def test_what_is_written_is_a_domain_of_libvirt(more: str, platform: Platform) -> None:
    request, answer = solved(domain("<memnode cellid='0' nodeset='0'/><memnode cellid='1' nodeset='2-3'/>", more))
    assert answer.placement is not None
    written = given_back(emit_guests(request, answer.placement, (), "libvirt")["db"], platform)
    assert [(n.get("cellid"), n.get("nodeset")) for n in written.iter("memnode")] == [("0", "0"), ("1", "2")]
    assert [memory.get("nodeset") for memory in written.iter("memory") if memory.get("nodeset")] == ["0,2"]
    cells = list(written.iter("cell"))
    assert [cell.get("cpus") for cell in cells] == ["0-3", None, None][: len(cells)]
    far = [[sibling.get("value") for sibling in cell.iter("sibling")] for cell in cells]
    assert far == (
        [["10", "13", "80"], ["13", "10", "90"], ["80", "90", "10"]] if more else [["10", "13"], ["13", "10"]]
    )


def test_a_node_without_memory_and_vcpus_costs_nothing_of_its_own_and_binds_nothing() -> None:
    request, answer = solved(domain("<memnode cellid='0' nodeset='0'/><memnode cellid='1' nodeset='2'/>", GPU))
    assert answer.placement is not None
    # the file states no distance between cells 0 and 1, which libvirt takes to be 20; written is 13
    assert answer.tiers[3].terms["vdistance"] == 2 * 1000 * 7
    arguments = emit_guests(request, answer.placement, (), "qemu")["db"].splitlines()
    assert [line for line in arguments if "nodeid=2" in line] == ["-numa node,nodeid=2"]
    assert "-numa dist,src=1,dst=2,val=90" in arguments
    assert not any("ram-node2" in line for line in arguments)


def test_a_node_that_states_no_distances_is_as_far_as_libvirt_takes_it_to_be() -> None:
    nothing = "<cell id='2' memory='0' unit='GiB'/>\n"
    request, answer = solved(domain("<memnode cellid='1' nodeset='3'/>", nothing))
    assert answer.placement is not None
    arguments = emit_guests(request, answer.placement, (), "qemu")["db"].splitlines()
    assert {line for line in arguments if "dst=2" in line} == {
        "-numa dist,src=0,dst=2,val=20",
        "-numa dist,src=1,dst=2,val=20",
    }


STRICT = "<numatune><memory mode='strict' nodeset='2'/></numatune>"


@pytest.mark.parametrize("cells", ["", "<cpu><numa><cell id='0' cpus='0-3' memory='2' unit='GiB'/></numa></cpu>"])
@pytest.mark.parametrize("cpus", ["", " cpuset='4-7'"])
def test_memory_bound_to_a_pnode_without_pcpus_leaves_the_vcpus_where_they_may_run(
    cells: str, cpus: str, platform: Platform
) -> None:
    text = (
        "<domain type='test'><name>db</name><memory unit='GiB'>2</memory>"
        f"<vcpu{cpus}>4</vcpu>{STRICT}<os><type arch='x86_64'>hvm</type></os>{cells}</domain>"
    )
    request = settled(assemble(ParsedHost(host=HOST), [read_libvirt_domain(text, "db.xml", HOST)]))
    answer = solve(request.instance)
    assert answer.placement is not None
    # 13 from pnode 0 to pnode 2, 23 from pnode 1
    assert answer.placement.pnode_of["db"] == (2, 1 if cpus else 0)
    assert answer.mean_access_distance == (23 if cpus else 13)
    placed = with_chosen_vnodes(request, answer.instance or request.instance, optimal=True)
    written = given_back(emit_guests(placed, answer.placement, (), "libvirt")["db"], platform)
    assert {n.get("nodeset") for n in written.iter("memnode")} == ({"2"} if cells else set())
    assert [n.get("nodeset") for n in written.findall("numatune/memory")] == ["2"]
    assert {pin.get("cpuset") for pin in written.iter("vcpupin")} == {"4-7" if cpus else "0-3"}


def test_vcpus_pinned_to_several_pnodes_are_not_kept_on_one() -> None:
    pins = "".join(f"<vcpupin vcpu='{v}' cpuset='{cpu}'/>" for v, cpu in enumerate((0, 1, 4, 5)))
    text = domain("<memnode cellid='0' nodeset='3'/>").replace("<os>", f"<cputune>{pins}</cputune><os>")
    _, answer = solved(text.replace("memory='4'", "memory='3'"))
    assert answer.placement is not None
    assert answer.placement.pnode_of["db"][0] == 3
    assert answer.placement.pnode_of["db"][2:] == (0, 1)


def test_a_vnode_without_vcpus_may_stand_where_it_is_fixed_or_listed_and_nowhere_else() -> None:
    def broken(vnode: Vnode, p: int) -> list[str]:
        guest = Guest(name="db", vnodes=(Vnode(memory_kib=GIB, vcpus=(0,)), vnode))
        verdict = check(Instance(host=HOST, guests=(guest,)), Placement(pnode_of={"db": (0, p)}))
        return [violation.rule for violation in verdict.violations]

    assert broken(Vnode(memory_kib=GIB), 2) == ["memory_only"]
    assert broken(Vnode(memory_kib=GIB, pnode=2), 2) == []
    assert broken(Vnode(memory_kib=GIB, pnodes=(1, 2)), 2) == []
    assert broken(Vnode(memory_kib=GIB, pnodes=(1, 2)), 3) == ["pnodes", "memory_only"]
