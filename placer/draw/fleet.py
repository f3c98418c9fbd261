"""A fleet: its hosts as a grid by use, and each distinct host as a picture of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import msgspec
from msgspec.structs import replace

from placer.draw.fonts import SMALL, width
from placer.draw.headline import Headline
from placer.draw.picture import GAP, LEAST_WIDTH, Picture, framed, set_lines
from placer.draw.scene import Block, Box, Label, Part, Shape, fitted, stacked
from placer.draw.single import picture_of_placement
from placer.errors import InputError
from placer.fleet.files.plan_json import StatedFleetPlan
from placer.fleet.model.fleet import Fleet
from placer.fleet.plan.plan import FleetPlan
from placer.fleet.problem.loads import limited_host, settled
from placer.formats.native.answer_json import StatedAnswer
from placer.instance import Instance, Placement, format_size, shorten
from placer.instance.note import counted, name_some
from placer.job.request import Request
from placer.report.fleet import VALUES, value_words

TILE, HIGH, TILE_GAP, BAR = 150.0, 34.0, 8.0, 10.0
STEPS = 6
"""Shades of use."""
SHAPE = 1.6
"""Width of the grid for each unit of its height."""


@dataclass(frozen=True, kw_only=True)
class HostUse:
    """
    A host of the fleet with guests.

    Parameters
    ----------
    kind
        Number of its kind: hosts of one kind differ in nothing but names.
    instance, placement
        The host and its guests.
    """

    name: str
    kind: int
    instance: Instance
    placement: Placement

    @cached_property
    def used_kib(self) -> int:
        """The memory of its guests."""
        return sum(guest.memory_kib for guest in self.instance.guests)

    @cached_property
    def memory_kib(self) -> int:
        """The memory that it has for guests, huge pages included."""
        pages = (pool.free_pages * pool.page_size for pnode in self.instance.host.pnodes for pool in pnode.huge_pages)
        return sum(pnode.memory_kib for pnode in self.instance.host.pnodes) + sum(pages)

    @property
    def use(self) -> float:
        """The part of its memory that its guests take, 0 to 1."""
        return min(1.0, self.used_kib / self.memory_kib) if self.memory_kib else 0.0

    @property
    def words(self) -> str:
        """Its figures."""
        vcpus = sum(guest.vcpu_count for guest in self.instance.guests)
        pcpus = sum(len(pnode.pcpus) for pnode in self.instance.host.pnodes)
        memory = f"{format_size(self.used_kib)} of {format_size(self.memory_kib)}"
        return f"{counted(len(self.instance.guests), 'guest')}, {memory}, {counted(vcpus, 'vcpu')} on {pcpus} pcpus"


@dataclass(frozen=True, kw_only=True)
class FleetPicture:
    """
    A fleet before it is written in a format.

    Parameters
    ----------
    hosts
        The hosts that hold guests, the fullest first.
    empty
        Names of those that hold none.
    """

    headline: Headline
    hosts: tuple[HostUse, ...]
    empty: tuple[str, ...]

    @cached_property
    def kinds(self) -> Mapping[int, tuple[HostUse, ...]]:
        """The hosts of each kind, in the order of the fullest host."""
        found: dict[int, list[HostUse]] = {}
        for host in self.hosts:
            found.setdefault(host.kind, []).append(host)
        return {kind: tuple(hosts) for kind, hosts in found.items()}

    def drawn(self) -> Block:
        """Give the grid below its head within margins."""
        tiles = [_tile(host) for host in self.hosts]
        if self.empty:
            tiles.append(_text_tile(counted(len(self.empty), "empty host")))
        columns = max(4, round((len(tiles) * SHAPE * HIGH / TILE) ** 0.5))
        items = [
            block.at((i % columns) * (TILE + TILE_GAP), (i // columns) * (HIGH + TILE_GAP))
            for i, block in enumerate(tiles)
        ]
        wide = max(LEAST_WIDTH, min(columns, len(tiles)) * (TILE + TILE_GAP) - TILE_GAP)
        high = -(-len(tiles) // columns) * (HIGH + TILE_GAP) - TILE_GAP
        grid = Block(width=wide, height=max(0.0, high), items=tuple(items))
        said = Label(x=0, y=10, text="bar and shade: the part of the memory of a host that its guests take", size=SMALL)
        key = Block(width=wide, height=14, items=(fitted(said, wide),))
        return framed(stacked([set_lines(self.headline, wide), grid, key], GAP))


def picture_of_fleet_plan(fleet: Fleet, plan: FleetPlan | StatedFleetPlan) -> FleetPicture:
    """
    Draw a fleet with a plan.

    Raises
    ------
    InputError
        If it is no plan of the fleet.
    """
    stated = _stated(plan) if isinstance(plan, FleetPlan) else plan
    hosts = tuple(sorted(_hosts(fleet, stated), key=lambda host: (-host.use, host.name)))
    held = {host.name for host in hosts}
    guests = sum(len(host.instance.guests) for host in hosts)
    said = f"{counted(guests, 'guest')} on {len(hosts)} of {counted(len(fleet.host_entry), 'host')}"
    lines = [_tier(*tier) for tier in stated.tiers]
    lines += [f"not placed: {name_some(stated.unplaced)}"] if stated.unplaced else []
    headline = Headline(title=f"{stated.status}: {said}" if stated.status else said, lines=tuple(lines))
    return FleetPicture(
        headline=headline, hosts=hosts, empty=tuple(name for name in fleet.host_entry if name not in held)
    )


def picture_of_host_in_fleet(host: HostUse) -> Picture:
    """Draw a host of a fleet with its guests."""
    answer = StatedAnswer(placement=host.placement)
    return picture_of_placement(Request(instance=host.instance), host.placement, answer)


def _stated(plan: FleetPlan) -> StatedFleetPlan:
    return StatedFleetPlan(
        placements={name: host.placement for name, host in plan.hosts.items()},
        status=str(plan.status),
        tiers=tuple((tier.tier, tier.value, tier.bound) for tier in plan.tiers),
        unplaced=plan.unplaced,
    )


def _tier(tier: str, value: int, bound: int) -> str:
    proved = "proved the least" if value == bound else f"{value_words(tier, bound)} proved the least that is possible"
    return f"{VALUES.get(tier, tier)}: {value_words(tier, value)}, {proved}"


def _hosts(fleet: Fleet, stated: StatedFleetPlan) -> Iterator[HostUse]:
    """Give each host with its guests under their names; equal hosts with equal guests get one kind."""
    kinds: dict[bytes, int] = {}
    for name, placement in stated.placements.items():
        if not placement.pnode_of:
            continue
        instance = _instance(fleet, name, placement)
        faults = placement.faults(instance)
        if faults:
            raise InputError(f'not a plan of this fleet: host "{shorten(name)}": {"; ".join(faults)}')
        kind = kinds.setdefault(_signature(instance, placement), len(kinds))
        yield HostUse(name=name, kind=kind, instance=instance, placement=placement)


def _instance(fleet: Fleet, name: str, placement: Placement) -> Instance:
    if name not in fleet.host_entry:
        raise InputError(f'not a plan of this fleet: no host "{shorten(name)}" in it')
    unknown = [guest for guest in placement.pnode_of if guest not in fleet.guest_entry]
    if unknown:
        raise InputError(f'not a plan of this fleet: no guest "{shorten(unknown[0])}" in it')
    guests = [replace(settled(fleet.guests[fleet.guest_entry[g]].guest), name=g) for g in placement.pnode_of]
    host = replace(limited_host(fleet, fleet.host_entry[name]), name=name)
    return Instance(host=host, guests=guests, objective=fleet.objective)


def _signature(instance: Instance, placement: Placement) -> bytes:
    """Give what makes hosts with their guests distinct, names left out."""
    guests = [
        msgspec.json.encode(
            (
                replace(guest, name="g"),
                placement.pnode_of[guest.name],
                placement.pcpu_of.get(guest.name, ()),
                guest.name in placement.sets,
                guest.name in placement.apart,
            )
        )
        for guest in instance.guests
    ]
    return b"\n".join([msgspec.json.encode(replace(instance.host, name="h")), *sorted(guests)])


def _tile(host: HostUse) -> Block:
    """Draw a host as its name, its use, and a bar of it."""
    percent = Label(x=TILE - 6, y=13, text=f"{100 * host.use:.0f} %", size=SMALL, anchor="end", look="muted")
    name = Label(x=6, y=13, text=host.name, size=SMALL, bold=True)
    wide = TILE - 12
    bar: list[Shape] = [Box(x=6, y=19, width=wide, height=BAR, look="free")]
    if host.use:
        bar.append(Box(x=6, y=19, width=wide * host.use, height=BAR, look=f"use{shade_of(host.use)}"))
    room = TILE - 18 - width(percent.text, SMALL)
    frame = Box(x=0, y=0, width=TILE, height=HIGH, look="card", radius=4)
    items = (frame, fitted(name, room), percent, *bar)
    return Block(width=TILE, height=HIGH, items=(Part(items=items, title=f"{host.name}: {host.words}"),))


def _text_tile(text: str) -> Block:
    frame = Box(x=0, y=0, width=TILE, height=HIGH, look="card", radius=4)
    return Block(width=TILE, height=HIGH, items=(frame, Label(x=6, y=21, text=text, size=SMALL, look="muted")))


def shade_of(use: float) -> int:
    """Give the shade of a use, the darker the fuller."""
    return min(STEPS - 1, int(use * STEPS))
