"""
Assignment problems solved exactly, with the dual prices that prove it.

Shortest augmenting paths: row after row is assigned along a path of least reduced cost, as in Jonker and Volgenant
(Computing 38, 1987).
"""

from __future__ import annotations

import numpy as np

from placer.assignment import IntArray


def assignment_duals(cost: IntArray, prices: IntArray | None = None) -> tuple[IntArray, IntArray, IntArray]:
    """
    Solve an assignment problem in O(r^2 f) steps.

    Parameters
    ----------
    cost
        ``[r, f]`` with r <= f: the cost of each row in each column; sums of r of them stay below 2^62.
    prices
        ``[f]``, prices of the columns to start from, which save time if they are near the best; only where r = f.

    Returns
    -------
    rows, columns : array ``[r]`` and ``[f]``
        Dual prices: no cost is below the sum of those of its row and its column, and their sum is the least cost of an
        assignment. No column has a positive one, if none was given.
    column_of : array ``[r]``
        The column of each row in an assignment of that cost.

    Examples
    --------
    >>> rows, columns, column_of = assignment_duals(np.array([[1, 5], [1, 4]]))
    >>> int(rows.sum() + columns.sum()), column_of.tolist()
    (5, [0, 1])
    """
    count, width = cost.shape
    rows = np.zeros(count, dtype=np.int64)
    columns = np.zeros(width, dtype=np.int64) if prices is None else prices.copy()
    row_of = np.full(width, -1)
    for row in range(count):
        _assign(cost, rows, columns, row_of, row)
    column_of = np.empty(count, dtype=np.int64)
    taken = np.flatnonzero(row_of >= 0)
    column_of[row_of[taken]] = taken
    return rows, columns, column_of


def _assign(cost: IntArray, rows: IntArray, columns: IntArray, row_of: IntArray, row: int) -> None:
    """Assign one more row along a shortest path that ends at a free column, and keep the prices feasible."""
    far = np.iinfo(np.int64).max
    length = cost[row] - rows[row] - columns
    before = np.full(len(columns), -1)
    done = np.zeros(len(columns), dtype=bool)
    last = int(length.argmin())
    while row_of[last] >= 0:
        done[last] = True
        other = row_of[last]
        through = length[last] + cost[other] - rows[other] - columns
        shorter = ~done & (through < length)
        length[shorter], before[shorter] = through[shorter], last
        last = int(np.where(done, far, length).argmin())
    passed = np.flatnonzero(done)
    rows[row_of[passed]] += length[last] - length[passed]
    rows[row] += length[last]
    columns[passed] -= length[last] - length[passed]
    while last >= 0:
        row_of[last] = row_of[before[last]] if before[last] >= 0 else row
        last = int(before[last])
