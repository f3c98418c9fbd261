"""Fleets: reading and writing them, their bounds, and certificates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from placer.errors import expect, listed
from placer.formats.text.files import Source
from placer.instance import Placement

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from threading import Event

    from placer.fleet.bound.certificate import Certificate
    from placer.fleet.bound.result import FleetBound
    from placer.fleet.bound.verdict import Proof
    from placer.fleet.model.fleet import Fleet
    from placer.fleet.plan.plan import FleetPlan


def read_fleet(source: Source) -> Fleet:
    """
    Read a fleet.

    Parameters
    ----------
    source
        The path of a file ``fleet.json``, or a :class:`placer.Text`.

    Raises
    ------
    InputError
        With the JSON path of the fault.
    """
    from placer.fleet.files.fleet_json import read_fleet as read

    return read(source)


def dump_fleet(fleet: Fleet) -> str:
    """Write a fleet as JSON for people; :func:`read_fleet` reads it back."""
    from placer.fleet.files.fleet_json import dump_fleet as dump

    return dump(fleet)


def bound_fleet(fleet: Fleet, *, requests: Iterable[Source] = (), time_limit_s: float = 60.0) -> FleetBound:
    """
    Bound what a fleet can do, with a certificate.

    Parameters
    ----------
    requests
        Tables (CSV) of requests in their order: how many of them can be held at all beside the guests of the fleet.
        None: what the guests of the fleet cost at least.
    time_limit_s
        Seconds; what is proved by then counts.

    Returns
    -------
    FleetBound
        ``tiers`` or ``requests``, ``certificate``, and ``relaxed``: what the bounds leave out.

    Raises
    ------
    InputError
        If an argument is wrong, or guests that are placed take more than their host offers.
    """
    from placer.assignment.context import SearchContext
    from placer.fleet.bound.result import bound
    from placer.fleet.files.requests_table import read_all_requests as read_requests
    from placer.fleet.model.fleet import Fleet

    expect("fleet", fleet, Fleet)
    SearchContext(time_limit_s=time_limit_s)  # refuses what is no limit
    return bound(fleet, read_requests(listed("requests", requests)), time_limit_s=time_limit_s)


def solve_fleet(
    fleet: Fleet,
    *,
    time_limit_s: float = 60.0,
    workers: int | None = None,
    seed: int = 0,
    executor: Executor | None = None,
    stop: Event | None = None,
    on_log: Callable[[str], None] | None = None,
) -> FleetPlan:
    """
    Give every guest of a fleet a host and pnodes.

    Hosts of one type and guests of one class are interchangeable, so that the work does not grow with their number:
    fillings of hosts come from a linear program that also bounds the tiers, and every distinct host is then placed as
    :func:`solve` does it.

    Parameters
    ----------
    time_limit_s
        Seconds for all of it.
    workers
        Processes that place distinct hosts, 1 to 1024; None for as many as there are pcpus.
    seed
        Seed of everything random, 0 to 2^31 - 1.
    executor
        Where distinct hosts are placed instead, such as ``Client.get_executor()`` of Dask.
    stop
        Set it to end the search with the best so far.
    on_log
        Called with a line on each step.

    Returns
    -------
    FleetPlan
        ``hosts`` has the guests and the placement of each host, ``tiers`` what the plan costs and what is proved.

    Raises
    ------
    InputError
        If an argument is wrong, or guests that are placed take more than their host offers.
    """
    from concurrent.futures import Executor
    from threading import Event

    from placer.assignment.context import SearchContext
    from placer.fleet.model.fleet import Fleet
    from placer.fleet.plan.solving import solve

    expect("fleet", fleet, Fleet)
    expect("executor", executor, Executor, type(None))
    context = SearchContext(time_limit_s=time_limit_s, workers=workers, seed=seed, stop=stop or Event(), on_log=on_log)
    return solve(
        fleet,
        time_limit_s=time_limit_s,
        workers=workers,
        seed=seed,
        executor=executor,
        stop=context.stop,
        say=on_log or (lambda _line: None),
    )


def check_plan(fleet: Fleet, placements: dict[str, Placement]) -> tuple[str, ...]:
    """
    Judge a plan by the fleet alone: its names and rules, and all rules of placements on every host.

    Parameters
    ----------
    placements
        Host -> the placement of its guests; guests on no host are not placed.

    Returns
    -------
    tuple of str
        A sentence for each fault.

    Raises
    ------
    InputError
        If an argument is wrong.
    """
    from placer.fleet.model.fleet import Fleet
    from placer.fleet.plan.judge import judge

    expect("placements", placements, dict)
    for host, placement in placements.items():
        expect("placements", host, str)
        expect(f'placements["{host}"]', placement, Placement)
    return tuple(judge(expect("fleet", fleet, Fleet), placements))


def read_certificate(source: Source) -> Certificate:
    """
    Read a certificate: alone, or in the JSON of a bound or of a plan under the key ``certificate``.

    Raises
    ------
    InputError
        With the JSON path of the fault.
    """
    import json

    from placer.fleet.bound.certificate import Certificate
    from placer.fleet.files.large import MOST_CONTAINERS, read_large
    from placer.formats.native.instance_json import parse_as
    from placer.formats.text.json_text import parse_json

    text, place = read_large(source)
    written = parse_json(text, place, most_containers=MOST_CONTAINERS)
    if isinstance(written, dict) and "certificate" in written:
        text, place = json.dumps(written["certificate"]), f"{place}: $.certificate"
    return parse_as(text, place, Certificate)


def check_certificate(fleet: Fleet, certificate: Certificate, *, requests: Iterable[Source] = ()) -> tuple[Proof, ...]:
    """
    Recompute each bound of a certificate from the fleet alone, in integers.

    No solver is used but for the types of hosts that a claim names as ``searched``, by CP-SAT.

    Parameters
    ----------
    requests
        The tables of requests, for claims on them.

    Returns
    -------
    tuple of Proof
        For each claim what its prices prove, and whether it ``holds``.

    Raises
    ------
    InputError
        If an argument is wrong, or the certificate is of another fleet.
    """
    from placer.fleet.bound.certificate import Certificate
    from placer.fleet.bound.verdict import check_certificate as check
    from placer.fleet.files.requests_table import read_all_requests as read_requests
    from placer.fleet.model.fleet import Fleet

    expect("fleet", fleet, Fleet)
    expect("certificate", certificate, Certificate)
    return check(fleet, certificate, read_requests(listed("requests", requests)))
