"""What is minimised: unplaced guests, their resources, hosts; each with the tiers above it held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from placer.fleet.problem.problem import FleetProblem

Tier = Literal["unplaced_guests", "unplaced", "hosts", "spread"]
TIERS: tuple[Tier, ...] = ("unplaced_guests", "unplaced", "hosts", "spread")


@dataclass(frozen=True)
class Stage:
    """
    One tier but ``spread``, with what the tiers above it have come to.

    Parameters
    ----------
    tier
        Its name.
    held
        Name of each tier above -> the most it may be.
    """

    tier: Tier
    held: tuple[tuple[Tier, int], ...] = ()

    @property
    def everything(self) -> bool:
        """Whether no guest may be left out."""
        return any(name == "unplaced_guests" and most == 0 for name, most in self.held)

    @property
    def limits(self) -> tuple[tuple[Tier, int], ...]:
        """The tiers above that are more than 0, and limit what is left out."""
        return () if self.everything else self.held


def guest_costs(problem: FleetProblem, tier: Tier) -> tuple[int, ...]:
    """Give what each class costs a tier for each of its guests that is not placed."""
    if tier == "unplaced_guests":
        return (1,) * len(problem.classes)
    return tuple(each.load.weight if tier == "unplaced" else 0 for each in problem.classes)


def host_costs(problem: FleetProblem, tier: Tier) -> tuple[int, ...]:
    """Give what each type costs a tier for each host that holds a guest of the fleet."""
    return problem.host_costs if tier == "hosts" else (0,) * len(problem.types)
