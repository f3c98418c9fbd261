"""The default strategy against HiGHS, a MIP solver of other people, on instances too large to try every placement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

import highspy
import numpy as np
import pytest
from highspy.highs import highs_linear_expression, highs_var

from placer.assignment import ConvexLoad, Flow, Linear, Problem, ResidualCapacity, SetOnSite, Status
from placer.assignment.bounds.elementary import lower_bounds
from placer.assignment.bounds.levels import level_bound, levels_apply
from placer.assignment.structure.term_index import TermIndex
from placer.instance import Guest, Instance, Objective, Rule
from placer.lowering.lower import lower
from placer.solving.pipeline import solve
from tests.support.building import GIB, MIB, a_guest, a_host, tree_slit

Part = highs_var | highs_linear_expression

ROUNDING = 0.1
"""Costs are integers; this is far more than HiGHS is off and far less than one."""


RING = ((10, 21, 31, 16), (21, 10, 21, 31), (31, 21, 10, 21), (21, 31, 16, 10))
"""Four pnodes, some ways dearer than back."""


class Mip:
    """A Problem as a mixed-integer program: a Boolean for each item and site, products of two in full (RLT-1)."""

    def __init__(self, problem: Problem) -> None:
        assert problem.slot_matching is None
        self.problem = problem
        self.highs: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
        self.highs.silent()
        self.highs.setOptionValue("mip_rel_gap", 0.0)
        self.highs.setOptionValue("mip_abs_gap", 0.5)
        self.x = [{p: self.highs.addBinary() for p in np.flatnonzero(row).tolist()} for row in problem.allowed]
        for sites in self.x:
            self.highs.addConstr(total(sites.values()) == 1)
        for resource in problem.resources:
            for p in range(problem.m):
                self.highs.addConstr(self.load(resource.weight.tolist(), [p]) <= int(resource.capacity[p]))
        for conflict in problem.all_conflicts:
            for v, w in np.argwhere(np.triu(conflict.items)).tolist():
                for p, q in np.argwhere(conflict.sites).tolist():
                    if p in self.x[v] and q in self.x[w]:
                        self.highs.addConstr(self.x[v][p] + self.x[w][q] <= 1)

    def load(self, weight: list[int], sites: list[int]) -> highs_linear_expression:
        return total(weight[v] * own[p] for v, own in enumerate(self.x) for p in sites if p in own and weight[v])

    def least_costs(self) -> tuple[int, ...] | None:
        """Minimise tier after tier, the higher ones held."""
        costs: list[int] = []
        for terms in self.problem.tiers:
            cost = total(each for term in terms for each in self.evaluate(term))
            self.highs.minimize(cost)
            if self.highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
                return None
            assert self.highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
            value = self.highs.getObjectiveValue()
            costs.append(round(value))
            assert abs(value - costs[-1]) < ROUNDING
            self.highs.addConstr(cost <= costs[-1] + ROUNDING)
        return tuple(costs)

    def evaluate(self, term: object) -> list[Part]:
        if isinstance(term, Linear):
            return [int(term.cost[v, p]) * var for v, own in enumerate(self.x) for p, var in own.items()]
        if isinstance(term, Flow):
            return self.flow(term)
        if isinstance(term, ConvexLoad):
            return [self.convex_load(term, pool) for pool in range(len(term.table))]
        if isinstance(term, ResidualCapacity):
            return [self.room(term, p) for p in np.flatnonzero(term.room >= 0).tolist()]
        assert isinstance(term, SetOnSite)
        return [self.touched([self.x[v][term.site] for v in items if term.site in self.x[v]]) for items in term.sets]

    def flow(self, term: Flow) -> list[Part]:
        """Price y[p, q] = x[v, p] x[w, q]: rows sum to x[v, p], columns to x[w, q]."""
        distance = term.distance
        costs: list[Part] = []
        for i, v in enumerate(term.items.tolist()):
            costs += [int(term.flow[i, i] * distance[p, p]) * var for p, var in self.x[v].items()]
            for j, w in enumerate(term.items.tolist()[:i]):
                to_sites, to_placement = int(term.flow[i, j]), int(term.flow[j, i])
                rows, columns = defaultdict(list), defaultdict(list)
                for p in self.x[v]:
                    for q in self.x[w]:
                        both = self.highs.addVariable(0, 1)
                        rows[p].append(both)
                        columns[q].append(both)
                        costs.append((to_sites * int(distance[p, q]) + to_placement * int(distance[q, p])) * both)
                for p, products in rows.items():
                    self.highs.addConstr(total(products) == self.x[v][p])
                for q, products in columns.items():
                    self.highs.addConstr(total(products) == self.x[w][q])
        return costs

    def convex_load(self, term: ConvexLoad, pool: int) -> Part:
        """A variable above every line through two neighbouring entries of a convex table."""
        price: highs_var = self.highs.addVariable(0, float(term.table[pool].max()))
        load = self.load(term.weight.tolist(), np.flatnonzero(term.pool_of == pool).tolist())
        for k, (low, high) in enumerate(pairwise(term.table[pool].tolist())):
            self.highs.addConstr(price >= (high - low) * load + (low - (high - low) * k))
        return price

    def room(self, term: ResidualCapacity, p: int) -> Part:
        """Room less load where an item stands, else 0; in whole units, which leaves the solver's tolerance no say."""
        room, weight = int(term.room[p]), term.weight
        assert not room % term.unit
        assert not (weight % term.unit).any()
        used = self.touched([own[p] for own in self.x if p in own])
        left: highs_var = self.highs.addIntegral(0, room // term.unit)
        load = self.load((weight // term.unit).tolist(), [p])
        self.highs.addConstr(left + load >= room // term.unit * used - 0.5)
        return left

    def touched(self, here: Sequence[Part]) -> Part:
        """1 where one of some Booleans is 1; whoever minimises sets it to 0 else."""
        used: highs_var = self.highs.addVariable(0, 1)
        for var in here:
            self.highs.addConstr(used >= var)
        return used


def total(parts: Iterable[Part]) -> highs_linear_expression:
    return highspy.Highs.qsum(parts)


def middle_sized(seed: int) -> Instance:
    """9 to 11 unequal vnodes in guests of 1 to 3 on 4 to 6 pnodes, two thirds to nine tenths full."""
    random = Random(seed)
    count = random.choice((4, 5, 6))
    slit = {4: RING, 5: None, 6: tree_slit((2, 6), (10, 16, 21))}[count]
    guests: list[Guest] = []
    left = random.randint(9, 11)
    while left:
        k = min(left, random.randint(1, 3))
        sizes = [random.randint(2, 9) * GIB for _ in range(k)]
        guests.append(a_guest(*sizes, vcpus=tuple(random.randint(1, 6) for _ in sizes), name=f"g{len(guests)}"))
        left -= k
    need = sum(guest.memory_kib for guest in guests)
    fill = random.uniform(0.67, 0.9)
    host = a_host(
        *(int(need / fill / count * random.uniform(0.85, 1.15)) // MIB * MIB for _ in range(count)),
        pcpus=random.choice((6, 8, 12)),
        slit=slit,
    )
    rules = (Rule(apart=(guests[0].name, guests[1].name)),) if random.random() < 0.4 else ()
    return Instance(host=host, guests=tuple(guests), rules=rules, objective=Objective())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_highs_finds_the_same_costs(seed: int) -> None:
    instance = middle_sized(seed)
    allow_unplaced = seed % 4 == 3
    expected = Mip(lower(instance, allow_unplaced=allow_unplaced).problem).least_costs()
    answer = solve(instance, allow_unplaced=allow_unplaced, time_limit_s=60)
    if expected is None:
        assert answer.status is Status.INFEASIBLE
    else:
        assert answer.status is Status.OPTIMAL
        assert tuple(tier.cost for tier in answer.tiers) == expected


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 20))
def test_no_level_bound_is_above_the_optimum_of_highs(seed: int) -> None:
    """A guest of five or six vnodes with traffic of its own on six pnodes of a tree, by the bound alone."""
    random = Random(seed)
    count = random.randint(5, 6)
    sizes = [random.randint(2, 9) * GIB for _ in range(count)]
    traffic = tuple(tuple(random.choice((0, 0, 1, 5, 9)) + 9 * (v == w) for w in range(count)) for v in range(count))
    guest = a_guest(*sizes, vcpus=tuple(random.randint(1, 6) for _ in sizes), name="own", traffic=traffic)
    host = a_host(*(random.randint(9, 16) * GIB for _ in range(6)), pcpus=8, slit=tree_slit((2, 6), (10, 16, 21)))
    problem = lower(Instance(host=host, guests=(guest,))).problem
    tier = next(t for t, terms in enumerate(problem.tiers) if any(isinstance(term, Flow) for term in terms))
    expected = Mip(replace(problem, tiers=problem.tiers[: tier + 1])).least_costs()
    assert expected is not None
    index = TermIndex(problem)
    assert levels_apply(index, tier)
    bound = level_bound(index, tier, lambda: True)
    assert lower_bounds(index)[tier] < bound <= expected[tier]
