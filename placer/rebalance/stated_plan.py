"""A plan of moves as it is stated: all that a picture or another program needs, from a plan or from its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct
from msgspec import field as msgspec_field

from placer.errors import InputError
from placer.formats.native.instance_json import parse_as
from placer.formats.text.files import Source, read_source
from placer.formats.text.msgspec_errors import quote
from placer.instance import Guest, Instance, Placement
from placer.rebalance.end_problem import with_guests
from placer.rebalance.plan import Plan, State, Step
from placer.rebalance.running import Kind
from placer.rebalance.transfers import Phase


@dataclass(frozen=True, kw_only=True)
class StatedPlan:
    """
    A plan of moves without the search that found it.

    Parameters
    ----------
    headline
        The first line of its report.
    before, placed
        The host with the guests that run, and where these are.
    held
        Name of a domain that never moves -> pnode id -> its memory there, in KiB.
    guests
        The guests of the end state that are not as they were before: cut otherwise, or started.
    placement
        The end state; None without a plan.
    stages
        The steps of each stage.
    now, after
        What the host costs before and afterwards; the second is None without a plan.
    reason
        Why there is no plan; empty with one.
    notes
        A sentence each.
    """

    headline: str
    before: Instance
    placed: Placement
    held: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    guests: tuple[Guest, ...] = ()
    placement: Placement | None = None
    stages: tuple[tuple[Step, ...], ...] = ()
    now: State
    after: State | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()


def stated_plan(plan: Plan, headline: str, notes: tuple[str, ...]) -> StatedPlan:
    """State a plan, below the first line of its report and with the notes of the report."""
    running = plan.running
    before = with_guests(running, running.instance.guests)
    there = {guest.name: guest for guest in before.guests}
    later = () if plan.instance is None else plan.instance.guests
    return StatedPlan(
        headline=headline,
        before=before,
        placed=running.placement,
        held=running.others,
        guests=tuple(guest for guest in later if there.get(guest.name) != guest),
        placement=plan.placement,
        stages=plan.stages,
        now=plan.now,
        after=plan.after,
        reason=plan.reason or "",
        notes=notes,
    )


def read_moves(source: Source) -> StatedPlan:
    """
    Read a plan of moves, as ``placer rebalance --format json`` prints it.

    Parameters
    ----------
    source
        The path of a file, or a :class:`placer.Text`.

    Raises
    ------
    InputError
        With the JSON path of the fault.
    """
    text, place = read_source(source)
    read = parse_as(text, place, _File)
    placed = Placement(pnode_of=dict(read.before.placement))
    faults = placed.faults(read.before.instance)
    if faults or not placed.complete():
        what = "; ".join(faults) or "a guest that runs has no pnode"
        raise InputError(f"not a placement of the instance beside it: {what}", place=f"{place}: $.before.placement")
    plan = StatedPlan(
        headline=read.headline,
        before=read.before.instance,
        placed=placed,
        held={name: {int(p): kib for p, kib in of.items() if p.isdecimal()} for name, of in read.before.held.items()},
        guests=read.guests_after,
        placement=None if read.placement is None else Placement(pnode_of=dict(read.placement)),
        stages=tuple(tuple(map(_step, stage)) for stage in read.stages),
        now=_state(read.now),
        after=None if read.after is None else _state(read.after),
        reason=read.reason or "",
        notes=read.notes,
    )
    _check_ends(plan, place)
    return plan


def _check_ends(plan: StatedPlan, place: str) -> None:
    """Refuse steps of guests and on pnodes that there are not, and an end state of other vnodes."""
    sizes = {guest.name: len(guest.vnodes) for guest in (*plan.before.guests, *plan.guests)}
    pnodes = plan.before.host.position_of
    for s, stage in enumerate(plan.stages):
        for i, step in enumerate(stage):
            here = f"{place}: $.stages[{s}][{i}]"
            if step.guest not in sizes or step.guest not in (plan.placement or plan.placed).pnode_of:
                raise InputError(f"no guest {quote(step.guest)} is there after the moves", place=here)
            unknown = [p for p in (*(step.before or ()), *(step.after or ())) if p not in pnodes]
            if unknown:
                raise InputError(f"the host has no pnode {unknown[0]}", place=here)
    for name, of in ({} if plan.placement is None else plan.placement.pnode_of).items():
        if len(of) != sizes.get(name) or any(p not in pnodes for p in of):
            said = f"expected the pnodes of the vnodes of guest {quote(name)} after the moves, got {list(of)}"
            raise InputError(said, place=f"{place}: $.placement")


class _Step(Struct, frozen=True, kw_only=True):
    guest: str
    kind: Kind | Literal["repin", "create"]
    phase: Phase
    before: tuple[int, ...] | None = msgspec_field(name="from")
    after: tuple[int, ...] | None = msgspec_field(name="to")
    kib: int


class _Tier(Struct, frozen=True, kw_only=True):
    cost: int
    bound: int | None
    terms: dict[str, int]


class _State(Struct, frozen=True, kw_only=True):
    mean_access_distance: float | None
    tiers: tuple[_Tier, ...]


class _Before(Struct, frozen=True, kw_only=True):
    instance: Instance
    placement: dict[str, tuple[int | None, ...]]
    held: dict[str, dict[str, int]]


class _File(Struct, frozen=True, kw_only=True):
    """The keys of the JSON of a plan that are read."""

    headline: str
    before: _Before
    guests_after: tuple[Guest, ...]
    placement: dict[str, tuple[int | None, ...]] | None
    stages: tuple[tuple[_Step, ...], ...]
    now: _State
    after: _State | None
    reason: str | None
    notes: tuple[str, ...]


def _step(read: _Step) -> Step:
    return Step(guest=read.guest, kind=read.kind, phase=read.phase, before=read.before, after=read.after, kib=read.kib)


def _state(read: _State) -> State:
    bounds = [tier.bound for tier in read.tiers if tier.bound is not None]
    return State(
        terms=tuple(tier.terms for tier in read.tiers),
        costs=tuple(tier.cost for tier in read.tiers),
        bounds=tuple(bounds) if len(bounds) == len(read.tiers) else (),
        mean_distance=read.mean_access_distance,
    )
