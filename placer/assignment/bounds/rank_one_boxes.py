"""
A lower bound by branch and bound over the totals of the sites: boxes of what each site may receive, best first.

Within a box every site sees the others filled from its nearest on, and the sending total is spread where it costs
least; boxes are cut where the views of the sites differ most. All numbers are whole, so a bound is exact.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from placer.assignment import BoolArray, IntArray
from placer.assignment.bounds.rank_one import RankOneForm
from placer.assignment.context import SearchContext

CELLS = 2**17
"""Boxes looked at together, times sites squared,"""
WORK = 200_000_000
"""and all told."""
SLOTS = 200
"""Steps of bounds between which the order of boxes does not matter."""
EDGE = 0.2
"""No cut is nearer to the side of a box than this part of its width."""
BARRED = np.int64(2**60)
Boxes = npt.NDArray[np.int16]


def bound_by_boxes(
    totals: RankOneForm, context: SearchContext, *, cost: int, room: int, time_limit_s: float, limit: int = 10**6
) -> tuple[int, int]:
    """
    Bound a tier from below, and the room of a lower one.

    Parameters
    ----------
    cost
        What a known assignment costs; it ends where the bound reaches that,
    room
        and the room that it leaves in the lower tier.
    time_limit_s
        Seconds at most.
    limit
        Boxes at most.

    Returns
    -------
    bound, room : int
        No assignment costs less, unless that is ``cost``; none that costs ``bound`` leaves less room.
    """
    goal = totals.tier_weights * cost + min(room, totals.tier_weights - 1)
    bound, left = divmod(_Boxes(totals).run(context, goal, time_limit_s, limit), totals.tier_weights)
    return bound, left


class _Boxes:
    """
    The search.

    A box says the least and the most that each site receives. Arrays of s boxes end in ``[s]``, so that the sums over
    sites run along whole rows.
    """

    def __init__(self, totals: RankOneForm) -> None:
        self._t = totals
        m = len(totals.distance)
        self._sites = np.arange(m)
        self._near = np.argsort(totals.distance, axis=1, kind="stable").T
        self._nearest = np.take_along_axis(totals.distance.T, self._near, axis=0)
        self._each = self._sites[:, None]
        most = int(totals.most_out[self._sites, totals.down[:, -1]].max(initial=0))
        steps = np.diff(totals.price[:, : most + 1], axis=1)
        self._steps = np.unique(steps) if steps.size else np.zeros(1, dtype=np.int64)
        self._ends = np.stack([np.searchsorted(row, self._steps, side="right") for row in steps])

    def run(self, context: SearchContext, goal: int, time_limit_s: float, limit: int) -> int:
        """Take the boxes with the least bound first, many at a time."""
        t, m = self._t, len(self._sites)
        deadline, looked, settled = context.elapsed_s() + time_limit_s, 0, goal
        whole = np.stack([np.zeros(m, dtype=np.int64), t.down[:, -1]])[None].astype(np.int16)
        waiting = _Waiting(np.zeros(1, dtype=np.int64), whole, goal)
        while waiting.least() < settled:
            if looked > min(limit, WORK // (m * m)) or context.elapsed_s() > deadline or context.stop.is_set():
                break
            boxes = waiting.take(max(1, CELLS // (m * m)))
            looked += len(boxes)
            least, most = self._tighten(boxes.astype(np.int64))
            if not least.size:
                continue
            bound, sent, seen = self._bound(least, most)
            point = (least == most).all(axis=0)
            settled = min(settled, int(bound[point].min(initial=goal)))
            keep = np.flatnonzero((bound < settled) & ~point)
            halves = self._cut(least[:, keep], most[:, keep], sent[:, keep], seen[:, :, keep])
            waiting.add(np.repeat(bound[keep], 2), halves.reshape(-1, 2, m))
        return min(settled, waiting.least())

    def _tighten(self, boxes: IntArray) -> tuple[IntArray, IntArray]:
        """Draw the sides in to what can be on a site and adds up, and drop the boxes where nothing is left."""
        t, p = self._t, self._each
        least, most = boxes[:, 0].T, boxes[:, 1].T
        for _ in range(2):
            most = t.down[p, np.clip(np.minimum(most, t.into - (least.sum(axis=0) - least)), 0, t.into + 1)]
            least = t.up[p, np.clip(np.maximum(least, t.into - (most.sum(axis=0) - most)), 0, t.into + 1)]
        alive = (least <= most).all(axis=0) & (least.sum(axis=0) <= t.into) & (most.sum(axis=0) >= t.into)
        return least[:, alive], most[:, alive]

    def _bound(self, least: IntArray, most: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """
        Bound boxes, and give what each site sends, ``[m, s]``, and how much of q site p sees, ``[q, p, s]``.

        Site p pays at least ``far(p)`` for each unit it sends, the least it can see. Of what it sends at any rate the
        rest of what it sees is paid by what receives it, once for all sites:
        out x into >= least_out x into + out x far - least_out x far.
        """
        t = self._t
        rest = t.into - least.sum(axis=0)
        taken = _filled((most - least)[self._near], rest)
        far = t.distance @ least + np.einsum("qps,qp->ps", taken, self._nearest)
        sure = t.least_out[self._each, least]
        spread, sent, fits = self._send(far, sure, np.minimum(t.most_out[self._each, most], t.out))
        pull = t.distance.T @ sure
        order = np.argsort(pull, axis=0, kind="stable")
        held = _filled(np.take_along_axis(most - least, order, axis=0), rest)
        received = (pull * least).sum(axis=0) + (held * np.take_along_axis(pull, order, axis=0)).sum(axis=0)
        extra = np.maximum(received - (np.where(fits, sure, 0) * far).sum(axis=0), 0)
        seen = np.empty_like(taken)
        seen[self._near, self._sites] = taken
        room = np.where(least > 0, t.left[self._each, most], 0).sum(axis=0)
        bound = np.where(fits, t.tier_weights * (t.constant + spread + t.scale * extra) + room, BARRED)
        return bound, sent, seen + least[:, None, :]

    def _send(self, far: IntArray, sure: IntArray, most: IntArray) -> tuple[IntArray, IntArray, BoolArray]:
        """Spread what is sent over the sites where a unit costs least: price, what each sends, and if that can be."""
        t = self._t
        m, count = far.shape
        rest = t.out - sure.sum(axis=0)
        sure = np.where(rest >= 0, sure, 0)
        until = np.maximum(np.minimum(self._ends.T[:, :, None], most) - sure, 0)
        width = np.concatenate([until[:1], until[1:] - until[:-1]]).reshape(-1, count)
        price = (t.scale * far + self._steps[:, None, None]).reshape(-1, count)
        order = np.argsort(price, axis=0, kind="stable")
        taken = _filled(np.take_along_axis(width, order, axis=0), np.maximum(rest, 0))
        spread = (taken * np.take_along_axis(price, order, axis=0)).sum(axis=0)
        spread += t.scale * (sure * far).sum(axis=0) + t.price[self._each, sure].sum(axis=0)
        sent = np.zeros_like(taken)
        np.put_along_axis(sent, order, taken, axis=0)
        fits = (rest >= 0) & (taken.sum(axis=0) >= rest)
        return spread, sure + sent.reshape(-1, m, count).sum(axis=0), fits

    def _cut(self, least: IntArray, most: IntArray, sent: IntArray, seen: IntArray) -> Boxes:
        """Cut boxes in two at the site that the others see most differently, at their mean, ``[s, 2, 2, m]``."""
        t, i = self._t, np.arange(least.shape[1])
        share = sent / max(1, t.out)
        mean = np.einsum("qps,ps->qs", seen, share)
        differ = np.einsum("qps,ps->qs", np.abs(seen - mean[:, None, :]), share)
        site = np.where(most > least, differ + 1e-9 * (most - least), -1).argmax(axis=0)
        low, high = least[site, i], most[site, i]
        edge = EDGE * (high - low)
        at = np.clip(np.clip(mean[site, i], low + edge, high - edge).astype(np.int64), low, high - 1)
        below = np.maximum(t.down[site, at], low)
        halves = np.stack([np.stack([least.T, most.T], axis=1)] * 2, axis=1)
        halves[i, 0, 1, site] = below
        halves[i, 1, 0, site] = t.up[site, below + 1]
        return halves.astype(np.int16)


class _Waiting:
    """Boxes that wait, in slots by their bounds up to a goal."""

    def __init__(self, bound: IntArray, boxes: Boxes, goal: int) -> None:
        self._goal, self._from = goal, 0
        self._slots: dict[int, list[tuple[IntArray, Boxes]]] = {0: [(bound, boxes)]}

    def least(self) -> int:
        """Give the least bound of all, the goal where nothing waits."""
        first = self._slots[min(self._slots)] if self._slots else []
        return min((int(bound.min()) for bound, _ in first), default=self._goal)

    def take(self, most: int) -> Boxes:
        """Take some of the boxes out that have the least bounds."""
        first = min(self._slots)
        pieces = self._slots.pop(first)
        bound, boxes = (np.concatenate(each) for each in zip(*pieces, strict=True))
        if len(bound) > most:
            self._slots[first] = [(bound[most:], boxes[most:])]
        return np.asarray(boxes[:most])

    def add(self, bound: IntArray, boxes: Boxes) -> None:
        """Let boxes wait; the first that come say where the slots begin."""
        if len(bound):
            self._from = self._from or int(bound.min())
            slots = (bound - self._from) * SLOTS // max(1, self._goal - self._from)
            for slot in np.unique(slots).tolist():
                self._slots.setdefault(slot, []).append((bound[slots == slot], boxes[slots == slot]))


def _filled(room: IntArray, rest: IntArray) -> IntArray:
    """How much each of some rows takes where what is to be placed fills one after the other."""
    taken = room.copy()
    for i in range(1, len(taken)):  # quicker than cumsum, which goes along columns
        taken[i] += taken[i - 1]
    np.minimum(taken, rest, out=taken)
    taken[1:] -= taken[:-1].copy()
    return taken
