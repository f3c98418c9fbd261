"""The whole problem as rows and costs of one model."""

from __future__ import annotations

from placer.assignment.cpsat.conflicts import keep_relations
from placer.assignment.cpsat.flows import encode_flow
from placer.assignment.cpsat.load_terms import (
    encode_crowd,
    encode_linear,
    encode_room,
    encode_touch,
    keep_apart,
    limit_load,
)
from placer.assignment.cpsat.rounded_terms import encode_peak, encode_quotient
from placer.assignment.cpsat.variables import Affine, Variables


def encode(variables: Variables) -> list[Affine]:
    """Write every rule into the model and return the cost of each tier."""
    tables = variables.tables
    for resource in tables.problem.resources:
        limit_load(variables, resource)
    keep_apart(variables)
    keep_relations(variables)
    costs = [encode_linear(variables, tables.linear[t]) for t in range(tables.tiers)]
    for flow in tables.flows:
        encode_flow(variables, flow, costs[flow.tier])
    for t, crowd in tables.crowds:
        encode_crowd(variables, crowd, costs[t])
    for t, room in tables.rooms:
        encode_room(variables, room, costs[t])
    for t, touch in tables.touches:
        encode_touch(variables, touch, costs[t])
    for t, peak in tables.peaks:
        encode_peak(variables, peak, costs[t])
    for t, quotient in tables.quotients:
        encode_quotient(variables, quotient, costs[t])
    return costs
