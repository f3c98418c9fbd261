"""The independent judge: recomputes every rule and every cost from the Instance and the Placement alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Violation:
    """
    A hard rule that a placement breaks.

    Parameters
    ----------
    rule
        A stable name: ``unplaced``, ``memory``, ``memoryless``, ``hard_affinity``, ``memory_only``, ``pnodes``,
        ``fixed_pnode`` or ``unreachable``.
    message
        In words with figures.
    """

    rule: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Access:
    """
    How far memory accesses go.

    Parameters
    ----------
    cost
        The access_distance term.
    traffic
        The sum of T it stands over; 0 for a guest without vcpus or memory.
    """

    cost: int
    traffic: int

    @property
    def mean_distance(self) -> float | None:
        """Mean distance of a memory access; None where nothing accesses memory."""
        return self.cost / self.traffic if self.traffic else None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """
    What a placement costs and which rules it breaks.

    Parameters
    ----------
    violations
        Broken hard rules, in the order of the guests.
    terms
        For each tier of :data:`placer.instance.terms.TIERS` its terms by name.
    access
        Guest name -> its accesses.
    """

    violations: tuple[Violation, ...]
    terms: tuple[dict[str, int], ...]
    access: dict[str, Access]
