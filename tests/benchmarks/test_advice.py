"""A sample of what benchmarks.advice does, and its committed result."""

from __future__ import annotations

import re
from collections import Counter

from benchmarks.advice import PAGE, judged
from tests.support.random_instances import random_instance


def test_each_advice_of_some_impossible_instances_mends_them_and_conflicts_are_irreducible() -> None:
    total = Counter[str]()
    for seed in range(200, 240):
        total += judged(random_instance(seed), seed)
    assert total["instances"] > 8
    assert total["advices"] == total["advices that mend"] > total["instances"]
    assert total["called irreducible"] == total["irreducible, asked again"] > 0


def test_all_advices_of_the_committed_run_mend_and_all_conflicts_are_irreducible() -> None:
    found = dict(re.findall(r"^\| (\w.*?) \| ([\d,]+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert int(found["instances"]) >= 500
    assert found["advices"] == found["advices that mend"]
    assert found["called irreducible"] == found["irreducible, asked again"]
