"""
Scripts that do the moves of a plan: one for each stage and each host that guests leave, with xl or virsh.

What is written was read in the manuals and sources of the programs: ``xl migrate -C`` sends another configuration than
that of the start (xl(1), tools/xl/xl_migrate.c of Xen 4.17), ``virsh migrate --xml`` another one of the same devices
(virsh(1)). Within a host xl migrates to localhost, and libvirt, which refuses that, saves and restores.
"""

from __future__ import annotations

from pathlib import Path
from shlex import quote

from placer.errors import EmissionError
from placer.fleet.moves.plan import FleetMoves, FleetStep
from placer.fleet.problem.loads import settled
from placer.instance import Guest, Host, format_cpuset

_FOLDER = Path(__file__).parent
TOOLS = {"xl": "xl", "libxl": "xl", "libvirt": "virsh"}
"""Form of a host -> the program that moves its guests."""


def scripts(plan: FleetMoves, family: str) -> list[dict[str, str]]:
    """
    Write the scripts of a plan: POSIX sh, to be run as root on the host of their name, all of a stage before the next.

    Parameters
    ----------
    family
        The toolstack of hosts that do not say theirs.

    Returns
    -------
    list of dict
        For each stage host -> script.

    Raises
    ------
    EmissionError
        If the plan has no end state, no program moves the guests of a host, or a name cannot be a word of a command.
    """
    if plan.value is None:
        raise EmissionError(f"there is no plan to write: {plan.status}")
    faults = [fault for step in plan.steps for fault in _faults(step, plan, family)]
    if faults:
        raise EmissionError("\n".join(dict.fromkeys(faults)))
    written = []
    for number, stage in enumerate(plan.stages, 1):
        of_host: dict[str, list[FleetStep]] = {}
        for step in stage:
            of_host.setdefault(step.source, []).append(step)
        written.append({host: _script(plan, number, host, steps, family) for host, steps in of_host.items()})
    return written


def _faults(step: FleetStep, plan: FleetMoves, family: str) -> list[str]:
    found = []
    form = _form(plan, step.source, family)
    if form not in TOOLS:
        known = ", ".join(TOOLS)
        found.append(f'host "{step.source}" starts guests from {form}, expected one of {known} for a script')
    for what, name in (("guest", step.guest), ("host", step.source), ("host", step.target)):
        if "/" in name or name.startswith(("-", ".")) or len(name.split()) != 1:
            found.append(f'{what} "{name}" has a name that is no plain word, as commands and files need')
    return found


def _form(plan: FleetMoves, host: str, family: str) -> str:
    fleet = plan.fleet
    return fleet.hosts[fleet.host_entry[host]].format or family


def _script(plan: FleetMoves, number: int, host: str, steps: list[FleetStep], family: str) -> str:
    tool = TOOLS[_form(plan, host, family)]
    functions = (_FOLDER / f"{tool}_between.sh").read_text(encoding="utf-8")
    head = f"#!/bin/sh\n# Stage {number} of {len(plan.stages)} on host {host}: {len(steps)} of {plan.moves} moves.\n"
    lines = [" ".join(map(quote, _call(step, plan, tool))) for step in steps]
    return head + functions + "\n" + "".join(f"{line}\n" for line in lines)


def _call(step: FleetStep, plan: FleetMoves, tool: str) -> list[str]:
    """Give the function of the script that does a step, with its arguments."""
    fleet = plan.fleet
    host = fleet.hosts[fleet.host_entry[step.target]].host
    guest = settled(fleet.guests[fleet.guest_entry[step.guest]].guest).split_into(len(step.after))
    target = "" if step.target == step.source else step.target
    pcpus = _pcpus(host, step.after)
    if tool == "xl":
        pnodes = " ".join(map(str, step.after)) if step.way == "restart" else ""
        return [step.way, step.guest, target, "" if pnodes else pcpus, pnodes]
    return [
        step.way,
        step.guest,
        target,
        format_cpuset(sorted(set(step.after))),
        _cells(step, guest),
        _pins(step, host, guest),
    ]


def _pcpus(host: Host, pnodes: tuple[int, ...]) -> str:
    chosen = set(pnodes)
    return format_cpuset([pcpu for pnode in host.pnodes if pnode.id in chosen for pcpu in pnode.pcpus])


def _cells(step: FleetStep, guest: Guest) -> str:
    """Give the pnode of each cell of a guest with cells: ``0:1 1:3``."""
    if guest.form in {"whole", "set"} or len(guest.vnodes) == 1:
        return ""
    return " ".join(f"{cell}:{pnode}" for cell, pnode in enumerate(step.after))


def _pins(step: FleetStep, host: Host, guest: Guest) -> str:
    """Give the pcpus of each vcpu: ``0:4-7 1:4-7``."""
    homes = guest.homes(step.after)
    pins = {vcpu: _pcpus(host, tuple(homes[v])) for v, vnode in enumerate(guest.vnodes) for vcpu in vnode.vcpus}
    return " ".join(f"{vcpu}:{pcpus}" for vcpu, pcpus in sorted(pins.items()))
