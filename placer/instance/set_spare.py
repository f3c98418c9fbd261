"""
What Xen takes of a pnode beside the memory of a guest that is spread over a set of pnodes.

Seen on Xen 4.17; the experiments and their figures are in benchmarks/xen_sets.md.
"""

from __future__ import annotations

from placer.instance.guest import Guest

EXTENT_KIB = 2048
"""Xen takes memory for a guest in extents of 2 MiB, in turn from the pnodes of its set: parts differ by one."""
GIB_KIB = 1048576
CRUMBS_KIB = 10240
"""Free memory of a pnode in pieces smaller than an extent: up to 8.7 MiB on a freshly booted host."""
WHOLE_GIB_FROM_KIB = {"pvh": 1048576, "hvm": 2097152}
"""Memory from which Xen first asks for whole GiB for a guest of this type, so that parts differ by up to one."""
RECORDS_KIB = {"pv": (96, 16), "pvh": (196, 28), "hvm": (128, 28)}
"""Xen's own records of a guest and its special pages on one pnode: so many KiB, and so many more for each vcpu."""


def spare_kib(guest: Guest) -> int:
    """
    Give what Xen may take of a pnode beside a part of a set there, in KiB.

    Parameters
    ----------
    guest
        Of form ``set``, with its parts as vnodes.
    """
    records, each = RECORDS_KIB[guest.type]
    k = len(guest.vnodes)
    gib = GIB_KIB * (k - 1) // k if asks_for_whole_gib(guest) else 0
    return EXTENT_KIB + records + each * guest.vcpu_count + gib


def asks_for_whole_gib(guest: Guest) -> bool:
    """Tell whether Xen first asks for whole GiB for a guest."""
    return guest.memory_kib >= WHOLE_GIB_FROM_KIB.get(guest.type, guest.memory_kib + 1)
