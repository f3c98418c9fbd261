"""Writes plans of moves as JSON, and reads them back for the fleet as it is now; one that has changed is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct, to_builtins

from placer.assignment import Status
from placer.errors import InputError
from placer.fleet.files.large import MOST_CONTAINERS, read_large
from placer.fleet.model.entries import HostFormat
from placer.fleet.model.fleet import Fleet
from placer.fleet.moves.goal import FleetGoal, Shape, check_goal
from placer.fleet.moves.judge import faults, first_places, offers_of
from placer.fleet.moves.names import unknown
from placer.fleet.moves.plan import Aim, FleetMoves, FleetStep
from placer.fleet.problem.loads import settled
from placer.formats.native.instance_json import parse_as
from placer.formats.text.files import Source
from placer.formats.text.json_layout import lay_out
from placer.instance import shorten
from placer.instance.note import name_some

Places = dict[str, tuple[str, tuple[int, ...]]]
Offer = tuple[int, int, int]
"""Id of a pnode, and the KiB and vcpus that it offers; -1 vcpus where they are not limited."""


class WrittenStep(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step in a file; memory in KiB."""

    guest: str
    way: Literal["migrate", "restart"]
    source: str
    target: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    memory_kib: int


class WrittenGoal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A goal in a file; memory in KiB."""

    empty: tuple[str, ...] = ()
    make_room: tuple[str, ...] = ()
    mend: bool = False
    fragments: tuple[int, int] | None = None
    moves: int | None = None
    memory_kib: int | None = None
    restarts: int = 0
    stay: tuple[str, ...] = ()


class WrittenMoves(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan in a file, with what the fleet was like: where guests were, and what the hosts of the steps offered."""

    status: str
    goal: WrittenGoal
    aim: Aim
    now: int
    value: int | None
    bound: int
    stages: tuple[tuple[WrittenStep, ...], ...]
    placed: Places
    first: Places
    hosts: dict[str, tuple[Offer, ...]]
    notes: tuple[str, ...]
    left_out: tuple[str, ...]
    reason: str | None
    wall_time_s: float
    format: HostFormat


def moves_json(plan: FleetMoves) -> str:
    """Write a plan as one JSON object, which :func:`read_fleet_moves` reads back."""
    goal, shape = plan.goal, plan.goal.fragments
    touched = dict.fromkeys(host for step in plan.steps for host in (step.source, step.target))
    written = WrittenMoves(
        status=str(plan.status),
        goal=WrittenGoal(
            empty=goal.empty,
            make_room=goal.make_room,
            mend=goal.mend,
            fragments=None if shape is None else (shape.vcpus, shape.kib),
            moves=goal.moves,
            memory_kib=goal.kib,
            restarts=goal.restarts,
            stay=goal.stay,
        ),
        aim=plan.aim,
        now=plan.now,
        value=plan.value,
        bound=plan.bound,
        stages=tuple(tuple(_written(step) for step in stage) for stage in plan.stages),
        placed=plan.placed,
        first=first_places(plan.fleet),
        hosts={host: _offers(plan.fleet, host) for host in touched},
        notes=plan.notes,
        left_out=plan.relaxed,
        reason=plan.reason,
        wall_time_s=round(plan.wall_time_s, 6),
        format=plan.family,
    )
    return lay_out(to_builtins(written)) + "\n"


def _written(step: FleetStep) -> WrittenStep:
    return WrittenStep(
        guest=step.guest,
        way=step.way,
        source=step.source,
        target=step.target,
        before=step.before,
        after=step.after,
        memory_kib=step.kib,
    )


def _offers(fleet: Fleet, host: str) -> tuple[Offer, ...]:
    pnodes = fleet.hosts[fleet.host_entry[host]].host.pnodes
    of = offers_of(fleet, host)
    return tuple((p.id, of[p.id, "KiB"], -1 if of[p.id, "vcpus"] >= 1 << 60 else of[p.id, "vcpus"]) for p in pnodes)


