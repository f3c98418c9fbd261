"""Domains that placer wrote for the host as virsh describes it, started by a real libvirt on emulated NUMA nodes."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

import placer
from placer.fleet.moves.plan import FleetStep
from placer.fleet.moves.script import scripts
from tests.support.commands import placer as run_placer
from tests.xen.fleet_stage import plan_of
from tests.xen.qemu_programs import Linux
from tests.xen.xen_boot import Machine
from tests.xen.xen_packages import Platform

pytestmark = pytest.mark.slow

SLIT = ((10, 16, 21, 28), (16, 10, 28, 21), (21, 28, 10, 16), (28, 21, 16, 10))
PAGES_PER_MIB = 256
DOMAIN = """\
<domain type='qemu'>
  <name>{name}</name>
  <memory unit='MiB'>{mib}</memory>
  <memoryBacking><allocation mode='immediate'/></memoryBacking>
  <vcpu>{vcpus}</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type><kernel>/guest/tables</kernel></os>
  <cpu mode='custom' match='exact' check='none'><model fallback='allow'>qemu64</model>{cells}</cpu>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <controller type='usb' model='none'/><memballoon model='none'/>
  </devices>
</domain>
"""
CELLS = """<numa>
    <cell id='0' cpus='0,2' memory='96' unit='MiB'><distances><sibling id='1' value='31'/></distances></cell>
    <cell id='1' cpus='1' memory='64' unit='MiB'><distances><sibling id='0' value='31'/></distances></cell>
  </numa>"""
DOMAINS = {
    "cells": DOMAIN.format(name="cells", mib=160, vcpus=3, cells=CELLS),
    "whole": DOMAIN.format(name="whole", mib=64, vcpus=2, cells=""),
    "wide": DOMAIN.format(name="wide", mib=128, vcpus=7, cells=""),
}
"""Whole takes one node, and wide has more vcpus than any; all of their memory is allocated when they start."""


@pytest.fixture(scope="module")
def linux(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Linux]:
    machine = Machine(node_mib=768, cpus=2, slit=SLIT)
    with Linux(machine, tmp_path_factory.mktemp("linux") / "console", platform) as linux:
        linux.start_libvirt()
        yield linux


Planned = dict[str, tuple[int, ...]]


@pytest.fixture(scope="module")
def planned(linux: Linux, tmp_path_factory: pytest.TempPathFactory) -> Planned:
    """Place the domains on the host as this libvirt describes it, and have it start what placer wrote."""
    folder = tmp_path_factory.mktemp("domains")
    (folder / "host.txt").write_text(linux.virsh("capabilities") + linux.virsh("freepages --all"))
    files = []
    for name, text in DOMAINS.items():
        files.append(folder / f"{name}.xml")
        files[-1].write_text(text)
    words = ("solve", "--host", folder / "host.txt", *files, "--migratable", "--workers", 1)
    answer = run_placer(*words, "--format", "json", "--quiet")
    assert answer.code == 0, answer.err
    ran = run_placer(*words, "--format", "libvirt", "-o", f"{folder}/out/")
    assert ran.code == 0, ran.err
    for name in DOMAINS:
        linux.put(f"/tmp/{name}.xml", (folder / "out" / f"{name}.xml").read_text())
        linux.virsh(f"create /tmp/{name}.xml")
    return {name: tuple(pnodes) for name, pnodes in json.loads(answer.out)["placement"].items()}


@pytest.fixture(scope="module")
def moved(linux: Linux, planned: Planned) -> tuple[str, tuple[int, ...]]:
    """Run the script of a stage that moves a domain within the host, its cells apart; gives what it said and where."""
    text = linux.virsh("capabilities") + linux.virsh("freepages --all")
    host = placer.read_host(placer.Text(text, place="virsh")).host
    vnodes = [placer.Vnode(memory_kib=mib << 10, vcpus=vcpus) for mib, vcpus in ((96, (0, 2)), (64, (1,)))]
    guest = placer.Guest(name="cells", vnodes=vnodes)
    after = tuple((node + 1 + cell) % 4 for cell, node in enumerate(planned["cells"]))
    step = FleetStep(
        guest="cells",
        way="migrate",
        source="h0",
        target="h0",
        before=planned["cells"],
        after=after,
        kib=guest.memory_kib,
    )
    linux.put("/tmp/stage.sh", scripts(plan_of(host, [guest], (step,), "libvirt"))[0]["h0"])
    return linux.ask("WORK=/tmp/work sh /tmp/stage.sh"), after


def test_memory_lies_on_the_nodes_of_the_placement(linux: Linux, planned: Planned, tell: Callable[..., None]) -> None:
    """Of cells each on its own, of the others on all of theirs in equal parts."""
    cells = Counter(dict.fromkeys(planned["cells"], 0))
    for node, mib in zip(planned["cells"], (96, 64), strict=True):
        cells[node] += mib * PAGES_PER_MIB
    assert large(linux, "cells") == cells
    assert large(linux, "whole") == {planned["whole"][0]: 64 * PAGES_PER_MIB}
    assert len(planned["wide"]) == 4
    assert large(linux, "wide") == dict.fromkeys(planned["wide"], 32 * PAGES_PER_MIB)
    tell(started=len(planned), elsewhere=0)


def large(linux: Linux, name: str) -> dict[int, int]:
    """Add up the pages of the mappings that are memory of the guest, of 32 MiB at least."""
    pages: Counter[int] = Counter()
    for _, found in linux.maps_of(name):
        if sum(found.values()) >= 32 * PAGES_PER_MIB:
            pages.update(found)
    return dict(pages)


def test_libvirt_says_the_nodesets_that_were_written(linux: Linux, planned: Planned) -> None:
    assert re.search(r"numa_mode *: *strict", linux.virsh("numatune whole"))
    assert re.search(rf"numa_nodeset *: *{planned['whole'][0]}\n", linux.virsh("numatune whole"))
    assert re.search(r"numa_mode *: *interleave", linux.virsh("numatune wide"))
    assert re.search(r"numa_nodeset *: *0-3\n", linux.virsh("numatune wide"))


def test_vcpus_run_on_the_pcpus_of_their_nodes(linux: Linux, planned: Planned) -> None:
    pcpus = {node: f"{2 * node}-{2 * node + 1}" for node in range(4)}
    where = [planned["cells"][v] for v in (0, 1, 0)]
    assert pins(linux, "cells") == [pcpus[node] for node in where]
    assert pins(linux, "whole") == [pcpus[planned["whole"][0]]] * 2
    assert pins(linux, "wide") == ["0-7"] * 7


def pins(linux: Linux, name: str) -> list[str]:
    return [line.split()[1] for line in linux.virsh(f"vcpupin {name}").splitlines() if line.strip()]


def test_qemu_tells_the_guest_its_cells(linux: Linux, planned: Planned) -> None:
    told = linux.virsh("qemu-monitor-command cells --hmp info numa")
    assert re.findall(r"node (\d) cpus: ([\d ]*\d)", told) == [("0", "0 2"), ("1", "1")]
    assert re.findall(r"node (\d) size: (\d+) MB", told) == [("0", "96"), ("1", "64")]


def test_a_stage_of_a_fleet_moves_a_domain_to_other_nodes(linux: Linux, moved: tuple[str, tuple[int, ...]]) -> None:
    said, after = moved
    assert said.startswith("step 1, migrate cells to h0, ")
    assert large(linux, "cells") == {node: mib * PAGES_PER_MIB for node, mib in zip(after, (96, 64), strict=True)}
    assert pins(linux, "cells") == [f"{2 * node}-{2 * node + 1}" for node in (after[0], after[1], after[0])]
    assert linux.virsh("domstate cells").strip() == "running"


def test_virsh_takes_the_words_of_a_migration_between_hosts(linux: Linux, moved: tuple[str, tuple[int, ...]]) -> None:
    """There is no other host: it ends at the connection, after its words and the new descriptions are read."""
    words = "--live --persistent --undefinesource --xml /tmp/work/cells.xml --persistent-xml /tmp/work/cells.xml"
    code, said = linux.run(f"virsh migrate {words} cells qemu+unix:///system?socket=/nowhere")
    assert code != 0 and "nowhere" in said
    assert linux.virsh("domstate cells").strip() == "running"
