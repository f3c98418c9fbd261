"""The options of moves."""

from __future__ import annotations

import pytest

from tests.support.commands import INSTANCES, placer

SNAPSHOT = INSTANCES / "xl" / "running" / "snapshot.txt"


@pytest.mark.parametrize(
    "words", [("--moves", "many"), ("--gib", "1GiB"), ("--restarts", "1.5"), ("--empty", "p3"), ("--expires", -1)]
)
def test_what_is_no_number_is_refused_with_the_option(words: tuple[object, ...]) -> None:
    ran = placer("rebalance", SNAPSHOT, *words)
    assert ran.code == 2 and str(words[0]) in ran.err
