"""The terms of a Problem sorted by kind, as the searches use them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placer.assignment import (
    ConvexLoad,
    FlooredLinear,
    Flow,
    IntArray,
    Linear,
    MaxUtilization,
    Problem,
    ReducedSlotsLoad,
    ResidualCapacity,
    SetOnSite,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class PairFlow:
    """
    Flows between different items over one distance matrix.

    Parameters
    ----------
    tier
        Where it counts.
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
    A Problem's terms by kind.

    Attributes
    ----------
    linear
        ``[tiers, n, m]``: linear terms, and what each item's flow to itself costs.
    flows
        Flows between different items, one for each tier and distance matrix.
    convex_loads, reduced_slots, residual_capacities, sets_on_site, max_utilizations, floored_linears
        The other terms, each with its tier.
    weight, capacity
        ``[resources, n]`` and ``[resources, m]``.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.tiers = len(problem.tiers)
        self.linear = np.zeros((self.tiers, problem.n, problem.m), dtype=np.int64)
        self.convex_loads: list[tuple[int, ConvexLoad]] = []
        self.reduced_slots: list[tuple[int, ReducedSlotsLoad]] = []
        self.residual_capacities: list[tuple[int, ResidualCapacity]] = []
        self.sets_on_site: list[tuple[int, SetOnSite]] = []
        self.max_utilizations: list[tuple[int, MaxUtilization]] = []
        self.floored_linears: list[tuple[int, FlooredLinear]] = []
        self.weight = _stack([r.weight for r in problem.resources], problem.n)
        self.capacity = _stack([r.capacity for r in problem.resources], problem.m)
        flows: dict[tuple[int, bytes], PairFlow] = {}
        for t, terms in enumerate(problem.tiers):
            for term in terms:
                match term:
                    case Linear():
                        self.linear[t] += term.cost
                    case Flow():
                        self._add_flow(t, term, flows)
                    case ConvexLoad():
                        self.convex_loads.append((t, term))
                    case ReducedSlotsLoad():
                        self.reduced_slots.append((t, term))
                    case ResidualCapacity():
                        self.residual_capacities.append((t, term))
                    case SetOnSite():
                        self.sets_on_site.append((t, term))
                    case MaxUtilization():
                        self.max_utilizations.append((t, term))
                    case FlooredLinear():
                        self.floored_linears.append((t, term))
        self.flows = [flow for flow in flows.values() if flow.flow.any()]

    @property
    def rounded(self) -> list[tuple[int, MaxUtilization | FlooredLinear]]:
        """The terms that round."""
        return [*self.max_utilizations, *self.floored_linears]

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


def distinct(values: IntArray) -> IntArray:
    """Sort the values and leave each once, as ``np.unique`` does, which imports ``numpy.ma`` first: 20 ms."""
    ordered: IntArray = np.sort(values, axis=None)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if ordered.size else ordered
