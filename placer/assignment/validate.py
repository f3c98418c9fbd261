"""The faults of a Problem: shapes, ranges, symmetry, and sums too large to be exact."""

from __future__ import annotations

from collections.abc import Iterator

from placer.assignment import Problem
from placer.assignment.terms.arrays import array_faults

LARGEST = 2**53
"""
Costs stay below this: integers up to 2^53 are exact as floats, in which CP-SAT gives its bounds. Sums near 2^63, where
it refuses a model, are then out of reach, too.
"""


def faults(problem: Problem) -> Iterator[str]:
    """Yield what is wrong with the arrays of a Problem, the first fault first; nothing where all is well."""
    if problem.allowed.ndim != 2 or problem.allowed.dtype != bool:
        yield f"allowed has shape {problem.allowed.shape} of {problem.allowed.dtype}, expected [items, sites] of bool"
        return
    n, m = problem.n, problem.m
    yield from array_faults("incompatible", problem.incompatible, (m, m), kind="bool")
    if sorted(v for items in problem.groups for v in items.tolist()) != list(range(n)):
        yield f"groups hold the items {[items.tolist() for items in problem.groups]}, expected each of {n} once"
    for i, resource in enumerate(problem.resources):
        yield from array_faults(f"resource {i}, weight", resource.weight, (n,), least=0)
        yield from array_faults(f"resource {i}, capacity", resource.capacity, (m,), least=0)
    for i, relation in enumerate(problem.relations):
        for name, pairs, size in (("items", relation.items, n), ("sites", relation.sites, m)):
            yield from array_faults(f"relation {i}, {name}", pairs, (size, size), kind="bool")
            if (pairs != pairs.T).any():
                yield f"relation {i}, {name} is not symmetric"
    slots = problem.slot_matching
    if slots is not None and (len(slots.demands), len(slots.slot_groups)) != (n, m):
        yield f"slot matching has {len(slots.demands)} demands and {len(slots.slot_groups)} sites, expected {n} and {m}"
    if problem.hint is not None:
        yield from array_faults("hint", problem.hint, (n,), least=-1, most=m - 1)
    if (problem.incompatible != problem.incompatible.T).any() or problem.incompatible.diagonal().any():
        yield "incompatible is not symmetric with a diagonal of False"
    for t, terms in enumerate(problem.tiers):
        for term in terms:
            yield from (f"tier {t}, {term.name}: {fault}" for fault in term.faults(n, m))
        total = sum(term.largest() for term in terms)
        if total >= LARGEST:
            yield f"tier {t} may cost {total}, expected less than 2^53"
