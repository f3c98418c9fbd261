"""What a fleet can do at best, and the certificate that proves it."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from placer.fleet.bound.certificate import Certificate
from placer.fleet.bound.filling import Filler
from placer.fleet.bound.requests import RequestBound, bound_requests
from placer.fleet.bound.steps import TierBound
from placer.fleet.files.requests_table import Requests
from placer.fleet.model.fleet import Fleet
from placer.fleet.problem.problem import lower_fleet
from placer.fleet.problem.relaxed import relaxed


@dataclass(frozen=True, kw_only=True)
class FleetBound:
    """
    Bounds of a fleet.

    Parameters
    ----------
    tiers
        What its guests cost at least, and what a filling by vcpus and memory costs; empty where requests are given.
    requests
        How many requests can be held; None where none were given.
    certificate
        The proofs.
    in_use
        The number of hosts that hold a guest already.
    relaxed
        What the bounds leave out.
    wall_time_s
        Seconds.
    """

    tiers: tuple[TierBound, ...]
    requests: RequestBound | None
    certificate: Certificate
    in_use: int
    relaxed: tuple[str, ...]
    wall_time_s: float


def bound(fleet: Fleet, requests: Requests | None = None, *, time_limit_s: float = 60.0) -> FleetBound:
    """
    Bound what a fleet can do.

    Parameters
    ----------
    requests
        Requests to hold beside the guests of the fleet, in their order; None: what the guests cost.
    time_limit_s
        Seconds.

    Raises
    ------
    InputError
        If guests that are placed take more than their host offers.
    """
    began = perf_counter()
    problem = lower_fleet(fleet)
    tiers: tuple[TierBound, ...] = ()
    found: RequestBound | None = None
    if requests is None:
        tiers = Filler(problem, fleet.aim, began + time_limit_s).fill().tiers
        claims = tuple(tier.claim for tier in tiers if tier.claim is not None)
    else:
        found = bound_requests(problem, requests.shapes, requests.order, time_limit_s=time_limit_s)
        claims = () if found.claim is None else (found.claim,)
    return FleetBound(
        tiers=tiers,
        requests=found,
        certificate=Certificate(claims=claims),
        in_use=problem.hosts_in_use,
        relaxed=relaxed(fleet),
        wall_time_s=perf_counter() - began,
    )
