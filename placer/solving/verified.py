"""An assignment as a Result, once the independent check has confirmed it."""

from __future__ import annotations

from placer.assignment import Solution, Status
from placer.assignment.registry import STRATEGIES
from placer.check import Verdict, check, mean_access_distance
from placer.errors import Defect
from placer.instance import Instance, Placement
from placer.instance.previous import moved, restricted_to
from placer.lowering.lowered import Lowered
from placer.solving.result import Result, Tier


def verified_result(
    instance: Instance,
    lowered: Lowered,
    solution: Solution,
    *,
    strategy: str,
    keep: Placement | None = None,
    wall_time_s: float = 0.0,
) -> Result:
    """
    Read an assignment as a placement, and hold it against the independent check.

    Parameters
    ----------
    instance
        With its flexible guests.
    lowered, solution
        What was solved, and what a strategy said of it; it has an assignment.
    strategy
        Its name.
    keep
        The placement that was to be kept, if any.
    wall_time_s
        How long it took, in seconds.

    Raises
    ------
    Defect
        If the placement breaks a rule, has other costs than the strategy says, or costs less than a bound.
    """
    site_of = solution.site_of
    assert site_of is not None
    placement, chosen = lowered.to_placement(site_of), lowered.chosen(site_of)
    baseline = STRATEGIES[strategy].baseline
    verdict = check(instance, placement, allow_unplaced=lowered.allow_unplaced and not baseline, keep=keep)
    status = _confirmed(solution, verdict, baseline=baseline)
    return Result(
        status=status,
        strategy=strategy,
        instance=chosen,
        placement=placement,
        tiers=_tiers(solution, verdict),
        mean_access_distance=mean_access_distance(verdict),
        guest_access_distance={name: access.mean_distance for name, access in verdict.access.items()},
        violations=verdict.violations,
        moved=None if keep is None else moved(restricted_to(keep, chosen), placement),
        reason=None if status is not Status.UNKNOWN else "the greedy leaves it unplaced or breaks the rules listed",
        wall_time_s=wall_time_s,
        decisions=solution.decisions,
    )


def _confirmed(solution: Solution, verdict: Verdict, *, baseline: bool) -> Status:
    """Hold the answer against the independent check."""
    if baseline:
        return Status.UNKNOWN if verdict.violations else Status.FEASIBLE
    if verdict.violations:
        raise Defect("the placement breaks rules: " + "; ".join(v.message for v in verdict.violations))
    if verdict.costs != solution.costs:
        raise Defect(f"the strategy says the placement costs {solution.costs}, the check says {verdict.costs}")
    if any(bound > cost for bound, cost in zip(solution.bounds, verdict.costs, strict=False)):
        raise Defect(f"bounds {solution.bounds} pass the known costs {verdict.costs}")
    return solution.status


def _tiers(solution: Solution, verdict: Verdict) -> tuple[Tier, ...]:
    bounds = solution.bounds or (None,) * len(verdict.terms)
    return tuple(
        Tier(cost=cost, bound=bound, terms=terms)
        for cost, terms, bound in zip(verdict.costs, verdict.terms, bounds, strict=True)
    )
