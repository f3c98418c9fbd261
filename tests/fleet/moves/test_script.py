"""The scripts of stages and hosts: they are sh, and call xl and virsh with the words these programs take."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace

from placer.errors import EmissionError
from placer.fleet.moves.goal import FleetGoal
from placer.fleet.moves.plan import FleetMoves
from placer.fleet.moves.planning import plan_moves
from placer.fleet.moves.script import scripts
from placer.instance import Flexible
from tests.support.fake_host import shellcheck
from tests.support.fleet_moves import running_fleet

PROGRAM = """#!/bin/sh
printf '%s' "$(basename "$0")" >> "$CALLS"
for word; do printf ' %s' "$word" >> "$CALLS"; done
echo >> "$CALLS"
case "$(basename "$0") $1 $2" in
    "virsh domstate "* | "virsh -c "*) echo "$STATE" ;;
    "virsh dumpxml "*) cat "$XML" ;;
    "xl list "*)
        [ "$STATE" != "" ] || exit 1
        echo "Name                                        ID   Mem VCPUs	State	Time(s)"
        echo "g0                                           1  2048     1     $STATE      12.3"
        ;;
    "ssh h1 xl domid "*) exit "$THERE" ;;
    "ssh h1 xl create "*) ;;
    "ssh h1 "*) cat > "$CALLS.stdin" ;;
    "xl migrate "*) exit "$FAILS" ;;
    "xl domid "*) exit 1 ;;
esac
"""
XML = """<domain type='kvm'>
  <name>g0</name>
  <vcpu placement='static'>1</vcpu>
  <cputune>
    <shares>2048</shares>
    <vcpupin vcpu='0' cpuset='0'/>
    <emulatorpin cpuset='0'/>
  </cputune>
  <numatune>
    <memory mode='strict' nodeset='0'/>
  </numatune>
  <os>
    <type arch='x86_64'>hvm</type>
  </os>
  <devices/>
