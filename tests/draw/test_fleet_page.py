"""The page of a fleet: a grid, a picture for each kind of host, and never too large."""

from __future__ import annotations

import re

from placer.draw.fleet import picture_of_fleet_plan
from placer.draw.fleet_page import to_fleet_html
from placer.fleet.files.plan_json import StatedFleetPlan
from placer.fleet.model.entries import FleetGuest, FleetHost
from placer.fleet.model.fleet import Fleet
from placer.instance import Guest, Placement, Vnode
from tests.draw.test_fleet import FLEET, PLAN
from tests.support.fleets import GIB, host_of
from tests.support.pictures import STRANGE


def page(fleet: Fleet = FLEET, plan: StatedFleetPlan = PLAN) -> str:
    return to_fleet_html(picture_of_fleet_plan(fleet, plan))


def test_each_host_leads_to_the_picture_of_its_kind() -> None:
    text = page()
    assert re.findall(r"<a href=#(h\d) [^>]*><b>(\w+)</b> (\d+) %", text) == [
        ("h1", "h2", "44"),
        ("h0", "h0", "25"),
        ("h0", "h1", "25"),
    ]
    assert text.count("<details id=") == 2 and text.count("<svg width=") == 2
    assert "<summary><b>h0</b> and 1 like it: 1 guest, 2 GiB of 8 GiB" in text
    assert "The same but for the names: h1</p>" in text
    assert "<summary>1 empty host</summary>" in text and "have no picture here" not in text


def many(count: int, name: str = "guest") -> tuple[Fleet, StatedFleetPlan]:
    """Hosts that all differ, with five guests each."""
    hosts = [FleetHost(host=host_of([(8, 16 + i), (8, 16 + i)], f"host-{i}")) for i in range(count)]
    guest = Guest(name=name, vnodes=[Vnode(memory_kib=GIB, vcpus=(0,))])
    fleet = Fleet(hosts=hosts, guests=[FleetGuest(guest=guest, count=5 * count)])
    places = {
        f"host-{i}": Placement(pnode_of={f"{name}-{5 * i + j}": (j % 2,) for j in range(5)}) for i in range(count)
    }
    return fleet, StatedFleetPlan(placements=places)


def test_a_thousand_distinct_hosts_take_at_most_500_kib_and_the_page_says_what_it_leaves_out() -> None:
    text = page(*many(1000))
    assert len(text.encode()) <= 500 * 1024
    drawn = text.count("<details id=")
    assert 20 < drawn < 1000
    links, plain = text.count("<a href=#h"), text.count("<span title=")
    assert (links, plain) == (drawn, 1000 - drawn)
    assert f"{1000 - drawn} of 1000 hosts have no picture here" in text


def test_names_are_text() -> None:
    hosts = [FleetHost(host=host_of([(4, 8)], name)) for name in STRANGE]
    guests = [FleetGuest(guest=Guest(name=name, vnodes=[Vnode(memory_kib=GIB, vcpus=(0,))])) for name in STRANGE]
    places = {name: Placement(pnode_of={name: (0,)}) for name in STRANGE}
    text = page(Fleet(hosts=hosts, guests=guests), StatedFleetPlan(placements=places))
    assert "<script>alert" not in text and "\u202e" not in text
    assert text.count("&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;") >= 2
