"""Writes a plan as a shell script that moves the guests of libvirt's QEMU driver with virsh."""

from __future__ import annotations

from placer.instance import Host, format_cpuset
from placer.instance.units import KIB_PER_MIB
from placer.rebalance.plan import Plan, Step
from placer.rebalance.script import written
from placer.rebalance.step_words import (
    Call,
    call,
    guest_after,
    leaves,
    needs,
    pcpus_near,
    pins,
    pnodes_after,
)
from placer.rebalance.virsh_xml import cputune, numatune


def virsh_script(plan: Plan) -> str:
    """
    Write the script of a plan for a host of libvirt.

    Raises
    ------
    EmissionError
        If the plan has no end state, or a file cannot have the name of a guest that moves.
    """
    return written(plan, _calls_of, ("virsh_moves.sh", "virsh_xml.sh"), "/var/lib/libvirt/qemu/save")


def _calls_of(step: Step, plan: Plan) -> list[Call]:
    mib = -(-step.kib // KIB_PER_MIB)
    before, where = format_cpuset(step.before or ()), format_cpuset(step.after or ())
    left = leaves(step, plan)
    out = call(step, plan, "save", f"save {mib} MiB on pnode {before}", str(mib), left)
    if step.after is None:
        return [out]
    guest = guest_after(step, plan)
    pcpus = format_cpuset(pcpus_near(step.after, guest, plan.running.instance.host))
    bound = pins(step, plan, _printed)
    if step.kind == "repin":
        return [call(step, plan, "repin", f"vcpus to pnode {where}", bound, pcpus)]
    room = needs(step, plan)
    if step.kind == "migrate":
        words = f"move {mib} MiB from pnode {before} to {where}"
        return [call(step, plan, "numatune", words, str(mib), left, room, bound, pcpus, where)]
    rest = (str(mib), room, bound, pcpus, _numatune(step, plan), _cputune(bound, pcpus))
    back = call(step, plan, "restore", f"restore on pnode {where}", *rest)
    return {"in": [back], "all": [out, back]}[step.phase]


def _printed(pcpus: list[int], _host: Host) -> str:
    return format_cpuset(pcpus)


def _numatune(step: Step, plan: Plan) -> str:
    if plan.running.resident(step.guest).vnuma:
        return numatune(step.after or (), pnodes_after(step, plan))
    return numatune(step.after or ())


def _cputune(bound: str, emulator: str) -> str:
    found: dict[int, str] = {}
    for pin in bound.split():
        vcpus, pcpus = pin.split(":")
        first, last = vcpus.split("-")
        found |= dict.fromkeys(range(int(first), int(last) + 1), pcpus)
    return cputune(found, emulator)
