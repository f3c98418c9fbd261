"""The whole problem as rows and costs of one model."""

from __future__ import annotations

from placer.assignment.cpsat.conflicts import keep_conflicts
from placer.assignment.cpsat.flows import encode_flow
from placer.assignment.cpsat.load_terms import (
    encode_convex_load,
    encode_linear,
    encode_residual_capacity,
    encode_set_on_site,
    keep_apart,
    limit_load,
)
from placer.assignment.cpsat.rounded_terms import encode_floored_linear, encode_max_utilization
from placer.assignment.cpsat.variables import Affine, Variables


def encode(variables: Variables) -> list[Affine]:
    """Write every rule into the model and return the cost of each tier."""
    index = variables.index
    for resource in index.problem.resources:
        limit_load(variables, resource)
    keep_apart(variables)
    keep_conflicts(variables)
    costs = [encode_linear(variables, index.linear[t]) for t in range(index.tiers)]
    for flow in index.flows:
        encode_flow(variables, flow, costs[flow.tier])
    for t, convex_load in index.convex_loads:
        encode_convex_load(variables, convex_load, costs[t])
    for t, room in index.residual_capacities:
        encode_residual_capacity(variables, room, costs[t])
    for t, touch in index.sets_on_site:
        encode_set_on_site(variables, touch, costs[t])
    for t, peak in index.max_utilizations:
        encode_max_utilization(variables, peak, costs[t])
    for t, floored in index.floored_linears:
        encode_floored_linear(variables, floored, costs[t])
    return costs
