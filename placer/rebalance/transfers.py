"""The moves of a rebalancing by the memory that they hold, and whether several of them fit at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from placer.rebalance.running import Kind

Phase = Literal["all", "out", "in"]
"""
What a step does of a move. ``out``: the guest is saved, or shut down, and holds no memory then. ``in``: it comes back.
``all``: both, or a migration.
"""
ANYWHERE = -1
"""In place of a pnode: the memory of the host that nobody has claimed."""


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """
    A guest that goes to other pnodes.

    Parameters
    ----------
    name
        Of the guest.
    kinds
        The kinds of move that it can take, the preferred one first.
    kib
        The memory that is copied or saved, in KiB.
    before, after
        Id of a pnode -> what the guest holds there before and after, in KiB, :data:`ANYWHERE` included.
    """

    name: str
    kinds: tuple[Kind, ...]
    kib: int
    before: Mapping[int, int]
    after: Mapping[int, int]

    @property
    def leaves(self) -> frozenset[int]:
        """The pnodes that it is on before."""
        return frozenset(self.before) - {ANYWHERE}

    @property
    def comes(self) -> frozenset[int]:
        """The pnodes that it is on afterwards."""
        return frozenset(self.after) - {ANYWHERE}


@dataclass(frozen=True, kw_only=True)
class Action:
    """
    A move of one guest, or a phase of one.

    Parameters
    ----------
    transfer
        With the pnodes of this action, which of a temporary move are not those of the whole.
    kind, phase
        How it moves, and what of the move is done.
    """

    transfer: Transfer
    kind: Kind
    phase: Phase = "all"

    @property
    def name(self) -> str:
        """The guest's name."""
        return self.transfer.name


@dataclass(frozen=True, kw_only=True)
class Occupancy:
    """
    What is free on each pnode and who is on it, between two stages.

    Parameters
    ----------
    free
        Id of a pnode -> free memory less the reserve, in KiB.
    on
        Name of a guest -> the pnodes it is on, of guests that rules keep apart from others.
    apart
        Pairs of guests that no pnode may hold both of.
    """

    free: Mapping[int, int]
    on: Mapping[str, frozenset[int]] = field(default_factory=dict)
    apart: frozenset[frozenset[str]] = frozenset()

    def fits(self, actions: Iterable[Action]) -> bool:
        """
        Whether actions may run in any order, or at once.

        Then each pnode has room for all that arrives beside all that is there at the start: what a migration leaves is
        still held when others arrive, and what is saved may be saved last, but before it comes back itself.
        """
        actions = joined(actions)
        needed: Counter[int] = Counter()
        for action in actions:
            needed.update(arriving(action))
        if any(kib > self.free.get(pnode, 0) for pnode, kib in needed.items() if kib > 0):
            return False
        arriving_on = {a.name: a.transfer.comes for a in actions if a.phase != "out" and a.name in self.on}
        there = {name: pnodes.union(arriving_on.get(name, ())) for name, pnodes in self.on.items()}
        # guests that are on one pnode today break a rule already: only an arrival breaks one anew
        arrivals = (
            (name, other) for pair in self.apart for name in arriving_on.keys() & pair for other in pair - {name}
        )
        return all(arriving_on[name].isdisjoint(there.get(other, ())) for name, other in arrivals)

    def after(self, actions: Iterable[Action]) -> Occupancy:
        """Give the occupancy once some actions are done."""
        free, on = Counter(self.free), dict(self.on)
        for action in actions:
            if action.phase != "in":
                free.update(action.transfer.before)
            if action.phase != "out":
                free.subtract(action.transfer.after)
            if action.name in on:
                on[action.name] = frozenset() if action.phase == "out" else action.transfer.comes
        return Occupancy(free=dict(free), on=on, apart=self.apart)


def arriving(action: Action) -> dict[int, int]:
    """Give the memory that an action needs on each pnode beside all that is held at the start, in KiB."""
    transfer = action.transfer
    if action.phase == "out":
        return {}
    if action.phase == "in" or action.kind == "migrate":
        return dict(transfer.after)
    return {pnode: max(0, kib - transfer.before.get(pnode, 0)) for pnode, kib in transfer.after.items()}


def joined(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Join the two halves of each move that has both among the actions."""
    actions = list(actions)
    back = {action.name for action in actions if action.phase == "in"}
    whole = {action.name for action in actions if action.phase == "out"} & back
    return tuple(
        Action(transfer=action.transfer, kind=action.kind) if action.name in whole else action
        for action in actions
        if action.name not in whole or action.phase == "out"
    )