</domain>
"""
XL = "-b----"
"""The state of a guest that waits, as xl prints it."""


def plan_on(form: str, parts: list[tuple[int, int]], goal: FleetGoal) -> FleetMoves:
    fleet = running_fleet([[(4, 8), (4, 8)]] * 2, [parts], [(0, tuple(range(len(parts))))])
    return plan_moves(replace(fleet, hosts=[replace(e, format=form) for e in fleet.hosts]), goal)


@dataclass
class Shell:
    """A host whose xl, virsh and ssh note how they are called."""

    folder: Path

    def __post_init__(self) -> None:
        for program in ("xl", "virsh", "ssh"):
            (self.folder / program).write_text(PROGRAM)
            (self.folder / program).chmod(0o755)
        (self.folder / "old.xml").write_text(XML)

    def run(
        self, script: str, *words: str, state: str = "running", there: int = 0, fails: int = 0, config: str = ""
    ) -> tuple[int, str, list[str]]:
        """Run a script; gives its exit code, what it said, and the calls."""
        (self.folder / "g0.cfg").write_text(config)
        calls = self.folder / "calls"
        calls.write_text("")
        names = {"CALLS": calls, "XML": self.folder / "old.xml", "CONFIGS": self.folder, "WORK": self.folder / "work"}
        said = {"STATE": state, "THERE": there, "FAILS": fails}
        env = os.environ | {key: str(value) for key, value in (names | said).items()}
        env["PATH"] = f"{self.folder}:{env['PATH']}"
        (self.folder / "stage.sh").write_text(script)
        ran = subprocess.run(
            ["sh", self.folder / "stage.sh", *words], env=env, timeout=60, capture_output=True, text=True
        )
        return ran.returncode, ran.stdout + ran.stderr, calls.read_text().splitlines()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.mark.parametrize("form", ["xl", "libvirt"])
def test_shellcheck_finds_no_fault(form: str) -> None:
    plan = plan_on(form, [(1, 2)], FleetGoal(empty=("h0",), restarts=1))
    assert shellcheck(scripts(plan)[0]["h0"]) == ""


def test_virsh_migrates_with_the_new_nodes_and_pins(shell: Shell) -> None:
    plan = plan_on("libvirt", [(1, 2)], FleetGoal(empty=("h0",)))
    (stage,) = scripts(plan)
    _, said, calls = shell.run(stage["h0"])
    xml = shell.folder / "work" / "g0.xml"
    assert said == f"step 1, migrate g0 to h1, pnode {plan.steps[0].after[0]}\n"
    words = f"virsh migrate --live --persistent --undefinesource --xml {xml} --persistent-xml {xml}"
    assert calls[-1] == f"{words} g0 qemu+ssh://h1/system"
    written = xml.read_text()
    (pnode,) = plan.steps[0].after
    assert f"<memory mode='strict' nodeset='{pnode}'/>" in written
    assert f"<vcpupin vcpu='0' cpuset='{'0-3' if pnode == 0 else '4-7'}'/>" in written
    assert f"<emulatorpin cpuset='{'0-3' if pnode == 0 else '4-7'}'/>" in written
    assert [written.count(f"<{name}") for name in ("numatune", "cputune", "vcpupin", "emulatorpin")] == [1, 1, 1, 1]
    assert "<shares>2048</shares>" in written and "<devices/>" in written


def test_virsh_saves_and_restores_within_a_host_and_gives_each_cell_its_node(shell: Shell) -> None:
    plan = plan_on("libvirt", [(1, 2), (1, 2)], FleetGoal())
    (stage,) = scripts(plan)
    _, _, calls = shell.run(stage["h0"])
    assert [call.split()[1] for call in calls] == ["list", "domstate", "dumpxml", "save", "restore"]
    assert (shell.folder / "work" / "g0.xml").read_text().count("<memnode cellid=") == 2


def test_xl_restarts_a_guest_with_vnuma_on_its_new_host_with_its_new_pnodes(shell: Shell) -> None:
    plan = plan_on("xl", [(1, 2), (1, 2)], FleetGoal(empty=("h0",), restarts=1))
    (stage,) = scripts(plan)
    config = 'name = "g0"\nvnuma = [["pnode=0","size=2048"],["pnode=1","size=2048"]]\n'
    _, _, calls = shell.run(stage["h0"], state=XL, config=config)
    there = shell.folder / "g0.cfg"
    assert calls[-4:-2] == ["xl shutdown g0", "xl domid g0"]
    assert calls[-2:] == [f"ssh h1 cat > '{there}'", f"ssh h1 xl create '{there}'"]
    assert not there.exists() and (shell.folder / "work" / "g0.cfg.old").read_text() == config
    first, second = plan.steps[0].after
    assert (shell.folder / "calls.stdin").read_text() == (
        f'name = "g0"\nvnuma = [["pnode={first}","size=2048"],["pnode={second}","size=2048"]]\n'
    )


def far_apart(before: int, after: int) -> FleetMoves:
    """A guest with two vnodes is started anew on a host whose pnodes are at another distance."""
    fleet = running_fleet([[(4, 8), (4, 8)]] * 2, [[(1, 2), (1, 2)]], [(0, (0, 1))])
    hosts = [
        replace(
            entry,
            format="xl",
            host=replace(entry.host, slit=((10, remote), (remote, 10))),
        )
        for entry, remote in zip(fleet.hosts, (before, after), strict=True)
    ]
    guests = [replace(fleet.guests[0], guest=replace(fleet.guests[0].guest, one_to_one=True))]
    return plan_moves(replace(fleet, hosts=hosts, guests=guests), FleetGoal(empty=("h0",), restarts=1))


@pytest.mark.parametrize(
    ("rows", "new"),
    [
        (("10,21", "21,10"), ("10,31", "31,10")),  # those of the pnodes that it leaves
        (("10, 21", "21, 10"), ("10,31", "31,10")),
        (("10,15", "15,10"), ("10,15", "15,10")),  # somebody chose them
        (("10,21", "40,10"), ("10,21", "40,10")),
    ],
)
def test_vdistances_of_the_pnodes_become_those_of_the_new_ones_and_others_stay(
    rows: tuple[str, str], new: tuple[str, str], shell: Shell
) -> None:
    plan = far_apart(21, 31)
    (stage,) = scripts(plan)
    text = (
        'name = "g0"\nvnuma = [["pnode={}","size=2048","vdistances={}"],\n ["pnode={}","size=2048","vdistances={}"]]\n'
    )
    code, _, _ = shell.run(stage["h0"], state=XL, config=text.format(0, rows[0], 1, rows[1]))
    first, second = plan.steps[0].after
    assert code == 0
    assert (shell.folder / "calls.stdin").read_text() == text.format(first, new[0], second, new[1])


def test_a_file_without_vdistances_gets_none(shell: Shell) -> None:
    config = 'name = "g0"\nvnuma = [["pnode=0","size=2048"],["pnode=1","size=2048"]]\n'
    shell.run(scripts(far_apart(21, 31))[0]["h0"], state=XL, config=config)
    assert "vdistances" not in (shell.folder / "calls.stdin").read_text()


def whole_on_xl() -> FleetMoves:
    """A guest of xl without vnuma leaves host h0."""
    fleet = running_fleet([[(4, 8), (4, 8)]] * 2, [[(1, 2)]], [(0, (0,))])
    whole = replace(fleet.guests[0].guest, vnodes=(), flexible=Flexible(memory_kib=2 << 20, vcpu_count=1, most=1))
    fleet = replace(fleet, guests=[replace(fleet.guests[0], guest=whole)])
    return plan_moves(fleet, FleetGoal(empty=("h0",)), family="xl")


def test_xl_migrates_with_the_affinity_of_the_new_pnode(shell: Shell) -> None:
    plan = whole_on_xl()
    (stage,) = scripts(plan)
    _, _, calls = shell.run(stage["h0"], state=XL, config='name = "g0"\ncpus = "0"\nmemory = 2048\n')
    new = shell.folder / "work" / "g0.cfg"
    assert calls[-2:] == [f"xl migrate -C {new} g0 h1", f"ssh h1 cat > '{shell.folder / 'g0.cfg'}'"]
    pcpus = "0-3" if plan.steps[0].after == (0,) else "4-7"
    assert new.read_text() == f'name = "g0"\nmemory = 2048\ncpus_soft = "{pcpus}"\n'


def test_lists_of_pcpus_that_go_on_for_lines_are_left_out_whole(shell: Shell) -> None:
    (stage,) = scripts(whole_on_xl())
    config = 'name = "g0"\ncpus_soft = [ "0-15",\n  "0-15" ]\ncpus = ["0"]\nmemory = 2048\n'
    shell.run(stage["h0"], state=XL, config=config)
    written = (shell.folder / "work" / "g0.cfg").read_text()
    assert written.startswith('name = "g0"\nmemory = 2048\ncpus_soft = "') and written.count("\n") == 3


def test_a_step_that_is_done_is_passed_over_and_one_that_failed_is_done_again(shell: Shell) -> None:
    (stage,) = scripts(whole_on_xl())
    code, said, _ = shell.run(stage["h0"], state=XL, fails=3)
    assert code == 3 and said.endswith("stopped at step 1; run the script again to go on\n")
    code, _, calls = shell.run(stage["h0"], state=XL)
    assert code == 0 and calls[-2].startswith("xl migrate ")
    code, said, calls = shell.run(stage["h0"], state=XL)
    assert (code, calls) == (0, []) and said.endswith("done before\n")


def test_a_dry_run_says_the_steps_and_does_nothing(shell: Shell) -> None:
    (stage,) = scripts(whole_on_xl())
    code, said, calls = shell.run(stage["h0"], "--dry-run", state=XL)
    assert (code, calls) == (0, []) and said.startswith("step 1, migrate g0 to h1, pnode ")
    assert not (shell.folder / "work").exists()
    assert shell.run(stage["h0"], "--dry", state=XL)[0] == 2


@pytest.mark.parametrize(("form", "state"), [("xl", "--p---"), ("xl", "----c-"), ("libvirt", "paused")])
def test_a_guest_that_is_here_and_does_not_run_stops_the_script(form: str, state: str, shell: Shell) -> None:
    plan = whole_on_xl() if form == "xl" else plan_on("libvirt", [(1, 2)], FleetGoal(empty=("h0",)))
    (stage,) = scripts(plan)
    code, said, calls = shell.run(stage["h0"], state=state)
    assert code == 1 and "guest g0 is " in said and "expected it to run" in said
    assert not any("migrate" in call for call in calls)


def test_a_guest_that_runs_on_its_new_host_has_moved_and_one_that_runs_nowhere_stops_the_script(shell: Shell) -> None:
    (stage,) = scripts(whole_on_xl())
    code, said, calls = shell.run(stage["h0"], state="", there=1)
    assert code == 1 and "guest g0 does not run\n" in said and calls == ["xl list g0", "ssh h1 xl domid 'g0'"]
    code, said, calls = shell.run(stage["h0"], state="")
    assert code == 0 and "guest g0 runs on host h1 already" in said
    assert calls[:2] == ["xl list g0", "ssh h1 xl domid 'g0'"] and not any("migrate" in call for call in calls)


def test_a_migration_whose_file_was_not_copied_is_made_good_when_run_again(shell: Shell) -> None:
    (stage,) = scripts(whole_on_xl())
    config = 'name = "g0"\ncpus = "0"\nmemory = 2048\n'
    code, _, calls = shell.run(stage["h0"], state="", config=config)
    there = shell.folder / "g0.cfg"
    assert (code, calls[-1]) == (0, f"ssh h1 cat > '{there}'") and not there.exists()
    assert (shell.folder / "calls.stdin").read_text().startswith('name = "g0"\nmemory = 2048\ncpus_soft = "')


def test_a_guest_that_was_started_anew_is_not_started_once_more(shell: Shell) -> None:
    (stage,) = scripts(plan_on("xl", [(1, 2), (1, 2)], FleetGoal(empty=("h0",), restarts=1)))
    name = stage["h0"].partition("plan=")[2].split()[0]
    (shell.folder / "work").mkdir()
    (shell.folder / "work" / f"{name}.1.down").touch()
    code, said, calls = shell.run(stage["h0"], state="")
    assert code == 0 and "guest g0 runs on host h1 already" in said
    assert not any("xl create" in call for call in calls)


def test_what_no_script_can_do_is_refused() -> None:
    with pytest.raises(EmissionError, match='host "h0" starts guests from qemu, expected one of xl, libxl, libvirt'):
        scripts(plan_on("qemu", [(1, 2)], FleetGoal(empty=("h0",))))
    with pytest.raises(EmissionError, match="there is no plan to write: INFEASIBLE"):
        scripts(plan_on("libvirt", [(1, 2)], FleetGoal(empty=("h0",), moves=0)))
    fleet = running_fleet([[(4, 8)]] * 2, [[(1, 2)]], [(0, (0,))])
    odd = replace(
        fleet,
        guests=[replace(fleet.guests[0], names=["two words"])],
        placed=[replace(fleet.placed[0], guest="two words")],
    )
    with pytest.raises(EmissionError, match='guest "two words" has a name that is no plain word'):
        scripts(plan_moves(odd, FleetGoal(empty=("h0",))))
