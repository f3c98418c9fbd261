"""
A lower bound of a flow of rank one by best-first branch and bound over boxes.

A box is a range for the total that each site receives. Within it, each site's received flow is bounded by filling its
nearest sites first, and the total that is sent is spread over the sites where a unit costs least. A box is cut in two
at the site on whose total these bounds of the other sites differ most. All numbers are integers, so nothing is lost by
rounding.

Branch and bound over boxes with interval bounds is the classical method of global optimization (Falk and Soland,
Management Science 15, 1969); these bounds and cuts are own.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from placer.assignment import BoolArray, IntArray
from placer.assignment.bounds.rank_one import RankOneForm
from placer.assignment.context import SearchContext

CELLS = 2**17
"""Boxes bounded together, times sites squared: an array of what each site sees of each other takes 1 MiB."""
WORK = 200_000_000
"""Boxes bounded in one run, times sites squared. Chosen, not tuned: it caps the run where the time limit is long."""
SLOTS = 200
"""Steps of the bound by which boxes are sorted; within a step they are taken in any order. Chosen, not tuned."""
EDGE = 0.2
"""Least part of the width of a box on either side of a cut, so that both halves shrink. Chosen, not tuned."""
BARRED = np.int64(2**60)
"""Bound of a box that contains no assignment."""
Boxes = npt.NDArray[np.int16]
"""``[s, 2, m]``: the least and the most that each site receives, of s boxes."""


def bound_by_boxes(
    form: RankOneForm, context: SearchContext, *, cost: int, room: int, time_limit_s: float, limit: int = 10**6
) -> tuple[int, int]:
    """
    Bound a tier from below, and with it the residual capacity of a lower tier.

    Parameters
    ----------
    cost
        Of a known assignment in the tier; the search ends if the bound reaches ``cost`` and ``room``.
    room
        Cost of the same assignment in the lower tier; 0 if there is none.
    time_limit_s
        Seconds at most.
    limit
        Boxes to bound, at most.

    Returns
    -------
    bound, room : int
        No assignment costs less than ``bound``, and none that costs ``bound`` costs less than ``room`` in the lower
        tier. Neither is above the known assignment.
    """
    goal = form.tier_weight * cost + min(room, form.tier_weight - 1)
    bound, left = divmod(_Boxes(form).run(context, goal, time_limit_s, limit), form.tier_weight)
    return bound, left


class _Boxes:
    """The search. Arrays of s boxes end in ``[s]``, so that sums over sites run along whole rows."""

    def __init__(self, form: RankOneForm) -> None:
        self._form = form
        m = len(form.distance)
        self._sites = np.arange(m)
        self._near = np.argsort(form.distance, axis=1, kind="stable").T
        self._nearest = np.take_along_axis(form.distance.T, self._near, axis=0)
        self._each = self._sites[:, None]
        most = int(form.most_out[self._sites, form.down[:, -1]].max(initial=0))
        steps = np.diff(form.price[:, : most + 1], axis=1)
        self._steps = np.unique(steps) if steps.size else np.zeros(1, dtype=np.int64)
        self._ends = np.stack([np.searchsorted(row, self._steps, side="right") for row in steps])

    def run(self, context: SearchContext, goal: int, time_limit_s: float, limit: int) -> int:
        """Bound and cut the boxes of least bound, many at a time, and give the least bound that is left."""
        t, m = self._form, len(self._sites)
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
        """Tighten boxes to totals that are possible on a site and sum to the whole; drop boxes that become empty."""
        t, p = self._form, self._each
        least, most = boxes[:, 0].T, boxes[:, 1].T
        for _ in range(2):
            most = t.down[p, np.clip(np.minimum(most, t.into - (least.sum(axis=0) - least)), 0, t.into + 1)]
            least = t.up[p, np.clip(np.maximum(least, t.into - (most.sum(axis=0) - most)), 0, t.into + 1)]
        alive = (least <= most).all(axis=0) & (least.sum(axis=0) <= t.into) & (most.sum(axis=0) >= t.into)
        return least[:, alive], most[:, alive]

    def _bound(self, least: IntArray, most: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """
        Bound boxes.

        A unit sent from site p costs at least ``far(p)``, with the nearest sites of p filled first. The least that p
        sends in the box is charged for the real distances, once for all sites: with ``far`` the least of
        ``distance @ into``,
        out x distance x into >= least_out x distance x into + out x far - least_out x far.

        Returns
        -------
        bound ``[s]``, sent ``[m, s]``, seen ``[q, p, s]``
            With what each site sends, and how much each site q receives where the nearest of p are filled first.
        """
        t = self._form
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
        bound = np.where(fits, t.tier_weight * (t.constant + spread + t.scale * extra) + room, BARRED)
        return bound, sent, seen + least[:, None, :]

    def _send(self, far: IntArray, sure: IntArray, most: IntArray) -> tuple[IntArray, IntArray, BoolArray]:
        """Spread the total that is sent to where a unit costs least: cost, what each site sends, feasibility."""
        t = self._form
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
        """Cut boxes in two at the site whose total the others see most differently, at the mean, ``[s, 2, 2, m]``."""
        t, i = self._form, np.arange(least.shape[1])
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
    """A priority queue of boxes in :data:`SLOTS` slots by their bounds, from the first bound up to a goal."""

    def __init__(self, bound: IntArray, boxes: Boxes, goal: int) -> None:
        self._goal, self._from = goal, 0
        self._slots: dict[int, list[tuple[IntArray, Boxes]]] = {0: [(bound, boxes)]}

    def least(self) -> int:
        """Give the least bound of all boxes, the goal if there are none."""
        first = self._slots[min(self._slots)] if self._slots else []
        return min((int(bound.min()) for bound, _ in first), default=self._goal)

    def take(self, most: int) -> Boxes:
        """Remove at most ``most`` boxes of the first slot."""
        first = min(self._slots)
        pieces = self._slots.pop(first)
        bound, boxes = (np.concatenate(each) for each in zip(*pieces, strict=True))
        if len(bound) > most:
            self._slots[first] = [(bound[most:], boxes[most:])]
        return np.asarray(boxes[:most])

    def add(self, bound: IntArray, boxes: Boxes) -> None:
        """Add boxes; the first call sets the bound at which the slots begin."""
        if len(bound):
            self._from = self._from or int(bound.min())
            slots = (bound - self._from) * SLOTS // max(1, self._goal - self._from)
            for slot in np.unique(slots).tolist():
                self._slots.setdefault(slot, []).append((bound[slots == slot], boxes[slots == slot]))


def _filled(room: IntArray, rest: IntArray) -> IntArray:
    """Part of ``rest`` that each row takes if the rows are filled in order up to ``room``."""
    taken = room.copy()
    for i in range(1, len(taken)):  # quicker than cumsum, which goes along columns
        taken[i] += taken[i - 1]
    np.minimum(taken, rest, out=taken)
    taken[1:] -= taken[:-1].copy()
    return taken
