"""Encodings of hard capacities, incompatible sites, and the terms that depend on the load of sites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import gcd

import numpy as np
from ortools.sat.python import cp_model

from placer.assignment import ConvexLoad, IntArray, ReducedSlotsLoad, ResidualCapacity, Resource, SetOnSite, even_pairs
from placer.assignment.cpsat.affine import Affine, Value
from placer.assignment.cpsat.variables import Variables


def limit_load(variables: Variables, resource: Resource) -> None:
    """Keep the weight on each site within its capacity; rows that always hold are left out."""
    for p, capacity in enumerate(resource.capacity.tolist()):
        load = variables.load(resource.weight, [p])
        step = gcd(*(coefficient for _, coefficient in load.terms)) or 1
        if sum(int(w) for w in resource.weight) > capacity and load.terms:
            scaled = Affine([(var, coefficient // step) for var, coefficient in load.terms])
            variables.model.add(scaled.expression() <= capacity // step)


def keep_apart(variables: Variables) -> None:
    """Keep every group off one of each two incompatible sites."""
    problem = variables.index.problem
    for items in problem.groups if problem.incompatible.any() else ():
        if variables.listed_in[items[0]] >= 0:
            continue
        uses = {p: _uses(variables, items, p) for p in range(problem.m)} if len(items) > 1 else {}
        for p, q in np.argwhere(np.triu(problem.incompatible)).tolist():
            both = [used for used in (uses.get(p), uses.get(q)) if used is not None]
            if len(both) == 2:
                variables.model.add_at_most_one(both)


def _uses(variables: Variables, items: IntArray, p: int) -> cp_model.IntVar | None:
    members = items.tolist()
    units = {id(variables.unit_of[v]): variables.unit_of[v] for v in members}
    counts = [(unit, unit.count[p]) for unit in units.values() if p in unit.count]
    if not counts:
        return None
    used = variables.auxiliary(1, _is_used(members, p))
    for unit, var in counts:
        variables.model.add(var <= len(unit.items) * used)
    return used


def _is_used(members: list[int], p: int) -> Value:
    return lambda site_of: int((site_of[members] == p).any())


def encode_convex_load(variables: Variables, convex_load: ConvexLoad, cost: Affine) -> None:
    """
    Bound the price of each pool's load from below by the lines through each two neighbouring loads.

    The price beyond that of an empty pool is convex and 0 without load, so it is also at least the sum of what each
    item costs there alone: a row that tightens the linear relaxation, in which items of large weight stand in parts.

    The extra cost where claims leave fewer slots goes into the same variable, so this encoder asks for the term of
    that kind, and :func:`encode_with_convex_load` has nothing left to do.
    """
    reduced = next((each for _, each in variables.index.reduced_slots if each.convex_load is convex_load), None)
    cost.constant += int(convex_load.table[:, 0].sum())
    convex_load = replace(convex_load, table=convex_load.table - convex_load.table[:, :1])
    for i, row in enumerate(convex_load.table):
        sites = np.flatnonzero(convex_load.pool_of == i).tolist()
        load = variables.load(convex_load.weight, sites)
        most = min(len(row) - 1, _largest_load(variables, convex_load, sites))
        price = None
        if reduced is not None and reduced.slots_claimed.any():
            price = _on_slots_left(variables, reduced, i, load, most)
        elif np.diff(row[: most + 1]).any():
            price = variables.auxiliary(int(row[most]), _load_price(convex_load, i))
            for line in _lines(row[: most + 1], load):
                variables.model.add(line.expression() <= price)
        if price is not None:
            variables.model.add(_alone(variables, convex_load, i, sites).expression() <= price)
            cost.add(1, price)


def encode_with_convex_load(variables: Variables, reduced: ReducedSlotsLoad, cost: Affine) -> None:
    """Do nothing: :func:`encode_convex_load` encodes a load together with its extra cost on fewer slots."""


def _lines(row: IntArray, load: Affine) -> Iterator[Affine]:
    """Yield the line through each two neighbouring points of a convex row at which its slope changes, over the load."""
    slopes = np.diff(row)
    for n in np.flatnonzero(np.diff(slopes, prepend=0)).tolist():
        slope = int(slopes[n])
        yield Affine([(var, slope * c) for var, c in load.terms], int(row[n]) - slope * n)


def _on_slots_left(variables: Variables, reduced: ReducedSlotsLoad, i: int, load: Affine, most: int) -> cp_model.IntVar:
    """
    Bound the price of a load on the slots that claims leave from below, less the price of the empty pool.

    ``even_pairs(n, c)`` is the largest of q n - c q (q + 1) / 2 over whole q, so each q gives a row that is linear in
    both the load n and the slots left c. The variable ``left`` is at most the slots that claims leave; ``one`` marks
    a pool with one slot left, in which any number of claims is allowed.
    """
    model, convex_load = variables.model, reduced.convex_load
    sites = np.flatnonzero(convex_load.pool_of == i).tolist()
    start, slots, per_slot, scale = int(reduced.start[i]), int(reduced.slots[i]), reduced.per_slot, reduced.scale
    empty, n = int(convex_load.table[i, 0]), start + most
    price = variables.auxiliary(scale * n * (n - 1) // 2, _price_on_slots_left(reduced, i))
    left = variables.auxiliary(slots, lambda site_of: _left(reduced, i, site_of))
    one = variables.auxiliary(1, lambda site_of: int(_left(reduced, i, site_of) == 1))
    claims = variables.load(reduced.slots_claimed, sites)
    largest = int(reduced.slots_claimed[variables.index.problem.allowed[:, sites].any(axis=1)].sum())
    model.add(left >= 1)
    model.add(left <= slots - (slots - 1) * one)
    model.add(claims.expression() <= per_slot * (slots - left) + largest * one)
    total = variables.auxiliary(
        n, lambda site_of: start + int(convex_load.weight[convex_load.pool_of[site_of] == i].sum())
    )
    model.add(total == load.expression() + start)
    for q in range(1, n):
        model.add(scale * q * total - empty <= price + scale * q * (q + 1) // 2 * left)
    return price


def _left(reduced: ReducedSlotsLoad, i: int, site_of: IntArray) -> int:
    claims = int(reduced.slots_claimed[reduced.convex_load.pool_of[site_of] == i].sum())
    return max(1, int(reduced.slots[i]) - -(-claims // reduced.per_slot))


def _price_on_slots_left(reduced: ReducedSlotsLoad, i: int) -> Value:
    def price(site_of: IntArray) -> int:
        n = reduced.start[i] + reduced.convex_load.weight[reduced.convex_load.pool_of[site_of] == i].sum()
        pairs = int(even_pairs(np.array(n), np.array(_left(reduced, i, site_of))))
        return reduced.scale * pairs - int(reduced.convex_load.table[i, 0])

    return price


def _alone(variables: Variables, convex_load: ConvexLoad, i: int, sites: list[int]) -> Affine:
    """Sum what each item, or each group whose assignments are listed, costs in a pool without others."""
    total = Affine()
    weight, table = convex_load.weight, convex_load.table[i]
    for group in variables.groups:
        total.include(group.sum(table[np.isin(group.rows, sites) @ weight[group.items]]))
    for unit in variables.unlisted:
        for p in sites:
            if p in unit.count:
                total.add(int(table[weight[unit.items[0]]]), unit.count[p])
    return total


def _largest_load(variables: Variables, convex_load: ConvexLoad, sites: list[int]) -> int:
    allowed = variables.index.problem.allowed[:, sites].any(axis=1)
    return int(convex_load.weight[allowed].sum())


def _load_price(convex_load: ConvexLoad, i: int) -> Value:
    return lambda site_of: int(convex_load.table[i, convex_load.weight[convex_load.pool_of[site_of] == i].sum()])


def encode_residual_capacity(variables: Variables, room: ResidualCapacity, cost: Affine) -> None:
    """
    Add the room left on the sites in use: linear where every weight is a multiple of the unit, else bounded from below.

    The capacity rows are repeated with the Boolean "in use" as a factor of the capacity: the same for whole numbers,
    and a tighter relaxation.
    """
    items = np.flatnonzero(room.uses)
    exact = not (room.weight % room.unit).any()
    for p in np.flatnonzero(room.room >= 0).tolist():
        used = _uses(variables, items, p)
        if used is None:
            continue
        for resource in variables.index.problem.resources:
            held = variables.load(resource.weight * room.uses, [p])
            variables.model.add(held.expression() <= int(resource.capacity[p]) * used)
        load = variables.load(room.weight, [p])
        size = int(room.room[p])
        if exact:
            cost.add(size // room.unit, used)
            for var, coefficient in load.terms:
                cost.add(-(coefficient // room.unit), var)
            continue
        left = variables.auxiliary(size // room.unit, _room_left(room, p))
        rest = Affine([(var, -c) for var, c in load.terms], size - room.unit + 1)
        variables.model.add(rest.expression() <= room.unit * left + size * (1 - used))
        cost.add(1, left)


def _room_left(room: ResidualCapacity, p: int) -> Value:
    def left(site_of: IntArray) -> int:
        here = (site_of == p) & room.uses
        return int((room.room[p] - room.weight[here].sum()) // room.unit) if here.any() else 0

    return left


def encode_set_on_site(variables: Variables, on_site: SetOnSite, cost: Affine) -> None:
    """Add the number of sets with an item on the site; sets of one item in a counted class add the count itself."""
    for items in on_site.sets:
        members = items.tolist()
        unit = variables.unit_of[members[0]]
        if len(members) == 1 and len(unit.items) > 1:
            if members[0] == unit.items[0]:
                cost.add(1, unit.count[on_site.site])
        else:
            used = _uses(variables, items, on_site.site)
            if used is not None:
                cost.add(1, used)


def encode_linear(variables: Variables, cost: IntArray) -> Affine:
    """Sum the price of each item on its site, ``cost [n, m]``, its cheapest as a constant: coefficients start at 0."""
    total = Affine()
    for group in variables.groups:
        total.include(group.total(cost[group.items, group.rows].sum(axis=1)))
    for unit in variables.unlisted:
        prices = cost[unit.items[0]]
        least = int(min((prices[p] for p in unit.count), default=np.int64(0)))
        total.constant += least * len(unit.items)
        for p, var in unit.count.items():
            total.add(int(prices[p]) - least, var)
    return total
