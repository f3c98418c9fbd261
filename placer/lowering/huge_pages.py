"""Huge pages: a capacity of each pnode for each page size."""

from __future__ import annotations

import numpy as np

from placer.assignment import Resource
from placer.instance import Instance

NAME = "huge_pages"


def huge_pages(instance: Instance, *, with_unplaced_site: bool) -> list[Resource]:
    """
    Keep the huge pages of the vnodes on p within the free ones of p, for each page size that some vnode has.

    Weights and capacities are numbers of pages. The name of a Resource ends in its page size in KiB.
    """
    vnodes = [(guest.page_size_of(vnode), vnode.memory_kib) for guest in instance.guests for vnode in guest.vnodes]
    resources = []
    for size in sorted({size for size, _ in vnodes if size}):
        weight = np.array([kib // size if own == size else 0 for own, kib in vnodes], dtype=np.int64)
        capacity = np.array([pnode.pages_of(size) for pnode in instance.host.pnodes], dtype=np.int64)
        if with_unplaced_site:
            capacity = np.append(capacity, weight.sum())
        resources.append(Resource(weight=weight, capacity=capacity, name=f"{NAME}:{size}"))
    return resources


def page_size_of(name: str) -> int:
    """Give the page size in KiB of a Resource by its name; 0 if it is not one of huge pages."""
    kind, _, size = name.partition(":")
    return int(size) if kind == NAME else 0
