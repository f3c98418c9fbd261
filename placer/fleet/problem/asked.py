"""Requests beside the guests of a fleet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from placer.fleet.problem.loads import load_of
from placer.fleet.problem.problem import FleetProblem, GuestClass
from placer.instance import Guest


def with_requests(problem: FleetProblem, shapes: Sequence[Guest], order: Sequence[int], most: int) -> FleetProblem:
    """
    Add the first requests of a sequence to what a fleet is to hold.

    Requests that take what a class of its guests takes, and are as free to choose, join that class; other shapes become
    classes with their names.
    """
    limited = any(each.limited for each in problem.types)
    own = {each.load: k for k, each in enumerate(problem.classes) if each.hosts is None}
    classes, at = list(problem.classes), []
    for guest in shapes:
        load = load_of(guest, limited=limited)
        if load not in own:
            own[load] = len(classes)
            classes.append(GuestClass(guest.name, load, None, ()))
        at.append(own[load])
    more = tuple(range(len(problem.classes), len(classes)))
    demand = [*problem.demand, *(0 for _ in more)]
    for shape, count in Counter(order[:most]).items():
        demand[at[shape]] += count
    return FleetProblem(
        types=tuple(replace(each, classes=(*each.classes, *more)) for each in problem.types),
        classes=tuple(classes),
        demand=tuple(demand),
    )
