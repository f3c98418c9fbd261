"""
Steepest descent from the assignments at which an annealing ends, by moves that its chains do not make.

Where items fill the sites, an assignment that costs less is often one rotation of three items away, or one exchange of
all items on two sites, and each step between the two would overload a site. Neighbours are rows of an array, priced by
the definitions of the terms. The best is tried in other places too: moved as a whole to sites that are as far from each
other, but have other room. Steepest descent is textbook; the neighbours and the images are own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import combinations, permutations

import numpy as np

from placer.assignment import IntArray
from placer.assignment.structure.term_index import TermIndex

CELLS = 1024
"""Items times sites up to which it is used. Chosen: 16 items on 16 sites take 5 ms, 32 on 64 would take a second."""
ROWS = 2048
"""Neighbours that are priced at a time. Chosen, not tuned."""
INFEASIBLE = np.iinfo(np.int64).max
"""Cost of an assignment that breaks a rule."""
Going = Callable[[], bool]
"""Tells whether time is left."""


def polished(index: TermIndex, tier: int, starts: list[IntArray], going: Going) -> IntArray:
    """
    Descend from each of some assignments, and then from the images of the best, unless it is the first of several.

    Parameters
    ----------
    tier
        The tier whose cost falls; it has one flow, and no tier above it has a cost.
    starts
        ``[n]`` each, one at least; the first keeps every rule.

    Returns
    -------
    array ``[n]``
        The best assignment found, which keeps every rule: the first start if nothing is better.
    """
    best, least = starts[0], int(costs(index, tier, starts[0][None, :])[0])
    for one in starts:
        best, least = min((best, least), descended(index, tier, one, going), key=lambda found: found[1])
    anew = going() and (len(starts) == 1 or best is not starts[0])
    for one in images(index.flows[0].distance, best) if anew else ():
        best, least = min((best, least), descended(index, tier, one, going), key=lambda found: found[1])
    return best


def descended(index: TermIndex, tier: int, site_of: IntArray, going: Going) -> tuple[IntArray, int]:
    """Go to the best neighbour as long as one costs less; give it, and its cost."""
    least, better = int(costs(index, tier, site_of[None, :])[0]), True
    while better:
        better = False
        for rows in neighbours(site_of, index.problem.m):
            if not going():
                return site_of, least
            each = costs(index, tier, rows)
            if each.min() < least:
                site_of, least, better = rows[each.argmin()], int(each.min()), True
                break
    return site_of, least


def costs(index: TermIndex, tier: int, rows: IntArray) -> IntArray:
    """Price assignments ``[b, n]`` in a tier, ``[b]``; :data:`INFEASIBLE` where one breaks a rule."""
    price = np.full(len(rows), INFEASIBLE)
    good = np.flatnonzero(index.problem.feasible(rows))
    price[good] = sum(term.evaluate(rows[good]) for term in index.problem.tiers[tier])
    return price


def neighbours(site_of: IntArray, m: int) -> Iterator[IntArray]:
    """Give exchanges of whole sites, then shifts and swaps, then rotations of three items, in parts of ``[b, n]``."""
    for rows in (exchanged_sites(site_of, m), shifted(site_of, m), rotated(site_of)):
        for first in range(0, len(rows), ROWS):
            yield rows[first : first + ROWS]


def exchanged_sites(site_of: IntArray, m: int) -> IntArray:
    """Exchange all items on each site in use with all on each other site."""
    used = set(site_of.tolist())
    p, q = np.array([(p, q) for p in used for q in range(m) if q != p and not (q in used and q < p)]).reshape(-1, 2).T
    p, q = p[:, None], q[:, None]
    return np.where(site_of == p, q, np.where(site_of == q, p, site_of))


def shifted(site_of: IntArray, m: int) -> IntArray:
    """Shift each item to each other site, and swap each two items on different sites."""
    v, p = np.nonzero(site_of[:, None] != np.arange(m))
    shifts = np.repeat(site_of[None, :], len(v), axis=0)
    shifts[np.arange(len(v)), v] = p
    pairs = _tuples(len(site_of), 2)
    pairs = pairs[site_of[pairs[:, 0]] != site_of[pairs[:, 1]]]
    return np.concatenate([shifts, _turned(site_of, pairs)])


def rotated(site_of: IntArray) -> IntArray:
    """Rotate each three items on three sites, either way."""
    triples = _tuples(len(site_of), 3)
    p, q, r = site_of[triples].T
    return _turned(site_of, triples[(p != q) & (q != r) & (r != p)])


@lru_cache(maxsize=8)
def _tuples(n: int, k: int) -> IntArray:
    """Give each pair, or each three in both cyclic orders, ``[tuples, k]``."""
    orders = list(permutations(range(k)))[: max(1, k - 1)]
    chosen = np.array(list(combinations(range(n), k)), dtype=np.int64).reshape(-1, k)
    return np.concatenate([chosen[:, order] for order in orders])


def _turned(site_of: IntArray, tuples: IntArray) -> IntArray:
    """Put each item of a tuple where the next one is."""
    rows = np.repeat(site_of[None, :], len(tuples), axis=0)
    rows[np.arange(len(tuples))[:, None], tuples] = site_of[np.roll(tuples, -1, axis=1)]
    return rows


def images(distance: IntArray, site_of: IntArray) -> list[IntArray]:
    """
    Move an assignment as a whole, so that its sites stay as far from each other as they are.

    One image at most for each site that the first item may go to: the other sites follow one by one, each to the first
    that is as far from all before it. Where that leads nowhere there is none.
    """
    used = list(dict.fromkeys(site_of.tolist()))
    found = []
    for first in range(len(distance)):
        image = _image(distance, used, first) if first != used[0] else None
        if image is not None:
            found.append(np.array([image[p] for p in site_of.tolist()]))
    return found


def _image(distance: IntArray, used: list[int], first: int) -> dict[int, int] | None:
    before, after = used[:1], [first]
    if distance[first, first] != distance[used[0], used[0]]:
        return None
    for p in used[1:]:
        same = (distance[:, after] == distance[p, before]).all(axis=1) & (distance.diagonal() == distance[p, p])
        same &= (distance.T[:, after] == distance[before, p]).all(axis=1)
        same[after] = False
        if not same.any():
            return None
        before, after = [*before, p], [*after, int(same.argmax())]
    return dict(zip(before, after, strict=True))
