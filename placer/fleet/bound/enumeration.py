"""All fillings of the hosts of a small fleet: over them the integer program is exact."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

import numpy as np

from placer.fleet.bound.tables import Ints
from placer.fleet.problem.loads import Load
from placer.fleet.problem.problem import FleetProblem, HostType

MOST_STATES = 20_000
"""Most states of hosts that are visited. Chosen: below a second, and enough for a handful of hosts."""
MOST_TYPES = 50
"""Most types of hosts whose fillings are visited. Chosen: each has hundreds of states."""
MOST_WAYS = 5000
"""Most places of one guest on one host that are tried. Chosen: 4 parts on 8 pnodes."""

State = tuple[tuple[int, int], ...]
"""Vcpus and KiB left of each pnode."""


def all_fillings(problem: FleetProblem) -> list[tuple[int, Ints]] | None:
    """
    Give every filling that no other contains, with at most as many guests of a class as there are.

    Returns
    -------
    list of (int, array) or None
        Position of a type and guests of each class; None where there are too many to visit.
    """
    if len(problem.types) > MOST_TYPES:
        return None
    if any(
        _ways(problem.classes[k].load, len(host.pnodes)) > MOST_WAYS for host in problem.types for k in host.classes
    ):
        return None
    left = MOST_STATES
    found: list[tuple[int, Ints]] = []
    for t, host in enumerate(problem.types):
        visited = _visited(problem, host, left)
        if visited is None:
            return None
        left -= sum(map(len, visited.values()))
        found += [(t, np.array(counts, dtype=np.int64)) for counts in _largest(visited, problem.demand)]
    return found


def _ways(load: Load, pnodes: int) -> int:
    return sum(pnodes ** len(split.parts) for split in load.splits)


def _visited(problem: FleetProblem, host: HostType, most: int) -> dict[tuple[int, ...], set[State]] | None:
    """Give the states of a host for every number of guests of each class that fits; None beyond so many states."""
    empty = (0,) * len(problem.classes)
    reached: dict[tuple[int, ...], set[State]] = {empty: {host.pnodes}}
    for k in host.classes:
        layer = dict(reached)
        for copies in range(1, problem.demand[k] + 1):
            following: dict[tuple[int, ...], set[State]] = {}
            for counts, states in layer.items():
                fuller = {after for state in states for after in _places(state, problem.classes[k].load, host)}
                if fuller:
                    following[(*counts[:k], copies, *counts[k + 1 :])] = fuller
            reached |= following
            layer = following
            if sum(map(len, reached.values())) > most:
                return None
            if not following:
                break
    return reached


def _places(state: State, load: Load, host: HostType) -> Iterator[State]:
    """Give what is left of a host after a guest, in every place where it fits; equal pnodes are not told apart."""
    for split in load.splits:
        pnodes = range(len(state))
        choose = permutations(pnodes, len(split.parts)) if split.distinct else product(pnodes, repeat=len(split.parts))
        for on in choose:
            rest = [list(pnode) for pnode in state]
            for p, (vcpus, kib) in zip(on, split.parts, strict=True):
                rest[p][0] -= vcpus if host.limited else 0
                rest[p][1] -= kib
            if all(vcpus >= 0 and kib >= 0 for vcpus, kib in rest):
                yield tuple(sorted((vcpus, kib) for vcpus, kib in rest))


def _largest(visited: dict[tuple[int, ...], set[State]], demand: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Give the fillings to which no further guest can be added."""
    for counts in visited:
        more = ((*counts[:k], n + 1, *counts[k + 1 :]) for k, n in enumerate(counts) if n < demand[k])
        if any(counts) and not any(each in visited for each in more):
            yield counts
