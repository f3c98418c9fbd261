"""What the free memory and the free pcpus of each pnode are worth to guests that are expected later."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from placer.instance.checked import Checked
from placer.instance.units import Kib

MOST_WORTH = 10**12
"""Largest entry of a table: chosen, so that the sum over any host stays an exact integer for every solver."""
Worth = Annotated[int, Meta(ge=0, le=MOST_WORTH)]
Table = tuple[tuple[Worth, ...], ...]
MOST_CELLS = 1_000_000
"""Most entries of all tables together. Chosen, not tuned: some 10 MB of JSON."""


class FutureCapacity(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    What the free memory and the free pcpus of each pnode are worth to guests that are expected later.

    The term ``future_capacity`` is the sum over the pnodes of the worth of what is free without any guest of the
    instance less the worth of what is left free. What is left counts in whole steps; beyond the last entry of a table
    more is worth no more.

    Parameters
    ----------
    memory_step_kib
        Memory from one row of a table to the next, in KiB.
    pcpu_step
        Pcpus from one column of a table to the next.
    tables
        Each table has a row for each number of steps of memory from 0 on, and in each row an entry for each number of
        steps of pcpus from 0 on. One entry a row: pcpus do not matter.
    table_of
        The number of the table of each pnode, from 0, in the order of the pnodes.

    Raises
    ------
    InstanceError
        If a step is 0, a table has no entries, has rows of several lengths, or falls along a row or a column, or a
        pnode names no table.
    """

    memory_step_kib: Kib
    pcpu_step: Annotated[int, Meta(ge=1, le=65_536)] = 1
    tables: tuple[Table, ...]
    table_of: tuple[Annotated[int, Meta(ge=0)], ...]

    if TYPE_CHECKING:  # what the constructor takes; it makes tuples of it

        def __init__(
            self,
            *,
            memory_step_kib: int,
            pcpu_step: int = 1,
            tables: Iterable[Iterable[Iterable[int]]],
            table_of: Iterable[int],
        ) -> None: ...

    def __post_init__(self) -> None:
        if not self.memory_step_kib:
            raise ValueError('memory_step_kib is 0, expected a size such as "1GiB"')
        cells = sum(len(row) for table in self.tables for row in table)
        if cells > MOST_CELLS:
            raise ValueError(f"tables have {cells} entries, expected at most {MOST_CELLS}")
        for t, table in enumerate(self.tables):
            _check_table(f"tables[{t}]", table)
        for p, t in enumerate(self.table_of):
            if t >= len(self.tables):
                raise ValueError(f"table_of[{p}] is {t}, expected the number of one of the {len(self.tables)} tables")

    def worth(self, p: int, free_kib: int, free_milli_pcpus: int) -> int:
        """
        Give the worth of what is free on a pnode.

        Parameters
        ----------
        p
            Position of the pnode.
        free_kib, free_milli_pcpus
            Free memory in KiB and free pcpus in thousandths; below 0 counts as 0.
        """
        table = self.tables[self.table_of[p]]
        row = table[min(max(free_kib, 0) // self.memory_step_kib, len(table) - 1)]
        return row[min(max(free_milli_pcpus, 0) // (1000 * self.pcpu_step), len(row) - 1)]

    @property
    def most(self) -> int:
        """Bound on the cost of the term: the worth of everything less that of nothing."""
        worth = [table[-1][-1] - table[0][0] for table in self.tables]
        return sum(worth[t] for t in self.table_of)


def _check_table(where: str, table: Table) -> None:
    if not table or not table[0]:
        raise ValueError(f"{where} has no entries, expected one at least")
    for i, row in enumerate(table):
        if len(row) != len(table[0]):
            raise ValueError(f"{where}[{i}] has {len(row)} entries, expected {len(table[0])} as in its first row")
    falls = [(f"{where}[{i}]", row) for i, row in enumerate(table)]
    falls += [(f"column {j} of {where}", column) for j, column in enumerate(zip(*table, strict=True))]
    for what, line in falls:
        if any(a > b for a, b in pairwise(line)):
            raise ValueError(f"{what} falls, expected more free room to be worth as much or more")
