"""Actions in stages: all of a stage may run in any order, or at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from placer.errors import Defect
from placer.rebalance.transfers import Action, Occupancy, joined

EXACT = 7
"""Most actions for which every division into stages is tried. Chosen, not tuned: some thousand sets of actions."""


@dataclass(frozen=True, kw_only=True)
class Staging:
    """
    Actions in stages.

    Parameters
    ----------
    stages
        The actions of each stage.
    bound
        A lower bound on the number of stages in which these actions can run.
    """

    stages: tuple[tuple[Action, ...], ...]
    bound: int


def stage(actions: Sequence[Action], start: Occupancy) -> Staging:
    """
    Divide actions into few stages.

    Parameters
    ----------
    actions
        In an order in which each fits.
    start
        What is free before the first of them.

    Raises
    ------
    Defect
        If they do not fit in that order.
    """
    found = _greedy(list(actions), start)
    if len(found) <= 1 or (start.fits(actions) and not _repeats(actions)):
        found = [list(actions)] if actions else []
        bound = len(found)
    elif len(found) == 2 or len(actions) > EXACT:
        bound = 2
    else:
        found = _fewest(list(actions), start, len(found)) or found
        bound = len(found)
    return Staging(stages=tuple(joined(each) for each in _late_out(found, start)), bound=bound)


def _greedy(actions: list[Action], start: Occupancy) -> list[list[Action]]:
    """Take as many of the next actions into each stage as leave those that are passed over an order."""
    left, now = actions, start
    stages: list[list[Action]] = []
    while left:
        chosen: list[Action] = []
        rest = list(left)
        for action in left:
            others = [each for each in rest if each is not action]
            tried = [*chosen, action]
            if _follows(action, chosen, left) and _all_fit([tried, *([each] for each in others)], now):
                chosen, rest = tried, others
        if not chosen:
            raise Defect(f"the moves of {', '.join({each.name: None for each in left})} do not fit in their order")
        stages.append(chosen)
        now, left = now.after(chosen), rest
    return stages


def _follows(action: Action, chosen: list[Action], left: list[Action]) -> bool:
    """Whether the earlier actions of the same guest are done, or are the first half of this one, in the same stage."""
    before = [each for each in left[: _index(action, left)] if each.name == action.name]
    return not before or (len(before) == 1 and action.phase == "in" and any(each is before[0] for each in chosen))


def _index(action: Action, actions: list[Action]) -> int:
    return next(i for i, each in enumerate(actions) if each is action)


def _repeats(actions: Sequence[Action]) -> bool:
    """Whether a guest moves twice."""
    moves = [action.name for action in actions if action.phase != "in"]
    return len(moves) > len(set(moves))


def _fewest(actions: list[Action], start: Occupancy, most: int) -> list[list[Action]] | None:
    """Try every division into fewer stages than ``most``, breadth first."""
    layer: dict[frozenset[int], list[list[Action]]] = {frozenset(): []}
    seen = {frozenset[int]()}
    for _ in range(most - 1):
        following: dict[frozenset[int], list[list[Action]]] = {}
        for done, stages in layer.items():
            now = start.after(actions[i] for i in sorted(done))
            left = [i for i in range(len(actions)) if i not in done]
            for size in range(len(left), 0, -1):
                for chosen in combinations(left, size):
                    after = done.union(chosen)
                    taken = [actions[i] for i in chosen]
                    if after not in seen and _ready(chosen, done, actions) and now.fits(taken):
                        seen.add(after)
                        following[after] = [*stages, taken]
        if frozenset(range(len(actions))) in following:
            return following[frozenset(range(len(actions)))]
        layer = following
    return None


def _ready(chosen: tuple[int, ...], done: frozenset[int], actions: list[Action]) -> bool:
    left = [actions[i] for i in range(len(actions)) if i not in done]
    return all(_follows(actions[i], [actions[j] for j in chosen], left) for i in chosen)


def _late_out(stages: list[list[Action]], start: Occupancy) -> list[list[Action]]:
    """Save and shut down as late as possible: what is out holds up its users."""
    stages = [list(each) for each in stages]
    for s in range(len(stages) - 2, -1, -1):
        for action in [each for each in stages[s] if each.phase == "out"]:
            back = next(
                t for t in range(s, len(stages)) for a in stages[t] if a.name == action.name and a.phase == "in"
            )
            for t in range(back, s, -1):
                tried = [[each for each in one if each is not action] for one in stages]
                tried[t].insert(0, action)
                if all(tried) and _all_fit(tried, start):
                    stages = tried
                    break
    return stages


def _all_fit(stages: list[list[Action]], now: Occupancy) -> bool:
    """Whether the actions of each stage fit at once, one stage after the other."""
    for each in stages:
        if not now.fits(each):
            return False
        now = now.after(each)
    return True
