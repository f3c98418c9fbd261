"""
The best end state and its bound by column generation: a column for each way in which a host may change.

A lower bound for any number of stages: whatever the order, in the end each host holds something, and what left hosts
has come to hosts (Dantzig and Wolfe 1960; Gilmore and Gomory 1961; the bound of each round is that of Lagrange).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from threading import Event
from time import perf_counter

import numpy as np

from placer.fleet.bound.choices import Choices, Prices
from placer.fleet.moves.block import Block, Key
from placer.fleet.moves.blocks import Blocks
from placer.fleet.moves.classes import Bools
from placer.fleet.moves.pricing import Priced, Worth, fitting, left_on, priced
from placer.fleet.moves.running import Running
from placer.fleet.moves.single_moves import fits_on
from placer.fleet.moves.state import State

ROUNDS = 400
"""Most rounds of generation. Chosen: 280 hosts take some 20."""
CLOSE = 1e-6
"""Relative distance between value and bound that is none."""
AROUND, LEAST_SPREAD = 0.1, 0.1
"""Standard deviation of prices that are tried for further columns, as a part of the price of a move. Chosen."""
NEAR = 1.0
"""Reduced costs of columns that may be chosen while others may not. Chosen: the optimum was always within."""


class Columns:
    """
    The linear program of a goal.

    Parameters
    ----------
    running
        The fleet and the goal.
    fixed
        Hosts that stay as they are.
    """

    def __init__(self, running: Running, fixed: Bools) -> None:
        self.running, self.goal = running, running.goal
        goal = self.goal
        self.distances = not goal.fewest and goal.fragments is None
        self.blocks = Blocks(running, fixed, None if goal.fewest else goal.fragments, distances=self.distances)
        self.classes = self.blocks.classes
        self.row = {k: i for i, k in enumerate(self.classes)}
        self.position = {h: i for i, h in enumerate(h for block in self.blocks.blocks for h in block.hosts)}
        self.block_of = {h: (b, i) for b, block in enumerate(self.blocks.blocks) for i, h in enumerate(block.hosts)}
        demand = [0] * len(self.classes)
        gone: Counter[int] = Counter()
        for h, name in enumerate(running.hosts):
            if name in running.emptied:
                for (k, _), n in self.blocks.counts[h].items():
                    gone[k] += n
        for g in range(len(running.running), len(running.guests)):
            demand[self.row[running.class_of[g]]] += 1
        for k, n in gone.items():
            demand[self.row[k]] += n
        self.gone = float(sum(gone.values()))
        budgets = [(goal.moves, self._one), (None if goal.kib is None else goal.kib, self._kib)]
        budgets.append((goal.restarts if any(self._restarts(k) for k in self.classes) else None, self._restarts))
        self.uses = [use for most, use in budgets if most is not None]
        limits = [most - sum(n * use(k) for k, n in gone.items()) for most, use in budgets if most is not None]
        self.scale = self._scale()
        self.choices = Choices(len(self.position), demand, limits)
        self.columns: list[Counter[Key] | None] = []
        self._known: dict[tuple[int, frozenset[tuple[Key, int]]], int] = {}
        self.bound = -math.inf
        self.fixed_cost = self._fixed_cost()
        for h in self.position:
            self._stay(h)

    def _one(self, _k: int) -> float:
        return 1.0

    def _kib(self, k: int) -> float:
        return float(self.running.classes[k].kib)

    def _restarts(self, k: int) -> float:
        return float(self.running.classes[k].way == "restart")

    def _scale(self) -> float:
        """Give what a unit of the program is: of distances the mean of a guest, so that prices are near 1."""
        if not self.distances:
            return 1.0
        all_of_them = [spot.distance for spot in self.running.spot_of if spot is not None]
        return max(1.0, sum(all_of_them) / max(1, len(all_of_them)))

    def _fixed_cost(self) -> float:
        """Give what guests and hosts outside the program cost, in the unit of the aim."""
        running = self.running
        if self.goal.fewest:
            return 0.0
        if self.distances:
            return float(
                sum(
                    spot.distance
                    for g, spot in enumerate(running.spot_of)
                    if spot is not None
                    and not (running.host_of[g] in self.position and running.class_of[g] in self.row)
                )
            )
        inside = sum(
            fitting(self.blocks.blocks[b], left_on(self.blocks.blocks[b], i, self.blocks.counts[h]))
            for h, (b, i) in self.block_of.items()
        )
        return float(inside - fits_on(running, State(running)))

    def _stay(self, h: int) -> None:
        b, i = self.block_of[h]
        counts = self.blocks.blocks[b].counts[i]
        if (left_on(self.blocks.blocks[b], i, counts) >= 0).all():
            self.add(h, counts)

    def add(self, h: int, counts: Counter[Key]) -> int:
        """Add the column of a host that holds guests in the end; give its position."""
        key = (h, frozenset(counts.items()))
        if key in self._known:
            return self._known[key]
        b, i = self.block_of[h]
        block = self.blocks.blocks[b]
        net: dict[int, float] = {}
        leaving: dict[int, float] = {}
        for (k, takes), n in [*counts.items(), *((key, 0) for key in block.counts[i] if key not in counts)]:
            there = block.counts[i].get((k, takes), 0)
            net[k] = net.get(k, 0.0) + n - there
            leaving[k] = leaving.get(k, 0.0) + max(0, there - n)
        gains = float(fitting(block, left_on(block, i, counts))) if self.goal.fragments is not None else 0.0
        if self.distances:
            gains = -self._distance(block, counts)
        self._known[key] = self._append(h, net, leaving, gains)
        self.columns[-1] = counts
        self.choices.real[-1] = True
        return self._known[key]

    def _distance(self, block: Block, counts: Counter[Key]) -> float:
        known = dict(block.wide)
        known |= {
            (item.of, ((item.p, item.vcpus, item.kib),)): item.distance for item in block.items if item.share == 1
        }
        return sum(n * known.get(key, 0.0) for key, n in counts.items())

    def _append(self, h: int, net: dict[int, float], leaving: dict[int, float], gains: float) -> int:
        """Add a column, for the bound alone until its counts are known; give its position."""
        cost = sum(leaving.values()) if self.goal.fewest else -gains / self.scale
        uses = [sum(n * use(k) for k, n in leaving.items()) for use in self.uses]
        self.choices.add(self.position[h], cost, {self.row[k]: n for k, n in net.items()}, uses, real=False)
        self.columns.append(None)
        return len(self.columns) - 1

    def add_state(self, state: State) -> list[int] | None:
        """Add the columns of an end state, and give them; None where it changes hosts that are fixed."""
        changed: dict[int, Counter[Key]] = {}
        for g, place in state.moved().items():
            k, home = self.running.class_of[g], self.running.host_of[g]
            spot = self.running.spot_of[g]
            if place[0] not in self.position or (
                home >= 0 and home not in self.position and not self._is_emptied(home)
            ):
                return None
            for h, takes, sign in ((home, spot.takes if spot else (), -1), (place[0], place[1].takes, 1)):
                if h in self.position:
                    counts = changed.setdefault(h, Counter(self.blocks.counts[h]))
                    counts[k, takes] += sign
        return [self.add(h, +changed.get(h, self.blocks.counts[h])) for h in self.position]

    def _is_emptied(self, h: int) -> bool:
        return self.running.hosts[h] in self.running.emptied

    def generate(self, until: float, say: Callable[[str], None], stop: Event, enough: float = math.inf) -> None:
        """Add columns until none is missing, the bound is enough or the time is up."""
        for round_ in range(ROUNDS):
            prices = self.choices.relaxed()
            missing, below = 0, 0.0
            for found, over in self._priced(prices):
                below += over
                missing += found is not None and self._take(found)
            self.bound = max(self.bound, prices.value - below)
            if round_ % 5 == 0:
                say(f"{len(self.columns)} choices of hosts, at least {self.cost_of(self.bound):.2f}")
            done = prices.value - self.bound <= CLOSE * max(1.0, abs(prices.value))
            if not missing or done or self.bound >= enough or perf_counter() > until or stop.is_set():
                return

    def _priced(self, prices: Prices) -> Iterator[tuple[Priced | None, float]]:
        leaving = {}
        for k in self.classes:
            uses = sum(-price * use(k) for price, use in zip(prices.budgets.tolist(), self.uses, strict=True))
            leaving[k] = uses + (1.0 if self.goal.fewest else 0.0)
        price = {k: float(prices.balances[i]) for k, i in self.row.items()}
        worth = Worth(price, leaving, 1.0 if self.goal.fragments is not None and not self.goal.fewest else 0.0)
        if self.distances:  # distances are costs in units of the scale
            price = {k: each * self.scale for k, each in price.items()}
            worth = Worth(price, {k: each * self.scale for k, each in leaving.items()})
        for block in self.blocks.blocks:
            threshold = np.array([-prices.hosts[self.position[h]] for h in block.hosts]) * self.scale
            for i, (_, value, found) in enumerate(priced(block, worth, threshold)):
                yield found, max(0.0, value - float(threshold[i])) / self.scale

    def widen(self, seed: int) -> None:
        """Add the columns that are best at prices near those of the linear program: whole choices need more of them."""
        prices = self.choices.relaxed()
        draw = np.random.default_rng(seed)
        spread = abs(prices.budgets[0]) if len(prices.budgets) else 1.0
        near = Prices(
            prices.value,
            prices.hosts,
            prices.balances + draw.normal(0.0, AROUND * max(spread, LEAST_SPREAD), len(prices.balances)),
            prices.budgets,
        )
        for found, _ in self._priced(near):
            if found is not None and found.real:
                self._take(found)

    def _take(self, found: Priced) -> bool:
        """Add what may become of a host; whether it is new."""
        before = len(self.columns)
        if found.real:
            self.add(found.host, found.counts)
            return len(self.columns) > before
        self._append(found.host, found.parts, found.leaving, -found.distance if self.distances else found.fits)
        return True

    def cost_of(self, value: float) -> float:
        """Give a value of the program in the unit of the aim, with what leaves the hosts to be emptied."""
        return value * self.scale + (self.gone if self.goal.fewest else 0.0)

    def whole(self, until: float, start: list[int] | None, stop: Event) -> dict[int, Counter[Key]] | None:
        """Choose a column for each host."""
        self.choices.relaxed()
        integral = not self.distances
        bound = math.ceil(self.bound - 1e-5) if integral and math.isfinite(self.bound) else self.bound
        left = until - perf_counter()
        chosen = self.choices.whole(left, bound, start or (), stop, most=NEAR, integral=integral)
        if chosen is None:
            return None
        at = {self.choices.of[c]: c for c in chosen}
        hosts = list(self.position)
        return {hosts[p]: +(self.columns[c] or Counter()) for p, c in at.items()}
