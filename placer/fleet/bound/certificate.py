"""Certificates: integer prices for each kind of guest, from which anybody recomputes a bound."""

from __future__ import annotations

import math
from collections.abc import Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, field

from placer.errors import InputError
from placer.fleet.bound.checking import exceeded, proved
from placer.fleet.bound.items import units_of
from placer.fleet.bound.spread import spread_over
from placer.fleet.bound.stages import TIERS, Stage, Tier
from placer.fleet.problem.problem import FleetProblem
from placer.instance import shorten
from placer.instance.checked import Checked
from placer.instance.guest import Name

if TYPE_CHECKING:
    from placer.fleet.bound.generation import Generated
    from placer.fleet.bound.proving import Searched
    from placer.fleet.bound.tables import Floats

LARGEST = 2**62
"""Largest number of a certificate: larger ones make a check slow, and prove nothing more."""
SCALES = tuple(10**digits for digits in range(2, 10))
"""The scales that are tried, coarse ones first: a short certificate is easier to read."""
FINE = 10**6
"""Scale of the prices of claims that rest on searches. Chosen, not tuned."""
SEARCH_S = 20.0
"""Seconds for the search of one type of hosts. Chosen: 9 classes on 8 pnodes take 0.1 to 2 s."""

Whole = Annotated[int, Meta(ge=0, le=LARGEST)]


