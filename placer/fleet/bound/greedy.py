"""First fillings without prices: hosts one after the other, the largest first, filled with the largest guests left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placer.fleet.bound.realise import Room
from placer.fleet.bound.tables import Ints
from placer.fleet.problem.problem import FleetProblem, HostType


@dataclass(frozen=True)
class Greedy:
    """
    Fillings in whole hosts.

    Parameters
    ----------
    fillings
        Position of a type, guests of each class, and the number of hosts so filled.
    left
        Guests of each class that have no place. None: then nothing has to stay unplaced.
    """

    fillings: tuple[tuple[int, Ints, int], ...]
    left: tuple[int, ...]


def fill_greedily(problem: FleetProblem) -> Greedy:
    """Fill hosts until no guest is left."""
    left = list(problem.demand)
    found: dict[tuple[int, bytes], tuple[int, Ints, int]] = {}
    by_size = sorted(range(len(problem.classes)), key=lambda k: -problem.classes[k].load.weight)
    order = sorted(range(len(problem.types)), key=lambda t: (not problem.types[t].in_use, -_size(problem.types[t])))
    for t in order:
        host = problem.types[t]
        may = [k for k in by_size if k in host.classes]
        for _ in host.hosts:
            if not any(left):
                return Greedy(tuple(found.values()), tuple(left))
            column = _filled(problem, host, may, left)
            if not column.any():
                break
            key = (t, column.tobytes())
            found[key] = (t, column, found[key][2] + 1 if key in found else 1)
    return Greedy(tuple(found.values()), tuple(left))


def _filled(problem: FleetProblem, host: HostType, may: list[int], left: list[int]) -> Ints:
    room = Room(host.pnodes, limited=host.limited)
    column = np.zeros(len(left), dtype=np.int64)
    for k in may:
        while left[k] and room.take(problem.classes[k].load):
            column[k] += 1
            left[k] -= 1
    return column


def _size(host: HostType) -> int:
    """Weigh memory and vcpus as the tier ``unplaced`` does, with a GiB for a vcpu, so that both count."""
    return sum(kib + vcpus * 2**20 for vcpus, kib in host.pnodes)
