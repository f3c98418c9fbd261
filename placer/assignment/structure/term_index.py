"""The terms of a Problem as searches use them: linear costs and flows summed up, the other terms in a list."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np

from placer.assignment import (
    ConvexLoad,
    Flow,
    IntArray,
    Linear,
    Problem,
    ReducedSlotsLoad,
    ResidualCapacity,
    ResidualValue,
    SetOnSite,
    Term,
)

Kind = TypeVar("Kind", bound=Term)


@dataclass(frozen=True, kw_only=True, eq=False)
class PairFlow:
    """
    Flows between different items over one distance matrix.

    Parameters
    ----------
    tier
        Number of its tier, from 0.
    flow
        ``[n, n]``, 0 on the diagonal.
    distance
        ``[m, m]``.
    """

    tier: int
    flow: IntArray
    distance: IntArray


class TermIndex:
    """
    The terms of a Problem, linear costs and flows summed up.

    Linear costs and flows are told apart by kind, as searches handle them as matrices. Some bounds and exact methods
    rest on the formula of one kind, and get its terms from the properties below; all else asks each term.

    Attributes
    ----------
    linear
        ``[tiers, n, m]``: the linear terms, and the cost of each item's flow to itself.
    flows
        Flows between different items, one for each tier and distance matrix.
    terms
        The other terms, each with its tier.
    weight, capacity
        ``[resources, n]`` and ``[resources, m]``.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.tiers = len(problem.tiers)
        self.linear = np.zeros((self.tiers, problem.n, problem.m), dtype=np.int64)
        self.terms: list[tuple[int, Term]] = []
        self.weight = _stack([r.weight for r in problem.resources], problem.n)
        self.capacity = _stack([r.capacity for r in problem.resources], problem.m)
        flows: dict[tuple[int, bytes], PairFlow] = {}
        for t, terms in enumerate(problem.tiers):
            for term in terms:
                if isinstance(term, Linear):
                    self.linear[t] += term.cost
                elif isinstance(term, Flow):
                    self._add_flow(t, term, flows)
                else:
                    self.terms.append((t, term))
        self.flows = [flow for flow in flows.values() if flow.flow.any()]

    @cached_property
    def convex_loads(self) -> list[tuple[int, ConvexLoad]]:
        """The convex loads, which bounds split, or spread evenly over pools."""
        return self.of_kind(ConvexLoad)

    @cached_property
    def reduced_slots(self) -> list[tuple[int, ReducedSlotsLoad]]:
        """The terms that are added to a convex load."""
        return self.of_kind(ReducedSlotsLoad)

    @cached_property
    def residual_capacities(self) -> list[tuple[int, ResidualCapacity]]:
        """The terms with a better bound where it is known which sites are forced."""
        return self.of_kind(ResidualCapacity)

    @cached_property
    def residual_values(self) -> list[tuple[int, ResidualValue]]:
        """The values of room left, which exact methods over sets of items price site by site."""
        return self.of_kind(ResidualValue)

    @cached_property
    def sets_on_site(self) -> list[tuple[int, SetOnSite]]:
        """The terms that exact methods over sets of items count."""
        return self.of_kind(SetOnSite)

    def of_kind(self, kind: type[Kind]) -> list[tuple[int, Kind]]:
        """Return the terms of one kind, each with its tier."""
        return [(t, term) for t, term in self.terms if isinstance(term, kind)]

    def _add_flow(self, t: int, term: Flow, flows: dict[tuple[int, bytes], PairFlow]) -> None:
        own = np.diagonal(term.flow)
        self.linear[t][term.items] += np.outer(own, np.diagonal(term.distance))
        key = (t, term.distance.tobytes())
        if key not in flows:
            n = self.problem.n
            flows[key] = PairFlow(tier=t, flow=np.zeros((n, n), dtype=np.int64), distance=term.distance)
        flows[key].flow[np.ix_(term.items, term.items)] += term.flow - np.diag(own)


def _stack(rows: list[IntArray], width: int) -> IntArray:
    return np.array(rows, dtype=np.int64).reshape(len(rows), width)
