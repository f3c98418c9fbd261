"""How many requests of a sequence a fleet can hold at all, in their order, whoever places them and moves them later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

from placer.fleet.bound.certificate import BoundClaim, exceeding
from placer.fleet.bound.enumeration import all_fillings
from placer.fleet.bound.generation import Generated, generate
from placer.fleet.bound.master import Master
from placer.fleet.bound.pricing import Pricer
from placer.fleet.bound.stages import Stage
from placer.fleet.bound.steps import HELD
from placer.fleet.problem.asked import with_requests
from placer.fleet.problem.problem import FleetProblem
from placer.instance import Guest


@dataclass(frozen=True, kw_only=True)
class RequestBound:
    """
    The most requests that can be held.

    Parameters
    ----------
    most
        No plan holds more of the first requests together.
    held
        The most for which fillings of hosts were found, in whole hosts.
    count
        The number of requests.
    claim
        The proof; None where nothing below the number of requests is proved.
    """

    most: int
    held: int
    count: int
    claim: BoundClaim | None


def bound_requests(
    problem: FleetProblem, shapes: Sequence[Guest], order: Sequence[int], *, time_limit_s: float = 60.0
) -> RequestBound:
    """
    Search the longest beginning of a sequence that a linear program holds, and a plan in whole hosts for it.

    Parameters
    ----------
    shapes
        The distinct requests.
    order
        For each request the position of its shape.
    """
    until = perf_counter() + time_limit_s
    whole = with_requests(problem, shapes, order, len(order))
    pricer, master = Pricer(whole), Master(whole, Stage("unplaced_guests"))

    def asked(most: int) -> FleetProblem:
        return with_requests(problem, shapes, order, most)

    low, high = 0, len(order) + 1
    over: list[tuple[int, Generated]] = []
    middle = len(order)
    while high - low > 1:
        master.ask(asked(middle))
        found = generate(master, pricer, until=until, enough=lambda value, bound: value <= HELD or bound > HELD)
        if found.bound > HELD:
            high = middle
            over.append((middle, found))
        elif found.value <= HELD:
            low = middle
        else:
            break  # neither: the time is up
        middle = (low + high) // 2
    claim = least_proved(asked, over)
    most = len(order) if claim is None else claim.bound
    return RequestBound(most=most, held=_held(master, asked, most, until), count=len(order), claim=claim)


def least_proved(asked: Callable[[int], FleetProblem], over: Sequence[tuple[int, Generated]]) -> BoundClaim | None:
    """Claim the least of the numbers of requests found to be too many that integer prices prove to be so."""
    for count, found in reversed(over):
        proof = exceeding(asked(count), found)
        if proof is not None:
            return BoundClaim(tier="requests", bound=count - 1, scale=proof[0], prices=proof[1])
    return None


def _held(master: Master, asked: Callable[[int], FleetProblem], most: int, until: float) -> int:
    """Search whole fillings for as many requests as possible: for the bound itself, else by bisection below it."""
    low, high, middle = 0, most + 1, most
    while high - low > 1:
        master.ask(asked(middle))
        for t, column in all_fillings(master.problem) or ():
            master.add(t, column)
        whole = master.whole(max(0.1, until - perf_counter()), 0.0)
        if whole is not None and not whole.left_out.any():
            low = middle
        else:
            high = middle
        if perf_counter() > until:
            break
        middle = (low + high) // 2
    return low
