"""Encodings of flows times distances."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from ortools.sat.python import cp_model

from placer.problem import IntArray
from placer.strategies.cpsat.hierarchy import Cluster, clusters
from placer.strategies.cpsat.variables import Affine, Unit, Value, Variables
from placer.strategies.tables import PairFlow


def encode_flow(variables: Variables, flow: PairFlow, cost: Affine) -> None:
    """Add the sum over v != w of ``flow[v, w] * distance[site(v), site(w)]`` to a cost, encoded by structure."""
    for unit in variables.units:
        if len(unit.items) > 1 and flow.flow[unit.items[0], unit.items[1]]:
            encode_counts(variables, unit, int(flow.flow[unit.items[0], unit.items[1]]), flow.distance, cost)
    for v, w in np.argwhere(np.triu(flow.flow + flow.flow.T)).tolist():
        if variables.unit_of[v] is not variables.unit_of[w]:
            encode_pair(variables, flow, v, w, cost)


def encode_counts(variables: Variables, unit: Unit, flow: int, distance: IntArray, cost: Affine) -> None:
    r"""
    Price a class of k interchangeable items by the squares of how many stand in each cluster of sites.

    With ``h`` the height of a cluster and ``H`` that of the cluster around it, the sum over ordered pairs of items,
    an item with itself included, is :math:`h_{root} k^2 - \sum_C (H_C - h_C) n_C^2`. Counts are one-hot, so the
    squares are linear. What an item pays to itself is taken off again.
    """
    k = len(unit.items)
    found, height = clusters(distance)
    cost.constant += flow * height * k * k
    for cluster in found:
        weight = flow * (cluster.parent_height - cluster.height)
        one_hot = _one_hot(variables, unit, cluster)
        for i, var in enumerate(one_hot):
            cost.add(-weight * i * i, var)
    for p, var in unit.count.items():
        cost.add(-flow * int(distance[p, p]), var)


def _one_hot(variables: Variables, unit: Unit, cluster: Cluster) -> list[cp_model.IntVar]:
    items, sites = list(unit.items), list(cluster.sites)

    def is_count(i: int) -> Value:
        return lambda site_of: int(np.isin(site_of[items], sites).sum() == i)

    one_hot = [variables.auxiliary(1, is_count(i)) for i in range(len(items) + 1)]
    inside = [unit.count[p] for p in sites if p in unit.count]
    variables.model.add_exactly_one(one_hot)
    variables.model.add(
        cp_model.LinearExpr.weighted_sum(one_hot, range(len(one_hot))) == cp_model.LinearExpr.sum(inside)
    )
    return one_hot


def encode_pair(variables: Variables, flow: PairFlow, v: int, w: int, cost: Affine) -> None:
    """
    Price two items by threshold Booleans, "they are at least this far apart".

    Symmetric distances, or both directions as one where that has fewer levels; else each direction by itself.
    """
    there, back = int(flow.flow[v, w]), int(flow.flow[w, v])
    d = flow.distance
    both = there * d + back * d.T
    symmetric = bool((d == d.T).all())
    if symmetric or len(np.unique(both)) <= len(np.unique(d)) or not (there and back):
        _encode_thresholds(variables, both, v, w, cost)
    else:
        _encode_thresholds(variables, there * d, v, w, cost)
        _encode_thresholds(variables, back * d.T, v, w, cost)


def _encode_thresholds(variables: Variables, price: IntArray, v: int, w: int, cost: Affine) -> None:
    """Add ``price[site(v), site(w)]``, one Boolean for each level of price above the least."""
    problem = variables.tables.problem
    open_pairs = np.outer(problem.allowed[v], problem.allowed[w]) & ~problem.incompatible
    levels = np.unique(price[open_pairs]).tolist() if open_pairs.any() else [0]
    cost.constant += levels[0]
    here, there = variables.unit_of[v].count, variables.unit_of[w].count
    for lower, level in pairwise(levels):
        far = variables.auxiliary(1, _is_far(price, v, w, level))
        cost.add(level - lower, far)
        for p, var in here.items():
            beyond = [there[q] for q in np.flatnonzero(price[p] >= level).tolist() if q in there]
            if len(beyond) == len(there):
                variables.model.add_implication(var, far)
            elif beyond:
                variables.model.add(var + cp_model.LinearExpr.sum(beyond) <= 1 + far)


def _is_far(price: IntArray, v: int, w: int, level: int) -> Value:
    return lambda site_of: int(price[site_of[v], site_of[w]] >= level)
