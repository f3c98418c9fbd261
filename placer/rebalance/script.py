"""What the scripts of all toolstacks have in common: their head, the steps with their numbers, and helpers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from shlex import quote

from placer.errors import EmissionError
from placer.instance import Guest, Host, format_cpuset
from placer.rebalance.plan import Plan, Step

KIB_PER_MIB = 1024
PATIENCE_S = 300
"""Seconds that a guest may take to shut down. Chosen, not measured; PATIENCE= changes it."""
_FOLDER = Path(__file__).parent
Call = list[str]
"""A function of the script and its words, without the number of the step."""

_HEADER = """\
#!/bin/sh
# shellcheck disable=SC2086,SC2015,SC2034 # words in lists; a && b || c for a failure of either
# Moves running guests as planned by placer: {summary}.
#
#   sh SCRIPT --dry-run   say each step, and what it expects; changes nothing
#   sh SCRIPT             do the steps; stops at the first surprise, says where, and goes on when run again
#   sh SCRIPT --accept    the same, and take memory that lies elsewhere than planned as it is
#
# Run it as root on the host. IMAGES= names the folder for saved guests (up to {disk} MiB), CONFIGS= that of the new
# xl.cfg of guests that are started anew, STATE= that of its notes, PATIENCE= the seconds that a guest may take to end.
set -u
steps={steps}
step=0 what="the start" back="" mode=run accept=no
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


def written(plan: Plan, calls_of: Callable[[Step, Plan], list[Call]], functions: str, images: str) -> str:
    """
    Write the script of a plan: POSIX sh, for a host without Python.

    Parameters
    ----------
    calls_of
        Gives the calls of a step.
    functions
        The file with the functions of the toolstack.
    images
        The folder for images, unless IMAGES= names one.

    Raises
    ------
    EmissionError
        If the plan has no end state, or a file cannot have the name of a guest that moves.
    """
    if plan.placement is None:
        raise EmissionError(f"there is no plan to write: {plan.status}")
    reasons = [*_reasons(plan)]
    if reasons:
        raise EmissionError("\n".join(reasons))
    calls = [*_calls(plan, calls_of)]
    name = sha256("\n".join(" ".join(call) for call in calls).encode()).hexdigest()[:12]
    moves = f"{plan.moves} move{'s' * (plan.moves != 1)} in {len(plan.stages)} stage{'s' * (len(plan.stages) != 1)}"
    disk = -(-plan.disk_kib // KIB_PER_MIB)
    parts = [
        _HEADER.format(summary=moves, disk=disk, steps=len(calls), name=name, patience=PATIENCE_S),
        (_FOLDER / "moves.sh").read_text(encoding="utf-8"),
        (_FOLDER / functions).read_text(encoding="utf-8"),
        _ARGUMENTS,
        f'begin "${{IMAGES:-{images}}}"\n',
        *(f"{_numbered(number, call)}\n" for number, call in enumerate(calls, 1)),
        *(f"echo {quote(_start_by_hand(step))}\n" for step in plan.steps if step.kind == "create"),
        "finish\n",
    ]
    return "\n".join(part.rstrip("\n") for part in parts) + "\n"


def call(step: Step, plan: Plan, function: str, words: str, *rest: str) -> Call:
    """Give the call of a function for a step, with the words that say what it does."""
    return [function, step.guest, plan.running.resident(step.guest).uuid or "", f"{step.guest}: {words}", *rest]


def guest_after(step: Step, plan: Plan) -> Guest:
    """Give the guest of a step as it is in the end state."""
    guests = plan.instance.guests if plan.instance else ()
    return next(guest for guest in guests if guest.name == step.guest)


def pnodes_after(step: Step, plan: Plan) -> tuple[int, ...]:
    """Give the pnode of each vnode after a step; of a guest on one pnode that pnode for each."""
    guest = guest_after(step, plan)
    if step.after is not None and len(step.after) == 1:
        return step.after * len(guest.vnodes)
    source = plan.running.placement if step.kind == "repin" else plan.placement
    pnodes = source.pnode_of[step.guest] if source else ()
    return tuple(pnode for pnode in pnodes if pnode is not None)


def needs(step: Step, plan: Plan) -> str:
    """Give what must be free on each pnode, beside what a guest that is saved leaves there itself: ``PNODE=MIB``."""
    if step.after is None:
        return ""
    guest, kib = guest_after(step, plan), dict.fromkeys(step.after, 0)
    for vnode, pnode in zip(guest.vnodes, pnodes_after(step, plan), strict=True):
        kib[pnode] += vnode.memory_kib
    return " ".join(f"{pnode}={-(-each // KIB_PER_MIB)}" for pnode, each in kib.items())


def pins(step: Step, plan: Plan, printed: Callable[[list[int], Host], str]) -> str:
    """Give the pcpus of each range of vcpus, ``FIRST-LAST:PCPUS``: those near its vnode, or near all of the guest."""
    host, guest = plan.running.instance.host, guest_after(step, plan)
    if not plan.running.resident(guest.name).vnuma:
        return f"0-{guest.vcpu_count - 1}:{printed(pcpus_near(step.after or (), guest, host), host)}"
    found = []
    for vnode, pnode in zip(guest.vnodes, pnodes_after(step, plan), strict=True):
        near = printed(pcpus_near((pnode,), guest, host), host)
        found += [f"{vcpu}-{vcpu}:{near}" for vcpu in vnode.vcpus]
    return " ".join(found)


def pcpus_near(pnodes: tuple[int, ...], guest: Guest, host: Host) -> list[int]:
    """Give the pcpus of some pnodes that are in the cpupool of a guest."""
    pool = host.pcpus_of_effective_pool(guest.pool)
    return sorted(pcpu for pnode in host.pnodes if pnode.id in pnodes for pcpu in pnode.pcpus if pcpu in pool)


def _reasons(plan: Plan) -> Iterator[str]:
    for name in dict.fromkeys(step.guest for step in (*plan.repins, *plan.steps) if step.kind != "create"):
        if "/" in name or name.startswith(("-", ".")) or len(name.split()) != 1:
            yield f'guest "{name}" has a name that is no plain word, as lists print names and as a file is called'


def _calls(plan: Plan, calls_of: Callable[[Step, Plan], list[Call]]) -> Iterator[Call]:
    """Give the calls of all steps; what restores a guest is told the number of the step that saved it."""
    saved: dict[str, int] = {}
    number = 0
    for step in (*plan.repins, *plan.steps):
        for each in calls_of(step, plan) if step.kind != "create" else ():
            number += 1
            if each[0] == "save":
                saved[step.guest] = number
            yield [*each, str(saved[step.guest])] if each[0] == "restore" else each


def _numbered(number: int, words: Call) -> str:
    function, *rest = words
    return " ".join([function, str(number), *(quote(word) for word in rest)])


def _start_by_hand(step: Step) -> str:
    return f"guest {step.guest} fits now on pnode {format_cpuset(step.after or ())}: start it"
