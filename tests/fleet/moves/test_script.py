"""The scripts of stages and hosts: they are sh, and call xl and virsh with the words these programs take."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from placer.errors import EmissionError
from placer.fleet.moves.goal import FleetGoal
from placer.fleet.moves.plan import FleetMoves
from placer.fleet.moves.planning import plan_moves
from placer.fleet.moves.script import scripts
from tests.support.fleet_moves import running_fleet

PROGRAM = """#!/bin/sh
printf '%s' "$(basename "$0")" >> "$CALLS"
for word; do printf ' %s' "$word" >> "$CALLS"; done
echo >> "$CALLS"
case "$(basename "$0") $1" in
    "virsh domstate") echo running ;;
    "virsh dumpxml") cat "$XML" ;;
    "ssh "*) cat > "$CALLS.stdin" ;;
esac
"""
XML = """<domain type='kvm'>
  <name>g0</name>
  <vcpu placement='static'>1</vcpu>
  <numatune>
    <memory mode='strict' nodeset='0'/>
  </numatune>
  <cputune>
    <vcpupin vcpu='0' cpuset='0'/>
  </cputune>
  <devices/>
</domain>
"""


def plan_on(form: str, parts: list[tuple[int, int]], goal: FleetGoal) -> FleetMoves:
    fleet = running_fleet([[(4, 8), (4, 8)]] * 2, [parts], [(0, tuple(range(len(parts))))])
    return plan_moves(replace(fleet, hosts=[replace(e, format=form) for e in fleet.hosts]), goal)


def ran(script: str, folder: Path, config: str = "") -> list[str]:
    """Run a script with programs that note how they are called, and give the calls."""
    for program in ("xl", "virsh", "ssh"):
        (folder / program).write_text(PROGRAM)
        (folder / program).chmod(0o755)
    (folder / "old.xml").write_text(XML)
    (folder / "g0.cfg").write_text(config)
    names = {"CALLS": folder / "calls", "XML": folder / "old.xml", "CONFIGS": folder, "WORK": folder / "work"}
    env = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"} | {key: str(path) for key, path in names.items()}
    subprocess.run(["sh", "-c", script], env=env, check=True, timeout=60, capture_output=True)
    return (folder / "calls").read_text().splitlines()


def test_virsh_migrates_with_the_new_nodes_and_pins(tmp_path: Path) -> None:
    plan = plan_on("libvirt", [(1, 2)], FleetGoal(empty=("h0",)))
    (stage,) = scripts(plan, "libvirt")
    calls = ran(stage["h0"], tmp_path)
    xml = tmp_path / "work" / "g0.xml"
    words = f"virsh migrate --live --persistent --undefinesource --xml {xml} --persistent-xml {xml}"
    assert calls[-1] == f"{words} g0 qemu+ssh://h1/system"
    written = xml.read_text()
    (pnode,) = plan.steps[0].after
    assert f"<memory mode='strict' nodeset='{pnode}'/>" in written
    assert f"<vcpupin vcpu='0' cpuset='{'0-3' if pnode == 0 else '4-7'}'/>" in written
    assert (written.count("<numatune>"), written.count("<cputune>"), "<devices/>" in written) == (1, 1, True)


def test_virsh_saves_and_restores_within_a_host_and_gives_each_cell_its_node(tmp_path: Path) -> None:
    plan = plan_on("libvirt", [(1, 2), (1, 2)], FleetGoal())
    (stage,) = scripts(plan, "libvirt")
    calls = [call.split()[1] for call in ran(stage["h0"], tmp_path)]
    assert calls == ["domstate", "dumpxml", "save", "restore"]
    assert (tmp_path / "work" / "g0.xml").read_text().count("<memnode cellid=") == 2


def test_xl_restarts_a_guest_with_vnuma_on_its_new_host_with_its_new_pnodes(tmp_path: Path) -> None:
    plan = plan_on("xl", [(1, 2), (1, 2)], FleetGoal(empty=("h0",), restarts=1))
    (stage,) = scripts(plan, "libvirt")
    config = 'name = "g0"\nvnuma = [["pnode=0","size=2048"],["pnode=1","size=2048"]]\n'
    calls = ran(stage["h0"], tmp_path, config)
    assert calls[-2:] == ["xl shutdown -w g0", "ssh h1 xl create /dev/stdin"]
    first, second = plan.steps[0].after
    assert (tmp_path / "calls.stdin").read_text() == (
        f'name = "g0"\nvnuma = [["pnode={first}","size=2048"],["pnode={second}","size=2048"]]\n'
    )


def test_xl_migrates_with_the_affinity_of_the_new_pnode(tmp_path: Path) -> None:
    from placer.instance import Flexible

    fleet = running_fleet([[(4, 8), (4, 8)]] * 2, [[(1, 2)]], [(0, (0,))])
    whole = replace(fleet.guests[0].guest, vnodes=(), flexible=Flexible(memory_kib=2 << 20, vcpu_count=1, most=1))
    fleet = replace(fleet, guests=[replace(fleet.guests[0], guest=whole)])
    plan = plan_moves(fleet, FleetGoal(empty=("h0",)), family="xl")
    (stage,) = scripts(plan, "xl")
    calls = ran(stage["h0"], tmp_path, 'name = "g0"\ncpus = "0"\nmemory = 2048\n')
    assert calls[-1] == f"xl migrate -C {tmp_path / 'work' / 'g0.cfg'} g0 h1"
    pcpus = "0-3" if plan.steps[0].after == (0,) else "4-7"
    assert (tmp_path / "work" / "g0.cfg").read_text() == f'name = "g0"\nmemory = 2048\ncpus_soft = "{pcpus}"\n'


def test_what_no_script_can_do_is_refused() -> None:
    with pytest.raises(EmissionError, match='host "h0" starts guests from qemu, expected one of xl, libxl, libvirt'):
        scripts(plan_on("qemu", [(1, 2)], FleetGoal(empty=("h0",))), "libvirt")
    with pytest.raises(EmissionError, match="there is no plan to write: INFEASIBLE"):
        scripts(plan_on("libvirt", [(1, 2)], FleetGoal(empty=("h0",), moves=0)), "libvirt")
    fleet = running_fleet([[(4, 8)]] * 2, [[(1, 2)]], [(0, (0,))])
    odd = replace(
        fleet,
        guests=[replace(fleet.guests[0], names=["two words"])],
        placed=[replace(fleet.placed[0], guest="two words")],
    )
    with pytest.raises(EmissionError, match='guest "two words" has a name that is no plain word'):
        scripts(plan_moves(odd, FleetGoal(empty=("h0",))), "libvirt")
