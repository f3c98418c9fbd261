"""Where the pages of a placed guest must lie on a running Xen, worked out from the plan alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from placer.instance import Host, Instance, Placement
from tests.xen.expected_info import Json, expected, pool_of

PAGE_KIB = 4
LEGACY_PAGES = 192
"""Of vnode 0's memory, the 640 KiB below its VGA hole and the 128 KiB of that hole are not taken from its pnode."""
STRAY_PAGES = 176
"""Those 640 KiB and 16 special pages: from the nodes of the guest's affinity in equal parts, not from a given one."""
VIDEO_EXTRA_PAGES = 16
"""A device model with a screen takes so many besides the video ram."""
UNEVEN = 2
"""Strays are handed out page by page; a node may get so many more than another."""


def vnode_pages(instance: Instance, placement: Placement, name: str, *, video_pages: int = 0) -> Counter[int]:
    """
    Say how many pages of 4 KiB each pnode gives to the vnodes of a guest, strays left aside.

    Measured on Xen 4.17 with hvm. Video ram comes out of vnode 0 and is handed out like strays.
    """
    plan = expected(instance, placement, name)
    rows = plan["vnuma_nodes"] or [{"memkb": plan["max_memkb"], "pnode": placement.pnode_of[name][0]}]
    pages: Counter[int] = Counter()
    for row in rows:
        pages[row["pnode"]] += row["memkb"] // PAGE_KIB
    pages[rows[0]["pnode"]] -= LEGACY_PAGES + video_pages
    return pages


def misplaced(
    instance: Instance,
    placement: Placement,
    name: str,
    pages: dict[int, int],
    *,
    roomy: Collection[int],
    video_pages: int = 0,
) -> str | None:
    """
    Say what is wrong with where a guest's pages lie.

    Parameters
    ----------
    pages
        Pnode -> its pages as Xen tells.
    roomy
        Pnodes that never ran out of room for strays; what a full one cannot give comes from others. Pnode 0 counts as
        full as soon as only its lowest memory is left, half of it at most, which Xen saves for DMA.
    """
    planned = vnode_pages(instance, placement, name, video_pages=video_pages)
    misplaced_kib = Counter({p: pages.get(p, 0) - planned[p] for p in sorted(pages.keys() | planned.keys())})
    device_pages = video_pages + VIDEO_EXTRA_PAGES if video_pages else 0
    told = f"pages {pages}, planned {dict(planned)} and {STRAY_PAGES} + {device_pages} strays"
    if min(misplaced_kib.values()) < 0 or misplaced_kib.total() != STRAY_PAGES + device_pages:
        return told
    for p in planned:
        misplaced_kib[p] -= device_pages // len(planned)
    built_on = _built_on(instance, placement, name)
    parts = [misplaced_kib[p] for p in built_on if p in roomy] or [0]
    elsewhere = [p for p in roomy if misplaced_kib[p] and p not in built_on]
    return told if elsewhere or max(parts) - min(parts) > UNEVEN else None


def _built_on(instance: Instance, placement: Placement, name: str) -> list[int]:
    """Pnodes of the guest's affinity while it is built: all of its cpupool, unless its file pins it or wishes."""
    guest = next(guest for guest in instance.guests if guest.name == name)
    if guest.form == "whole" or guest.hard_affinity or guest.soft_affinity or instance.host.cpupools:
        plan = expected(instance, placement, name)
        return _nodes_of(plan, instance.host, pool_of(guest, instance.host))
    return [pnode.id for pnode in instance.host.pnodes]


def _nodes_of(plan: Json, host: Host, pool: set[int]) -> list[int]:
    """Pnodes of the pcpus that the guest must use within its pool, narrowed to those it would rather use."""
    hard = {pcpu for mask in plan["vcpu_hard_affinity"] for pcpu in mask} & pool
    soft = {pcpu for mask in plan["vcpu_soft_affinity"] for pcpu in mask}
    return [pnode.id for pnode in host.pnodes if not (hard & soft or hard).isdisjoint(pnode.pcpus)]
