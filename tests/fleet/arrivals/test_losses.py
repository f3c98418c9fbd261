"""What guests cost on hosts is remembered by the rooms of the hosts."""

from __future__ import annotations

import numpy as np

from placer.fleet.arrivals.losses import Losses


def test_states_are_known_once_they_are_learnt_also_those_without_room() -> None:
    losses = Losses(1)
    assert losses.unknown(np.array([2, 5])).tolist() == [0, 1]
    losses.learn(np.array([2, 5]), np.array([5, 5]), np.array([1.5, 0.5]), np.array([[[1, 2]], [[3, 4]]]))
    assert losses.unknown(np.array([2, 5, 9])).tolist() == [2]


def test_ways_are_given_with_the_rows_of_their_states() -> None:
    losses = Losses(1)
    losses.unknown(np.array([1, 4]))
    losses.learn(np.array([1, 4]), np.array([4, 1, 4]), np.array([1.0, 2.0, 3.0]), np.zeros((3, 1, 2), dtype=np.int64))
    ways, rows = losses.among(np.array([3, 4]), np.array([70, 80]))
    assert (ways.tolist(), rows.tolist()) == ([0, 2], [80, 80])
    assert [each.tolist() for each in losses.among(np.array([1]), np.array([7]))] == [[1], [7]]
    assert [len(each) for each in losses.among(np.array([], dtype=int), np.array([], dtype=int))] == [0, 0]
