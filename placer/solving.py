"""solve(): translate, run a strategy, translate back, and have the answer checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

import msgspec

from placer.budget import Budget
from placer.check import Verdict, Violation, check, mean_access_distance
from placer.errors import Defect, InputError
from placer.instance import Instance, Placement
from placer.problem import Progress, Solution, Status
from placer.strategies.table import STRATEGIES
from placer.translate import back, translate, translate_for_baseline


@dataclass(frozen=True, kw_only=True)
class Tier:
    """
    What one tier costs.

    Parameters
    ----------
    cost
        The sum of its terms.
    bound
        What it costs at least, among placements no worse in the higher tiers; None where nothing is proved.
    terms
        By name.
    """

    cost: int
    bound: int | None
    terms: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """
    What solve() says.

    Parameters
    ----------
    status
        OPTIMAL: the placement costs the least there is, proved. FEASIBLE: a placement without that proof.
        INFEASIBLE: proved that there is none. UNKNOWN: none of these; a baseline's broken placement is shown.
    strategy
        Its name.
    placement
        None where there is none.
    tiers
        One for each of :data:`placer.instance.terms.TIERS`; empty without a placement.
    mean_access_distance
        Mean distance of a memory access over the whole instance, averaged over vcpus; None without one.
    guest_access_distance
        The same of each guest, None for one without vcpus or memory.
    violations
        Rules that a baseline's placement breaks.
    reason
        Why nothing fits, or what was tried in vain.
    wall_time_s
        In seconds.
    """

    status: Status
    strategy: str
    placement: Placement | None = None
    tiers: tuple[Tier, ...] = ()
    mean_access_distance: float | None = None
    guest_access_distance: dict[str, float | None] = field(default_factory=dict)
    violations: tuple[Violation, ...] = ()
    reason: str | None = None
    wall_time_s: float = 0.0


def solve(
    instance: Instance,
    *,
    strategy: str = "optimal",
    time_limit_s: float = 10.0,
    workers: int | None = None,
    seed: int = 0,
    allow_unplaced: bool = False,
    deterministic_limit: float | None = None,
    stop: Event | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Answer:
    """
    Place the guests of an instance.

    Safe to call from several threads at once; nothing global is kept.

    Parameters
    ----------
    strategy
        One of :data:`placer.strategies.table.STRATEGIES`.
    time_limit_s
        Seconds after which the best so far is the answer.
    workers
        Threads of the solver; None chooses by size. With one worker, a seed and ``deterministic_limit`` the same
        placement comes back each time; with more, the same costs where OPTIMAL, perhaps another placement.
    allow_unplaced
        Whether vnodes may stay without a pnode, at the price of the first two tiers.
    deterministic_limit
        Limit on the solver's own measure of work for each tier, independent of the machine.
    stop
        Set it to end the search with the best so far.
    on_progress
        Called now and then, from any thread.

    Raises
    ------
    InputError
        If there is no such strategy, an argument is out of range, or an instance built in code has values that an
        instance file could not have.
    Defect
        If an answer fails the independent check; never seen, please report it.
    """
    _check(instance)
    if strategy not in STRATEGIES:
        raise InputError(f'no strategy "{strategy}", expected one of {", ".join(STRATEGIES)}')
    chosen = STRATEGIES[strategy]
    budget = Budget(
        time_limit_s=time_limit_s,
        workers=workers,
        seed=seed,
        deterministic_limit=deterministic_limit,
        stop=stop or Event(),
        on_progress=on_progress,
    )
    baseline = chosen.baseline
    problem = translate_for_baseline(instance) if baseline else translate(instance, allow_unplaced=allow_unplaced)
    solution = chosen.run(problem, budget)
    if solution.site_of is None:
        return _nothing(instance, strategy, solution, budget)
    placement = back(instance, solution.site_of)
    verdict = check(instance, placement, allow_unplaced=allow_unplaced and not baseline)
    status = _confirmed(solution, verdict, baseline=baseline)
    bounds = solution.bounds or (None,) * len(verdict.terms)
    return Answer(
        status=status,
        strategy=strategy,
        placement=placement,
        tiers=tuple(
            Tier(cost=sum(terms.values()), bound=bound, terms=terms)
            for terms, bound in zip(verdict.terms, bounds, strict=True)
        ),
        mean_access_distance=mean_access_distance(verdict),
        guest_access_distance={name: access.mean_distance for name, access in verdict.access.items()},
        violations=verdict.violations,
        reason=None if status is not Status.UNKNOWN else "the greedy leaves it unplaced or breaks the rules listed",
        wall_time_s=budget.elapsed_s(),
    )


def _check(instance: Instance) -> None:
    if not isinstance(instance, Instance):
        raise InputError(f"expected a placer.Instance, got {type(instance).__name__}")
    try:
        msgspec.convert(msgspec.to_builtins(instance), Instance)
    except msgspec.ValidationError as error:
        raise InputError(f"no valid instance: {error}") from error


def _confirmed(solution: Solution, verdict: Verdict, *, baseline: bool) -> Status:
    """Hold the answer against the independent check."""
    if baseline:
        return Status.UNKNOWN if verdict.violations else Status.FEASIBLE
    if verdict.violations:
        raise Defect("the placement breaks rules: " + "; ".join(v.message for v in verdict.violations))
    costs = tuple(sum(terms.values()) for terms in verdict.terms)
    if costs != solution.costs:
        raise Defect(f"the strategy says the placement costs {solution.costs}, the check says {costs}")
    if any(bound > cost for bound, cost in zip(solution.bounds, costs, strict=False)):
        raise Defect(f"bounds {solution.bounds} pass the known costs {costs}")
    return solution.status


def _nothing(instance: Instance, strategy: str, solution: Solution, budget: Budget) -> Answer:
    from placer.explain import why_nothing_fits  # only where it is needed: it brings the strategies along

    infeasible = solution.status is Status.INFEASIBLE
    reason = why_nothing_fits(instance, stop=budget.stop) if infeasible else solution.tried
    return Answer(status=solution.status, strategy=strategy, reason=reason, wall_time_s=budget.elapsed_s())
