"""A change for one rule under which an assignment keeps it: in words, and as a changed instance."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from placer.assignment import IntArray
from placer.explain.amounts import exact, whole
from placer.explain.changes import (
    Change,
    fewer_claims,
    more_huge_pages,
    more_memory,
    more_pcpus,
    of_guest,
    pcpus_for,
    without_guests,
    without_rule,
)
from placer.explain.constraints import Constraint, FeasibilityQueries
from placer.instance import Guest, Host, Rule, Vnode, format_cpuset
from placer.instance.catalogue import rule_named
from placer.lowering.huge_pages import page_size_of


@dataclass(frozen=True, kw_only=True)
class Offer:
    """
    A change for a rule.

    Parameters
    ----------
    words
        The change; that of a pnode's capacity does not name the pnode.
    change
        Makes it.
    memory_kib
        The memory that it adds to a pnode, in KiB.
    """

    words: str
    change: Change
    memory_kib: int = 0


def offers(
    questions: FeasibilityQueries, rule: Constraint, site_of: IntArray, kept: Iterable[Constraint]
) -> list[Offer]:
    """
    Give the changes of a rule, the simplest first, one of which may let an assignment keep it.

    Parameters
    ----------
    site_of
        An assignment that keeps all other rules ``[n]``.
    kept
        These other rules.
    """
    instance = questions.instance
    if rule.form == "host":
        return [_unclaimed(questions.claims_lack(kept))]
    if rule.of_pnode:
        return _of_pnode(questions, rule, site_of)
    if rule.form == "relation":
        return _of_relation(questions.source(rule), rule)
    guest = instance.guests[rule.subject]
    if rule.form == "guest":
        return [Offer(words=f'without guest "{guest.name}"', change=without_guests({guest.name}))]
    items = questions.problem.groups[rule.subject]
    wrong = [
        (v, int(site_of[item]))
        for v, item in enumerate(items)
        if site_of[item] < questions.problem.m - 1 and not questions.masks[rule.name][item, site_of[item]]
    ]
    return ELSEWHERE[rule.name](instance.host, guest, wrong) if wrong and rule.name in ELSEWHERE else []


def amount_offer(questions: FeasibilityQueries, rule: Constraint, amount: int) -> Offer:
    """Offer so much more of what a pnode has for guests, in the unit of the rule's resource."""
    host, p = questions.instance.host, rule.subject
    if rule_named(rule.name).counted == "KiB":
        kib = whole(amount)
        return Offer(words=f"{exact(kib)} more memory", change=more_memory(p, kib), memory_kib=kib)
    if rule.name == "dedicated":
        pool = next((guest.pool for guest in questions.instance.guests if guest.dedicated), None)
        change = more_pcpus(p, amount, pool=host.effective_pool(pool), dedicated=True)
        return Offer(words=f"{amount} more pcpus for dedicated vcpus", change=change)
    if size := page_size_of(rule.name):
        words = f"{amount} more free huge pages of {exact(size)}"
        return Offer(words=words, change=more_huge_pages(p, size, amount))
    unit = questions.stated[rule.name].unit
    vcpus = -(-amount // unit)
    change = more_pcpus(p, pcpus_for(vcpus, host, host.pnodes[p]), pool=host.effective_pool(None))
    return Offer(words=f"room for {vcpus} more {rule_named(rule.name).counted}", change=change)


def bound_elsewhere(host: Host, guest: Guest, v: int, p: int) -> tuple[list[int], list[int]]:
    """Give the vcpus of a vnode whose hard affinity has no pcpu of a pnode in their cpupool, and those pcpus."""
    pool = host.pcpus_of_effective_pool(guest.pool)
    pcpus = [pcpu for pcpu in host.pnodes[p].pcpus if pcpu in pool]
    masks = guest.hard_affinity or (None,) * guest.vcpu_count
    vcpus = [vcpu for vcpu in guest.vnodes[v].vcpus if (mask := masks[vcpu]) is not None and not set(mask) & set(pcpus)]
    return vcpus, pcpus


def _of_relation(source: Rule | Guest, rule: Constraint) -> list[Offer]:
    if isinstance(source, Rule):
        return [Offer(words=f"without {rule.words}", change=without_rule(source))]
    if source.form == "set":
        return []  # its parts stand on pnodes of their own, or it is no set
    change = of_guest(source.name, lambda guest: replace(guest, one_to_one=False))
    return [Offer(words=f'guest "{source.name}" without one_to_one', change=change)]


def _unclaimed(lack_kib: int) -> Offer:
    kib = whole(lack_kib)
    return Offer(words=f"{exact(kib)} more memory that is not claimed", change=fewer_claims(kib))


def _of_pnode(questions: FeasibilityQueries, rule: Constraint, site_of: IntArray) -> list[Offer]:
    if rule.name == "dedicated":
        return [amount_offer(questions, rule, questions.instance.host.threads_per_core)]
    resource, p = questions.stated[rule.name], rule.subject
    room = questions.memory_room[p] if rule.name == "memory" else int(resource.capacity[p])
    return [amount_offer(questions, rule, int(resource.weight[site_of == p].sum()) - room)]


def _other_pnode(host: Host, guest: Guest, wrong: list[tuple[int, int]]) -> list[Offer]:
    pnode_of = {v: host.pnodes[p].id for v, p in wrong}
    words = [
        f'guest "{guest.name}" vnode {v} on pnode {pnode} instead of {guest.vnodes[v].pnode}'
        for v, pnode in pnode_of.items()
    ]
    change = _of_vnodes(guest, lambda v, vnode: replace(vnode, pnode=pnode_of.get(v, vnode.pnode)))
    return [Offer(words="; ".join(words), change=change)]


def _more_pnodes(host: Host, guest: Guest, wrong: list[tuple[int, int]]) -> list[Offer]:
    pnode_of = {v: host.pnodes[p].id for v, p in wrong}
    words = []
    for v, pnode in pnode_of.items():
        vnode = guest.vnodes[v]
        barred = vnode.pnodes is not None and pnode not in vnode.pnodes
        lacking = vnode.is_seen and guest.pnodes is not None and pnode not in guest.pnodes
        which = f" and its vnode {v}" if barred and lacking else f" vnode {v}" if barred else ""
        words.append(
            f'guest "{guest.name}"{which} may also use pnode {pnode}' + ("" if barred else f" (for vnode {v})")
        )

    def wider(v: int, vnode: Vnode) -> Vnode:
        if v not in pnode_of or vnode.pnodes is None:
            return vnode
        return replace(vnode, pnodes=_union(vnode.pnodes, [pnode_of[v]]))

    of_vnodes = _of_vnodes(guest, wider)

    def change_guest(guest: Guest) -> Guest:
        return guest if guest.pnodes is None else replace(guest, pnodes=_union(guest.pnodes, pnode_of.values()))

    of_all = of_guest(guest.name, change_guest)
    return [Offer(words="; ".join(words), change=lambda instance: of_all(of_vnodes(instance)))]


def _wider_affinity(host: Host, guest: Guest, wrong: list[tuple[int, int]]) -> list[Offer]:
    masks = list(guest.hard_affinity or ())
    words = []
    for v, p in wrong:
        vcpus, pcpus = bound_elsewhere(host, guest, v, p)
        if not vcpus or not pcpus:
            return []
        for vcpu in vcpus:
            masks[vcpu] = tuple(sorted({*(masks[vcpu] or ()), *pcpus}))
        plural = "s" if len(vcpus) > 1 else ""
        words.append(
            f'guest "{guest.name}" vcpu{plural} {format_cpuset(vcpus)} may also run on any of pcpus '
            f"{format_cpuset(pcpus)}"
        )
    change = of_guest(guest.name, lambda guest: replace(guest, hard_affinity=tuple(masks)))
    return [Offer(words="; ".join(words), change=change)]


def _other_pool(host: Host, guest: Guest, wrong: list[tuple[int, int]]) -> list[Offer]:
    others = [pool.name for pool in host.cpupools if pool.name != host.effective_pool(guest.pool)]
    return _wider_affinity(host, guest, wrong) + [
        Offer(words=f'guest "{guest.name}" in cpupool "{name}"', change=_in_pool(guest.name, name)) for name in others
    ]


def _in_pool(guest: str, pool: str) -> Change:
    return of_guest(guest, lambda each: replace(each, pool=pool))


def _memory_only(host: Host, guest: Guest, wrong: list[tuple[int, int]]) -> list[Offer]:
    change = of_guest(guest.name, lambda each: replace(each, memory_only_pnodes=True))
    where = ", ".join(f"vnode {v} on pnode {host.pnodes[p].id}" for v, p in wrong)
    return [Offer(words=f'guest "{guest.name}" with memory_only_pnodes ({where})', change=change)]


def _of_vnodes(guest: Guest, changed: Callable[[int, Vnode], Vnode]) -> Change:
    return of_guest(
        guest.name,
        lambda each: replace(each, vnodes=tuple(changed(v, vnode) for v, vnode in enumerate(each.vnodes))),
    )


def _union(ids: tuple[int, ...], more: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys((*ids, *more)))


ELSEWHERE: dict[str, Callable[[Host, Guest, list[tuple[int, int]]], list[Offer]]] = {
    "fixed_pnode": _other_pnode,
    "pnodes": _more_pnodes,
    "hard_affinity": _wider_affinity,
    "cpupool": _other_pool,
    "memory_only": _memory_only,
}
"""The rules about the pnodes of a vnode that a person can change: host, guest, vnodes on pnodes they bar -> offers."""
