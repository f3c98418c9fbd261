"""Fleets: hosts by use, equal ones of one kind, each with its own picture."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

import placer
from placer.draw.fleet import FleetPicture, picture_of_fleet_plan, picture_of_host_in_fleet, shade_of
from placer.draw.svg import to_svg
from placer.errors import InputError
from placer.fleet.files.plan_json import StatedFleetPlan
from placer.fleet.model.entries import FleetHost
from placer.fleet.model.fleet import Fleet
from placer.instance import Placement
from tests.support.fleets import fleet_of, host_of
from tests.support.pictures import STRANGE, faults, titles, written

FLEET = fleet_of([[(4, 8)], [(4, 8)], [(4, 8), (4, 8)], [(2, 4)]], [[(1, 2)], [(1, 2)], [(2, 6)], [(1, 1)]])
"""Three hosts of 8 or 16 GiB and one of 4; guests of 2, 2, 6 and 1 GiB."""
PLAN = StatedFleetPlan(
    placements={
        "h0": Placement(pnode_of={"g0": (0,)}),
        "h1": Placement(pnode_of={"g1": (0,)}),
        "h2": Placement(pnode_of={"g2": (1,), "g3": (1,)}),
        "h3": Placement(pnode_of={}),
    },
    status="FEASIBLE",
    tiers=(("unplaced_guests", 0, 0), ("hosts", 3, 2)),
)


def drawn(**changes: Placement) -> FleetPicture:
    plan = StatedFleetPlan(placements={**PLAN.placements, **changes}, status="OPTIMAL")
    return picture_of_fleet_plan(FLEET, plan)


def test_hosts_are_sorted_by_the_part_of_their_memory_that_is_used() -> None:
    picture = picture_of_fleet_plan(FLEET, PLAN)
    assert [(host.name, round(host.use, 4)) for host in picture.hosts] == [("h2", 7 / 16), ("h0", 0.25), ("h1", 0.25)]
    assert picture.empty == ("h3",)
    assert picture.headline.title == "FEASIBLE: 4 guests on 3 of 4 hosts"
    assert picture.headline.lines[1] == "hosts that hold a guest: 3, 2 proved the least that is possible"
    assert picture.hosts[0].words == "2 guests, 7 GiB of 16 GiB, 3 vcpus on 8 pcpus"


def test_hosts_that_differ_in_names_alone_are_of_one_kind() -> None:
    kinds = picture_of_fleet_plan(FLEET, PLAN).kinds
    assert [[host.name for host in hosts] for hosts in kinds.values()] == [["h2"], ["h0", "h1"]]
    other = drawn(h1=Placement(pnode_of={"g3": (0,)})).kinds
    assert len(other) == 3


def test_the_grid_shows_each_host_with_its_use() -> None:
    svg = to_svg(picture_of_fleet_plan(FLEET, PLAN))
    texts = [each.text for each in written(svg)]
    assert [text for text in texts if text in {"h0", "h1", "h2"}] == ["h2", "h0", "h1"]
    assert {"44 %", "25 %", "1 empty host"} <= set(texts)
    assert "h2: 2 guests, 7 GiB of 16 GiB, 3 vcpus on 8 pcpus" in titles(svg)
    assert faults(svg) == []


def test_shades_grow_with_use() -> None:
    shades = [shade_of(use / 100) for use in range(101)]
    assert shades == sorted(shades) and set(shades) == set(range(6))


def test_a_host_of_a_fleet_is_drawn_with_its_guests() -> None:
    picture = picture_of_host_in_fleet(picture_of_fleet_plan(FLEET, PLAN).hosts[0])
    assert [shown.name for shown in picture.guests] == ["g2", "g3"]
    assert picture.headline.title.startswith("h2: 2 pnodes")


@pytest.mark.parametrize(("placements", "said"), [
    ({"h9": Placement(pnode_of={"g0": (0,)})}, 'no host "h9" in it'),
    ({"h0": Placement(pnode_of={"x": (0,)})}, 'no guest "x" in it'),
    ({"h0": Placement(pnode_of={"g0": (7,)})}, 'host "h0": '),
])  # fmt: skip
def test_a_plan_of_another_fleet_is_refused(placements: dict[str, Placement], said: str) -> None:
    with pytest.raises(InputError, match=f"not a plan of this fleet: {said}"):
        picture_of_fleet_plan(FLEET, StatedFleetPlan(placements=placements))


def test_a_solved_plan_is_drawn_as_it_is_stated() -> None:
    plan = placer.solve_fleet(FLEET, time_limit_s=30, workers=1)
    picture = picture_of_fleet_plan(FLEET, plan)
    assert {host.name: set(host.placement.pnode_of) for host in picture.hosts} == {
        name: set(host.guests) for name, host in plan.hosts.items()
    }
    assert picture.headline.title.startswith(f"{plan.status}: 4 guests on {len(plan.hosts)} of 4 hosts")


def test_strange_names_and_a_thousand_hosts_stay_in_their_tiles() -> None:
    hosts = [FleetHost(host=replace(host_of([(4, 8)]), name=name)) for name in STRANGE]
    fleet = Fleet(hosts=[*hosts, FleetHost(host=host_of([(4, 8)], "h"), count=1000)], guests=FLEET.guests)
    each = fleet_of([[(4, 8)]], [[(1, 1)]] * (len(STRANGE) + 1000))
    fleet = replace(fleet, guests=each.guests)
    places = {name: Placement(pnode_of={f"g{i}": (0,)}) for i, name in enumerate(fleet.host_entry)}
    picture = picture_of_fleet_plan(fleet, StatedFleetPlan(placements=places))
    assert len(picture.kinds) == 1 and faults(to_svg(picture)) == []
