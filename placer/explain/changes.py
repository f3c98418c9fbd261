"""Changes of an instance that may mend it: each gives the changed instance, whether or not that fits."""

from __future__ import annotations

from collections.abc import Callable, Collection
from math import ceil, floor

from msgspec.structs import replace

from placer.instance import Guest, Host, HugePages, Instance, Pnode, Rule, guest_of
from placer.lowering.memory import overhead_shares

Change = Callable[[Instance], Instance]
"""Gives an instance with one thing changed."""


def all_of(changes: Collection[Change]) -> Change:
    """Make several changes, one after the other."""

    def change(instance: Instance) -> Instance:
        for each in changes:
            instance = each(instance)
        return instance

    return change


def of_guest(name: str, changed: Callable[[Guest], Guest]) -> Change:
    """Change the guest of a name."""
    return lambda instance: replace(
        instance, guests=tuple(changed(guest) if guest.name == name else guest for guest in instance.guests)
    )


def of_pnode(p: int, changed: Callable[[Pnode], Pnode]) -> Change:
    """Change the pnode at a position."""

    def change(instance: Instance) -> Instance:
        pnodes = [changed(pnode) if q == p else pnode for q, pnode in enumerate(instance.host.pnodes)]
        return replace(instance, host=replace(instance.host, pnodes=tuple(pnodes)))

    return change


def more_memory(p: int, kib: int) -> Change:
    """Give a pnode more memory."""
    return of_pnode(p, lambda pnode: replace(pnode, memory_kib=pnode.memory_kib + kib))


def fewer_claims(kib: int) -> Change:
    """Let less memory of the host be claimed."""
    return lambda instance: replace(
        instance, host=replace(instance.host, claimed_kib=max(0, instance.host.claimed_kib - kib))
    )


def more_huge_pages(p: int, page_size: int, count: int) -> Change:
    """Give a pnode more free huge pages of a size."""

    def change(pnode: Pnode) -> Pnode:
        pools = {pool.page_size: pool for pool in pnode.huge_pages}
        pool = pools.get(page_size, HugePages(page_size=page_size, total=0))
        wider = HugePages(page_size=page_size, total=pool.total + count, free=pool.free_pages + count)
        return replace(pnode, huge_pages=tuple((pools | {page_size: wider}).values()))

    return of_pnode(p, change)


def smaller(name: str, sizes: Collection[int]) -> Change:
    """Give the vnodes of a guest these sizes, in KiB."""
    return of_guest(
        name,
        lambda guest: replace(
            guest,
            vnodes=tuple(replace(vnode, memory_kib=kib) for vnode, kib in zip(guest.vnodes, sizes, strict=True)),
        ),
    )


def more_pcpus(p: int, count: int, *, pool: str | None, dedicated: bool = False) -> Change:
    """
    Give a pnode pcpus with new ids, as cores of as many threads as the host has in a core.

    Parameters
    ----------
    pool
        Name of the cpupool that gets them; None on a host without cpupools.
    dedicated
        Whether they are for dedicated vcpus, on a host that states which pcpus are.
    """

    def change(instance: Instance) -> Instance:
        host = instance.host
        first = max((*host.position_of_pcpu, *host.offline_pcpus), default=-1) + 1
        new = tuple(range(first, first + count))
        threads = host.threads_per_core
        pnode = host.pnodes[p]
        cores = tuple(new[i : i + threads] for i in range(0, count, threads))
        wider = replace(
            pnode, pcpus=(*pnode.pcpus, *new), cores=(*pnode.core_groups, *cores) if pnode.cores or threads > 1 else ()
        )
        pools = tuple(replace(each, pcpus=(*each.pcpus, *new)) if each.name == pool else each for each in host.cpupools)
        owned = host.dedicated_pcpus
        if owned is not None and dedicated:
            owned = (*owned, *new)
        pnodes = tuple(wider if q == p else each for q, each in enumerate(host.pnodes))
        return replace(instance, host=replace(host, pnodes=pnodes, cpupools=pools, dedicated_pcpus=owned))

    return change


def pcpus_for(vcpus: int, host: Host, pnode: Pnode) -> int:
    """Give the fewest pcpus with which a pnode takes so many shared vcpus more under the host's limit."""
    limit = host.vcpus_per_pcpu
    if limit is None:
        return 0
    count = len(set(pnode.pcpus) - set(host.dedicated_pcpus or ()))
    return max(0, ceil((floor(limit * count) + vcpus) / limit) - count)


def without_rule(rule: Rule) -> Change:
    """Drop a rule between guests."""
    return lambda instance: replace(instance, rules=tuple(each for each in instance.rules if each != rule))


def without_guests(names: Collection[str]) -> Change:
    """Leave guests out, also as members of rules; a rule with too few members left is gone."""

    def change(instance: Instance) -> Instance:
        rules = [left for rule in instance.rules if (left := _without_members(rule, names))]
        guests = tuple(guest for guest in instance.guests if guest.name not in names)
        return replace(instance, guests=guests, rules=tuple(rules))

    return change


def only_guests(instance: Instance, names: Collection[str]) -> Instance:
    """Give an instance of some guests alone; what the overhead of the others takes of each pnode stays reserved."""
    others = [guest for guest in instance.guests if guest.name not in names]
    taken = [0] * len(instance.host.pnodes)
    for guest in others:
        for p, kib in () if guest.has_own_affinity else overhead_shares(guest, instance.host):
            taken[p] += kib
    pnodes = [
        replace(pnode, reserve_kib=pnode.reserve_kib + kib)
        for pnode, kib in zip(instance.host.pnodes, taken, strict=True)
    ]
    few = without_guests({guest.name for guest in others})(instance)
    return replace(few, host=replace(few.host, pnodes=tuple(pnodes)))


def _without_members(rule: Rule, names: Collection[str]) -> Rule | None:
    if not any(guest_of(member) in names for member in rule.members):
        return rule
    left = tuple(member for member in rule.members if guest_of(member) not in names)
    if rule.exclusive is not None or len(left) < 2:
        return None
    return Rule(apart=left) if rule.apart is not None else Rule(together=left)
