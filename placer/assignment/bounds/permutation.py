"""
Gilmore-Lawler bound where each site holds one item, as an assignment problem of each node of a tree.

An item on a site pays at least its linear cost, its flows with the placed items, and its flows to the others, the
largest over the shortest distance: the least scalar product of two vectors. The least cost of an assignment by these
amounts bounds the cost (Gilmore, Journal of the SIAM 10, 1962; Lawler, Management Science 9, 1963). That assignment
problem is bounded from below by its dual: row and column minima, then prices of the sites that several items want,
raised as in an auction (Bertsekas, Annals of Operations Research 14, 1988). All arithmetic is on integers, so that
every bound is exact, and nodes are bounded many at a time. At the root it is solved.
"""

from __future__ import annotations

import numpy as np

from placer.assignment import IntArray
from placer.assignment.bounds.gradient_ascent import RealArray
from placer.assignment.bounds.linear_assignment import assignment_duals

ROUNDS = 8
"""Rounds in which the prices of contested sites are raised. Chosen, not tuned: more gain little in the mean."""


class PermutationCosts:
    """
    The costs of a quadratic assignment, with items in the order in which they are placed.

    Parameters
    ----------
    linear
        ``[n, m]``.
    flow
        ``[n, n]``, 0 on the diagonal.
    distance
        ``[m, m]``.
    """

    def __init__(self, linear: IntArray, flow: IntArray, distance: IntArray) -> None:
        self.linear, self.flow, self.distance = linear, flow, distance
        off = distance.copy()
        np.fill_diagonal(off, np.iinfo(np.int64).max)
        self._off = off

    def cost(self, rows: IntArray) -> IntArray:
        """Give the cost of the placed items, ``[s]``, of rows of sites, ``[s, k]``."""
        k = rows.shape[1]
        among = self.distance[rows[:, :, None], rows[:, None, :]]
        return np.asarray(
            self.linear[np.arange(k), rows].sum(axis=1) + np.einsum("svw,vw->s", among, self.flow[:k, :k])
        )

    def least(self, rows: IntArray, free: IntArray) -> IntArray:
        """
        Give what each remaining item pays at least on each free site, ``[s, rest, free]``.

        Parameters
        ----------
        rows
            ``[s, k]``, the sites of the first k items.
        free
            ``[s, m - k]``, the other sites.
        """
        k = rows.shape[1]
        rest = len(self.linear) - k
        placed, d = self.flow[k:, :k], self.distance
        pays = self.linear[k:][:, free].transpose(1, 0, 2)
        pays = pays + np.einsum("rk,skf->srf", placed, d[free[:, :, None], rows[:, None, :]].transpose(0, 2, 1))
        pays += np.einsum("kr,skf->srf", self.flow[:k, k:], d[rows[:, :, None], free[:, None, :]])
        if rest > 1:
            among = self.flow[k:, k:]
            sends = -np.sort(-among, axis=1)[:, : rest - 1]  # the 0 of an item's flow to itself is last
            near = np.sort(self._off[free[:, :, None], free[:, None, :]], axis=2)[:, :, : rest - 1]
            pays += np.einsum("rt,sft->srf", sends, near)
        return np.asarray(pays)


def dual_bound(cost: IntArray) -> tuple[IntArray, IntArray]:
    """
    Bound assignment problems from below.

    Parameters
    ----------
    cost
        ``[s, r, f]`` with r <= f: the cost of each row in each column; each column takes one row at most.

    Returns
    -------
    bound : array ``[s]``
        Of the least cost.
    reduced : array ``[s, r, f]``
        Not negative; an assignment that uses an entry costs at least so much more than ``bound``.

    Examples
    --------
    Both rows want the first column; one of them has to pay 3 more:

    >>> import numpy as np
    >>> bound, reduced = dual_bound(np.array([[[1, 5], [1, 4]]]))
    >>> bound.tolist(), reduced.tolist()
    ([5], [[[0, 1], [0, 0]]])
    """
    _, rows, columns = cost.shape
    by_row = cost.min(axis=2)
    reduced = cost - by_row[:, :, None]
    bound = by_row.sum(axis=1)
    if rows == columns:  # else some column may stay without a row, and has no price below which it is not taken
        by_column = reduced.min(axis=1)
        reduced = reduced - by_column[:, None, :]
        bound = bound + by_column.sum(axis=1)
    if columns < 2:
        return bound, reduced
    each = np.arange(columns)
    for _ in range(ROUNDS):
        first = reduced.argmin(axis=2)
        second = np.partition(reduced, 1, axis=2)[:, :, 1]
        wants = (first[:, :, None] == each) & (second[:, :, None] > 0)
        count = wants.sum(axis=1)
        rise = np.where(wants, second[:, :, None], np.iinfo(np.int64).max).min(axis=1)
        rise = np.where(count > 1, rise, 0)
        if not rise.any():
            break
        # the price of a contested column rises, and with it what the rows that want it pay: all but one gain
        reduced = reduced + rise[:, None, :]
        paid = (wants * rise[:, None, :]).sum(axis=2)
        reduced = reduced - paid[:, :, None]
        bound = bound + paid.sum(axis=1) - rise.sum(axis=1)
    return bound, reduced


