"""What the terms and those who read them do with arrays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


def sums(weight: IntArray, place_of: IntArray, places: int) -> IntArray:
    """
    Sum the weight at each place, -1 for none, in each row.

    Parameters
    ----------
    weight
        ``[n]``.
    place_of
        ``[b, n]``.

    Returns
    -------
    array ``[b, places]``
    """
    totals = np.zeros((len(place_of), places + 1), dtype=np.int64)
    rows = np.arange(len(place_of))[:, None] * (places + 1)
    np.add.at(totals.ravel(), (rows + place_of + 1).ravel(), (np.zeros_like(place_of) + weight).ravel())
    return totals[:, 1:]


def distinct(values: IntArray) -> IntArray:
    """Sort the values and leave each once, as ``np.unique`` does, which imports ``numpy.ma`` first: 20 ms."""
    ordered: IntArray = np.sort(values, axis=None)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if ordered.size else ordered


def array_faults(
    name: str,
    values: npt.NDArray[np.generic],
    shape: tuple[int, ...],
    *,
    kind: str = "int64",
    least: int | None = None,
    most: int | None = None,
) -> Iterator[str]:
    """Say what is wrong with an array that must have that shape, and values from ``least`` to ``most``."""
    if values.shape != shape or values.dtype != kind:
        yield f"{name} has shape {values.shape} of {values.dtype}, expected {shape} of {kind}"
    elif values.size and least is not None and values.min() < least:
        yield f"{name} holds {values.min()}, expected {least} or more"
    elif values.size and most is not None and values.max() > most:
        yield f"{name} holds {values.max()}, expected {most} at most"


def widened_items(each: IntArray, n: int) -> IntArray:
    """Add items of weight 0 until there are n."""
    return np.pad(each, (0, n - len(each)))


def widened_sites(each: IntArray, m: int, value: int) -> IntArray:
    """Add sites of some value until there are m."""
    return np.pad(each, (0, m - len(each)), constant_values=value)


def between_pools(pool_of: IntArray, site_of: IntArray, up: IntArray, down: IntArray) -> IntArray:
    """
    Change of every shift, ``[n, m]``, by what the pools gain and lose.

    Parameters
    ----------
    up, down
        ``[n, pools]``, by how much a pool rises where an item comes, and falls where it leaves.
    """
    home = pool_of[site_of]
    rise = np.where(pool_of >= 0, up[:, pool_of], 0)
    fall = np.where(home >= 0, down[np.arange(len(site_of)), home], 0)[:, None]
    return np.where(pool_of[None, :] == home[:, None], 0, rise - fall)