def read_fleet_moves(source: Source, fleet: Fleet) -> FleetMoves:
    """
    Read a plan of moves for the fleet as it is now.

    Raises
    ------
    InputError
        With the JSON path of the fault; if the fleet has changed since, with what changed; or if the plan is not safe.
    """
    text, place = read_large(source)
    written = parse_as(text, place, WrittenMoves, most_containers=MOST_CONTAINERS)
    changes = list(changed(written, fleet))
    if changes:
        raise InputError(
            f"the fleet has changed since this plan: {name_some(changes)}; expected the fleet it was made for",
            place=place,
        )
    try:
        status = Status(written.status)
    except ValueError:
        raise InputError(f'no status "{shorten(written.status)}"', place=f"{place}: $.status") from None
    plan = FleetMoves(
        status=status,
        fleet=fleet,
        goal=_goal(written.goal),
        aim=written.aim,
        now=written.now,
        value=written.value,
        bound=written.bound,
        stages=tuple(tuple(_read(step) for step in stage) for stage in written.stages),
        placed=written.placed,
        notes=written.notes,
        relaxed=written.left_out,
        reason=written.reason,
        wall_time_s=written.wall_time_s,
        family=written.format,
    )
    _check_goal(plan, place)
    for fault in unknown(plan):
        raise InputError(fault, place=place)
    _check_figures(plan, place)
    wrong = faults(plan)
    if wrong:
        raise InputError(f"the plan is not safe: {wrong[0]}", place=place)
    return plan


def _check_goal(plan: FleetMoves, place: str) -> None:
    """Refuse a goal that means nothing in the fleet, with its place in the file."""
    try:
        check_goal(plan.goal, plan.fleet)
    except InputError as error:
        key = {"gib": "memory_kib"}.get(str(error.place), error.place)
        raise InputError(error.message, place=f"{place}: $.goal.{key}") from None


def _goal(goal: WrittenGoal) -> FleetGoal:
    shape = goal.fragments
    return FleetGoal(
        empty=goal.empty,
        make_room=goal.make_room,
        mend=goal.mend,
        fragments=None if shape is None else Shape(vcpus=shape[0], kib=shape[1]),
        moves=goal.moves,
        kib=goal.memory_kib,
        restarts=goal.restarts,
        stay=goal.stay,
    )


def _read(step: WrittenStep) -> FleetStep:
    return FleetStep(
        guest=step.guest,
        way=step.way,
        source=step.source,
        target=step.target,
        before=step.before,
        after=step.after,
        kib=step.memory_kib,
    )


def _check_figures(plan: FleetMoves, place: str) -> None:
    """Refuse a bound that the plan passes, and memory that is not that of the guest."""
    if plan.value is not None and (plan.bound < plan.value if plan.aim == "fits" else plan.bound > plan.value):
        raise InputError(f"the value {plan.value} passes the bound {plan.bound}", place=f"{place}: $.bound")
    for step in plan.steps:
        guest = settled(plan.fleet.guests[plan.fleet.guest_entry[step.guest]].guest)
        kib = guest.split_into(len(step.before)).memory_kib
        if step.kib != kib:
            said = f'guest "{shorten(step.guest)}" has {kib} KiB of memory, and {step.kib} in the plan'
            raise InputError(said, place=place)


def changed(written: WrittenMoves, fleet: Fleet) -> Iterator[str]:
    """Say what is different in a fleet from what it was when a plan was made."""
    now = first_places(fleet)
    for host in dict.fromkeys([*written.hosts, *(host for host, _ in written.first.values())]):
        if host not in fleet.host_entry:
            yield f'host "{shorten(host)}" is gone'
        elif host in written.hosts and _offers(fleet, host) != written.hosts[host]:
            yield f'host "{shorten(host)}" offers other memory or vcpus'
    for guest, (host, pnodes) in written.first.items():
        here = now.get(guest)
        if here is None:
            yield f'guest "{shorten(guest)}" is gone'
        elif here[0] != host:
            yield f'guest "{shorten(guest)}" is on host "{shorten(here[0])}", and was on host "{shorten(host)}"'
        elif here[1] != pnodes:
            yield f'guest "{shorten(guest)}" is on other pnodes of its host'
    for guest in now.keys() - written.first.keys():
        yield f'guest "{shorten(guest)}" has come to host "{shorten(now[guest][0])}"'
