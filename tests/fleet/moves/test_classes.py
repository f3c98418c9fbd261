"""Places of a class give the host and the spot of each row."""

from __future__ import annotations

import numpy as np

from placer.fleet.moves.classes import Places
from placer.fleet.moves.spots import Spot


def test_a_row_gives_its_host_and_its_spot() -> None:
    spots = (Spot((0,), ((0, 1, 2),), 10), Spot((1,), ((1, 1, 2),), 10))
    rows = np.array([3, 7])
    places = Places(
        rows, np.zeros((2, 1), dtype=np.int64), np.zeros((2, 1, 2), dtype=np.int64), np.array([1, 0]), spots
    )
    assert places.place(0) == (3, spots[1])
    assert places.place(1) == (7, spots[0])
