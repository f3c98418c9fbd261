"""Encodings of flows times distances, chosen by structure: counts per cluster, slots, or thresholds of pairs."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
from ortools.sat.python import cp_model

from placer.assignment import IntArray
from placer.assignment.cpsat.affine import Affine, Value
from placer.assignment.cpsat.variables import ItemClass, Variables
from placer.assignment.group_assignments import flow_cost
from placer.assignment.structure.term_index import PairFlow
from placer.assignment.structure.ultrametric import Level, is_hierarchical, levels


def encode_flow(variables: Variables, flow: PairFlow, cost: Affine) -> None:
    """
    Add the sum over v != w of ``flow[v, w] * distance[site(v), site(w)]`` to a cost.

    Flows within a group whose assignments are listed are part of the price of each. Flows within a class are encoded by
    :func:`encode_counts` where the distances form a hierarchy, else by :func:`encode_slots`; flows between classes,
    which are single items then, by :func:`encode_pair`.
    """
    for unit in variables.units:
        if len(unit.items) > 1 and flow.flow[unit.items[0], unit.items[1]]:
            encode = encode_counts if is_hierarchical(flow.distance) else encode_slots
            encode(variables, unit, int(flow.flow[unit.items[0], unit.items[1]]), flow.distance, cost)
    for group in variables.groups:
        own = flow_cost(flow.flow[np.ix_(group.items, group.items)], flow.distance, group.rows)
        cost.include(group.total(own))
    for v, w in np.argwhere(np.triu(flow.flow + flow.flow.T)).tolist():
        if variables.unit_of[v] is not variables.unit_of[w] and not variables.listed_together(v, w):
            encode_pair(variables, flow, v, w, cost)


def encode_counts(variables: Variables, unit: ItemClass, flow: int, distance: IntArray, cost: Affine) -> None:
    r"""
    Add the flows within a class of k interchangeable items as squares of their number in each cluster of sites.

    With ``h`` the height of a cluster and ``H`` that of the cluster around it, the sum of distances over ordered pairs
    of items, an item with itself included, is :math:`h_{root} k^2 - \sum_C (H_C - h_C) n_C^2`. The counts are one-hot,
    so their squares are linear. The distance of each item to itself is subtracted again. Own.
    """
    k = len(unit.items)
    found, height = levels(distance)
    cost.constant += flow * height * k * k
    for cluster in found:
        weight = flow * (cluster.parent_height - cluster.height)
        one_hot = _one_hot(variables, unit, cluster)
        for i, var in enumerate(one_hot):
            cost.add(-weight * i * i, var)
    for p, var in unit.count.items():
        cost.add(-flow * int(distance[p, p]), var)


def _one_hot(variables: Variables, unit: ItemClass, cluster: Level) -> list[cp_model.IntVar]:
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


def encode_slots(variables: Variables, unit: ItemClass, flow: int, distance: IntArray, cost: Affine) -> None:
    r"""
    Add the flows within a class of k interchangeable items by filled slots, for distances of any kind.

    Slot (p, i) is filled if site p holds at least i of the items; two filled slots cost the distance there and back.
    The rows "a filled slot is in k - 1 pairs" are the first level of the reformulation-linearization technique (Adams
    and Sherali 1986, Sherali and Adams 1990); without them half-filled slots form no pairs in the linear relaxation.
    """
    slots = _slots(variables, unit)
    degree: dict[tuple[int, int], Affine] = {slot: Affine() for slot in slots}
    for (p, i), (q, j) in combinations(slots, 2):
        both = slots[p, max(i, j)] if p == q else _both(variables, unit, slots, (p, i), (q, j))
        cost.add(flow * int(distance[p, q] + distance[q, p]), both)
        degree[p, i].add(1, both)
        degree[q, j].add(1, both)
    for slot, pairs in degree.items():
        variables.model.add(pairs.expression() == (len(unit.items) - 1) * slots[slot])


def _slots(variables: Variables, unit: ItemClass) -> dict[tuple[int, int], cp_model.IntVar]:
    index, items = variables.index, list(unit.items)
    slots: dict[tuple[int, int], cp_model.IntVar] = {}
    for p, count in unit.count.items():
        fit = [int(c) // int(w) for c, w in zip(index.capacity[:, p], index.weight[:, items[0]], strict=True) if w]
        filled = [variables.auxiliary(1, _holds(items, p, i)) for i in range(1, min([len(items), *fit]) + 1)]
        slots.update({(p, i): var for i, var in enumerate(filled, 1)})
        variables.model.add(cp_model.LinearExpr.sum(filled) == count)
        for lower, upper in pairwise(filled):
            variables.model.add_implication(upper, lower)
    return slots


def _holds(items: list[int], p: int, i: int) -> Value:
    return lambda site_of: int((site_of[items] == p).sum() >= i)


def _both(
    variables: Variables,
    unit: ItemClass,
    slots: dict[tuple[int, int], cp_model.IntVar],
    first: tuple[int, int],
    second: tuple[int, int],
) -> cp_model.IntVar:
    items = list(unit.items)
    holds = _holds(items, *first), _holds(items, *second)
    both = variables.auxiliary(1, lambda site_of: holds[0](site_of) * holds[1](site_of))
    variables.model.add_implication(both, slots[first])
    variables.model.add_implication(both, slots[second])
    variables.model.add(both >= slots[first] + slots[second] - 1)
    return both


def encode_pair(variables: Variables, flow: PairFlow, v: int, w: int, cost: Affine) -> None:
    """
    Add the flows between two items by threshold Booleans, "this pair costs at least so much": an order encoding.

    Both directions share their thresholds where the distances are symmetric, only one of the two flows, or their sum
    takes no more values than the distances have; otherwise each direction has thresholds of its own.
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
    """Add ``price[site(v), site(w)]``, with one Boolean for each distinct price above the least."""
    open_pairs = variables.index.problem.open_pairs(v, w)
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
