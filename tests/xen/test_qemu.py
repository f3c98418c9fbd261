"""
What placer emits for QEMU, before a real QEMU: on this machine, and on an emulated Linux with four nodes.

QEMU and kernel are those of each platform that tests/xen/xen_packages.py unpacks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import placer
from placer.formats.hosts import read_host
from placer.formats.local_host import read_local_host
from placer.instance import Guest, Instance, Vnode
from placer.job.emit import emit_guests
from placer.job.request import Request
from tests.xen.qemu_programs import Linux, Numa, start_here
from tests.xen.xen_boot import Machine
from tests.xen.xen_packages import Platform

MIB = 1024
SLIT = ((10, 21, 31, 41), (22, 10, 23, 33), (32, 24, 10, 25), (42, 34, 26, 10))
"""No two distances between nodes are the same."""
LOW_HOLE_KIB = 384
"""Between 640 KiB and 1 MiB a PC has no memory that the SRAT names."""

DOMAIN = """\
<domain type='qemu'>
  <name>cells</name>
  <memory unit='MiB'>160</memory>
  <vcpu>3</vcpu>
  <os><type>hvm</type></os>
  <cpu>
    <numa>
      <cell id='1' cpus='0,2' memory='96' unit='MiB'/>
      <cell id='0' cpus='1' memory='64' unit='MiB'/>
    </numa>
  </cpu>
</domain>
"""
FLAVOR = {"name": "flavour", "vcpus": 6, "ram": 192, "extra_specs": {"hw:numa_nodes": "3"}}
WHOLE = {"name": "whole", "vcpus": 2, "ram": 64}


def expected(guest: Guest, pnodes: tuple[int | None, ...]) -> Numa:
    """Work out what QEMU must say of a guest that is placed so."""
    if guest.form == "whole":
        return Numa(backends={"ram": (guest.memory_kib, "bind", [pnodes[0] or 0])})
    return Numa(
        vcpus={v: tuple(sorted(vnode.vcpus)) for v, vnode in enumerate(guest.vnodes)},
        mib={v: vnode.memory_kib // MIB for v, vnode in enumerate(guest.vnodes)},
        backends={
            f"ram-node{v}": (vnode.memory_kib, "bind", [pnode or 0])
            for v, (vnode, pnode) in enumerate(zip(guest.vnodes, pnodes, strict=True))
            if vnode.memory_kib
        },
    )


HERE = (
    Guest(name="even", vnodes=(Vnode(memory_kib=64 * MIB, vcpus=(0, 1)), Vnode(memory_kib=64 * MIB, vcpus=(2, 3)))),
    Guest(name="odd", vnodes=(Vnode(memory_kib=64 * MIB + 8, vcpus=(0, 2, 4)), Vnode(memory_kib=8, vcpus=(1, 3)))),
    Guest(
        name="bare",
        vnodes=(Vnode(memory_kib=64 * MIB), Vnode(memory_kib=0, vcpus=(0,)), Vnode(memory_kib=32 * MIB, vcpus=(1,))),
    ),
    Guest(name="whole", vnodes=(Vnode(memory_kib=64 * MIB, vcpus=(0, 1, 2)),), form="whole"),
)


@pytest.mark.parametrize("guest", HERE, ids=lambda guest: guest.name)
def test_a_guest_of_this_very_machine_starts_as_it_was_placed(guest: Guest, platform: Platform) -> None:
    instance = Instance(host=read_local_host("1GiB").host, guests=(guest,))
    answer = placer.solve(instance, workers=1)
    assert answer.placement is not None
    text = emit_guests(Request(instance=instance), answer.placement, answer.violations, "qemu")[guest.name]
    assert start_here(text, platform) == expected(guest, answer.placement.pnode_of[guest.name])


def test_a_node_that_this_machine_does_not_have_is_refused_by_qemu(platform: Platform) -> None:
    """So that being started means something."""
    missing = max(pnode.id for pnode in read_local_host().host.pnodes) + 1
    backend = f"memory-backend-ram,id=ram,size=8M,host-nodes={missing},policy=bind"
    with pytest.raises(ValueError, match="cannot bind memory to host NUMA nodes"):
        start_here(f"-m 8M -object {backend} -machine memory-backend=ram", platform)


@pytest.fixture(scope="module")
def linux(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Linux]:
    machine = Machine(node_mib=768, cpus=2, slit=SLIT)
    with Linux(machine, tmp_path_factory.mktemp("linux") / "console", platform) as linux:
        yield linux


@pytest.fixture(scope="module")
def host(linux: Linux, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sysfs")
    linux.copy_sysfs(folder)
    return folder


Planned = dict[str, tuple[Guest, tuple[int | None, ...], str]]


@pytest.fixture(scope="module")
def planned(host: Path, tmp_path_factory: pytest.TempPathFactory) -> Planned:
    """Solve guests of every kind on the emulated host, as a user does: guest, pnodes and arguments of each."""
    from tests.support.commands import placer as run

    folder = tmp_path_factory.mktemp("guests")
    (folder / "cells.xml").write_text(DOMAIN)
    for flavor in (FLAVOR, WHOLE):
        (folder / f"{flavor['name']}.json").write_text(json.dumps(flavor))
    files = sorted(folder.iterdir())
    # one pnode has no room for two vnodes, so that every distance between pnodes counts
    options = ("--host", host, *files, "--free", "0=100MiB,1=100MiB,2=100MiB,3=200MiB", "--workers", 1)
    told = run("import", *options[:-2])
    assert told.code == 0, told.err
    instance = placer.parse_instance(told.out, "instance")
    answer = run("solve", *options, "--format", "json", "--quiet")
    assert answer.code == 0, answer.err
    pnode_of = json.loads(answer.out)["placement"]
    ran = run("solve", *options, "--format", "qemu", "-o", f"{folder}/out/")
    assert ran.code == 0, ran.err
    return {
        guest.name: (guest, tuple(pnode_of[guest.name]), (folder / "out" / f"{guest.name}.args").read_text())
        for guest in instance.guests
    }


@pytest.mark.slow
def test_the_emulated_host_is_read_from_its_sysfs(host: Path) -> None:
    read = read_host(str(host)).host
    assert read.slit == SLIT
    assert [pnode.pcpus for pnode in read.pnodes] == [(0, 1), (2, 3), (4, 5), (6, 7)]


@pytest.mark.slow
def test_qemu_starts_on_four_nodes_with_its_memory_bound_as_placed(
    linux: Linux, planned: Planned, tell: Callable[..., None]
) -> None:
    for guest, pnodes, text in planned.values():
        assert linux.start(text) == expected(guest, pnodes), guest.name
    assert len(planned) == 3
    tell(started=len(planned))
    assert len({pnode for _, pnodes, _ in planned.values() for pnode in pnodes}) == 4


@pytest.mark.slow
def test_pages_lie_where_they_were_placed_and_the_guest_sees_nodes_and_distances(
    linux: Linux, planned: Planned, host: Path
) -> None:
    position_of = read_host(str(host)).host.position_of
    for name in ("cells", "flavour"):
        guest, pnodes, text = planned[name]
        seen = linux.run_tables(text)
        at = [position_of[pnode] for pnode in pnodes if pnode is not None]
        assert seen.slit == [[SLIT[p][q] for q in at] for p in at], name
        assert [i in guest.vnodes[v].vcpus for i, v in enumerate(seen.vnode_of)] == [True] * guest.vcpu_count, name
        assert seen.memory_kib == {
            v: vnode.memory_kib - LOW_HOLE_KIB * (v == 0) for v, vnode in enumerate(guest.vnodes)
        }, name
        assert (str(pnodes[0]), {pnodes[0]}) in seen.bound, name  # the firmware has touched memory of vnode 0
        assert all(bound in map(str, pnodes) and pages == {int(bound)} for bound, pages in seen.bound), name


PAGED = """\
<domain type='qemu'>
  <name>paged</name>
  <memory unit='MiB'>64</memory>
  <memoryBacking><hugepages><page size='2' unit='M'/></hugepages></memoryBacking>
  <vcpu>2</vcpu>
  <os><type>hvm</type></os>
