"""Scripts of xl, run under dash against an xl that keeps state: they do the plan, and stop at every surprise."""

from __future__ import annotations

import dataclasses
import json
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
PLAN = SCRIPT.partition(" plan=")[2].split()[0]


def where(dom0: Dom0) -> dict[str, list[str]]:
    return {each["config"]["c_info"]["name"]: sorted(each["memory"]) for each in dom0.state["domains"]}


def test_it_does_the_plan_and_nothing_the_second_time(dom0: Dom0) -> None:
    ran = dom0.run(SCRIPT)
    assert ran.returncode == 0, ran.stderr
    assert where(dom0) == {"a": ["1"], "b": ["0"], "c": ["2"]}
    assert not any(each["paused"] for each in dom0.state["domains"])
    assert [line.split(": ")[0] for line in ran.stdout.splitlines()[:4]] == [f"step {i} of 4" for i in range(1, 5)]
    assert ran.stdout.endswith("all 4 steps are done\n")
    changed = dom0.calls()
    assert changed == ["vcpu-pin", "vcpu-pin", "save", "migrate", "migrate-receive", "restore", "unpause"]
    again = dom0.run(SCRIPT)
    assert (again.returncode, dom0.calls()) == (0, changed)
    assert "all 4 steps were done before" in again.stdout and "did nothing" in again.stdout
    assert dom0.images == []


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
    assert lines[3] == f"    expects the guest to run, and 3197 MiB of room in {dom0.folder / 'images'}"
    expected = "the guest to run, and free MiB on the pnodes: 1=4096; then affinity 0-1:4-7, and its memory there"
    assert lines[5] == f"    expects {expected}"
    assert lines[8:] == ["checked: everything that the steps expect is there now"]


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
    assert dom0.domain("b") is None and dom0.images == [f"b.{PLAN}.image", f"b.{PLAN}.image.record"]
    assert (dom0.folder / "images" / f"b.{PLAN}.image").stat().st_size > 1000


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
    (image, _) = dom0.images
    path = tmp_path / "images" / image
    by_hand = f"xl restore -p '{path}' && mv '{path}' '{path}.used' && sync && xl unpause 'a'"
    assert f'guest "a" does not run; this brings it back: {by_hand}' in ran.stderr
    assert dom0.run(script).returncode == 0 and where(dom0)["a"] == ["1"]


def test_memory_that_xen_puts_elsewhere_stops_it_before_the_guest_goes_on(tmp_path: Path) -> None:
    running = host_of([4, 4, 4], {"a": ((1, 1), (0, 1)), "b": (3, 0), "c": (2, 1)}, uuid=UUID)
    dom0 = Dom0(tmp_path, running)
    dom0.change(astray=["2"])
    script = xl_script(planned(running, {"a": (1,), "b": (0,), "c": (1,)}))
    ran = dom0.run(script)
    said = "pnode 2 lost 2048 MiB, planned are none; pnode 1 lost 0 MiB, planned are 2048 MiB; --accept takes it"
    assert f'memory of guest "a" is not where it was planned: {said}' in ran.stderr
    paused = dom0.domain("a")
    assert paused is not None and paused["paused"]
    assert dom0.run(script).returncode == 1
    assert dom0.run(script, "--accept").returncode == 0
    accepted = dom0.domain("a")
    assert accepted is not None and not accepted["paused"] and dom0.images == []


@pytest.mark.parametrize("astray", [pytest.param("2", marks=SLOW), "0"])
def test_memory_of_a_migrated_guest_that_is_elsewhere_stops_it_until_it_is_accepted(dom0: Dom0, astray: str) -> None:
    dom0.change(astray=[astray], pnodes={"0": 8192, "1": 4096, "2": 9000})
    for _ in range(2):
        ran = dom0.run(SCRIPT)
        assert "stopped at step 3 of 4 (a: migrate" in ran.stderr
        assert "pnode 1 lost 0 MiB, planned are 4096 MiB; --accept takes it as it is" in ran.stderr
        assert ("pnode 0 gained 0 MiB, planned are 4096 MiB" in ran.stderr) == (astray == "0")
        assert dom0.calls().count("migrate") == 1
    moved = dom0.domain("a")
    assert moved is not None and not moved["paused"]
    dom0.change(astray=[])
    assert dom0.run(SCRIPT, "--accept").returncode == 0


@pytest.mark.slow
def test_what_other_domains_took_meanwhile_is_no_fault(dom0: Dom0) -> None:
    # c takes 300 MiB of pnode 2 while a moves; of pnode 0 that would hide as much of what a left
    dom0.change(grows={"c": 300})
    assert dom0.run(SCRIPT).returncode == 0


@pytest.mark.slow
def test_a_guest_that_has_grown_is_not_moved(dom0: Dom0) -> None:
    domains = dom0.state["domains"]
    domains[0]["memory"] = {"0": 4096 + 200}
    dom0.change(domains=domains, pnodes={"0": 8192, "1": 8192, "2": 4096})
    ran = dom0.run(SCRIPT)
    assert "step 3 of 4 (a: migrate" in ran.stderr and 'guest "a" holds 4296 MiB, planned with 4096 MiB' in ran.stderr
    assert dom0.calls() == []


