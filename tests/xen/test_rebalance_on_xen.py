"""Guests that were started badly are moved by placer's script in the dom0 of a real Xen: every page where planned."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import placer
from placer.api.rebalancing import as_running_host
from placer.formats.snapshot.script import snapshot_script
from placer.rebalance.judge import faults
from placer.rebalance.plan import Plan
from placer.rebalance.running import RunningHost
from placer.rebalance.xl_script import xl_script
from tests.xen.fleet_stage import MOVED, Stage, run_stage
from tests.xen.many_starts import NAMES, Starts, many_starts
from tests.xen.readback import NumaDump, read_numa_dump
from tests.xen.xen_boot import Dom0, Machine
from tests.xen.xen_guest_files import ASYMMETRIC
from tests.xen.xen_images import images
from tests.xen.xen_packages import PLATFORMS, Platform
from tests.xen.xen_programs import built

EVERYWHERE = "PLACER_ALL_PLATFORMS" in os.environ
"""On the newest Xen unless asked for, as a host with many guests takes minutes; other slow tests are run on each."""
pytestmark = [
    pytest.mark.xen_slow,
    pytest.mark.slow,
    pytest.mark.parametrize(
        "platform", PLATFORMS if EVERYWHERE else PLATFORMS[-1:], ids=str, indirect=True, scope="session"
    ),
]

OPTIONS = ("-m32", "-ffreestanding", "-fno-pic", "-no-pie", "-nostdlib", "-static", "-Wl,--build-id=none")
GUEST = """\
name = "{name}"
type = "hvm"
kernel = "/tmp/sleeping"
vga = "none"
memory = 48
vcpus = 2
cpus_soft = ["{pcpus}", "{pcpus}"]
"""
NEW = """\
name = "new"
type = "hvm"
kernel = "/tmp/sleeping"
vga = "none"
memory = {mib}
vcpus = 1
vnuma = [["pnode={pnode}", "size={mib}", "vcpus=0", "vdistances=10"]]
"""
"""It sees a vnode, which Xen builds on its pnode or not at all."""
BADLY = {"a": "2-3", "b": "2-3", "c": "2-3", "d": "2-5", "e": "4-5", "f": "4-5"}
"""Three guests on pnode 1 of two pcpus, one on pnodes 1 and 2, two on pnode 2; none on pnodes 0 and 3."""
XL_WITHOUT_SAVE = """\
#!/bin/sh
[ "$1" != save ] || exit 1
PATH=${PATH#*:} exec xl "$@"
"""
ENVIRONMENT = "STATE=/tmp/state IMAGES=/tmp/images"
PAGES = 48 * 256
EMPTIED = 1
"""The pnode that is emptied, and that the stage of a fleet moves guests to."""


@dataclass
class Story:
    """What was planned and what was seen."""

    before: RunningHost
    plan: Plan
    dry: str = ""
    paused: tuple[int, str] = (0, "")
    stopped: tuple[int, str] = (0, "")
    ran: tuple[int, str] = (0, "")
    dump: NumaDump | None = None
    after: RunningHost | None = None
    states: dict[str, str] = field(default_factory=dict)
    emptied: Plan | None = None
    emptying: tuple[int, str] = (0, "")
    last: RunningHost | None = None
    stage: Stage | None = None
    domids: dict[str, str] = field(default_factory=dict)


@dataclass
class Room:
    """What was tried and seen when room was made for a guest."""

    refused: tuple[int, str] = (0, "")
    plan: Plan | None = None
    moving: tuple[int, str] = (0, "")
    created: tuple[int, str] = (0, "")


def look(dom0: Dom0) -> RunningHost:
    """Run the script of placer snapshot in the dom0, and read what it prints."""
    dom0.put("/tmp/snapshot.sh", snapshot_script(pages="always", toolstack="xl"))
    text = dom0.ask("sh /tmp/snapshot.sh 2>/tmp/said")
    return as_running_host(placer.read_snapshot(placer.Text(text, place="xen1.txt")))


def only_saved(running: RunningHost, name: str) -> RunningHost:
    """Let a guest be saved and not migrated, so that both are tried."""
    residents = [dataclasses.replace(r, kinds=("save",)) if r.name == name else r for r in running.residents]
    return dataclasses.replace(running, residents=tuple(residents))


def free_mib(dom0: Dom0) -> dict[int, int]:
    """Give the free memory of each pnode as xl prints it."""
    host = placer.read_host(placer.Text(dom0.ask("xl info -n"), place="xl info -n")).host
    return {pnode.id: pnode.memory_kib // 1024 for pnode in host.pnodes}


def make_room(dom0: Dom0) -> Room:
    """Try a guest of more memory than any pnode has free, have placer move another away, and create it then."""
    told = Room()
    free = free_mib(dom0)
    widest = sorted(free, key=lambda pnode: -free[pnode])[:2]
    for pnode in widest:
        dom0.put(f"/tmp/on{pnode}.cfg", GUEST.format(name=f"on{pnode}", pcpus=f"{2 * pnode}-{2 * pnode + 1}"))
        dom0.ask(f"xl create /tmp/on{pnode}.cfg")
    before = look(dom0)
    mib = max(free_mib(dom0).values()) + 24
    dom0.put("/tmp/new.cfg", NEW.format(mib=mib, pnode=widest[0]))
    told.refused = dom0.run("xl create -p /tmp/new.cfg")
    text = NEW.format(mib=mib, pnode="").replace('"pnode=", ', "")
    guests = placer.read_guests(placer.Text(text, place="new.cfg"), before.instance.host)
    told.plan = placer.rebalance(before, make_room=guests, time_limit_s=30)
    if told.plan.placement is not None:
        dom0.put("/tmp/room.sh", xl_script(told.plan))
        told.moving = dom0.run("STATE=/tmp/state3 IMAGES=/tmp/images timeout 500 sh /tmp/room.sh")
        dom0.put("/tmp/new.cfg", NEW.format(mib=mib, pnode=told.plan.placement.pnode_of["new"][0]))
        told.created = dom0.run("xl create -p /tmp/new.cfg")
    dom0.ask("for name in new on0 on1 on2 on3; do xl destroy $name; done 2>/dev/null; sleep 5; xl list")
    return told


@pytest.fixture(scope="module")
def moved(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Dom0, Story]]:
    """The dom0 after all moves, without the guests that were moved."""
    images(platform)
    folder = tmp_path_factory.mktemp("rebalance")
    script = f"-Wl,-T,{Path(__file__).with_name('guest_tables.ld')}"
    guest = built("sleeping", ["sleeping_guest.c"], *OPTIONS, script, platform=platform)
    with Dom0(Machine(node_mib=512, cpus=2, slit=ASYMMETRIC), folder / "console.txt", platform) as dom0:
        dom0.put("/tmp/sleeping", guest.read_bytes())
        for name, pcpus in BADLY.items():
            dom0.put(f"/tmp/{name}.cfg", GUEST.format(name=name, pcpus=pcpus))
            dom0.ask(f"xl create /tmp/{name}.cfg")
        before = only_saved(look(dom0), "d")
        claims = placer.Claims(folder / "xen1.claims")
        plan = placer.rebalance(before, claims=claims, time_limit_s=30)
        told = Story(before, plan)
        dom0.put("/tmp/moves.sh", xl_script(plan))
        dom0.ask("mkdir -p /tmp/images; mount -t tmpfs images /tmp/images")  # df knows no room of an initial ramdisk
        told.dry = dom0.ask(f"{ENVIRONMENT} sh /tmp/moves.sh --dry-run")
        dom0.ask("xl pause d")
        told.paused = dom0.run(f"{ENVIRONMENT} timeout 500 sh /tmp/moves.sh")
        dom0.ask("xl unpause d")
        # an xl that does not save is a surprise
        dom0.ask("mkdir -p /tmp/wrapped")
        dom0.put("/tmp/wrapped/xl", XL_WITHOUT_SAVE)
        dom0.ask("chmod +x /tmp/wrapped/xl")
        told.stopped = dom0.run(f"{ENVIRONMENT} PATH=/tmp/wrapped:$PATH timeout 500 sh /tmp/moves.sh")
        told.ran = dom0.run(f"{ENVIRONMENT} timeout 500 sh /tmp/moves.sh")
        told.dump = read_numa_dump(dom0.numa_dump())
        told.domids = {name: dom0.run(f"xl domid {name}")[1].strip() for name in BADLY}
        told.after = look(dom0)
        told.emptied = placer.rebalance(told.after, empty=[EMPTIED], claims=claims, time_limit_s=30)
        told.states = {guest.name: guest.state for guest in claims.list()}
        dom0.put("/tmp/empty.sh", xl_script(told.emptied))
        told.emptying = dom0.run("STATE=/tmp/state2 IMAGES=/tmp/images sh /tmp/empty.sh")
        told.last = look(dom0)
        at = {name: pnodes[0] for name, pnodes in told.last.placement.pnode_of.items() if pnodes[0] is not None}
        told.stage = run_stage(dom0, told.last.instance.host, at, EMPTIED, NEW.replace("{mib}", "48"))
        dom0.ask("; ".join(f"xl destroy {name}" for name in BADLY) + "; sleep 5")
        yield dom0, told


@pytest.fixture(scope="module")
def story(moved: tuple[Dom0, Story]) -> Story:
    return moved[1]


@pytest.fixture(scope="module")
def room(moved: tuple[Dom0, Story]) -> Room:
    return make_room(moved[0])


@pytest.fixture(scope="module")
def starts(moved: tuple[Dom0, Story], room: Room, tmp_path_factory: pytest.TempPathFactory) -> Starts:
    return many_starts(moved[0], tmp_path_factory.mktemp("starts"))


def test_the_plan_is_proved_and_safe(story: Story) -> None:
    assert story.plan.status is placer.Status.OPTIMAL and story.plan.moves >= 2
    assert {step.kind for step in story.plan.steps} == {"migrate", "save"}
    assert faults(story.plan) == []


def test_a_surprise_stops_the_script_and_it_says_where(story: Story) -> None:
    code, said = story.stopped
    assert code == 1, said
    assert "stopped at step" in said and "(d: save" in said and "xl save failed" in said
    assert "checked: everything that the steps expect is there now" in story.dry
    assert all(f"step {i} of" in story.dry for i in range(1, story.dry.count("step ") + 1))


def test_a_paused_guest_stops_it_before_the_first_step(story: Story) -> None:
    code, said = story.paused
    assert code == 1, said
    assert 'guest "d" is paused, expected it to run' in said and "nothing was changed" in said


def test_run_again_it_goes_on_and_no_guest_is_lost(story: Story) -> None:
    code, said = story.ran
    assert code == 0, said
    assert all(domid.isdigit() for domid in story.domids.values())


def test_every_page_is_where_it_was_planned(story: Story) -> None:
    assert story.plan.placement is not None and story.after is not None
    after = {name: set(pnodes) for name, pnodes in story.after.placement.pnode_of.items()}
    assert after == {name: set(pnodes) for name, pnodes in story.plan.placement.pnode_of.items()}
    assert not any(resident.repin for resident in story.after.residents)


def test_moves_are_claimed_until_the_snapshot_after_them(story: Story) -> None:
    """Then the claims of guests with new domains count nothing, and a guest that moves once more is claimed anew."""
    assert set(story.plan.claimed) == {step.guest for step in story.plan.steps}
    assert story.emptied is not None and story.emptied.claimed
    states = {name: story.states[name] for name in story.plan.claimed}
    again = dict.fromkeys(story.emptied.claimed, "claimed")
    assert states == dict.fromkeys(story.plan.claimed, "started") | {n: again[n] for n in again if n in states}
    assert not any(note.startswith("claims of ") for note in story.emptied.notes), story.emptied.notes


def test_a_pnode_is_emptied(story: Story) -> None:
    assert story.emptied is not None and story.last is not None
    assert story.emptied.status is placer.Status.OPTIMAL
    code, said = story.emptying
    assert code == 0, said
    assert not any(EMPTIED in pnodes for pnodes in story.last.placement.pnode_of.values())
    assert story.last.placement.pnode_of.keys() == BADLY.keys()


def test_a_stage_of_a_fleet_moves_guests_between_hosts_and_within_one(story: Story) -> None:
    """A guest that does not shut down stops it; run again it goes on, and a third time it has nothing to do."""
    assert story.stage is not None and story.stage.dump is not None
    code, said = story.stage.first
    assert code == 1 and "stopped at step 3" in said, said
    code, said = story.stage.again
    assert code == 0 and said.count("done before") == len(MOVED), said
    code, said = story.stage.third
    assert code == 0 and said.count("done before") == len(MOVED) + 1, said
    for name, domid in story.stage.domids.items():
        assert story.stage.dump.domains[int(domid)].pages.get(EMPTIED, 0) > 0.98 * PAGES, name


def test_a_guest_that_xen_refused_starts_after_room_was_made(room: Room) -> None:
    assert room.plan is not None
    assert room.refused[0] != 0
    assert (room.plan.status, room.plan.moves) == (placer.Status.OPTIMAL, 1), room.plan.reason
    assert room.moving[0] == 0, room.moving[1]
    assert room.created[0] == 0, room.created[1]


def test_of_two_guests_planned_at_the_same_time_and_started_at_once_one_fails(starts: Starts) -> None:
    """Each fits on two pnodes, and both on none; each plan finds the same one best."""
    assert len(set(starts.pnodes["without"].values())) == 1
    assert 2 * starts.mib > max(starts.free_mib.values())
    assert set(starts.codes["without"].values()) != {"0"}


def test_with_claims_both_of_them_run(starts: Starts) -> None:
    assert len(set(starts.pnodes["with"].values())) == 2
    assert starts.codes["with"] == dict.fromkeys(NAMES, "0")


def test_the_next_snapshot_shows_their_domains_and_what_they_hold_is_counted_once(starts: Starts) -> None:
    assert starts.whole, "xl list -v states the uuid of every domain"
    assert starts.states == dict.fromkeys(NAMES, "started") | {"small": "claimed"}
    assert not any(note.startswith("claims of ") for note in starts.notes), starts.notes
