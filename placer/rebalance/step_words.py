"""What a step needs, leaves and binds, as the words that a script takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from placer.instance import Guest, Host
from placer.instance.units import KIB_PER_MIB
from placer.rebalance.plan import Plan, Step

Call = list[str]
"""A function of the script and its words, without the number of the step."""


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
    """
    Give what must be free on each pnode, beside what a guest that is saved leaves there itself: ``PNODE=MIB``.

    It is never less than what the guest holds, which of a guest of QEMU is more than its vnodes.
    """
    if step.after is None:
        return ""
    guest, kib = guest_after(step, plan), dict.fromkeys(step.after, 0)
    for vnode, pnode in zip(guest.vnodes, pnodes_after(step, plan), strict=True):
        kib[pnode] += vnode.memory_kib
    short = max(0, step.kib - sum(kib.values()))
    return _in_mib({pnode: each + -(-short // len(kib)) for pnode, each in kib.items()})


def leaves(step: Step, plan: Plan) -> str:
    """Give what becomes free on each pnode that a guest leaves: ``PNODE=MIB``."""
    guest = next(guest for guest in plan.running.instance.guests if guest.name == step.guest)
    found = plan.running.placement.pnode_of[step.guest]
    before, kib = step.before or (), dict.fromkeys(step.before or (), 0)
    if set(found) != set(before):  # a guest that moved before
        return _in_mib({pnode: guest.memory_kib // len(before) for pnode in before})
    for vnode, pnode in zip(guest.vnodes, found, strict=True):
        kib[pnode or 0] += vnode.memory_kib
    return _in_mib(kib)


def _in_mib(kib: Mapping[int, int]) -> str:
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
