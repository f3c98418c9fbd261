"""Fillings: how many hosts of each type hold which guests, tier by tier, each with its bound and the proof of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event

import numpy as np

from placer.fleet.bound.bundles import Bundle, Together, add_fillings
from placer.fleet.bound.certificate import BoundClaim, certified
from placer.fleet.bound.enumeration import all_fillings
from placer.fleet.bound.even import fill_evenly
from placer.fleet.bound.greedy import fill_greedily
from placer.fleet.bound.master import Master, Whole
from placer.fleet.bound.pricing import Pricer
from placer.fleet.bound.stages import Stage, Tier, guest_costs
from placer.fleet.bound.steps import HELD, Steps, TierBound
from placer.fleet.bound.tables import Ints
from placer.fleet.model.fleet import Aim
from placer.fleet.problem.problem import FleetProblem

MOST_PAIRS = 20_000
"""Pairs of a filling and a kind of guests that stay together beyond which fillings are not chosen for these. Chosen."""


@dataclass(frozen=True, kw_only=True)
class Filling:
    """
    Which hosts hold what, by vcpus and memory alone.

    Parameters
    ----------
    fillings
        Position of a type, guests of each class on one host, and the number of hosts so filled. Together they may have
        room for more guests than there are.
    tiers
        Highest first.
    together
        For each filling the kinds of guests that stay together which hosts so filled have in mind; empty where any host
        with places for them will do.
    """

    fillings: tuple[tuple[int, Ints, int], ...]
    tiers: tuple[TierBound, ...]
    together: tuple[tuple[Bundle, ...], ...] = ()


class Filler:
    """
    Fills a fleet.

    Parameters
    ----------
    problem
        Types and classes.
    aim
        What counts after unplaced guests.
    until
        When to end, as of ``perf_counter()``.
    say
        Called with a line on each step.
    stop
        Ends the search with the best so far.
    bundles
        Guests that stay together, with how many there are of each kind: fillings for them are preferred.
    """

    def __init__(
        self,
        problem: FleetProblem,
        aim: Aim,
        until: float,
        say: Callable[[str], None] = lambda _line: None,
        stop: Event | None = None,
        *,
        bundles: Mapping[Bundle, int] | None = None,
    ) -> None:
        self.problem, self.aim, self.bundles = problem, aim, bundles or {}
        self.held: Together | None = None
        self.pricer = Pricer(problem)
        self.steps = Steps(until, say, stop)
        self.all = all_fillings(problem)
        self.greedy = fill_greedily(problem)

    def fill(self) -> Filling:
        """Minimise tier by tier."""
        first = Master(self.problem, Stage("unplaced_guests"))
        for t, column, _ in self.greedy.fillings:
            first.add(t, column)
        if not any(self.greedy.left):
            everything = self._everything(first)
            if everything is not None:
                return everything
        found = self.steps.generated(first, self.pricer, lambda value, _bound: value <= HELD)
        claim = certified(self.problem, first.stage, found)
        if claim.bound == 0:
            everything = self._everything(first)
            if everything is not None:
                return everything
        return self._without_some(first, claim)

    def _everything(self, first: Master) -> Filling | None:
        """Place all guests; None where no filling found does."""
        none_out = (_nothing("unplaced_guests"), _nothing("unplaced"))
        if self.aim == "spread":
            even = fill_evenly(self.problem, self.steps)
            return None if even is None else self._filling(even.master, even.whole, (*none_out, even.tier))
        if self.aim == "none":
            whole = self._whole(first, 0)
            return None if whole.left_out.any() else self._filling(first, whole, none_out)
        master = Master(self.problem, Stage("hosts", (("unplaced_guests", 0),)))
        master.take_columns(first)
        found = self.steps.generated(master, self.pricer)
        claim = certified(self.problem, master.stage, found, self.steps.left_s())
        whole = self._whole(master, claim.bound)
        if whole.left_out.any():
            return None
        return self._filling(master, whole, (*none_out, self._hosts(master, whole, claim)))

    def _whole(self, master: Master, bound: int) -> Whole:
        """Use fillings in whole hosts; at worst, as in no time, those that were made without prices."""
        found = self._chosen(master, float(bound))
        at = {(t, column.tobytes()): i for i, (t, column) in enumerate(master.columns)}
        uses = np.zeros(len(at), dtype=np.int64)
        for t, column, count in self.greedy.fillings:
            uses[at[t, column.tobytes()]] = count
        greedy = Whole(uses=uses, left_out=np.array(self.greedy.left, dtype=np.int64), best=False)
        if found is None or master.cost(greedy) < master.cost(found):
            return greedy
        return found

    def _chosen(self, master: Master, bound: float) -> Whole | None:
        """Choose among the fillings found; such as have places for guests that stay together, if they cost no more."""
        few = len(self.bundles) * len(master.columns) <= MOST_PAIRS
        if not self.bundles or not few or self.all is not None or self.steps.stop.is_set():
            return self.steps.whole(master, bound, self.all)
        add_fillings(master, self.pricer.units, self.bundles, self.steps.left_s)
        self.held = Together(master, self.bundles)
        master.beside = self.held.add
        together = self.steps.whole(master, bound, None)
        master.beside = None
        if together is not None and master.cost(together) <= bound:
            return together
        return self.steps.whole(master, bound, None)

    def _without_some(self, master: Master, claim: BoundClaim) -> Filling:
        """Place as many guests as possible, then the most resources, then the fewest hosts."""
        tiers: list[TierBound] = []
        whole = self._whole(master, claim.bound)
        names: tuple[Tier, ...] = ("unplaced", "hosts") if self.aim == "hosts" else ("unplaced",)
        for name in names:
            tiers.append(self._tier(master, whole, claim))
            held = tuple((each.tier, each.value) for each in tiers)
            following = Master(self.problem, Stage(name, held))
            following.take_columns(master)
            claim = certified(self.problem, following.stage, self.steps.generated(following, self.pricer))
            better = self.steps.whole(following, float(claim.bound), self.all)
            master, whole = following, whole if better is None else better
        return self._filling(master, whole, (*tiers, self._tier(master, whole, claim)))

    def _tier(self, master: Master, whole: Whole, claim: BoundClaim) -> TierBound:
        if master.stage.tier == "hosts":
            return self._hosts(master, whole, claim)
        left = whole.left_out.tolist()
        costs = guest_costs(self.problem, master.stage.tier)
        value = sum(cost * count for cost, count in zip(costs, left, strict=True))
        return self._bounded(master.stage.tier, value, whole, claim)

    def _bounded(self, tier: Tier, value: int, whole: Whole, claim: BoundClaim) -> TierBound:
        proved = self.all is not None and whole.best
        return TierBound(
            tier=tier, value=value, claim=claim if claim.bound else None, bound=value if proved else claim.bound
        )

    def _hosts(self, master: Master, whole: Whole, claim: BoundClaim) -> TierBound:
        costs, used = self.problem.host_costs, 0
        for (t, _), count in zip(master.columns, whole.uses.tolist(), strict=False):
            used += costs[t] * count
        return self._bounded("hosts", used, whole, claim)

    def _filling(self, master: Master, whole: Whole, tiers: tuple[TierBound, ...]) -> Filling:
        used = [(i, *master.columns[i], count) for i, count in enumerate(whole.uses.tolist()) if count]
        held = {} if self.held is None or whole.beside is None else self.held.chosen(whole.beside)
        return Filling(
            fillings=tuple((t, column, count) for _, t, column, count in used),
            tiers=tiers,
            together=tuple(held.get(i, ()) for i, *_ in used) if held else (),
        )


def _nothing(tier: Tier) -> TierBound:
    return TierBound(tier=tier, value=0, claim=None, bound=0)
