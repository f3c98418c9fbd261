"""What Xen made of guests held against their plan: pages, vnodes and affinity of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from placer.instance import Guest, Instance, Placement, Vnode
from tests.xen.expected_info import expected
from tests.xen.readback import Affinity, Domain
from tests.xen.xen_accounts import STRAY_PAGES, misplaced


def as_started(instance: Instance, placement: Placement, with_vnuma: Collection[str]) -> tuple[Instance, Placement]:
    """Take guests cut by placer whose parts all meet on one pnode as whole, where Xen was told no vnodes of them."""
    guests, pnode_of = {guest.name: guest for guest in instance.guests}, dict(placement.pnode_of)
    for name, guest in guests.items():
        pnodes = {*pnode_of[name]}
        if guest.form == "parts" and name not in with_vnuma and len(pnodes) == 1 and None not in pnodes:
            vcpus = tuple(sorted(vcpu for vnode in guest.vnodes for vcpu in vnode.vcpus))
            vnode = Vnode(memory_kib=guest.memory_kib, vcpus=vcpus)
            guests[name] = replace(
                guest, form="whole", vnodes=(vnode,), traffic=None, vdistances=None, one_to_one=False
            )
            pnode_of[name] = tuple(pnodes)
    return replace(instance, guests=tuple(guests.values())), replace(placement, pnode_of=pnode_of)


def pages_fault(
    instance: Instance,
    placement: Placement,
    guest: Guest,
    pages: dict[int, int],
    *,
    roomy: Collection[int],
    exact: bool = True,
    video_pages: int = 0,
) -> str | None:
    """
    Say what is wrong with where the pages of a guest lie; None where all is as planned.

    Parameters
    ----------
    roomy
        As in :func:`.xen_accounts.misplaced`.
    exact
        Whether the number of its pages is known: not of pv, pvh and ballooning guests, of which only pages off the
        planned pnodes count.
    """
    if exact and guest.form != "set":
        return misplaced(instance, placement, guest.name, pages, roomy=roomy, video_pages=video_pages)
    planned = placement.pnode_of[guest.name]
    off = sum(count for pnode, count in pages.items() if pnode not in planned)
    lacking = [pnode for pnode in {*planned} if not pages.get(pnode or 0)]
    if off > STRAY_PAGES or lacking:
        return f"pages {pages}, planned for pnodes {sorted({pnode or 0 for pnode in planned})}"
    return None


def vnodes_fault(instance: Instance, placement: Placement, name: str, running: Domain) -> str | None:
    """Say how the vnodes that Xen keeps differ from the plan; None where they are the same."""
    rows = expected(instance, placement, name)["vnuma_nodes"]
    planned = [(row["pnode"], tuple(row["vcpus"])) for row in rows]
    seen = [(vnode.pnode, vnode.vcpus) for vnode in running.vnodes]
    return None if seen == planned else f"vnodes {seen}, planned {planned}"


def affinity_fault(instance: Instance, placement: Placement, guest: Guest, affinity: Sequence[Affinity]) -> str | None:
    """
    Say how the affinity of vcpus differs from the plan; None where it is the same.

    Soft affinity is what the guest's file asks for, or the pcpus of the vnode's pnode, which xl sets.
    """
    host = instance.host
    everything = sorted(host.position_of_pcpu)
    wanted = expected(instance, placement, guest.name)
    soft = dict(enumerate(wanted["vcpu_soft_affinity"]))
    if guest.form not in ("whole", "set") and guest.soft_affinity is None:
        for row in wanted["vnuma_nodes"]:
            here = list(host.pnodes[host.position_of[row["pnode"]]].pcpus)
            soft |= dict.fromkeys(row["vcpus"], here)
    planned = [(hard, soft[vcpu]) for vcpu, hard in enumerate(wanted["vcpu_hard_affinity"])]
    seen = [_whole(each, everything) for each in affinity]
    return None if seen == planned else f"hard and soft affinity {seen}, planned {planned}"


def _whole(affinity: Affinity, everything: list[int]) -> tuple[list[int], list[int]]:
    return (
        everything if affinity.hard is None else list(affinity.hard),
        everything if affinity.soft is None else list(affinity.soft),
    )


def faults_of(found: Mapping[str, str | None]) -> dict[str, str]:
    """Keep the guests that have a fault."""
    return {name: fault for name, fault in found.items() if fault}
