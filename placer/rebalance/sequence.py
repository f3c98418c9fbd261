"""
One move after the other: which guests are migrated, which are saved for a while, and in what order.

The graph of moves falls into groups of moves that wait for each other (:mod:`placer.graphs.moves`); each group is
searched on its own. A group is a shortest path: from a state, which says of each guest whether it is there yet, saved,
or on a pnode for a while, to the state in which all are there (Dijkstra). Saving costs the memory that is saved.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from placer.graphs.moves import move_graph, waiting_groups
from placer.rebalance.transfers import ANYWHERE, Action, Occupancy, Transfer

STATES = 5_000
"""Most states that are looked at for one group. Chosen, not tuned: a second or two, and all of most groups of eight."""

Cost = tuple[int, int]
"""Moves beyond one a guest, and memory that is held nowhere for a while, in KiB; the former first."""


@dataclass(frozen=True, kw_only=True)
class Sequence:
    """
    Actions in an order in which each fits.

    Parameters
    ----------
    actions
        One after the other; what is saved or shut down comes back in an action of its own.
    proved
        Whether no other order takes fewer moves, nor as many with less memory that is held nowhere for a while.
    stuck
        Names of moves for which no order was found; then ``actions`` has not all of them.
    """

    actions: tuple[Action, ...]
    proved: bool
    stuck: tuple[str, ...] = ()


@dataclass(frozen=True)
class _State:
    """For each move of a group what was done of it, in order."""

    done: tuple[tuple[Action, ...], ...]

    def key(self) -> tuple[tuple[tuple[str, str, frozenset[int]], ...], ...]:
        return tuple(tuple((a.kind, a.phase, a.transfer.comes) for a in each) for each in self.done)


def sequence(transfers: list[Transfer], start: Occupancy, pnodes: tuple[int, ...] = ()) -> Sequence:
    """
    Find an order in which every move fits, with the fewest moves, and then the least memory held nowhere for a while.

    Parameters
    ----------
    transfers
        The moves.
    start
        What is free before the first of them.
    pnodes
        Where a guest may be for a while if it cannot be saved; a guest moves twice at most.
    """
    of = {transfer.name: transfer for transfer in transfers}
    graph = move_graph({t.name: t.leaves for t in transfers}, {t.name: t.comes for t in transfers})
    actions: list[Action] = []
    proved, now = True, start
    for group in waiting_groups(graph):
        found, exact = _shortest([of[name] for name in group], now, pnodes)
        if found is None:
            return Sequence(actions=tuple(actions), proved=exact and proved, stuck=tuple(group))
        proved = proved and exact
        for action in found:
            now = now.after([action])
        actions += found
    return Sequence(actions=tuple(actions), proved=proved)


def _shortest(group: list[Transfer], start: Occupancy, pnodes: tuple[int, ...]) -> tuple[list[Action] | None, bool]:
    """Give the best order of one group, and whether that is proved; None where there is none, or none was found."""
    if not _end_fits(group, start):
        return None, True
    number = count()
    first = _State(((),) * len(group))
    heap: list[tuple[Cost, int, int, _State, Occupancy, tuple[Action, ...]]] = [
        ((0, 0), 0, next(number), first, start, ())
    ]
    seen: set[object] = set()
    while heap and len(seen) < STATES:
        cost, _, _, state, now, path = heappop(heap)
        if state.key() in seen:
            continue
        seen.add(state.key())
        left = [i for i, done in enumerate(state.done) if not _arrived(group[i], done)]
        if all(_is_out(state.done[i]) for i in left):
            return [*path, *(Action(transfer=group[i], kind=state.done[i][-1].kind, phase="in") for i in left)], True
        for i in left:
            for action, price in _next(group[i], state.done[i], now, pnodes):
                done = (*state.done[:i], (*state.done[i], action), *state.done[i + 1 :])
                after = (cost[0] + price[0], cost[1] + price[1])
                # of equal costs the state with fewer moves left first
                heappush(heap, (after, len(left), next(number), _State(done), now.after([action]), (*path, action)))
    if not heap:
        return None, True
    return _greedy(group, start), False


def _end_fits(group: list[Transfer], start: Occupancy) -> bool:
    """
    Whether the group fits once all of it is there, which no order changes.

    The search does not ask that of what comes back at its end. A guest may keep memory on a pnode that is too full for
    arrivals where nothing waits for it, so the whole group in one stage is enough.
    """
    out, back, whole = (
        [Action(transfer=transfer, kind="save", phase=phase) for transfer in group] for phase in ("out", "in", "all")
    )
    return start.after(out).fits(back) or start.fits(whole)


def _arrived(transfer: Transfer, done: tuple[Action, ...]) -> bool:
    return bool(done) and done[-1].phase == "all" and done[-1].transfer.after == transfer.after


def _is_out(done: tuple[Action, ...]) -> bool:
    return bool(done) and done[-1].phase == "out"


def _next(
    transfer: Transfer, done: tuple[Action, ...], now: Occupancy, pnodes: tuple[int, ...]
) -> list[tuple[Action, Cost]]:
    """Give what may be done next of one move, each with its price; what is saved comes back at the end."""
    if _is_out(done):
        return []
    here = done[-1].transfer.after if done else transfer.before
    rest = Transfer(name=transfer.name, kinds=transfer.kinds, kib=transfer.kib, before=here, after=transfer.after)
    found: list[tuple[Action, Cost]] = []
    for kind in transfer.kinds:
        if kind != "migrate":
            found.append((Action(transfer=rest, kind=kind, phase="out"), (0, transfer.kib)))
            continue
        action = Action(transfer=rest, kind=kind)
        if now.fits([action]):
            found.append((action, (0, 0)))
        for pnode in pnodes if not done else ():
            if pnode in rest.before or pnode in rest.after:
                continue
            held = {pnode: sum(kib for p, kib in rest.after.items() if p != ANYWHERE)}
            if ANYWHERE in rest.after:
                held[ANYWHERE] = rest.after[ANYWHERE]
            aside = Transfer(name=rest.name, kinds=rest.kinds, kib=rest.kib, before=here, after=held)
            if now.fits([Action(transfer=aside, kind=kind)]):
                found.append((Action(transfer=aside, kind=kind), (1, 0)))
    return found


def _greedy(group: list[Transfer], start: Occupancy) -> list[Action] | None:
    """Migrate what fits, the largest first, else save or shut down the smallest; None if only migrations are left."""
    left, now = sorted(group, key=lambda transfer: -transfer.kib), start
    done: list[Action] = []
    back: list[Action] = []
    while left:
        migrations = [Action(transfer=t, kind="migrate") for t in left if "migrate" in t.kinds]
        action = next((action for action in migrations if now.fits([action])), None)
        if action is None:
            others = ((t, kind) for t in reversed(left) for kind in t.kinds if kind != "migrate")
            smallest = next(others, None)
            if smallest is None:
                return None
            action = Action(transfer=smallest[0], kind=smallest[1], phase="out")
            back.append(Action(transfer=smallest[0], kind=smallest[1], phase="in"))
        done.append(action)
        now = now.after([action])
        left = [transfer for transfer in left if transfer.name != action.name]
    return [*done, *back]
