"""
Moves in a few stages as one program: what comes in a stage fits beside everything that stands there before.

Guests of a class on equal spots of a host are counted, not named. For each stage the program counts how many leave each
spot, and how many come to each place; of every class as many come as leave. Guests with rules stay where they are.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from placer.fleet.bound.tables import Ints
from placer.fleet.moves.running import Running
from placer.fleet.moves.spots import Spot
from placer.fleet.moves.state import State

MOST_VARIABLES = 60_000
"""Most numbers of guests that come somewhere. Chosen: 100 hosts of two pnodes have 18,000 in three stages."""
MOST_TOGETHER = 4
"""Most guests of a class that come to a place in one stage. Chosen: more find room in the next."""

Takes = tuple[tuple[int, int, int], ...]
Group = tuple[int, int, Takes]
"""A class, a host, and what its guests take there."""


Sum = cp_model.LinearExpr | int


@dataclass
class Stage:
    """What leaves and what comes in a stage: numbers of guests."""

    leave: dict[Group, cp_model.IntVar] = field(default_factory=dict)
    come: dict[Group, cp_model.IntVar] = field(default_factory=dict)


class StagesProgram:
    def __init__(self, running: Running) -> None:
        self.running, self.model = running, cp_model.CpModel()
        self.stages: list[Stage] = []
        self.wanted: dict[Group, cp_model.IntVar] = {}
        self.spots: dict[Group, Spot] = {}
        self.rules = State(running).rules
        self.stands: dict[Group, list[int]] = defaultdict(list)
        for g in running.running:
            spot = running.spot_of[g]
            if spot is not None and g not in self.rules.of and running.way_of(g) != "stay":
                group = (running.class_of[g], running.host_of[g], spot.takes)
                self.spots.setdefault(group, spot)
                self.stands[group].append(g)

    @classmethod
    def of(cls, running: Running, stages: int) -> StagesProgram | None:
        """Make the program; None where it would be too large, or rules bind guests that must move or come together."""
        program = cls(running)
        coming = range(len(running.running), len(running.guests))
        if len(coming) > 1 and any(g in program.rules.of for g in coming):
            return None
        places = {k: program._places(k) for k in dict.fromkeys(group[0] for group in program.stands)}
        if stages * sum(map(len, places.values())) > MOST_VARIABLES or not program._may_empty():
            return None
        for _ in range(stages):
            program._add_stage(places)
        for k in dict.fromkeys(running.class_of[g] for g in coming):
            program._want(k, [g for g in coming if running.class_of[g] == k])
        program._end()
        return program

    def _places(self, k: int) -> list[Group]:
        places = self.running.places(k)
        found = []
        for i in range(len(places.hosts)):
            host, spot = places.place(i)
            group = (k, host, spot.takes)
            self.spots.setdefault(group, spot)
            found.append(group)
        return found

    def _may_empty(self) -> bool:
        """Whether all guests on hosts that are to be empty are among those that move here."""
        counted = {g for guests in self.stands.values() for g in guests}
        emptied = [h for h, name in enumerate(self.running.hosts) if name in self.running.emptied]
        return all(g in counted for h in emptied for g in self.running.guests_on[h])

    def _add_stage(self, places: dict[int, list[Group]]) -> None:
        stage, taken = Stage(), self._taken()
        for k, groups in places.items():
            for group in groups:
                if self.stages or self._fits(group, self.running.free):
                    stage.come[group] = self.model.new_int_var(0, MOST_TOGETHER, "")
            for group in dict.fromkeys([g for g in self.stands if g[0] == k] + self._came(k)):
                left = self._number(group)
                stage.leave[group] = self.model.new_int_var(0, len(self.stands[group]) + MOST_TOGETHER, "")
                self.model.add(stage.leave[group] <= left)
            self.model.add(
                sum(v for group, v in stage.come.items() if group[0] == k)
                == sum(v for group, v in stage.leave.items() if group[0] == k)
            )
        self._fit(stage.come, taken)
        self.stages.append(stage)

    def _came(self, k: int) -> list[Group]:
        return [group for stage in self.stages for group in stage.come if group[0] == k]

    def _number(self, group: Group) -> Sum:
        """Count the guests of a group after the stages so far."""
        come = [stage.come[group] for stage in self.stages if group in stage.come]
        gone = [stage.leave[group] for stage in self.stages if group in stage.leave]
        return len(self.stands.get(group, ())) + sum(come) - sum(gone)

    def _rows(self, group: Group) -> list[tuple[int, int, int]]:
        """Give the row in the fleet of each pnode that a guest takes something of, with vcpus or KiB (0, 1)."""
        row = int(self.running.row_of[group[1]])
        return [(row + p, r, amount) for p, *takes in group[2] for r, amount in enumerate(takes) if amount]

    def _fits(self, group: Group, free: Ints) -> bool:
        return all(free[row, r] >= amount for row, r, amount in self._rows(group))

    def _taken(self) -> dict[tuple[int, int], list[Sum]]:
        """Give what more is taken of each pnode, of vcpus and of KiB, after all stages so far."""
        taken: dict[tuple[int, int], list[Sum]] = defaultdict(list)
        for stage in self.stages:
            for sign, counted in ((1, stage.come), (-1, stage.leave)):
                for group, number in counted.items():
                    for row, r, amount in self._rows(group):
                        taken[row, r].append(sign * amount * number)
        return taken

    def _fit(self, come: dict[Group, cp_model.IntVar], taken: dict[tuple[int, int], list[Sum]]) -> None:
        """Let what comes fit beside what is taken."""
        asked: dict[tuple[int, int], list[Sum]] = defaultdict(list)
        for group, number in come.items():
            for row, r, amount in self._rows(group):
                asked[row, r].append(amount * number)
        for at, each in asked.items():
            self.model.add(sum(each) + sum(taken.get(at, [])) <= int(self.running.free[at]))

    def _want(self, k: int, guests: list[int]) -> None:
        """Let guests to make room for come in the end."""
        mask = self.rules.mask(guests[0])
        groups = [group for group in self._places(k) if mask is None or mask[group[1]]]
        self.wanted |= {group: self.model.new_int_var(0, len(guests), "") for group in groups}
        self.model.add(sum(self.wanted[group] for group in groups) == len(guests))

    def _end(self) -> None:
        """Let the guests to make room for fit beside everything in the end, and hosts that are to be empty be so."""
        self._fit(self.wanted, self._taken())
        for group in self.stands:
            if self.running.hosts[group[1]] in self.running.emptied:
                self.model.add(self._number(group) == 0)

    def bound_moves(self, least: int, most: int | None) -> None:
        """Minimise the moves within the budgets."""
        goal, classes = self.running.goal, self.running.classes
        moves = [(group[0], number) for stage in self.stages for group, number in stage.leave.items()]
        total = sum(number for _, number in moves)
        known = [each for each in (most, goal.moves) if each is not None]
        if known:
            self.model.add(total <= min(known))
        self.model.add(total >= least)
        if goal.kib is not None:
            self.model.add(sum(classes[k].kib * number for k, number in moves) <= goal.kib)
        self.model.add(sum(number for k, number in moves if classes[k].way == "restart") <= goal.restarts)
        self.model.minimize(total)
