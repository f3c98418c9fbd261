"""
The least flow between two sides of a given weight, by branch and bound: a capacity-constrained minimum cut.

Items are decided in one order, many partial cuts at a time. The bound of a partial cut has each later item pay its flow
to the side where it pays less, and the least more for which the weights come out right, a knapsack problem. All
arithmetic is on integers. Branch and bound on cuts with a weight for each side is classical (graph bisection); these
bounds are own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from placer.assignment import BoolArray, IntArray

UNITS = 64
"""
Parts of the weight that a side must have: what weighs more is counted in such parts, rounded so that bounds hold.

Chosen, not tuned.
"""
CHUNK = 2048
"""Partial cuts that are bounded at a time. Chosen by trial."""
NEVER = 2**60
"""More than any cut."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Cuts:
    """Partial cuts: flow cut so far, weight still wanted on each side, flow of each later item to each side."""

    cut: IntArray
    wanted: IntArray
    flow: IntArray
    bound: IntArray

    def take(self, which: IntArray | BoolArray | slice) -> _Cuts:
        return _Cuts(cut=self.cut[which], wanted=self.wanted[which], flow=self.flow[which], bound=self.bound[which])


def least_cut(
    flow: IntArray, weight: IntArray, least: tuple[int, int], *, limit: int, going: Callable[[], bool]
) -> int:
    """
    Bound the flow between two sides from below.

    Parameters
    ----------
    flow
        ``[n, n]``, symmetric, not negative, 0 on the diagonal.
    weight
        ``[n]``, not negative.
    least
        The weight that each side has at least.
    limit
        Partial cuts after which the search ends.
    going
        Whether there is time left.

    Returns
    -------
    int
        The least cut if the search comes to its end, else no more than that; :data:`NEVER` if there is none.
    """
    if max(least) <= 0:
        return 0
    order = np.argsort(-flow.sum(axis=1), kind="stable")
    flow, weight = flow[np.ix_(order, order)], weight[order]
    n = len(weight)
    stacks: list[list[_Cuts]] = [[] for _ in range(n + 1)]
    start = np.zeros(1, dtype=np.int64)
    stacks[0].append(_Cuts(cut=start, wanted=np.array([least]), flow=np.zeros((1, 2, n), dtype=np.int64), bound=start))
    best, looked = NEVER, 0
    while (d := max((k for k in range(n + 1) if stacks[k]), default=-1)) >= 0:
        if looked >= limit or not going():
            return min(best, *(int(cuts.bound.min()) for stack in stacks for cuts in stack))
        cuts = _joined(stacks[d])
        stacks[d] = [cuts.take(slice(CHUNK, None))] if len(cuts.cut) > CHUNK else []
        cuts = cuts.take(slice(CHUNK))
        looked += len(cuts.cut)
        bound = np.maximum(cuts.bound, _bounds(cuts, weight[d:]))
        cuts = replace(cuts, bound=bound).take(bound < best)
        if not len(cuts.cut):
            continue
        if d == n:
            best = min(best, int(cuts.cut.min()))
            continue
        stacks[d + 1] += [_decided(cuts, flow[d, d + 1 :], int(weight[d]), side) for side in (0, 1)]
    return best


def _decided(cuts: _Cuts, flow: IntArray, weight: int, side: int) -> _Cuts:
    """Put the next item on a side."""
    more, wanted = cuts.flow[:, :, 1:].copy(), cuts.wanted.copy()
    more[:, side] += flow
    wanted[:, side] -= weight
    return _Cuts(cut=cuts.cut + cuts.flow[:, 1 - side, 0], wanted=wanted, flow=more, bound=cuts.bound)


def _bounds(cuts: _Cuts, weight: IntArray) -> IntArray:
    """Bound every completion of each partial cut, ``[s]``; NEVER where the rest cannot weigh enough."""
    if not len(weight):
        return np.where((cuts.wanted > 0).any(axis=1), NEVER, cuts.cut)
    most = [
        _covered(np.maximum(cuts.flow[:, 1 - side] - cuts.flow[:, side], 0), weight, cuts.wanted[:, side])
        for side in (0, 1)
    ]
    # both sides want weight, and an item pays more for one of them only: the larger of the two bounds both
    return np.asarray(cuts.cut + cuts.flow.min(axis=1).sum(axis=1) + np.maximum(*most))


def _covered(price: IntArray, weight: IntArray, wanted: IntArray) -> IntArray:
    """Give the least price of items that weigh as much as is wanted, ``[s]``, a knapsack problem of each row."""
    most = int(wanted.max())
    if most <= 0:
        return np.zeros(len(wanted), dtype=np.int64)
    unit = max(1, most // UNITS)
    parts, whole = -(-weight // unit), np.maximum(wanted, 0) // unit
    high = int(whole.max())
    least = np.full((high + 1, len(wanted)), NEVER, dtype=np.int64)
    least[0] = 0
    for j, size in enumerate(np.minimum(parts, high).tolist()):
        if size:
            with_it = least + price[:, j]
            least[size:] = np.minimum(least[size:], with_it[: high + 1 - size])
            least[1:size] = np.minimum(least[1:size], with_it[0])
    return np.asarray(np.minimum(least[whole, np.arange(len(wanted))], NEVER))


def _joined(stack: list[_Cuts]) -> _Cuts:
    if len(stack) == 1:
        return stack[0]
    return _Cuts(
        cut=np.concatenate([cuts.cut for cuts in stack]),
        wanted=np.concatenate([cuts.wanted for cuts in stack]),
        flow=np.concatenate([cuts.flow for cuts in stack]),
        bound=np.concatenate([cuts.bound for cuts in stack]),
    )
