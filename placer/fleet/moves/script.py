"""
Scripts that do the moves of a plan: one for each stage and each host that guests leave, with xl or virsh.

What is written was read in the manuals and sources of the programs: ``xl migrate -C`` sends another configuration than
that of the start (xl(1), tools/xl/xl_migrate.c of Xen 4.17), ``virsh migrate --xml`` another one of the same devices
(virsh(1)). Within a host xl migrates to an xl of its own, and libvirt, which refuses that, saves and restores.
"""

from __future__ import annotations

from hashlib import sha256
from itertools import count
from pathlib import Path
from shlex import quote

from placer.errors import EmissionError
from placer.fleet.moves.moves_json import moves_json
from placer.fleet.moves.plan import FleetMoves, FleetStep
from placer.fleet.problem.loads import settled
from placer.formats.configured_guest import write_vnodes
from placer.instance import Guest, Host, format_cpuset
from placer.instance.note import counted, pnodes_in_words
from placer.rebalance.virsh_xml import PLACED_XML, cputune, numatune

_FOLDER = Path(__file__).parent
TOOLS = {"xl": "xl", "libxl": "xl", "libvirt": "virsh"}
"""Form of a host -> the program that moves its guests."""


def scripts(plan: FleetMoves) -> list[dict[str, str]]:
    """
    Write the scripts of a plan: POSIX sh, to be run as root on the host of their name, all of a stage before the next.

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
    faults = [fault for step in plan.steps for fault in _faults(step, plan)]
    if faults:
        raise EmissionError("\n".join(dict.fromkeys(faults)))
    # notes of steps that are done carry it, so that no plan takes those of another for its own
    name = sha256(moves_json(plan).encode(errors="surrogateescape")).hexdigest()[:12]
    numbers = count(1)
    written = []
    for i, stage in enumerate(plan.stages, 1):
        lines: dict[str, list[str]] = {}
        for step in stage:
            words = ["step", str(next(numbers)), *_call(step, plan, TOOLS[plan.form_of(step.source)])]
            lines.setdefault(step.source, []).append(" ".join(map(quote, words)) + "\n")
        head = f"#!/bin/sh\n# Stage {i} of {len(plan.stages)}, {counted(plan.moves, 'move')} in all; run it on host "
        written.append(
            {
                host: f"{head}{host}.\nplan={name}\n{_functions(plan, host)}\n{''.join(calls)}"
                for host, calls in lines.items()
            }
        )
    return written


def _faults(step: FleetStep, plan: FleetMoves) -> list[str]:
    found = []
    form = plan.form_of(step.source)
    if form not in TOOLS:
        known = ", ".join(TOOLS)
        found.append(f'host "{step.source}" starts guests from {form}, expected one of {known} for a script')
    for what, name in (("guest", step.guest), ("host", step.source), ("host", step.target)):
        if "/" in name or name.startswith(("-", ".")) or len(name.split()) != 1:
            found.append(f'{what} "{name}" has a name that is no plain word, as commands and files need')
    return found


def _functions(plan: FleetMoves, host: str) -> str:
    tool = TOOLS[plan.form_of(host)]
    common, own = ((_FOLDER / name).read_text(encoding="utf-8") for name in ("between.sh", f"{tool}_between.sh"))
    return "\n".join([common, own, *([PLACED_XML] if tool == "virsh" else [])])


def _call(step: FleetStep, plan: FleetMoves, tool: str) -> list[str]:
    """Give the words of a step, the function of the script that does it, and its arguments."""
    fleet = plan.fleet
    host = fleet.hosts[fleet.host_entry[step.target]].host
    guest = settled(fleet.guests[fleet.guest_entry[step.guest]].guest).split_into(len(step.after))
    target = "" if step.target == step.source else step.target
    pcpus = _pcpus(host, step.after)
    words = f"{step.way} {step.guest} to {step.target}, {pnodes_in_words(step.after)}"
    called = [words, step.way, step.guest, target]
    if tool == "xl":
        return [*called, *_vnuma(step, plan)] if step.way == "restart" else [*called, pcpus]
    with_cells = guest.form not in {"whole", "set"} and len(guest.vnodes) > 1
    return [*called, numatune(step.after, step.after if with_cells else ()), cputune(_pins(step, host, guest), pcpus)]


def _vnuma(step: FleetStep, plan: FleetMoves) -> list[str]:
    """
    Give the pnodes of the vnodes of a guest, and the rows of their distances before and after.

    The rows are those that placer writes, parts on one pnode as one vnode. They are empty where that makes different
    numbers of vnodes of the two.
    """
    fleet = plan.fleet
    guest = settled(fleet.guests[fleet.guest_entry[step.guest]].guest).split_into(len(step.after))
    ends = ((step.source, step.before), (step.target, step.after))
    written = [write_vnodes(guest, fleet.hosts[fleet.host_entry[host]].host, pnodes) for host, pnodes in ends]
    rows = [" ".join(",".join(map(str, vnode.distances)) for vnode in vnodes) for vnodes in written]
    alike = len(written[0]) == len(written[1])
    return [" ".join(map(str, step.after)), *(rows if alike else ("", ""))]


def _pcpus(host: Host, pnodes: tuple[int, ...]) -> str:
    chosen = set(pnodes)
    return format_cpuset([pcpu for pnode in host.pnodes if pnode.id in chosen for pcpu in pnode.pcpus])


def _pins(step: FleetStep, host: Host, guest: Guest) -> dict[int, str]:
    """Give the pcpus of each vcpu."""
    homes = guest.homes(step.after)
    return {vcpu: _pcpus(host, tuple(homes[v])) for v, vnode in enumerate(guest.vnodes) for vcpu in vnode.vcpus}
