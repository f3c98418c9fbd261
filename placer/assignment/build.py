"""Problems built from plain arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from placer.assignment import Flow, IntArray, Linear, Problem, Resource
from placer.assignment.validate import faults
from placer.errors import InputError


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
       ``[n, m]``, the cost of each item on each site; may be negative.
    flow
       ``[n, n]``, non-negative; rows send.
    distance
       ``[m, m]``, non-negative, row = the sender's site.
    weight
       ``[n]``, non-negative.
    capacity
       ``[m]``, what the weights of the items on a site may sum to at most.

    Raises
    ------
    InputError
        If an array has another shape, holds no integers or a value out of range, or if costs may reach 2^53.

    Examples
    --------
    Two items with a flow between them share a site until it is too small for both:

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
    for fault in faults(problem):
        raise InputError(fault)
    return problem


def _integers(name: str, values: npt.ArrayLike) -> IntArray:
    array = np.asarray(values)
    if array.dtype.kind not in "iu":
        raise InputError(f"{name} has values of type {array.dtype}, expected integers")
    return array.astype(np.int64)
