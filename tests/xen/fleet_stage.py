"""The script of a stage of a fleet, run in dom0, which is the other host too: ssh is a program that runs its words."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec.structs import replace

import placer
from placer.fleet.model.entries import FleetGuest, FleetHost, HostFormat
from placer.fleet.model.fleet import Fleet, Placed
from placer.fleet.moves.goal import FleetGoal
from placer.fleet.moves.plan import FleetMoves, FleetStep
from placer.fleet.moves.script import scripts
from tests.xen.readback import NumaDump, read_numa_dump
from tests.xen.xen_boot import Dom0

SSH = """\
#!/bin/sh
shift
eval "$(printf '%s' "$*" | sed "s,'/tmp/,'/tmp/there/,")"
"""
"""The other host's /tmp is a folder of its own."""
ENVIRONMENT = "PATH=/tmp/other:$PATH CONFIGS=/tmp WORK=/tmp/work"
MOVED = {"a": "h1", "b": "h0"}
"""Guests without vnuma and the hosts they come to: another one, and the same."""


@dataclass
class Stage:
    """What the script said when it was run, and run again, and where memory was then."""

    first: tuple[int, str] = (0, "")
    again: tuple[int, str] = (0, "")
    third: tuple[int, str] = (0, "")
    dump: NumaDump | None = None
    domids: dict[str, str] = field(default_factory=dict)


def run_stage(dom0: Dom0, host: placer.Host, before: dict[str, int], pnode: int, vnuma: str) -> Stage:
    """
    Move guests of xl to a pnode by one script, and start one with vnuma anew there.

    Parameters
    ----------
    before
        The pnode of each of them.
    vnuma
        The configuration of the guest ``new`` with its pnode as ``{pnode}``; it does not shut down by itself.
    """
    told = Stage()
    dom0.ask("mkdir -p /tmp/other /tmp/there")
    dom0.put("/tmp/other/ssh", SSH)
    dom0.put("/tmp/new.cfg", vnuma.format(pnode=before["a"]))
    dom0.ask("chmod +x /tmp/other/ssh; xl create /tmp/new.cfg")
    steps = [
        FleetStep(
            guest=name, way="migrate", source="h0", target=to, before=(before[name],), after=(pnode,), kib=48 << 10
        )
        for name, to in MOVED.items()
    ]
    new = FleetStep(guest="new", way="restart", source="h0", target="h1", before=(0,), after=(pnode,), kib=48 << 10)
    whole = placer.Flexible(memory_kib=48 << 10, vcpu_count=2, most=1)
    guests = [placer.Guest(name=name, flexible=whole) for name in MOVED]
    guests.append(placer.Guest(name="new", vnodes=(placer.Vnode(memory_kib=48 << 10, vcpus=(0,)),)))
    dom0.put("/tmp/stage.sh", scripts(plan_of(host, guests, (*steps, new), "xl"))[0]["h0"])
    told.first = dom0.run(f"{ENVIRONMENT} PATIENCE=2 timeout 500 sh /tmp/stage.sh")
    dom0.ask("xl destroy new; sleep 2")
    told.again = dom0.run(f"{ENVIRONMENT} timeout 500 sh /tmp/stage.sh")
    told.third = dom0.run(f"{ENVIRONMENT} timeout 500 sh /tmp/stage.sh")
    told.domids = {name: dom0.run(f"xl domid {name}")[1].strip() for name in (*MOVED, "new")}
    told.dump = read_numa_dump(dom0.numa_dump())
    dom0.ask("xl destroy new; sleep 2")
    return told


def plan_of(
    host: placer.Host, guests: list[placer.Guest], steps: tuple[FleetStep, ...], format: HostFormat
) -> FleetMoves:
    """Make a plan of one stage between hosts h0 and h1, which are equal."""
    fleet = Fleet(
        hosts=[FleetHost(host=replace(host, name=name), format=format) for name in ("h0", "h1")],
        guests=[FleetGuest(guest=guest) for guest in guests],
        placed=[Placed(guest=step.guest, host="h0", pnodes=step.before) for step in steps],
    )
    return FleetMoves(
        status=placer.Status.OPTIMAL,
        fleet=fleet,
        goal=FleetGoal(restarts=1),
        aim="distance",
        now=0,
        value=0,
        bound=0,
        stages=(steps,),
    )