def gilmore_lawler_root(linear: IntArray, flow: IntArray, distance: IntArray) -> int:
    """Bound the cost of all assignments; arguments as of :class:`PermutationCosts`."""
    flow, distance, times = symmetrized(flow, distance)
    nothing, every = np.zeros((1, 0), dtype=np.int64), np.arange(len(distance))[None, :]
    rows, columns, _ = assignment_duals(PermutationCosts(linear * times, flow, distance).least(nothing, every)[0])
    return -(-(int(rows.sum()) + int(columns.sum())) // times)


def symmetrized(flow: IntArray, distance: IntArray) -> tuple[IntArray, IntArray, int]:
    """Give flows and distances that cost the same, divided by the number, and are symmetric if one of them was."""
    if (distance == distance.T).all():
        return flow + flow.T, distance, 2
    if (flow == flow.T).all():
        return flow, distance + distance.T, 2
    return flow, distance, 1


def gilmore_lawler_prices(
    linear: IntArray, flow: IntArray, distance: IntArray
) -> tuple[RealArray, RealArray, RealArray]:
    r"""
    Give the dual prices behind the bound, as multipliers of the first level of RLT.

    With the flows :math:`a_1 \ge a_2 \ge \dots` of an item and the distances :math:`b_1 \le b_2 \le \dots` of a site,
    the prices of the distances rise from one to the next by anything from :math:`a_{k+1} (b_{k+1} - b_k)` to
    :math:`a_k (b_{k+1} - b_k)`; here by the mean.

    Returns
    -------
    phi, nu, price : array ``[n, n, m]``, ``[n, m, m]`` and ``[m]``
        As in :mod:`~placer.assignment.bounds.reformulation`, where every weight and every capacity is 1.
    """
    flow, distance, times = symmetrized(flow, distance)
    n, m = linear.shape
    own, here = np.eye(n, dtype=bool), np.eye(m, dtype=bool)
    others = np.argsort(np.where(own, np.iinfo(np.int64).max, -flow), axis=1, kind="stable")[:, :-1]
    near = np.argsort(np.where(here, np.iinfo(np.int64).max, distance), axis=1, kind="stable")[:, :-1]
    a = np.zeros((n, m - 1))
    a[:, : n - 1] = np.take_along_axis(flow, others, axis=1)
    b = np.take_along_axis(distance, near, axis=1)
    rises = np.diff(b, axis=1) * ((a[:, 1:] + a[:, :-1]) / 2)[:, None, :]
    prices = np.zeros((n, m, m - 1))
    prices[:, :, 1:] = np.cumsum(rises, axis=2)
    prices -= prices[:, :, -1:]  # the farthest site is free, so that no price is positive
    phi, nu = np.zeros((n, n, m)), np.zeros((n, m, m))
    paid = a[:, None, :] * b - prices
    np.put_along_axis(phi, others[:, :, None], paid[:, :, : n - 1].transpose(0, 2, 1), axis=1)
    np.put_along_axis(nu, np.broadcast_to(near, (n, m, m - 1)), -prices, axis=2)
    each = linear * times + a @ b.T
    scale = 2.0**40 / max(1.0, float(np.abs(each).max()))
    columns = assignment_duals(np.rint(each * scale).astype(np.int64))[1]
    return phi / times, nu / times, -columns / scale / times
