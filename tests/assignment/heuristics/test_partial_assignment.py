"""Open sites by the definitions of the rules, and taking an item off undoes putting it."""

from __future__ import annotations

import numpy as np

from placer.assignment.heuristics.partial_assignment import PartialAssignment
from placer.lowering.lower import lower
from tests.support.random_instances import random_instance


def test_a_site_is_open_exactly_if_putting_the_item_there_breaks_no_rule() -> None:
    compared = 0
    for seed in range(120):
        problem = lower(random_instance(seed)).problem
        partial, random = PartialAssignment(problem), np.random.default_rng(seed)
        for v in random.permutation(problem.n).tolist():
            sites = partial.open_sites(v)
            for p in range(problem.m):
                assert sites[p] == _keeps_rules(partial, v, p), (seed, v, p)
                compared += 1
            if not sites.any():
                break
            partial.put(v, int(random.choice(np.flatnonzero(sites))))
    assert compared > 1000


def _keeps_rules(partial: PartialAssignment, v: int, p: int) -> bool:
    """Judge the items placed so far and v on p, by the definitions."""
    problem = partial.problem
    site_of = partial.site_of.copy()
    site_of[v] = p
    placed = np.flatnonzero(site_of >= 0).tolist()
    if not all(problem.allowed[w, site_of[w]] for w in placed):
        return False
    for resource in problem.resources:
        if any(sum(resource.weight[w] for w in placed if site_of[w] == q) > c for q, c in enumerate(resource.capacity)):
            return False
    for relation in problem.relations:
        if any(relation.items[w, u] and relation.sites[site_of[w], site_of[u]] for w in placed for u in placed):
            return False
    mates = [{int(site_of[w]) for w in items if site_of[w] >= 0} for items in (set(g.tolist()) for g in problem.groups)]
    return not any(problem.incompatible[a, b] for sites in mates for a in sites for b in sites)


def test_taking_an_item_back_leaves_things_as_they_were() -> None:
    for seed in range(60):
        problem = lower(random_instance(seed), allow_unplaced=True).problem
        partial = PartialAssignment(problem)
        before = [partial.open_sites(v).tolist() for v in range(problem.n)]
        order = np.random.default_rng(seed).permutation(problem.n).tolist()
        for v in order:
            partial.put(v, int(np.flatnonzero(partial.open_sites(v))[0]))
        for v in reversed(order):
            partial.take(v)
        assert [partial.open_sites(v).tolist() for v in range(problem.n)] == before
        assert (partial.site_of == -1).all()