</domain>
"""


@pytest.mark.slow
def test_a_guest_in_huge_pages_starts_where_they_are_and_nowhere_else(
    linux: Linux, tmp_path: Path, tell: Callable[..., None]
) -> None:
    """Node 2 has 40 pages of 2 MiB, and node 0 one too few for 64 MiB; ordinary memory is on every node."""
    linux.reserve_pages((31, 0, 40, 0))
    try:
        linux.copy_sysfs(tmp_path / "sys")
        (tmp_path / "paged.xml").write_text(PAGED)
        text = placed_arguments(tmp_path, "solve", "--host", tmp_path / "sys", tmp_path / "paged.xml")
        seen = linux.run_tables(text)
        assert seen.huge == [{2: 32}]
        assert ("2", {2}) in seen.bound
        tell(started=1)
        for node in (0, 1):  # so that being started means something
            with pytest.raises(RuntimeError, match=r"unable to map backing store|[Pp]realloc"):
                linux.run_tables(text.replace("host-nodes=2", f"host-nodes={node}"))
    finally:
        linux.reserve_pages((0, 0, 0, 0))


def placed_arguments(folder: Path, *words: object) -> str:
    """Have placer write the arguments of the one guest."""
    from tests.support.commands import placer as run

    ran = run(*words, "--workers", 1, "--format", "qemu", "-o", folder / "paged.args")
    assert ran.code == 0, ran.err
    return (folder / "paged.args").read_text()
