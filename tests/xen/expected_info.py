"""What libxl must read in a guest that placer wrote, worked out from the instance and the placement alone."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

from placer.instance import Guest, Host, Instance, Placement

Json = dict[str, Any]
Masks = list[list[int]]
Row = tuple[int, list[int], int]
"""Memory in KiB, vcpus and pnode of a vnode as written."""

LOCAL, LEAST_REMOTE, LARGEST_REMOTE = 10, 11, 254
"""Linux takes a SLIT with 10 on its diagonal and more off it; 255 would mean unreachable."""


def expected(instance: Instance, placement: Placement, name: str, *, online: int | None = None) -> Json:
    """
    Say what libxl must read of one guest.

    Parameters
    ----------
    online
        Vcpus that start online; None for all.
    """
    host = instance.host
    guest = next(guest for guest in instance.guests if guest.name == name)
    pnodes = placement.pnode_of[name]
    rows = _rows(guest, pnodes)
    without_vnuma = guest.form in ("whole", "set")
    soft = _on_pnodes(guest, host, pnodes) if without_vnuma else _masks(guest.soft_affinity, host, guest)
    return {
        "max_vcpus": guest.vcpu_count,
        "avail_vcpus": list(range(guest.vcpu_count if online is None else online)),
        "max_memkb": sum(vnode.memory_kib for vnode in guest.vnodes),
        "target_memkb": sum(vnode.memory_kib for vnode in guest.vnodes),
        "numa_placement": "False",
        "vcpu_hard_affinity": _hard(instance, placement, guest),
        "vcpu_soft_affinity": soft,
        "vnuma_nodes": []
        if without_vnuma
        else [
            {
                "memkb": memory_kib,
                "distances": [_between(guest, host, rows, v, w) for w in range(len(rows))],
                "pnode": pnode,
                "vcpus": vcpus,
            }
            for v, (memory_kib, vcpus, pnode) in enumerate(rows)
        ],
    }


def told(build_info: Json, host: Host) -> Json:
    """Take the same facts out of a build info that libxl printed; libxl leaves out what is 0 or default."""
    count = build_info.get("max_vcpus", 1)
    return {
        "max_vcpus": count,
        "avail_vcpus": build_info.get("avail_vcpus", [0]),
        "max_memkb": build_info.get("max_memkb"),
        "target_memkb": build_info.get("target_memkb"),
        "numa_placement": build_info.get("numa_placement", "True"),
        "vcpu_hard_affinity": _known(build_info.get("vcpu_hard_affinity", []), host, count),
        "vcpu_soft_affinity": _known(build_info.get("vcpu_soft_affinity", []), host, count),
        "vnuma_nodes": [
            {
                "memkb": row["memkb"],
                "distances": row.get("distances", []),
                "pnode": row.get("pnode", 0),
                "vcpus": row.get("vcpus", []),
            }
            for row in build_info.get("vnuma_nodes", [])
        ],
    }


def _between(guest: Guest, host: Host, rows: list[Row], v: int, w: int) -> int:
    """Give the distance between two rows; one without memory and vcpus lies nowhere: as stated, else 20."""
    if v == w:
        return LOCAL
    if all(memory_kib or vcpus for memory_kib, vcpus, _ in (rows[v], rows[w])):
        return _distance(host, rows[v][2], rows[w][2])
    return max(LEAST_REMOTE, guest.vdistances[v][w]) if guest.vdistances else 20


def _rows(guest: Guest, pnodes: tuple[int | None, ...]) -> list[Row]:
    """Put parts on one pnode together, where the first of them stood."""
    rows: list[Row] = []
    for vnode, pnode in zip(guest.vnodes, pnodes, strict=True):
        assert pnode is not None
        same = [i for i, row in enumerate(rows) if row[2] == pnode] if guest.form == "parts" else []
        if same:
            memory_kib, vcpus, _ = rows[same[0]]
            rows[same[0]] = (memory_kib + vnode.memory_kib, sorted([*vcpus, *vnode.vcpus]), pnode)
        else:
            rows.append((vnode.memory_kib, sorted(vnode.vcpus), pnode))
    return rows


def _distance(host: Host, p: int, q: int) -> int:
    slit, bandwidth = host.slit, host.bandwidth
    ids = [pnode.id for pnode in host.pnodes]
    i, j = ids.index(p), ids.index(q)
    if bandwidth is not None and any(bandwidth[i]):  # no shipped host lacks a way to some memory
        distance = floor(Fraction(10 * bandwidth[i][i], bandwidth[i][j]) + Fraction(1, 2))
    elif slit is None:
        return LEAST_REMOTE if p == q else 20
    else:
        distance = slit[i][j]
    return min(max(distance if distance >= 0 else 255, LEAST_REMOTE), LARGEST_REMOTE)


def _on_pnodes(guest: Guest, host: Host, ids: tuple[int | None, ...]) -> Masks:
    """Give each vcpu the pcpus of the pnodes in its cpupool, those it would rather run on where there are such."""
    here = {pcpu for pnode in host.pnodes if pnode.id in ids for pcpu in pnode.pcpus} & pool_of(guest, host)
    wishes = guest.soft_affinity or (None,) * guest.vcpu_count
    drawn = {pcpu for wish in wishes for pcpu in here & set(here if wish is None else wish)}
    if guest.form == "set" and drawn and not all(drawn & set(p.pcpus) for p in host.pnodes if p.id in ids):
        wishes = (None,) * guest.vcpu_count  # Xen would put no memory on a pnode that no vcpu wishes for
    return [sorted(here & set(wish) if wish and here & set(wish) else here) for wish in wishes]


def pool_of(guest: Guest, host: Host) -> set[int]:
    """Give the pcpus of a guest's cpupool, that of id 0 where it names none; all where the host lists no pools."""
    pools = {pool.name: set(pool.pcpus) for pool in host.cpupools}
    first = next((pool.name for pool in host.cpupools if pool.id == 0), "Pool-0")
    return pools[guest.pool or first] if pools else set(_all_pcpus(host))


