"""Guests as they are shown: each with its figures, and what it has on a pnode."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from placer.instance import format_size
from placer.instance.note import counted

HeldKib = Mapping[int, Mapping[int, int]]
"""Domid -> pnode id -> the memory that the domain holds there, in KiB."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """
    A guest of the instance or a running domain.

    Parameters
    ----------
    facts
        How large it is, in a few words.
    where
        Where it is and how far it reads, in a few words.
    costs
        What is not as near, or not as free, as can be; empty where all is.
    runs
        Whether it is a running domain.
    """

    name: str
    facts: str
    where: str = ""
    costs: str = ""
    runs: bool = False

    @property
    def words(self) -> str:
        """Its figures, but for its costs."""
        return f"{self.facts}, {self.where}" if self.where else self.facts


@dataclass(kw_only=True)
class Share:
    """
    What one guest has on one pnode.

    Parameters
    ----------
    guest
        Its number in :attr:`placer.draw.content.Content.guests`.
    memory_kib
        Without huge pages.
    pages_kib
        Size of huge pages -> memory in them, both in KiB.
    vcpus
        Those that are online; of a running domain, those that may run nowhere else.
    vnodes
        Numbers of its vnodes there.
    away
        The mean distance at which these vcpus read, where they read memory of another pnode too; None otherwise.
    change
        What becomes of it in the other one of two pictures; empty where it is the same there.
    """

    guest: int
    memory_kib: int = 0
    pages_kib: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    vcpus: int = 0
    vnodes: list[int] = field(default_factory=list)
    away: float | None = None
    change: str = ""

    @property
    def words(self) -> str:
        """Its figures; of a running domain those that there are."""
        memory = self.memory_kib + sum(self.pages_kib.values())
        said = [format_size(memory)] if memory or self.vnodes else []
        return ", ".join([*said, *([counted(self.vcpus, "vcpu")] if self.vcpus or self.vnodes else [])])
