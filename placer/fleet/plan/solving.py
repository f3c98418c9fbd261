"""Solves a fleet: fillings and their bound, then names, then the pnodes of every distinct host, then what fell out."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from threading import Event
from time import perf_counter

from placer.assignment import Status
from placer.errors import Defect, InputError
from placer.fleet.bound.certificate import Certificate
from placer.fleet.bound.filling import Filler, Filling
from placer.fleet.bound.spread import least_spread
from placer.fleet.bound.stages import Tier
from placer.fleet.model.fleet import Fleet
from placer.fleet.plan.assigning import Assignment, assign, bundles_of
from placer.fleet.plan.host_problems import HostProblem, HostProblems
from placer.fleet.plan.placing import HostAnswer, Work, place_all
from placer.fleet.plan.plan import FleetPlan, HostPlan, PlanTier
from placer.fleet.plan.repair import Rooms, put_back
from placer.fleet.plan.rulebook import broken_rules
from placer.fleet.plan.values import tier_values
from placer.fleet.problem.problem import FleetProblem, lower_fleet
from placer.fleet.problem.relaxed import relaxed
from placer.instance import shorten

HOST_LIMIT_S = 5.0
"""Most seconds for the placement of one host. Chosen: the hosts of a fleet take some 10 ms."""


def solve(
    fleet: Fleet,
    *,
    time_limit_s: float = 60.0,
    workers: int | None = None,
    seed: int = 0,
    executor: Executor | None = None,
    stop: Event | None = None,
    say: Callable[[str], None] = lambda _line: None,
) -> FleetPlan:
    """Solve a fleet (:func:`placer.solve_fleet`)."""
    began = perf_counter()
    stop = Event() if stop is None else stop
    _expect_kept(fleet)
    problem = lower_fleet(fleet)
    bundles = bundles_of(fleet, problem)
    filling = Filler(problem, fleet.aim, began + time_limit_s / 2, say, stop, bundles=bundles).fill()
    assignment = assign(fleet, problem, filling)
    say(f"{len(assignment.guests_on)} hosts hold guests")
    left = max(1.0, time_limit_s - (perf_counter() - began))
    work = Work(
        executor=executor,
        workers=workers,
        time_limit_s=min(HOST_LIMIT_S, left),
        seed=seed,
        stop=stop,
        on_done=lambda done, every: say(f"{done} of {every} distinct hosts are placed"),
    )
    answers = _Answers(fleet, work)
    unplaced = _placed(problem, assignment, answers)
    return _plan(fleet, problem, filling, assignment, answers, unplaced=unplaced, began=began)


def _expect_kept(fleet: Fleet) -> None:
    """
    Refuse rules that the guests that run break already: no plan that leaves them where they are keeps these.

    Raises
    ------
    InputError
        If there are any.
    """
    broken = broken_rules(fleet, {placed.guest: placed.host for placed in fleet.placed}) if fleet.rules else []
    if broken:
        place, _, what = broken[0].partition(": ")
        raise InputError(
            f"{what}, as guests run now; moves may mend that (placer fleet rebalance --mend)",
            place=place,
        )


class _Answers:
    """The placement of each host, as its problem was solved last."""

    def __init__(self, fleet: Fleet, work: Work) -> None:
        self.fleet, self.work = fleet, work
        self.problems = HostProblems(fleet)
        self.of_host: dict[str, tuple[HostProblem, HostAnswer]] = {}

    def solve(self, assignment: Assignment, hosts: list[str] | None = None) -> list[tuple[str, str]]:
        """Place the guests of hosts; give the guests without a place, each with its host."""
        distinct = self.problems.of(assignment, hosts)
        fallen = []
        answers = place_all([each.instance for each in distinct], self.work)
        for each, answer in zip(distinct, answers, strict=True):
            for host, guests in each.hosts.items():
                self.of_host[host] = (each, answer)
                on = answer.placement.pnode_of
                fallen += [(guest, host) for i, guest in enumerate(guests) if None in on[f"g{i}"]]
        return fallen


def _fallen(assignment: Assignment, answers: _Answers, hosts: list[str] | None = None) -> list[str]:
    """
    Place the guests of hosts; give those that find no pnode on theirs, and take them from it.

    Where one that runs is among them, all others leave its host.

    Raises
    ------
    InputError
        If the guests that run on a host cannot do so together.
    """
    running = answers.problems.placed
    fallen = answers.solve(assignment, hosts)
    crowded = sorted({host for guest, host in fallen if guest in running})
    leaving = [(guest, host) for guest, host in fallen if host not in crowded]
    leaving += [(guest, host) for host in crowded for guest in assignment.guests_on[host] if guest not in running]
    for guest, host in leaving:
        assignment.remove(guest, host)
    changed = sorted({host for _, host in leaving}.intersection(assignment.guests_on).union(crowded))
    still = answers.solve(assignment, changed) if leaving else fallen
    for guest, host in still:
        if guest in running and answers.of_host[host][1].proved:
            place = f"placed[{list(running).index(guest)}]"
            raise InputError(
                f'host "{shorten(host)}" has no place for guest "{shorten(guest)}" beside what else runs there',
                place=place,
            )
        assignment.remove(guest, host)
    return [guest for guest, _ in (*leaving, *still)]


def _placed(problem: FleetProblem, assignment: Assignment, answers: _Answers) -> list[str]:
    """Place all hosts; guests that find no pnode on theirs, or no host, are put elsewhere once, and else left out."""
    running = set(answers.problems.placed)
    loose = [*assignment.loose, *_fallen(assignment, answers)]
    if not loose:
        return []
    rooms = Rooms(answers.fleet, problem)
    for host, guests in assignment.guests_on.items():
        rooms.fill(host, [guest for guest in guests if guest in rooms.class_of])
    changed, left = put_back(assignment, rooms, [guest for guest in loose if guest not in running])
    left += _fallen(assignment, answers, sorted(changed))
    return [*left, *(guest for guest in loose if guest in running)]


def _plan(
    fleet: Fleet,
    problem: FleetProblem,
    filling: Filling,
    assignment: Assignment,
    answers: _Answers,
    *,
    unplaced: list[str],
    began: float,
) -> FleetPlan:
    hosts = {}
    for host, names in assignment.guests_on.items():
        each, answer = answers.of_host[host]
        kept = frozenset(names)
        hosts[host] = HostPlan(
            name=host,
            model=each.instance,
            places=answer.placement,
            names={f"g{i}": guest for i, guest in enumerate(each.hosts[host]) if guest in kept},
            proved=answer.proved,
            distance=answer.distance,
        )
    host_of = {guest: host for host, plan in hosts.items() for guest in plan.guests}
    broken = broken_rules(fleet, host_of)
    if broken:
        raise Defect(f"the plan breaks rules: {broken[0]}")
    tiers = _tiers(fleet, problem, filling, tier_values(fleet, problem, hosts, unplaced))
    return FleetPlan(
        status=Status.OPTIMAL if all(tier.value == tier.bound for tier in tiers) else Status.FEASIBLE,
        tiers=tiers,
        hosts=dict(sorted(hosts.items(), key=lambda item: fleet.host_entry[item[0]])),
        unplaced=tuple(unplaced),
        certificate=Certificate(claims=tuple(tier.claim for tier in filling.tiers if tier.claim is not None)),
        relaxed=relaxed(fleet),
        distinct=len({id(each) for each, _ in answers.of_host.values()}),
        wall_time_s=perf_counter() - began,
    )


def _tiers(fleet: Fleet, problem: FleetProblem, filling: Filling, values: dict[Tier, int]) -> tuple[PlanTier, ...]:
    tiers = []
    exact = True
    for tier in filling.tiers:
        extra = problem.hosts_in_use if tier.tier == "hosts" else 0
        bound = tier.bound + extra if exact else 0
        tiers.append(PlanTier(tier=tier.tier, value=values[tier.tier], bound=min(bound, values[tier.tier])))
        exact = exact and values[tier.tier] == tier.value + extra
    if fleet.aim == "spread" and tiers[-1].tier != "spread" and not values["unplaced_guests"]:
        # no filling held all guests in time, the plan does: nothing but what is placed already bounds its use
        tiers.append(
            PlanTier(tier="spread", value=values["spread"], bound=min(least_spread(problem), values["spread"]))
        )
    return tuple(tiers)
