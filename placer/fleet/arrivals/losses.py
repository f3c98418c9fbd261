"""What a guest of one load costs on hosts, remembered by what is left of them until prices change."""

from __future__ import annotations

import numpy as np

from placer.fleet.bound.tables import Floats, Ints


class Losses:
    """
    Rooms of hosts of a family, each with the ways in which it can hold a guest.

    Parameters
    ----------
    pnodes
        How many pnodes these hosts have.
    """

    def __init__(self, pnodes: int) -> None:
        self._seen = np.zeros(0, dtype=bool)
        self.state: Ints = np.zeros(0, dtype=np.int64)
        self.loss: Floats = np.zeros(0)
        self.left: Ints = np.zeros((0, pnodes, 2), dtype=np.int64)

    def unknown(self, states: Ints) -> Ints:
        """Give the positions of the states that are not known yet."""
        if len(states) and states.max() >= len(self._seen):
            more = np.zeros(int(states.max()) + 1 + len(self._seen) // 2 - len(self._seen), dtype=bool)
            self._seen = np.concatenate((self._seen, more))
        return np.flatnonzero(~self._seen[states])

    def learn(self, states: Ints, of: Ints, loss: Floats, left: Ints) -> None:
        """
        Remember states.

        Parameters
        ----------
        states
            All of them, also those that have no room.
        of, loss, left
            For each way its state, what the host loses, and array ``[ways, pnodes, 2]``: what is left.
        """
        self._seen[states] = True
        self.state = np.concatenate((self.state, of))
        self.loss = np.concatenate((self.loss, loss))
        self.left = np.concatenate((self.left, left))

    def among(self, states: Ints, rows: Ints) -> tuple[Ints, Ints]:
        """
        Give the ways of some states.

        Parameters
        ----------
        states, rows
            Distinct states, ascending, and a row of each.

        Returns
        -------
        ways, rows : array
            Positions of ways, and the row of each.
        """
        if not len(states):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        at = np.minimum(np.searchsorted(states, self.state), len(states) - 1)
        ways = np.flatnonzero(states[at] == self.state)
        return ways, rows[at[ways]]
