"""What a host has of the huge pages that guest files ask for."""

from __future__ import annotations

from placer.instance import Host

ORDINARY_KIB = 4
"""Size of an ordinary page, which libvirt and nova take too, as no huge pages at all."""
NOT_KNOWN = (
    "it asks for huge pages, and the host does not say how many its pnodes have: it is placed as ordinary memory; "
    "give the host as a sysfs tree (/sys), hwloc's XML or virsh capabilities"
)


def sizes_for(host: Host, memory_kib: int) -> list[int]:
    """
    Give the page sizes in which a pnode can hold memory, in KiB, the largest first.

    Parameters
    ----------
    host
        The host, with its pools.
    memory_kib
        Memory of one vnode: a whole number of such pages, as many as one pnode has free.
    """
    return [
        size
        for size in reversed(host.page_sizes)
        if memory_kib % size == 0 and any(pnode.pages_of(size) * size >= memory_kib for pnode in host.pnodes)
    ]
