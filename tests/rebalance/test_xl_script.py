"""Scripts of xl, run under dash against an xl that keeps state: they do the plan, and stop at every surprise."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from pathlib import Path

import pytest

from placer.assignment.context import SearchContext
from placer.errors import EmissionError
from placer.instance import Placement
from placer.rebalance.goal import Goal
from placer.rebalance.plan import Plan
from placer.rebalance.planning import plan_rebalance
from placer.rebalance.running import RunningHost
from placer.rebalance.steps import steps_to
from placer.rebalance.xl_script import xl_script
from tests.support.dom0 import Dom0
from tests.support.fake_host import shellcheck
from tests.support.running_hosts import host_of

SLOW = pytest.mark.slow
UUID = {name: f"0000000{i}-0000-4000-8000-00000000000{i}" for i, name in enumerate("abcdn", 1)}


def swap() -> tuple[RunningHost, Plan]:
    """Give two guests that fill their pnodes and change places, the smaller saved meanwhile; and one to be pinned."""
    running = host_of([4, 4, 4], {"a": (4, 0), "b": (3, 1), "c": (1, 2)}, vcpus=2, uuid=UUID, repin={"c": True})
    return running, planned(running, {"a": (1,), "b": (0,), "c": (2,)})


def planned(running: RunningHost, there: dict[str, tuple[int | None, ...]]) -> Plan:
    plan = plan_rebalance(running, Goal(restarts=9), SearchContext())
    assert plan.instance is not None
    placement = Placement(pnode_of=there)
    steps = steps_to(running, Goal(restarts=9), plan.instance, placement)
    return dataclasses.replace(plan, placement=placement, stages=steps.stages, repins=steps.repins)


@pytest.fixture
def dom0(tmp_path: Path) -> Dom0:
    running, _ = swap()
    there = Dom0(tmp_path, running)
    (bound,) = (each for each in there.state["domains"] if each["config"]["c_info"]["name"] == "c")
    bound["config"]["b_info"]["vcpu_soft_affinity"] = [[0, 1, 2, 3]] * 2
    there.change(domains=[each if each["domid"] != bound["domid"] else bound for each in there.state["domains"]])
    return there


SCRIPT = xl_script(swap()[1])


def where(dom0: Dom0) -> dict[str, list[str]]:
    return {each["config"]["c_info"]["name"]: sorted(each["memory"]) for each in dom0.state["domains"]}


def test_it_does_the_plan_and_nothing_the_second_time(dom0: Dom0) -> None:
    ran = dom0.run(SCRIPT)
    assert ran.returncode == 0, ran.stderr
    assert where(dom0) == {"a": ["1"], "b": ["0"], "c": ["2"]}
    assert not any(each["paused"] for each in dom0.state["domains"])
    assert [line.split(": ")[0] for line in ran.stdout.splitlines()[:4]] == [f"step {i} of 4" for i in range(1, 5)]
    changed = dom0.calls()
    assert changed == ["vcpu-pin", "vcpu-pin", "save", "migrate", "migrate-receive", "restore", "unpause"]
    again = dom0.run(SCRIPT)
    assert (again.returncode, dom0.calls()) == (0, changed)
    assert [path.name for path in (dom0.folder / "images").iterdir()] == ["b.image.used"]


@pytest.mark.slow
def test_it_works_from_the_own_configuration_of_each_guest(dom0: Dom0) -> None:
    before = dom0.domain("b")
    dom0.run(SCRIPT)
    after = dom0.domain("b")
    assert before is not None and after is not None
    assert after["config"]["disks"] == before["config"]["disks"]
    assert after["config"]["b_info"]["vcpu_soft_affinity"] == [[0, 1, 2, 3]] * 2
    assert after["config"]["b_info"]["numa_placement"] == "False"
    assert after["config"]["c_info"] == before["config"]["c_info"]


@pytest.mark.slow
def test_a_guest_that_was_bound_hard_is_bound_hard(tmp_path: Path) -> None:
    running, plan = swap()
    dom0 = Dom0(tmp_path, running, hard=("a", "b", "c"))
    assert dom0.run(xl_script(plan)).returncode == 0
    moved = dom0.domain("a")
    assert moved is not None
    assert moved["config"]["b_info"]["vcpu_hard_affinity"] == [[4, 5, 6, 7]] * 2
    assert "vcpu_soft_affinity" not in moved["config"]["b_info"]


def test_a_dry_run_says_each_step_and_changes_nothing(dom0: Dom0) -> None:
    ran = dom0.run(SCRIPT, "--dry-run")
    assert ran.returncode == 0 and dom0.calls() == [] and not (dom0.folder / "state").exists()
    lines = ran.stdout.splitlines()
    assert lines[2] == "step 2 of 4: b: save 3072 MiB on pnode 1"
    assert lines[3] == f"    expects the guest to run, and 3072 MiB of room in {dom0.folder / 'images'}"
    assert lines[5] == "    expects the guest to run, and free MiB on the pnodes: 1=4096; then affinity 0-1:4-7"


@pytest.mark.parametrize(
    ("fault", "said", "back"),
    [
        pytest.param("save 1 yes", "step 2 of 4 (b: save 3072 MiB on pnode 1): xl save failed", "", marks=SLOW),
        ("save 1 half", "step 2 of 4 (b: save 3072 MiB on pnode 1): xl save failed", ""),
        pytest.param("save 1 after", "step 2 of 4 (b: save 3072 MiB on pnode 1): xl save failed", "", marks=SLOW),
        pytest.param("migrate 1 yes", "(a: migrate 4096 MiB from pnode 0 to 1): xl migrate failed", "", marks=SLOW),
        ("migrate 1 after", "step 3 of 4 (a: migrate 4096 MiB from pnode 0 to 1): xl migrate failed", ""),
        ("restore 1 after", "xl restore failed, and left a domain of guest", "xl restore"),
    ],
)
def test_it_stops_says_where_and_goes_on_when_run_again(dom0: Dom0, fault: str, said: str, back: str) -> None:
    dom0.fail(fault)
    ran = dom0.run(SCRIPT)
    assert ran.returncode == 1 and said in ran.stderr and back in ran.stderr
    assert "run the script again to go on" in ran.stderr
    again = dom0.run(SCRIPT)
    assert again.returncode == 0, again.stderr
    assert where(dom0) == {"a": ["1"], "b": ["0"], "c": ["2"]}


@pytest.mark.slow
def test_while_a_guest_is_saved_a_stop_elsewhere_leaves_its_image(dom0: Dom0) -> None:
    dom0.fail("migrate 1 yes")
    dom0.run(SCRIPT)
    assert dom0.domain("b") is None and (dom0.folder / "images" / "b.image").stat().st_size > 1000


def test_a_restore_that_fails_is_done_with_the_old_configuration(tmp_path: Path) -> None:
    running = host_of([4, 4], {"a": ((1, 1), (0, 1)), "b": (3, 0), "c": (2, 1)}, uuid=UUID)
    plan = plan_rebalance(running, Goal(), SearchContext())
    dom0 = Dom0(tmp_path, running)
    dom0.fail("restore 1 yes")
    script = xl_script(plan)
    ran = dom0.run(script)
    assert ran.returncode == 1
    assert 'guest "a" runs where it was before; it is saved once more' in ran.stderr
    assert where(dom0)["a"] == ["0", "1"]
    assert list((tmp_path / "images").iterdir()) == []  # what was restored is never restored again
    assert dom0.run(script).returncode == 0
    assert where(dom0)["a"] == ["1"]


@pytest.mark.slow
def test_where_nothing_restores_it_says_the_command_that_does(tmp_path: Path) -> None:
    running = host_of([4, 4], {"a": ((1, 1), (0, 1)), "b": (3, 0), "c": (2, 1)}, uuid=UUID)
    dom0 = Dom0(tmp_path, running)
    dom0.fail("restore 1 yes", "restore 2 yes")
    script = xl_script(plan_rebalance(running, Goal(), SearchContext()))
    ran = dom0.run(script)
    image = tmp_path / "images" / "a.image"
    assert f"this brings it back: xl restore '{image}' && mv '{image}' '{image}.used'" in ran.stderr
    assert dom0.run(script).returncode == 0 and where(dom0)["a"] == ["1"]


def test_memory_that_xen_puts_elsewhere_stops_it_before_the_guest_goes_on(tmp_path: Path) -> None:
    running = host_of([4, 4, 4], {"a": ((1, 1), (0, 1)), "b": (3, 0), "c": (2, 1)}, uuid=UUID)
    dom0 = Dom0(tmp_path, running)
    dom0.change(astray=["2"])
    script = xl_script(planned(running, {"a": (1,), "b": (0,), "c": (1,)}))
    ran = dom0.run(script)
    assert 'memory of guest "a" is on pnode 2 (2048 MiB), planned is 1=2048; --accept takes it as it is' in ran.stderr
    paused = dom0.domain("a")
    assert paused is not None and paused["paused"]
    assert dom0.run(script).returncode == 1
    assert dom0.run(script, "--accept").returncode == 0
    accepted = dom0.domain("a")
    assert accepted is not None and not accepted["paused"] and (tmp_path / "images" / "a.image.used").exists()


@pytest.mark.slow
def test_memory_of_a_migrated_guest_that_is_elsewhere_stops_it_once(dom0: Dom0) -> None:
    dom0.change(astray=["2"], pnodes={"0": 4096, "1": 4096, "2": 9000})
    ran = dom0.run(SCRIPT)
    assert 'memory of guest "a" is on pnode 2 (4096 MiB), planned is 1=4096' in ran.stderr
    moved = dom0.domain("a")
    assert moved is not None and not moved["paused"]
    assert "stopped at step 4 of 4 (b: restore" in dom0.run(SCRIPT).stderr  # it is done, and b is next


@pytest.mark.slow
def test_less_free_memory_than_planned_stops_it(dom0: Dom0) -> None:
    dom0.change(pnodes={"0": 4096, "1": 4095, "2": 4096})
    ran = dom0.run(SCRIPT)
    assert "pnode 1 has 4095 MiB free, expected 4096 MiB: something else took memory there" in ran.stderr
    assert "migrate" not in dom0.calls()


@pytest.mark.slow
def test_another_guest_of_that_name_or_a_paused_one_stops_it(dom0: Dom0) -> None:
    domains = dom0.state["domains"]
    domains[1]["config"]["c_info"]["uuid"] = UUID["n"]
    dom0.change(domains=domains)
    assert 'guest "b" does not run' in dom0.run(SCRIPT).stderr
    domains[1]["config"]["c_info"]["uuid"] = UUID["b"]
    domains[1]["paused"] = True
    dom0.change(domains=domains)
    assert 'guest "b" is paused, expected it to run' in dom0.run(SCRIPT).stderr
    assert "save" not in dom0.calls()


@pytest.mark.slow
def test_a_guest_restored_by_hand_is_not_restored_again(dom0: Dom0) -> None:
    dom0.fail("migrate 1 yes")
    dom0.run(SCRIPT)
    image = dom0.folder / "images" / "b.image"
    subprocess.run(
        [dom0.folder / "bin" / "xl", "restore", image],
        env={"FAKE_XL": str(dom0.folder), "PATH": "/usr/bin:/bin"},
        check=True,
    )
    ran = dom0.run(SCRIPT)
    assert ran.returncode == 1 and dom0.calls().count("restore") == 1
    assert "expected 4096 MiB" in ran.stderr  # b holds again what a was to take


def test_a_second_run_at_the_same_time_is_refused(dom0: Dom0) -> None:
    (dom0.folder / "state" / "lock").mkdir(parents=True)
    ran = dom0.run(SCRIPT)
    assert ran.returncode == 2 and "another run of this script holds" in ran.stderr and dom0.calls() == []


VNUMA = {"a": True}


def restarted(tmp_path: Path) -> tuple[Dom0, str]:
    running = host_of([8, 8, 8], {"a": ((2, 2), (0, 1))}, uuid=UUID, vnuma=VNUMA, kinds={"a": ("restart",)})
    dom0 = Dom0(tmp_path, running)
    (tmp_path / "configs").mkdir()
    config = Dom0.config(running, "a", (0, 2))
    config["b_info"]["vcpu_soft_affinity"] = [[0, 1, 2, 3], [8, 9, 10, 11]]
    config["as in an xl.cfg"] = ["pnode=0", "pnode=2"]
    (tmp_path / "configs" / "a.cfg").write_text(json.dumps(config))
    return dom0, xl_script(planned(running, {"a": (0, 2)}))


def test_a_guest_with_vnuma_is_shut_down_and_started_from_its_new_configuration(tmp_path: Path) -> None:
    dom0, script = restarted(tmp_path)
    assert dom0.run(script).returncode == 0
    assert where(dom0) == {"a": ["0", "2"]} and dom0.calls() == ["shutdown", "create"]


def test_a_guest_that_does_not_shut_down_is_not_destroyed(tmp_path: Path) -> None:
    dom0, script = restarted(tmp_path)
    dom0.change(deaf=["a"])
    ran = dom0.run(script)
    assert 'guest "a" has not shut down by itself within 1 s; it is not destroyed' in ran.stderr
    assert where(dom0) == {"a": ["0", "1"]} and dom0.calls() == ["shutdown"]


def test_without_its_new_configuration_a_guest_is_not_shut_down(tmp_path: Path) -> None:
    dom0, script = restarted(tmp_path)
    ran = dom0.run(script, CONFIGS="/nowhere")
    assert "there is no new configuration /nowhere/a.cfg" in ran.stderr and dom0.calls() == []


@pytest.mark.slow
def test_a_configuration_with_other_pnodes_stops_it(tmp_path: Path) -> None:
    dom0, script = restarted(tmp_path)
    path = tmp_path / "configs" / "a.cfg"
    path.write_text(path.read_text().replace("pnode=2", "pnode=1"))
    ran = dom0.run(script)
    assert "a.cfg has its vnodes on pnodes 0 1 , expected 0 2" in ran.stderr and dom0.calls() == []


def test_a_start_that_fails_says_the_command(tmp_path: Path) -> None:
    dom0, script = restarted(tmp_path)
    dom0.fail("create 1 yes")
    ran = dom0.run(script)
    assert f"this brings it back: xl create '{tmp_path}/configs/a.cfg'" in ran.stderr
    assert dom0.run(script).returncode == 0


@pytest.mark.slow
def test_without_room_on_disk_nothing_is_saved(dom0: Dom0) -> None:
    df = dom0.folder / "bin" / "df"
    df.write_text(
        "#!/bin/sh\necho 'Filesystem 1024-blocks Used Available Capacity Mounted on'\necho '/dev/x 9 9 2048000 1% /'\n"
    )
    df.chmod(0o755)
    ran = dom0.run(SCRIPT)
    assert "has 2000 MiB of room, expected 3197 MiB" in ran.stderr and "save" not in dom0.calls()


def test_names_that_are_no_words_are_refused() -> None:
    running = host_of([4, 4], {"a b": (4, 0), "-c": (1, 1)}, repin={"a b": True, "-c": True})
    with pytest.raises(EmissionError, match='guest "a b" has a name that is no plain word'):
        xl_script(plan_rebalance(running, Goal(), SearchContext()))


def test_no_plan_is_no_script() -> None:
    running = host_of([4, 4], {"a": (4, 0)}, kinds={"a": ()}, stuck={"a": "x"})
    with pytest.raises(EmissionError, match="there is no plan to write: INFEASIBLE"):
        xl_script(plan_rebalance(running, Goal(empty=(0,)), SearchContext()))


def test_shellcheck_finds_nothing() -> None:
    assert shellcheck(SCRIPT) == ""
