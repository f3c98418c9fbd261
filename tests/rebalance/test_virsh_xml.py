"""Where memory and vcpus are, as elements of libvirt's XML, and their way into the XML of a domain."""

from __future__ import annotations

import subprocess
from pathlib import Path

from placer.rebalance.virsh_xml import PLACED_XML, cputune, numatune

DOMAIN = """\
<domain type='kvm'>
  <name>web</name>
{tuned}  <os>
    <type arch='x86_64'>hvm</type>
  </os>
</domain>
"""
TUNED = """\
  <cputune>
    <shares>2048</shares>
    <vcpupin vcpu='0' cpuset='0-7'/>
    <emulatorpin cpuset='0-7'/>
  </cputune>
  <numatune>
    <memory mode='strict' nodeset='0'/>
  </numatune>
"""


def placed(xml: str, folder: Path) -> str:
    """Put nodes and pins into the XML of a domain."""
    (folder / "old.xml").write_text(xml)
    script = f'{PLACED_XML}\nplaced_xml "$1" "$2" "$3"'
    words = [str(folder / "old.xml"), numatune([1]), cputune({0: "8-15"}, "8-15")]
    return subprocess.run(["sh", "-c", script, "sh", *words], check=True, capture_output=True, text=True).stdout


def test_memory_of_a_guest_with_cells_is_bound_by_cell_and_that_of_a_set_is_interleaved() -> None:
    assert numatune([2]).splitlines()[1].strip() == "<memory mode='strict' nodeset='2'/>"
    assert numatune([1, 0, 1]).splitlines()[1].strip() == "<memory mode='interleave' nodeset='0-1'/>"
    assert [line.strip() for line in numatune([3, 1], (3, 1)).splitlines()[1:4]] == [
        "<memory mode='strict' nodeset='1,3'/>",
        "<memnode cellid='0' mode='strict' nodeset='3'/>",
        "<memnode cellid='1' mode='strict' nodeset='1'/>",
    ]


def test_pins_stand_in_the_order_of_vcpus_and_the_emulator_comes_last() -> None:
    assert [line.strip() for line in cputune({1: "4-7", 0: "0-3"}, "0-7").splitlines()] == [
        "<vcpupin vcpu='0' cpuset='0-3'/>",
        "<vcpupin vcpu='1' cpuset='4-7'/>",
        "<emulatorpin cpuset='0-7'/>",
    ]


def test_pins_and_nodes_take_the_place_of_the_old_ones_and_all_else_stays(tmp_path: Path) -> None:
    written = placed(DOMAIN.format(tuned=TUNED), tmp_path)
    assert [written.count(f"<{name}") for name in ("vcpupin", "emulatorpin", "memory", "cputune>")] == [1, 1, 1, 1]
    assert "<shares>2048</shares>" in written and "cpuset='8-15'" in written and "nodeset='1'" in written
    assert "0-7" not in written


def test_a_domain_without_any_gets_them(tmp_path: Path) -> None:
    written = placed(DOMAIN.format(tuned=""), tmp_path)
    assert [written.count(f"<{name}") for name in ("vcpupin", "emulatorpin", "memory", "cputune>")] == [1, 1, 1, 1]
