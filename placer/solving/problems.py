"""Problems made of plain arrays: built, checked and solved without any NUMA object."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event

import numpy as np
import numpy.typing as npt

from placer.assignment import (
    ConvexLoad,
    FlooredLinear,
    Flow,
    IntArray,
    Linear,
    MaxUtilization,
    Problem,
    Progress,
    ReducedSlotsLoad,
    ResidualCapacity,
    Resource,
    SetOnSite,
    Solution,
    Status,
    Term,
)
from placer.assignment.context import SearchContext
from placer.assignment.registry import STRATEGIES
from placer.errors import Defect, InputError

LARGEST = 2**53
"""Costs and loads stay below; beyond it CP-SAT cannot add exactly."""


def gqap(
    *,
    cost: npt.ArrayLike,
    flow: npt.ArrayLike,
    distance: npt.ArrayLike,
    weight: npt.ArrayLike,
    capacity: npt.ArrayLike,
) -> Problem:
    """
    Build a generalized quadratic assignment problem.

    The cost of putting each item v on a site s(v) is the sum of ``cost[v, s(v)]``, and over ordered pairs v, w of
    ``flow[v, w] * distance[s(v), s(w)]``.

    Parameters
    ----------
    cost
       ``[n, m]``, of each item on each site.
    flow
       ``[n, n]``, non-negative; rows send.
    distance
       ``[m, m]``, non-negative, row = the sender's site.
    weight
       ``[n]``, non-negative.
    capacity
       ``[m]``, what the weights of the items on a site may sum to at most.

    Examples
    --------
    Two items that talk share a site until it is too small for both:

    >>> import placer
    >>> arrays = dict(cost=[[0, 1], [0, 1]], flow=[[0, 5], [0, 0]], distance=[[0, 2], [2, 0]], weight=[3, 4])
    >>> [placer.solve_problem(placer.gqap(**arrays, capacity=c)).costs for c in ([7, 7], [6, 4])]
    [(0,), (11,)]
    """
    costs = _integers("cost", cost)
    if costs.ndim != 2:
        raise InputError(f"cost has shape {costs.shape}, expected [items, sites]")
    n, m = costs.shape
    flows = Flow(
        name="flow", items=np.arange(n), flow=_integers("flow", flow), distance=_integers("distance", distance)
    )
    problem = Problem(
        allowed=np.ones((n, m), dtype=bool),
        resources=(
            Resource(weight=_integers("weight", weight), capacity=_integers("capacity", capacity), name="capacity"),
        ),
        groups=tuple(np.array([v]) for v in range(n)),
        incompatible=np.zeros((m, m), dtype=bool),
        tiers=((Linear(name="cost", cost=costs), flows),),
    )
    for fault in _faults(problem):
        raise InputError(fault)
    return problem


def solve_problem(
    problem: Problem,
    *,
    strategy: str = "optimal",
    time_limit_s: float = 10.0,
    workers: int | None = None,
    seed: int = 0,
    deterministic_limit: float | None = None,
    stop: Event | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Solution:
    """
    Solve a problem made of arrays; the parameters are those of :func:`placer.solving.pipeline.solve`.

    Returns
    -------
    Solution
        OPTIMAL: ``costs`` equal ``bounds``, tier by tier. FEASIBLE: an assignment, and what is proved so far.
        INFEASIBLE: proved that there is none. UNKNOWN: none found.

    Raises
    ------
    InputError
        If arrays do not fit each other, hold what no problem may hold, or an argument is out of range.
    Defect
        If an answer breaks a rule or is priced wrong; never seen, please report it.
    """
    if not isinstance(problem, Problem):
        raise InputError(f"expected a placer.Problem, got {type(problem).__name__}")
    for fault in _faults(problem):
        raise InputError(fault)
    if strategy not in STRATEGIES or STRATEGIES[strategy].baseline:
        known = ", ".join(name for name, known in STRATEGIES.items() if not known.baseline)
        raise InputError(f'no strategy "{strategy}" for problems, expected one of {known}')
    context = SearchContext(
        time_limit_s=time_limit_s,
        workers=workers,
        seed=seed,
        deterministic_limit=deterministic_limit,
        stop=stop or Event(),
        on_progress=on_progress,
    )
    solution = STRATEGIES[strategy].run(problem, context)
    _confirm(problem, solution)
    return solution


def _confirm(problem: Problem, solution: Solution) -> None:
    if solution.site_of is None:
        return
    row = solution.site_of[None, :]
    costs = tuple(problem.evaluate(row)[0].tolist())
    if not problem.feasible(row)[0] or costs != solution.costs:
        raise Defect(f"an assignment that breaks a rule, or costs {costs} and not {solution.costs}")
    if solution.status is Status.OPTIMAL and solution.bounds != costs:
        raise Defect(f"{solution.status} with costs {costs} and bounds {solution.bounds}")


def _integers(name: str, values: npt.ArrayLike) -> IntArray:
    array = np.asarray(values)
    if array.dtype.kind not in "iu":
        raise InputError(f"{name} has values of type {array.dtype}, expected integers")
    return array.astype(np.int64)


def _faults(problem: Problem) -> Iterator[str]:
    """Say what is wrong with the arrays, the first fault first."""
    if problem.allowed.ndim != 2 or problem.allowed.dtype != bool:
        yield f"allowed has shape {problem.allowed.shape} of {problem.allowed.dtype}, expected [items, sites] of bool"
        return
    n, m = problem.n, problem.m
    yield from _array("incompatible", problem.incompatible, (m, m), kind="bool")
    if sorted(v for items in problem.groups for v in items.tolist()) != list(range(n)):
        yield f"groups hold the items {[items.tolist() for items in problem.groups]}, expected each of {n} once"
    for i, resource in enumerate(problem.resources):
        yield from _array(f"resource {i}, weight", resource.weight, (n,), least=0)
        yield from _array(f"resource {i}, capacity", resource.capacity, (m,), least=0)
    for i, relation in enumerate(problem.relations):
        for name, pairs, size in (("items", relation.items, n), ("sites", relation.sites, m)):
            yield from _array(f"relation {i}, {name}", pairs, (size, size), kind="bool")
            if (pairs != pairs.T).any():
                yield f"relation {i}, {name} is not symmetric"
    slots = problem.slot_matching
    if slots is not None and (len(slots.demands), len(slots.slot_groups)) != (n, m):
        yield f"slot matching has {len(slots.demands)} demands and {len(slots.slot_groups)} sites, expected {n} and {m}"
    if problem.hint is not None:
        yield from _array("hint", problem.hint, (n,), least=-1, most=m - 1)
    if (problem.incompatible != problem.incompatible.T).any() or problem.incompatible.diagonal().any():
        yield "incompatible is not symmetric with a diagonal of False"
    for t, terms in enumerate(problem.tiers):
        for term in terms:
            yield from (f"tier {t}, {term.name}: {fault}" for fault in _term_faults(term, n, m))
        total = sum(map(_most, terms))
        if total >= LARGEST:
            yield f"tier {t} may cost {total}, expected less than 2^53"


def _term_faults(term: Term, n: int, m: int) -> Iterator[str]:
    match term:
        case Linear():
            yield from _array("cost", term.cost, (n, m))
        case Flow():
            k = len(term.items)
            yield from _array("items", term.items, (k,), least=0, most=n - 1)
            yield from _array("flow", term.flow, (k, k), least=0)
            yield from _array("distance", term.distance, (m, m), least=0)
        case ConvexLoad():
            yield from _array("weight", term.weight, (n,), least=0)
            yield from _array("pool_of", term.pool_of, (m,), least=-1, most=len(term.table) - 1)
            yield from _array("table", term.table, (len(term.table), int(term.weight.sum()) + 1))
            steps = np.diff(term.table, axis=1)
            if (steps < 0).any() or (np.diff(steps, axis=1) < 0).any():
                yield "table is not convex and nondecreasing along each row"
        case ReducedSlotsLoad():
            yield from term.faults(n)
        case MaxUtilization() | FlooredLinear():
            yield from term.faults(n, m)
        case ResidualCapacity():
            yield from _array("weight", term.weight, (n,), least=0)
            yield from _array("room", term.room, (m,))
            if term.unit < 1:
                yield f"unit is {term.unit}, expected at least 1"
        case SetOnSite():
            for items in term.sets:
                yield from _array("sets", items, (len(items),), least=0, most=n - 1)
            if not 0 <= term.site < m:
                yield f"site is {term.site}, expected 0 to {m - 1}"


def _array(
    name: str,
    values: npt.NDArray[np.generic],
    shape: tuple[int, ...],
    *,
    kind: str = "int64",
    least: int | None = None,
    most: int | None = None,
) -> Iterator[str]:
    if values.shape != shape or values.dtype != kind:
        yield f"{name} has shape {values.shape} of {values.dtype}, expected {shape} of {kind}"
    elif values.size and least is not None and values.min() < least:
        yield f"{name} holds {values.min()}, expected {least} or more"
    elif values.size and most is not None and values.max() > most:
        yield f"{name} holds {values.max()}, expected {most} at most"


def _most(term: Term) -> int:
    """Bound what a term can cost, in Python's own integers."""
    match term:
        case Linear():
            return sum(max(map(abs, row), default=0) for row in term.cost.tolist())
        case Flow():
            return sum(map(sum, term.flow.tolist())) * max(map(max, term.distance.tolist()), default=0)
        case ConvexLoad():
            return sum(row[-1] for row in term.table.tolist())
        case ReducedSlotsLoad() | MaxUtilization() | FlooredLinear():
            return term.most()
        case ResidualCapacity():
            return sum(abs(room) for room in term.room.tolist())
        case SetOnSite():
            return len(term.sets)