def test_a_guest_that_holds_less_is_judged_by_what_it_holds(dom0: Dom0) -> None:
    domains = dom0.state["domains"]
    domains[0]["config"]["b_info"]["max_memkb"] //= 2
    domains[0]["memory"] = {"0": 2048}
    dom0.change(domains=domains)
    ran = dom0.run(SCRIPT)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.slow
def test_less_free_memory_than_planned_stops_it_before_the_first_step(dom0: Dom0) -> None:
    dom0.change(pnodes={"0": 4096, "1": 3500, "2": 4096})
    for arguments in ([], ["--dry-run"]):
        ran = dom0.run(SCRIPT, *arguments)
        assert ran.returncode == 1
        assert "step 3 of 4 (a: migrate 4096 MiB from pnode 0 to 1) cannot be done: " in ran.stderr
        assert "pnode 1 will have 3500 MiB free, expected 4096 MiB" in ran.stderr
        assert "nothing was changed: 1 of the checks before the first step failed" in ran.stderr
        assert dom0.calls() == []


@pytest.mark.slow
def test_memory_that_is_taken_while_the_script_runs_stops_it(dom0: Dom0) -> None:
    dom0.change(grows={"c": 10}, pnodes={"0": 4096, "1": 4096, "2": 4096}, grows_on="1")
    ran = dom0.run(SCRIPT)
    assert "pnode 1 has 4086 MiB free, expected 4096 MiB: something else took memory there" in ran.stderr
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
    said = "guest \"b\" is paused, expected it to run; this lets it go on: xl unpause 'b'"
    assert said in dom0.run(SCRIPT).stderr and said in dom0.run(SCRIPT, "--dry-run").stderr
    assert dom0.calls() == []


@pytest.mark.slow
def test_a_guest_restored_by_hand_is_saved_once_more(dom0: Dom0) -> None:
    dom0.fail("migrate 1 yes")
    stopped = dom0.run(SCRIPT)
    dom0.shell(stopped.stderr.partition('guest "b" does not run; this brings it back: ')[2].splitlines()[0])
    back = dom0.domain("b")
    assert back is not None and not back["paused"] and dom0.images == [f"b.{PLAN}.image.record", f"b.{PLAN}.image.used"]
    ran = dom0.run(SCRIPT)
    assert ran.returncode == 0, ran.stderr
    assert 'guest "b" was brought back by hand: it is saved once more' in ran.stdout
    assert (dom0.calls().count("save"), dom0.calls().count("restore")) == (2, 2)
    assert where(dom0) == {"a": ["1"], "b": ["0"], "c": ["2"]}


def test_an_image_that_no_step_of_the_plan_saved_is_not_restored(dom0: Dom0) -> None:
    (dom0.folder / "images").mkdir()
    b = dom0.domain("b")
    assert b is not None
    dom0.xl("save", str(b["domid"]), str(dom0.folder / "images" / f"b.{PLAN}.image"))
    ran = dom0.run(SCRIPT)
    assert ran.returncode == 1 and 'guest "b" does not run' in ran.stderr
    assert "restore" not in dom0.calls() and dom0.domain("b") is None


@pytest.mark.slow
def test_an_image_that_is_another_than_the_step_saved_is_not_restored(dom0: Dom0) -> None:
    dom0.fail("migrate 1 yes")
    dom0.run(SCRIPT)
    image = dom0.folder / "images" / f"b.{PLAN}.image"
    image.write_bytes(image.read_bytes() + b"more")
    ran = dom0.run(SCRIPT)
    assert f"{image} is not what step 2 of this plan saved" in ran.stderr
    assert 'guest "b" does not run; this brings it back: ' in ran.stderr
    assert "restore" not in dom0.calls()


def test_every_guest_that_is_down_is_named_with_its_command(tmp_path: Path) -> None:
    kinds = dict.fromkeys("abc", ("save",))
    running = host_of([6, 6, 6], {"a": (5, 0), "b": (5, 1), "c": (5, 2)}, vcpus=2, uuid=UUID, kinds=kinds)
    script = xl_script(planned(running, {"a": (1,), "b": (2,), "c": (0,)}))
    dom0 = Dom0(tmp_path, running)
    dom0.fail("save 3 yes")
    ran = dom0.run(script)
    down = [line for line in ran.stderr.splitlines() if "does not run; this brings it back: xl restore -p" in line]
    assert ran.returncode == 1 and len(down) == 2
    for line in down:
        dom0.shell(line.partition("brings it back: ")[2])
    assert where(dom0) == {"a": ["0"], "b": ["1"], "c": ["2"]}
    assert not any(each["paused"] for each in dom0.state["domains"])
    assert dom0.run(script).returncode == 0
    assert where(dom0) == {"a": ["1"], "b": ["2"], "c": ["0"]}


