"""Writes a plan as a shell script that moves the guests with xl."""

from __future__ import annotations

from collections.abc import Mapping

from placer.instance import Host, format_cpuset
from placer.instance.units import KIB_PER_MIB
from placer.rebalance.plan import Plan, Step
from placer.rebalance.script import written
from placer.rebalance.step_words import Call, call, guest_after, leaves, needs, pcpus_near, pins


def xl_script(plan: Plan, configs: Mapping[str, str] | None = None) -> str:
    """
    Write the script of a plan for a dom0.

    Parameters
    ----------
    configs
        Name -> the new xl.cfg of a guest that is restarted (:func:`placer.rebalance.restart_configs.new_configs`). Of
        others the script reads the file from a folder.

    Raises
    ------
    EmissionError
        If the plan has no end state, or xl or a file cannot have the name of a guest that moves.
    """
    return written(plan, _calls_of, ("xl_moves.sh",), "/var/lib/xen/save", configs)


def _calls_of(step: Step, plan: Plan) -> list[Call]:
    mib = -(-step.kib // KIB_PER_MIB)
    before, where = format_cpuset(step.before or ()), format_cpuset(step.after or ())
    if step.kind == "repin":
        return [call(step, plan, "repin", f"vcpus to pnode {where}", pins(step, plan, _printed))]
    room, left = needs(step, plan), leaves(step, plan)
    bound = "" if step.after is None else pins(step, plan, _printed)
    if step.kind == "restart":
        placed = plan.placement.pnode_of[step.guest] if plan.placement else ()
        pnodes = " ".join(map(str, placed))
        out = call(step, plan, "stop_guest", f"shut down, {mib} MiB on pnode {before}", str(mib), left, pnodes)
        back = call(step, plan, "start_guest", f"start on pnode {where}", str(mib), room, bound, pnodes)
    else:
        guest = guest_after(step, plan)
        pcpus = ",".join(map(str, pcpus_near(step.after or (), guest, plan.running.instance.host)))
        rest = (room, bound, pcpus, str(guest.vcpu_count))
        if step.kind == "migrate":
            words = f"migrate {mib} MiB from pnode {before} to {where}"
            return [call(step, plan, "migrate", words, str(mib), left, *rest)]
        out = call(step, plan, "save", f"save {mib} MiB on pnode {before}", str(mib), left)
        back = call(step, plan, "restore", f"restore on pnode {where}", str(mib), *rest)
    return {"out": [out], "in": [back], "all": [out, back]}[step.phase]


def _printed(pcpus: list[int], host: Host) -> str:
    """Name pcpus as xl prints them."""
    return "all" if len(pcpus) == len(host.position_of_pcpu) else format_cpuset(pcpus)
