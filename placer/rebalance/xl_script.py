"""Writes a plan as a shell script that moves the guests with xl."""

from __future__ import annotations

from placer.instance import Host, format_cpuset
from placer.rebalance.plan import Plan, Step
from placer.rebalance.script import KIB_PER_MIB, Call, call, guest_after, needs, pcpus_near, pins, written


def xl_script(plan: Plan) -> str:
    """
    Write the script of a plan for a dom0.

    Raises
    ------
    EmissionError
        If the plan has no end state, or xl or a file cannot have the name of a guest that moves.
    """
    return written(plan, _calls_of, "xl_moves.sh", "/var/lib/xen/save")


def _calls_of(step: Step, plan: Plan) -> list[Call]:
    mib = -(-step.kib // KIB_PER_MIB)
    before, where = format_cpuset(step.before or ()), format_cpuset(step.after or ())
    if step.kind == "repin":
        return [call(step, plan, "repin", f"vcpus to pnode {where}", pins(step, plan, _printed))]
    room = needs(step, plan)
    if step.kind == "restart":
        pnodes = plan.placement.pnode_of[step.guest] if plan.placement else ()
        out = call(step, plan, "stop_guest", f"shut down, {mib} MiB on pnode {before}", " ".join(map(str, pnodes)))
        back = call(step, plan, "start_guest", f"start on pnode {where}", room)
    else:
        guest = guest_after(step, plan)
        pcpus = pcpus_near(step.after or (), guest, plan.running.instance.host)
        bound = "" if step.after is None else pins(step, plan, _printed)
        rest = (str(mib), room, bound, ",".join(map(str, pcpus)), str(guest.vcpu_count))
        if step.kind == "migrate":
            return [call(step, plan, "migrate", f"migrate {mib} MiB from pnode {before} to {where}", *rest)]
        out = call(step, plan, "save", f"save {mib} MiB on pnode {before}", str(mib))
        back = call(step, plan, "restore", f"restore on pnode {where}", *rest)
    return {"out": [out], "in": [back], "all": [out, back]}[step.phase]


def _printed(pcpus: list[int], host: Host) -> str:
    """Name pcpus as xl prints them."""
    return "all" if len(pcpus) == len(host.position_of_pcpu) else format_cpuset(pcpus)