def test_the_state_of_another_plan_is_refused(dom0: Dom0) -> None:
    dom0.run(SCRIPT)
    running, _ = swap()
    ran = dom0.run(xl_script(planned(running, {"a": (1,), "b": (0,), "c": (0,)})))
    assert ran.returncode == 2 and "is of another plan: name a folder of its own (STATE=)" in ran.stderr


def test_names_with_quotes_are_quoted(tmp_path: Path) -> None:
    name = "it's"
    running = host_of([4, 4], {name: ((1, 1), (0, 1)), "b": (3, 0), "c": (2, 1)}, uuid=UUID | {name: UUID["a"]})
    dom0 = Dom0(tmp_path, running)
    dom0.fail("restore 1 yes", "restore 2 yes")
    script = xl_script(plan_rebalance(running, Goal(), SearchContext()))
    ran = dom0.run(script)
    dom0.shell(ran.stderr.partition("this brings it back: ")[2].splitlines()[0])
    back = dom0.domain(name)
    assert back is not None and not back["paused"]


def test_help_says_how(dom0: Dom0) -> None:
    ran = dom0.run(SCRIPT, "--help")
    assert ran.returncode == 0 and "nohup" in ran.stdout and "--dry-run" in ran.stdout
    assert "IMAGES=DIR    for saved guests, up to 3072 MiB at once" in ran.stdout
    assert dom0.run(SCRIPT, "--nothing").returncode == 2


def test_a_second_run_at_the_same_time_is_refused(dom0: Dom0) -> None:
    (dom0.folder / "state" / "lock").mkdir(parents=True)
    ran = dom0.run(SCRIPT)
    assert ran.returncode == 2 and "another run of this script holds" in ran.stderr and dom0.calls() == []


VNUMA = {"a": True}


CFG = """\
# was: pnode=7, pnode=7
name = "a"
vnuma = [["pnode=0", "size=2048", "vcpus=0"], ["pnode=2", "size=2048", "vcpus=1"]]  # not pnode=5
"""


def restarted(tmp_path: Path) -> tuple[Dom0, str]:
    running = host_of([8, 8, 8], {"a": ((2, 2), (0, 1))}, uuid=UUID, vnuma=VNUMA, kinds={"a": ("restart",)})
    dom0 = Dom0(tmp_path, running)
    (tmp_path / "configs").mkdir()
    config = Dom0.config(running, "a", (0, 2))
    config["b_info"]["vcpu_soft_affinity"] = [[0, 1, 2, 3], [8, 9, 10, 11]]
    del config["c_info"]["uuid"]
    text = CFG + f"# libxl: {json.dumps(config)}\n"
    (tmp_path / "configs" / "a.cfg").write_text(text)
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


def test_a_configuration_of_another_guest_stops_it(tmp_path: Path) -> None:
    dom0, script = restarted(tmp_path)
    path = tmp_path / "configs" / "a.cfg"
    path.write_text(path.read_text().replace('name = "a"', 'name = "web"'))
    ran = dom0.run(script, "--dry-run")
    assert ran.returncode == 1 and 'a.cfg is of guest "web", expected "a"' in ran.stderr and dom0.calls() == []


@pytest.mark.slow
def test_a_guest_that_lands_elsewhere_after_its_start_stops_it(tmp_path: Path) -> None:
    dom0, script = restarted(tmp_path)
    path = tmp_path / "configs" / "a.cfg"
    path.write_text(path.read_text().replace('"pnode": 2', '"pnode": 1'))
    ran = dom0.run(script)
    assert "pnode 1 lost" in ran.stderr and "pnode 2 lost 0 MiB, planned are 2048 MiB" in ran.stderr
    assert dom0.run(script).returncode == 1 and dom0.run(script, "--accept").returncode == 0
    assert dom0.calls() == ["shutdown", "create"]


@pytest.mark.slow
def test_vcpus_that_are_bound_elsewhere_after_the_start_stop_it(tmp_path: Path) -> None:
    dom0, script = restarted(tmp_path)
    path = tmp_path / "configs" / "a.cfg"
    path.write_text(path.read_text().replace("[8, 9, 10, 11]", "[8, 9, 10, 12]"))
    ran = dom0.run(script)
    assert 'vcpus of guest "a" are not bound within what was planned (0-0:0-3 1-1:8-11)' in ran.stderr


def test_a_guest_shut_down_by_its_administrator_is_not_started(tmp_path: Path) -> None:
    dom0, script = restarted(tmp_path)
    dom0.xl("shutdown", "1")
    ran = dom0.run(script)
    assert ran.returncode == 1 and 'guest "a" does not run' in ran.stderr and "create" not in dom0.calls()


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
    said = "(the images that are there at once) cannot be done: "
    assert said in ran.stderr and "has 2000 MiB of room, expected 3197 MiB" in ran.stderr and dom0.calls() == []


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
