"""Room for guests that are expected: every strategy, with every other feature, against the oracle that enumerates."""

from __future__ import annotations

from random import Random

import pytest
from msgspec.structs import replace

from placer.instance import Instance
from tests.solving.test_flexible import loosened
from tests.support.oracle_agreement import solved_as_the_oracle
from tests.support.random_instances import random_instance, with_claims, with_future, with_huge_pages
from tests.whole.test_sets import random_case


def drawn(seed: int) -> Instance:
    """Guests of every form, with claims and huge pages now and then, and a worth of what they leave free."""
    random = Random(seed)
    if random.random() < 0.15:
        return with_future(seed, replace(random_case(seed), sets_may_stray=True))
    instance = loosened(seed) if seed % 4 == 0 else random_instance(seed)
    instance = with_claims(seed, instance) if random.random() < 0.2 else instance
    return with_future(seed, with_huge_pages(seed, instance) if random.random() < 0.2 else instance)


@pytest.mark.parametrize("strategy", ["optimal", "branch-and-bound", "cpsat"])
@pytest.mark.parametrize("allow_unplaced", [False, True])
def test_answers_are_those_of_the_oracle(strategy: str, allow_unplaced: bool) -> None:
    placed = 0
    for seed in range(30):
        found = solved_as_the_oracle(drawn(seed), strategy, allow_unplaced=allow_unplaced, about=seed)
        placed += found is not None
    assert placed > 10