class BoundClaim(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    A bound, with the prices that prove it.

    Parameters
    ----------
    tier
        What is bounded: ``unplaced_guests``, ``unplaced`` (KiB, and 1024 for each vcpu, of guests that are not placed),
        ``hosts`` (that hold a guest and held none before), ``spread`` (of the fullest pnode, in thousandths), or
        ``requests``: how many of a sequence can be held.
    bound
        No plan is below it; of ``requests``: none holds more of the first requests.
    held
        What the tiers above have come to: the bound is among plans that are no worse there.
    scale
        Prices are in 1/scale of the tier's unit.
    prices
        Name of the first guest of each class, or of the shape of requests -> its price; 0 for those not named.
    multipliers
        Prices of the tiers above, where they are held at more than 0.
    searched
        Names of the first hosts of types for which prices alone do not prove it: what a host of them is worth at most
        is searched by CP-SAT.
    """

    tier: Literal["unplaced_guests", "unplaced", "hosts", "spread", "requests"]
    bound: Whole
    held: dict[Tier, Whole] = field(default_factory=dict)
    scale: Annotated[int, Meta(ge=1, le=10**12)]
    prices: dict[Name, Whole] = field(default_factory=dict)
    multipliers: dict[Tier, Whole] = field(default_factory=dict)
    searched: tuple[Name, ...] = ()


class Certificate(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    Bounds on what a fleet can do, with their proofs.

    Parameters
    ----------
    claims
        The bounds, highest tier first.
    """

    claims: tuple[BoundClaim, ...]

    if TYPE_CHECKING:  # what the constructor takes; it makes tuples of it

        def __init__(self, *, claims: Iterable[BoundClaim]) -> None: ...


def certified(problem: FleetProblem, stage: Stage, found: Generated, left_s: float = math.inf) -> BoundClaim:
    """
    State a bound in integers: with the coarsest prices that prove as much as any.

    Parameters
    ----------
    found
        The prices of column generation.
    left_s
        Seconds for searches, where they prove more.
    """
    best: BoundClaim | None = None
    target = math.ceil(found.bound - 1e-6 * max(1.0, abs(found.bound)))
    for scale in SCALES:
        claim = _claim(problem, stage, found, scale)
        best = claim if best is None or claim.bound > best.bound else best
        if best.bound >= target:
            break
    assert best is not None
    if found.searched is not None and math.ceil(found.searched.bound - 1e-6) > best.bound:
        return _searched(problem, stage, found.searched, left_s, best)
    return best


def _searched(problem: FleetProblem, stage: Stage, found: Searched, left_s: float, best: BoundClaim) -> BoundClaim:
    """State a bound that rests on searches too; ``best`` where they end too late or prove no more."""
    worth = _worth(problem, found.types, _whole(found.prices, FINE), perf_counter() + left_s)
    claim = _claim(problem, stage, found, FINE, worth)
    return claim if claim.bound > best.bound else best


def _worth(problem: FleetProblem, types: Iterable[int], prices: list[int], until: float = math.inf) -> dict[int, int]:
    """Search what a host of some types is worth at most; types without an answer are missing."""
    from placer.fleet.bound.searched import searched  # brings ortools along

    units = units_of(problem)
    found = {t: searched(problem, units, t, prices, min(SEARCH_S, until - perf_counter())) for t in types}
    return {t: each.worth for t, each in found.items() if each is not None and each.proved}


def _claim(
    problem: FleetProblem,
    stage: Stage,
    found: Generated | Searched,
    scale: int,
    worth: dict[int, int] | None = None,
) -> BoundClaim:
    prices, multipliers = _whole(found.prices, scale), _whole(found.multipliers, scale)
    return BoundClaim(
        tier=stage.tier,
        bound=proved(problem, stage, scale=scale, prices=prices, multipliers=multipliers, searched=worth),
        held=dict(stage.held),
        scale=scale,
        prices=_named(problem, prices),
        multipliers={tier: each for (tier, _), each in zip(stage.limits, multipliers, strict=True) if each},
        searched=tuple(problem.types[t].hosts[0] for t in worth or ()),
    )


def _whole(prices: Floats, scale: int) -> list[int]:
    return [min(LARGEST, math.floor(price * scale + 0.5)) for price in prices.tolist()]


def _named(problem: FleetProblem, prices: list[int]) -> dict[str, int]:
    return {each.name: price for each, price in zip(problem.classes, prices, strict=True) if price}


def proves(claim: BoundClaim, problem: FleetProblem) -> int:
    """
    Recompute the bound of a claim on a tier.

    Returns
    -------
    int
        What its prices prove, which may be less than it says.

    Raises
    ------
    InputError
        If it names guests that are no first guest of a class, hosts that are no first host of a type, or tiers that
        are not above its own.
    """
    if claim.tier == "requests":
        raise InputError("a claim on requests needs the requests")
    if claim.tier == "spread":
        below = spread_over(problem, claim.bound - 1) if claim.bound else problem
        return claim.bound if claim.bound and exceeded(below, prices_of(claim, problem)) else 0
    above = TIERS[: TIERS.index(claim.tier)]
    for name in (*claim.held, *claim.multipliers):
        if name not in above:
            raise InputError(f'"{name}" is not above the tier {claim.tier}')
    stage = Stage(claim.tier, tuple((tier, claim.held[tier]) for tier in above if tier in claim.held))
    multipliers = [claim.multipliers.get(tier, 0) for tier, _ in stage.limits]
    prices = prices_of(claim, problem)
    worth = _worth(problem, _types_of(claim, problem), prices) if claim.searched else None
    return proved(problem, stage, scale=claim.scale, prices=prices, multipliers=multipliers, searched=worth)


def _types_of(claim: BoundClaim, problem: FleetProblem) -> list[int]:
    first = {each.hosts[0]: t for t, each in enumerate(problem.types)}
    strange = sorted(set(claim.searched).difference(first))
    if strange:
        raise InputError(f'searched: no type of hosts begins with "{shorten(strange[0])}", it is of another fleet')
    return [first[name] for name in claim.searched]


def exceeding(problem: FleetProblem, found: Generated) -> tuple[int, dict[str, int]] | None:
    """
    State in integers that not all guests can be held.

    Returns
    -------
    (int, dict) or None
        Scale and prices by the names of classes; None where rounding spoils the proof at every scale.
    """
    for scale in SCALES:
        prices = _whole(found.prices, scale)
        if exceeded(problem, prices):
            return scale, _named(problem, prices)
    return None


def too_many(claim: BoundClaim, problem: FleetProblem) -> bool:
    """Whether the prices of a claim prove that the guests of a problem cannot all be held."""
    return exceeded(problem, prices_of(claim, problem))


def prices_of(claim: BoundClaim, problem: FleetProblem) -> list[int]:
    """
    Give the price of each class.

    Raises
    ------
    InputError
        If the claim names guests that are no first guest of a class: it is of another fleet.
    """
    names = [each.name for each in problem.classes]
    strange = sorted(set(claim.prices).difference(names))
    if strange:
        raise InputError(f'prices: no class of guests begins with "{shorten(strange[0])}", it is of another fleet')
    return [claim.prices.get(name, 0) for name in names]
