"""The lowest use of the fullest pnode: by bisection, each step a fleet of which every pnode is smaller."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from placer.fleet.bound.certificate import BoundClaim, exceeding
from placer.fleet.bound.enumeration import all_fillings
from placer.fleet.bound.master import Master, Whole
from placer.fleet.bound.pricing import Pricer
from placer.fleet.bound.spread import WHOLE, least_spread, spread_over
from placer.fleet.bound.stages import Stage
from placer.fleet.bound.steps import HELD, Steps, TierBound
from placer.fleet.problem.problem import FleetProblem


@dataclass(frozen=True)
class Even:
    """Fillings in whole hosts that place all guests, and the tier ``spread`` that they come to."""

    master: Master
    whole: Whole
    tier: TierBound


def fill_evenly(problem: FleetProblem, steps: Steps) -> Even | None:
    """
    Place all guests with the lowest use of the fullest pnode.

    Returns
    -------
    Even or None
        None where no filling was found that places all guests.
    """
    bound, claim = _bound(problem, steps)
    best: tuple[int, Master, Whole] | None = None
    low, high = bound - 1, WHOLE + 1
    middle, exact = bound, True
    while high - low > 1 and (best is None or perf_counter() < steps.until):
        master, whole, all_known = _filled(problem, middle, steps)
        if whole is not None and not whole.left_out.any():
            best, high = (middle, master, whole), middle
        else:
            exact &= all_known and whole is not None and whole.best
            low = middle
        middle = (low + high) // 2
    if best is None:
        return None
    value, master, whole = best
    shown = value if exact and low == value - 1 else bound
    return Even(master, whole, TierBound(tier="spread", value=value, claim=claim, bound=max(bound, shown)))


def _filled(problem: FleetProblem, thousandths: int, steps: Steps) -> tuple[Master, Whole | None, bool]:
    """Search fillings that use no pnode more; and whether all fillings were at hand."""
    capped = spread_over(problem, thousandths)
    master, fillings = Master(capped, Stage("unplaced_guests")), all_fillings(capped)
    steps.generated(master, Pricer(capped), lambda value, _bound: value <= HELD)
    return master, steps.whole(master, 0.0, fillings), fillings is not None


def _bound(problem: FleetProblem, steps: Steps) -> tuple[int, BoundClaim | None]:
    """Prove by linear programs that no use below is possible."""
    low, high = least_spread(problem) - 1, WHOLE
    proof: tuple[int, dict[str, int]] | None = None
    while high - low > 1 and perf_counter() < steps.until:
        middle = (low + high) // 2
        capped = spread_over(problem, middle)
        master = Master(capped, Stage("unplaced_guests"))
        found = steps.generated(master, Pricer(capped), lambda value, bound: value <= HELD or bound > HELD)
        if found.bound <= HELD:
            high = middle
        elif (shown := exceeding(capped, found)) is not None:
            low, proof = middle, shown
        else:
            break
    claim = None if proof is None else BoundClaim(tier="spread", bound=low + 1, scale=proof[0], prices=proof[1])
    return max(0, low + 1), claim
