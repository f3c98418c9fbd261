"""
The order in which branch and bound places the items, and the order in which it holds interchangeable ones.

Assignments that differ only by swaps of interchangeable items, groups or sites cost the same. Of each set of these the
search visits one: interchangeable items take sites in ascending order, and a site is opened after those it equals.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from placer.assignment import IntArray
from placer.assignment.structure.symmetry import group_classes, item_classes, site_classes
from placer.assignment.structure.term_index import TermIndex


def search_order(index: TermIndex) -> IntArray:
    """
    Order the items for branching: groups by falling size, selectors first, then by falling size and flow.

    The size of an item is the sum over the resources of its weight as a part of the largest capacity. Large items
    have few sites left and large flows cost most, so that bounds rise near the root.

    Returns
    -------
    array ``[n]``
        The items, the first to be placed first.
    """
    problem = index.problem
    size = (index.weight / np.maximum(index.capacity.max(axis=1, initial=1), 1)[:, None]).sum(axis=0)
    flow = sum((f.flow.sum(axis=0) + f.flow.sum(axis=1) for f in index.flows), np.zeros(problem.n, dtype=np.int64))
    groups = sorted(problem.groups, key=lambda items: -float(size[items].sum()))
    late = ~np.isin(np.arange(problem.n), problem.selectors)
    return np.array(
        [v for items in groups for v in items[np.lexsort((-flow[items], -size[items], late[items]))].tolist()],
        dtype=np.int64,
    )


def earlier_equal(index: TermIndex, order: IntArray) -> list[int]:
    """
    Find the position whose site bounds that of each position from below, because the two are interchangeable.

    Parameters
    ----------
    order
        ``[n]``, from :func:`search_order`.

    Returns
    -------
    list of int
        For each position of the order an earlier one, or -1 for none: the last item of the same class, or for the
        first item of a group the first item of the interchangeable group before it.
    """
    earlier = _last_before(item_classes(index), order)
    position_of = {v: k for k, v in enumerate(order.tolist())}
    for equal_groups in group_classes(index):
        firsts = sorted(min(position_of[v] for v in items.tolist()) for items in equal_groups)
        for first, second in pairwise(firsts):
            earlier[second] = first
    return earlier


def previous_equal_site(index: TermIndex) -> list[int]:
    """Find for each site the last one before it that is interchangeable with it, -1 for none."""
    return _last_before(site_classes(index), np.arange(index.problem.m))


def _last_before(classes: list[list[int]], order: IntArray) -> list[int]:
    """For each position of an order, find the last earlier position of its class, -1 for none."""
    class_of = {member: i for i, members in enumerate(classes) for member in members}
    seen: dict[int, int] = {}
    before = []
    for position, member in enumerate(order.tolist()):
        before.append(seen.get(class_of[member], -1))
        seen[class_of[member]] = position
    return before
