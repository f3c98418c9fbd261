"""The whole Problem as rows and costs of one CP-SAT model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from placer.assignment import (
    ConvexLoad,
    FlooredLinear,
    MaxUtilization,
    ReducedSlotsLoad,
    ResidualCapacity,
    ResidualValue,
    SetOnSite,
    Term,
)
from placer.assignment.cpsat.affine import Affine
from placer.assignment.cpsat.conflicts import keep_conflicts
from placer.assignment.cpsat.flows import encode_flow
from placer.assignment.cpsat.load_terms import (
    encode_convex_load,
    encode_linear,
    encode_residual_capacity,
    encode_set_on_site,
    encode_with_convex_load,
    keep_apart,
    limit_load,
)
from placer.assignment.cpsat.residual_values import encode_residual_value
from placer.assignment.cpsat.rounded_terms import encode_floored_linear, encode_max_utilization
from placer.assignment.cpsat.variables import Variables

ENCODERS: dict[type[Term], Callable[[Variables, Any, Affine], None]] = {
    ConvexLoad: encode_convex_load,
    ReducedSlotsLoad: encode_with_convex_load,
    ResidualCapacity: encode_residual_capacity,
    SetOnSite: encode_set_on_site,
    MaxUtilization: encode_max_utilization,
    FlooredLinear: encode_floored_linear,
    ResidualValue: encode_residual_value,
}
"""
The encoder of each kind of term. A table, as terms may not import ortools: the greedy path must not load it.

Linear terms and flows are not here: :class:`~placer.assignment.structure.term_index.TermIndex` sums them up first.
"""


def encode(variables: Variables) -> list[Affine]:
    """
    Write every hard rule into the model, slots excepted, and build the cost of each tier.

    Returns
    -------
    list of Affine
        Per tier. Costs that need auxiliary variables are bounded from below by rows, so that minimising one makes it
        exact, and a row ``cost <= c`` holds wherever the tier costs at most c.

    Raises
    ------
    ValueError
        If a term has no encoder.
    """
    index = variables.index
    for resource in index.problem.resources:
        limit_load(variables, resource)
    keep_apart(variables)
    keep_conflicts(variables)
    costs = [encode_linear(variables, index.linear[t]) for t in range(index.tiers)]
    for flow in index.flows:
        encode_flow(variables, flow, costs[flow.tier])
    # kind after kind, so that the model, and with it the search, does not depend on how the terms of a tier are listed;
    # a kind without an encoder is an error, never left out
    order = list(ENCODERS)
    for t, term in sorted(index.terms, key=lambda each: order.index(type(each[1]))):
        ENCODERS[type(term)](variables, term, costs[t])
    return costs
