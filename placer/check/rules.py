"""The hard rules about one guest, and about memory: one function each, which says what a placement breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from placer.check.cpupools import cpupool
from placer.check.positions import Positions, Sites
from placer.instance import UNREACHABLE, Guest, Host, Instance, Pnode, Vnode, format_cpuset, format_size

PAGE_KIB = 4
"""Size of a page of x86: Xen allocates overhead in whole pages."""
MOST_NAMED = 5
"""Most vnodes that one message names. Chosen, not tuned: so many stay readable on a terminal."""


@dataclass(frozen=True, kw_only=True)
class Violation:
    """
    A hard rule that a placement breaks.

    Parameters
    ----------
    rule
        Its stable name in :data:`placer.instance.catalogue.RULES`.
    message
        In words with figures.
    guests
        Names of the guests concerned; several if they overfill a pnode together or a rule is between them.
    """

    rule: str
    message: str
    guests: tuple[str, ...] = ()


def violations(instance: Instance, where: Positions, *, allow_unplaced: bool) -> Iterator[Violation]:
    """Give each broken rule of one guest, in the order of the guests."""
    for guest in instance.guests:
        for rule, broken in GUEST_RULES.items():
            if rule == "unplaced" and allow_unplaced:
                continue
            for fault in broken(guest, instance.host, where[guest.name]):
                yield Violation(rule=rule, message=f'guest "{guest.name}" {fault}', guests=(guest.name,))


def unplaced(guest: Guest, host: Host, sites: Sites) -> Iterator[str]:
    """Every vnode has a pnode. With ``allow_unplaced`` this is a cost and no rule."""
    for v, (vnode, p) in enumerate(zip(guest.vnodes, sites, strict=True)):
        if p is None:
            yield f"vnode {v} of {format_size(vnode.memory_kib)} has no pnode"


def fixed_pnode(guest: Guest, host: Host, sites: Sites) -> Iterator[str]:
    """A vnode with a given pnode stands there."""
    for v, vnode, pnode in _placed(guest, host, sites):
        if vnode.pnode is not None and vnode.pnode != pnode.id:
            yield f"vnode {v} stands on pnode {pnode.id}, its pnode is fixed at {vnode.pnode}"


def pnodes(guest: Guest, host: Host, sites: Sites) -> Iterator[str]:
    """
    A guest stands only on the pnodes that it may use, and a vnode only on those that may hold it.

    Vcpus apart from their memory are bound by their affinity alone, memory apart by its own pnodes.
    """
    for v, vnode, pnode in _placed(guest, host, sites):
        if guest.pnodes is not None and pnode.id not in guest.pnodes and vnode.is_seen:
            yield f"vnode {v} stands on pnode {pnode.id}, the guest may use only {format_cpuset(guest.pnodes)}"
        elif vnode.pnodes is not None and pnode.id not in vnode.pnodes:
            yield f"vnode {v} stands on pnode {pnode.id}, it may use only {format_cpuset(vnode.pnodes)}"


def memoryless(guest: Guest, host: Host, sites: Sites) -> Iterator[str]:
    """A vnode with memory, or with overhead of its own, stands on a pnode with memory."""
    for v, vnode, pnode in _placed(guest, host, sites):
        needed = charge(guest, vnode)
        if needed and not pnode.memory_kib:
            yield f"vnode {v} needs {format_size(needed)}, pnode {pnode.id} has no memory"


def hard_affinity(guest: Guest, host: Host, sites: Sites) -> Iterator[str]:
    """Each vcpu of a vnode has a pcpu of its pnode in its hard mask; a vcpu without a mask may run on any pcpu."""
    masks = guest.hard_affinity or (None,) * guest.vcpu_count
    for v, vnode, pnode in _placed(guest, host, sites):
        if vnode.vcpus and not pnode.pcpus:
            yield f"vnode {v} has vcpus {format_cpuset(vnode.vcpus)}, pnode {pnode.id} has no pcpus"
            continue
        here = set(pnode.pcpus)
        stuck = {vcpu: mask for vcpu in vnode.vcpus if (mask := masks[vcpu]) and here.isdisjoint(mask)}
        if stuck:
            may = format_cpuset(pcpu for mask in stuck.values() for pcpu in mask)
            yield (
                f"vnode {v}: vcpus {format_cpuset(stuck)} may run only on pcpus {may}, "
                f"pnode {pnode.id} has {format_cpuset(here)}"
            )


def memory_only(guest: Guest, host: Host, sites: Sites) -> Iterator[str]:
    """A vnode without vcpus stands on a pnode without pcpus only where its guest says so, or the vnode names it."""
    for v, vnode, pnode in _placed(guest, host, sites):
        named = vnode.pnode == pnode.id or pnode.id in (vnode.pnodes or ())
        if not vnode.vcpus and not pnode.pcpus and not guest.memory_only_pnodes and not named:
            yield (
                f"vnode {v} stands on pnode {pnode.id} without pcpus, which takes memory_only_pnodes or a vnode that "
                "names the pnode"
            )


def unreachable(guest: Guest, host: Host, sites: Sites) -> Iterator[str]:
    """No two vnodes of a guest (or one vnode, p = q) stand on pnodes p and q with slit[p][q] unreachable."""
    for v, p in enumerate(sites):
        for w, q in enumerate(sites):
            if p is None or q is None or host.distances[p][q] < UNREACHABLE:
                continue
            if v == w:
                yield f"vnode {v} stands on pnode {host.pnodes[p].id}, which does not reach its own memory"
            elif p != q:
                yield (
                    f"vnode {v} stands on pnode {host.pnodes[p].id}, which does not reach "
                    f"pnode {host.pnodes[q].id} of vnode {w}"
                )


def one_to_one(guest: Guest, host: Host, sites: Sites) -> Iterator[str]:
    """No two vnodes of a guest with ``one_to_one`` stand on one pnode."""
    for p, pnode in enumerate(host.pnodes if guest.one_to_one else ()):
        here = [v for v, site in enumerate(sites) if site == p]
        if len(here) > 1:
            yield f"vnodes {format_cpuset(here)} stand on pnode {pnode.id}, one_to_one gives each a pnode of its own"


def memory(instance: Instance, where: Positions) -> Iterator[Violation]:
    """
    On each pnode with memory: memory of its vnodes <= max(0, memory - reserve - its shares of overhead).

    A pnode that holds no vnode is never overfull. A pnode without memory is left to ``memoryless``.
    """
    on_pnode: list[list[tuple[str, int, int]]] = [[] for _ in instance.host.pnodes]
    for guest in instance.guests:
        for v, (vnode, site) in enumerate(zip(guest.vnodes, where[guest.name], strict=True)):
            kib = charge(guest, vnode)
            if site is not None and kib:
                on_pnode[site].append((guest.name, v, kib))
    for pnode, share, held in zip(instance.host.pnodes, overhead_shares(instance), on_pnode, strict=True):
        needed = sum(kib for _, _, kib in held)
        if pnode.memory_kib and needed > max(0, pnode.memory_kib - pnode.reserve_kib - share):
            yield Violation(
                rule="memory",
                message=_overfull(pnode, share, held),
                guests=tuple(dict.fromkeys(name for name, _, _ in held)),
            )


def charge(guest: Guest, vnode: Vnode) -> int:
    """
    Give the memory that a vnode takes of its pnode, in KiB, without huge pages.

    That is with its share of overhead if the form of the guest is ``whole`` or ``set``: one of as many equal parts as
    it has vnodes, rounded up to 4 KiB. Vcpus apart from their memory take none.
    """
    with_overhead = guest.form in {"whole", "set"} and vnode.is_seen
    in_pages = guest.page_size if vnode.page_size is None else vnode.page_size
    return (0 if in_pages else vnode.memory_kib) + (
        _pages(guest.overhead_kib, guest.seen_vnodes) if with_overhead else 0
    )


def overhead_shares(instance: Instance) -> list[int]:
    """
    Give the overhead that lands on each pnode whatever the placement, in KiB by position.

    The overhead of each guest falls in equal parts, each rounded up to 4 KiB, on :func:`overhead_pnodes`. The overhead
    of a guest of form ``whole`` or ``set`` lies on the pnodes of its vnodes instead (:func:`charge`).
    """
    shares = [0] * len(instance.host.pnodes)
    for guest in instance.guests:
        if guest.form not in {"whole", "set"}:
            spread = overhead_pnodes(guest, instance.host)
            each = _pages(guest.overhead_kib, len(spread)) if spread else 0
            for p in spread:
                shares[p] += each
    return shares


def overhead_pnodes(guest: Guest, host: Host) -> list[int]:
    """
    Give the positions of the pnodes with memory in the guest's node affinity while Xen builds it.

    H is the union of the guest's hard masks, all pcpus if a vcpu has none, cut down to the guest's cpupool; the whole
    pool if nothing is left. S is the union of its soft masks, all pcpus if a vcpu has none. The node affinity is the
    pnodes of H & S, or of H if H & S is empty. It is all pnodes with memory if the guest has neither a mask nor a
    cpupool, or if no pnode of the affinity has memory.
    """
    with_memory = [p for p, pnode in enumerate(host.pnodes) if pnode.memory_kib]
    pool = host.effective_pool(guest.pool)
    if pool is None and not any((*(guest.hard_affinity or ()), *(guest.soft_affinity or ()))):
        return with_memory
    hard, soft = (_union(masks, host) for masks in (guest.hard_affinity, guest.soft_affinity))
    hard = hard & host.pcpus_of_pool[pool] or set(host.pcpus_of_pool[pool])
    owners = {host.position_of_pcpu[pcpu] for pcpu in (hard & soft or hard)}
    return [p for p in with_memory if p in owners] or with_memory


def _union(masks: tuple[tuple[int, ...] | None, ...] | None, host: Host) -> set[int]:
    """All pcpus that the masks allow."""
    everywhere = tuple(host.position_of_pcpu)
    return {pcpu for mask in (masks if masks is not None else (None,)) for pcpu in mask or everywhere}


def _pages(kib: int, parts: int) -> int:
    """Give the size of one of so many equal parts, rounded up to 4 KiB."""
    return -(-kib // (PAGE_KIB * parts)) * PAGE_KIB


def _placed(guest: Guest, host: Host, sites: Sites) -> Iterator[tuple[int, Vnode, Pnode]]:
    for v, (vnode, p) in enumerate(zip(guest.vnodes, sites, strict=True)):
        if p is not None:
            yield v, vnode, host.pnodes[p]


def _overfull(pnode: Pnode, overhead_kib: int, held: list[tuple[str, int, int]]) -> str:
    room = max(0, pnode.memory_kib - pnode.reserve_kib - overhead_kib)
    needed = sum(kib for _, _, kib in held)
    exact = format_size(needed) == format_size(room)
    size = (lambda kib: f"{kib} KiB") if exact else format_size
    names = [f'guest "{name}" vnode {v} ({size(kib)})' for name, v, kib in held[:MOST_NAMED]]
    more = [f"{len(held) - MOST_NAMED} more"] if len(held) > MOST_NAMED else []
    less = [f"{size(kib)} {what}" for kib, what in ((pnode.reserve_kib, "reserve"), (overhead_kib, "overhead")) if kib]
    rest = f", less {' and '.join(less)}" if less else ""
    return (
        f"pnode {pnode.id} has room for {size(room)} ({size(pnode.memory_kib)} free{rest}), "
        f"its vnodes need {size(needed)}: {', '.join(names + more)}"
    )


GUEST_RULES: dict[str, Callable[[Guest, Host, Sites], Iterator[str]]] = {
    "unplaced": unplaced,
    "fixed_pnode": fixed_pnode,
    "pnodes": pnodes,
    "memoryless": memoryless,
    "hard_affinity": hard_affinity,
    "cpupool": cpupool,
    "memory_only": memory_only,
    "unreachable": unreachable,
    "one_to_one": one_to_one,
}
"""The rules that concern one guest, by name."""
