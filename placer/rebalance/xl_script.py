"""Writes a plan as a shell script that moves the guests with xl."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from shlex import quote

from placer.errors import EmissionError
from placer.instance import Guest, Host, format_cpuset
from placer.rebalance.plan import Plan, Step

KIB_PER_MIB = 1024
PATIENCE_S = 300
"""Seconds that a guest may take to shut down. Chosen, not measured; PATIENCE= changes it."""
_FUNCTIONS = Path(__file__).with_name("xl_moves.sh")

_HEADER = """\
#!/bin/sh
# shellcheck disable=SC2086,SC2015 # unquoted are lists of words; in a && b || c the last is for a failure of either
# Moves running guests as planned by placer: {summary}.
#
#   sh SCRIPT --dry-run   say each step, and what it expects; changes nothing
#   sh SCRIPT             do the steps; stops at the first surprise, says where, and goes on when run again
#   sh SCRIPT --accept    the same, and take memory that Xen put elsewhere than planned as it is
#
# Run it as root in dom0. IMAGES= names the folder for saved guests (up to {disk} MiB), CONFIGS= that of the new xl.cfg
# of guests that are started anew, STATE= that of its notes, PATIENCE= the seconds that a guest may take to shut down.
set -u
steps={steps}
step=0 what="the begin" back="" mode=run accept=no
state=${{STATE:-/var/lib/placer/moves-{name}}}
configs=${{CONFIGS:-/etc/xen}}
patience=${{PATIENCE:-{patience}}}
case $0 in /*) script=$0 ;; *) script=$PWD/$0 ;; esac
"""
_ARGUMENTS = """\
case ${1:-} in
    --dry-run) mode=plan ;;
    --accept) accept=yes ;;
    --receive) receive "$2" "$3" "$4"; exit ;;
    "") ;;
    *) echo "expected --dry-run, --accept or nothing, got $1" >&2; exit 2 ;;
esac
"""


def xl_script(plan: Plan) -> str:
    """
    Write the script of a plan: POSIX sh, for a dom0 without Python.

    Raises
    ------
    EmissionError
        If the plan has no end state, or xl or a file cannot have the name of a guest that moves.
    """
    if plan.placement is None:
        raise EmissionError(f"there is no plan to write: {plan.status}")
    reasons = [*_reasons(plan)]
    if reasons:
        raise EmissionError("\n".join(reasons))
    calls = [*_calls(plan)]
    name = sha256("\n".join(" ".join(call) for call in calls).encode()).hexdigest()[:12]
    moves = f"{plan.moves} move{'s' * (plan.moves != 1)} in {len(plan.stages)} stage{'s' * (len(plan.stages) != 1)}"
    numbered = [_numbered(number, call) for number, call in enumerate(calls, 1)]
    parts = [
        _HEADER.format(
            summary=moves,
            disk=-(-plan.disk_kib // KIB_PER_MIB),
            steps=len(calls),
            name=name,
            patience=PATIENCE_S,
        ),
        _FUNCTIONS.read_text(encoding="utf-8"),
        _ARGUMENTS,
        'begin "${IMAGES:-/var/lib/xen/save}"\n',
        *(f"{line}\n" for line in numbered),
        *(f"echo {quote(_start_by_hand(step))}\n" for step in plan.steps if step.kind == "create"),
        "finish\n",
    ]
    return "\n".join(part.rstrip("\n") for part in parts) + "\n"


def _reasons(plan: Plan) -> Iterator[str]:
    for name in dict.fromkeys(step.guest for step in (*plan.repins, *plan.steps) if step.kind != "create"):
        if "/" in name or name.startswith(("-", ".")) or len(name.split()) != 1:
            yield f'guest "{name}" has a name that is no plain word, as xl prints names and as a file is called'


def _calls(plan: Plan) -> Iterator[list[str]]:
    """Give the function and the words of each step: save and restore, and shutting down and starting, one by one."""
    saved: dict[str, int] = {}
    number = 0
    for step in (*plan.repins, *plan.steps):
        for call in _calls_of(step, plan):
            number += 1
            if call[0] == "save":
                saved[step.guest] = number
            yield [*call, str(saved[step.guest])] if call[0] == "restore" else call


def _calls_of(step: Step, plan: Plan) -> list[list[str]]:
    if step.kind == "create":
        return []
    uuid = plan.running.resident(step.guest).uuid or ""
    mib = -(-step.kib // KIB_PER_MIB)
    where = format_cpuset(step.after) if step.after else ""
    guest = _guest_after(step, plan)
    host = plan.running.instance.host

    def call(function: str, words: str, *rest: str) -> list[str]:
        return [function, step.guest, uuid, f"{step.guest}: {words}", *rest]

    if step.kind == "repin":
        return [call("repin", f"vcpus to pnode {where}", _pins(step, guest, plan))]
    needs = _needs(step, guest, plan)
    if step.kind == "restart":
        out = call("stop_guest", f"shut down, {mib} MiB on pnode {_before(step)}")
        back = call("start_guest", f"start on pnode {where}", needs)
    else:
        pcpus = _pcpus(step.after or (), guest, host)
        rest = (str(mib), needs, _pins(step, guest, plan), ",".join(map(str, pcpus)), str(guest.vcpu_count))
        if step.kind == "migrate":
            return [call("migrate", f"migrate {mib} MiB from pnode {_before(step)} to {where}", *rest)]
        out = call("save", f"save {mib} MiB on pnode {_before(step)}", str(mib))
        back = call("restore", f"restore on pnode {where}", *rest)
    return {"out": [out], "in": [back], "all": [out, back]}[step.phase]


def _guest_after(step: Step, plan: Plan) -> Guest:
    guests = plan.instance.guests if plan.instance else ()
    return next(guest for guest in guests if guest.name == step.guest)


def _before(step: Step) -> str:
    return format_cpuset(step.before or ())


def _needs(step: Step, guest: Guest, plan: Plan) -> str:
    """Give what must be free on each pnode, beside what a guest that is saved leaves there itself: ``PNODE=MIB``."""
    if step.after is None:
        return ""
    if len(step.after) == 1:
        return f"{step.after[0]}={-(-guest.memory_kib // KIB_PER_MIB)}"
    assert plan.placement is not None
    kib = dict.fromkeys(step.after, 0)
    for vnode, pnode in zip(guest.vnodes, plan.placement.pnode_of[guest.name], strict=True):
        if pnode is not None:
            kib[pnode] += vnode.memory_kib
    return " ".join(f"{pnode}={-(-each // KIB_PER_MIB)}" for pnode, each in kib.items())


def _pins(step: Step, guest: Guest, plan: Plan) -> str:
    """Give the pcpus of each range of vcpus, ``FIRST-LAST:PCPUS``: those near its vnode, or near all of the guest."""
    host = plan.running.instance.host
    if not plan.running.resident(guest.name).vnuma:
        return f"0-{guest.vcpu_count - 1}:{_printed(_pcpus(step.after or (), guest, host), host)}"
    pnodes = plan.running.placement.pnode_of[guest.name]
    pins = []
    for vnode, pnode in zip(guest.vnodes, pnodes, strict=True):
        pcpus = _printed(_pcpus((pnode,) if pnode is not None else (), guest, host), host)
        pins += [f"{vcpu}-{vcpu}:{pcpus}" for vcpu in vnode.vcpus]
    return " ".join(pins)


def _pcpus(pnodes: tuple[int, ...], guest: Guest, host: Host) -> list[int]:
    pool = host.pcpus_of_effective_pool(guest.pool)
    return sorted(pcpu for pnode in host.pnodes if pnode.id in pnodes for pcpu in pnode.pcpus if pcpu in pool)


def _printed(pcpus: list[int], host: Host) -> str:
    """Name pcpus as xl prints them."""
    return "all" if len(pcpus) == len(host.position_of_pcpu) else format_cpuset(pcpus)


def _numbered(number: int, call: list[str]) -> str:
    function, *rest = call
    return " ".join([function, str(number), *(quote(word) for word in rest)])


def _start_by_hand(step: Step) -> str:
    return f"guest {step.guest} fits now on pnode {format_cpuset(step.after or ())}: start it with xl create"