def _masks(masks: tuple[tuple[int, ...] | None, ...] | None, host: Host, guest: Guest) -> Masks:
    given = masks or (None,) * guest.vcpu_count
    return [_all_pcpus(host) if mask is None else sorted(mask) for mask in given]


def _hard(instance: Instance, placement: Placement, guest: Guest) -> Masks:
    """A dedicated vcpu runs on its pcpu; others keep off those, and off the cores of isolated ones."""
    host = instance.host
    closed = set(host.dedicated_pcpus or ())
    for other in instance.guests:
        for pcpu in placement.pcpu_of.get(other.name, ()):
            for core in (core for pnode in host.pnodes for core in pnode.cores or [(p,) for p in pnode.pcpus]):
                if pcpu in core:
                    closed |= set(core) if other.thread_policy == "isolate" else {pcpu}
    own = placement.pcpu_of.get(guest.name, (None,) * guest.vcpu_count)
    masks = _masks(guest.hard_affinity, host, guest)
    pool = pool_of(guest, host)
    if closed and host.cpupools:  # a vcpu without a mask gets one, within its pool
        free = [stated is None for stated in guest.hard_affinity or (None,) * guest.vcpu_count]
        masks = [sorted(pool.intersection(mask)) if any_ else mask for mask, any_ in zip(masks, free, strict=True)]
    return [
        [pcpu for pcpu in mask if pcpu not in closed] if pcpu is None else [pcpu]
        for mask, pcpu in zip(masks, own, strict=True)
    ]


def _known(masks: Masks, host: Host, count: int) -> Masks:
    """Drop the bits beyond the host's pcpus, with which libxl fills whole bytes; a vcpu without a mask has all."""
    pcpus = _all_pcpus(host)
    filled = [*masks, *[pcpus] * (count - len(masks))]
    return [sorted(set(mask) & set(pcpus)) for mask in filled]


def _all_pcpus(host: Host) -> list[int]:
    return sorted(pcpu for pnode in host.pnodes for pcpu in pnode.pcpus)
