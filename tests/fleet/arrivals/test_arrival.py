"""The answer to a guest that came."""

from __future__ import annotations

from placer.fleet.arrivals.arrival import Arrival
from placer.instance import Placement


def test_its_own_placement_has_no_other_guest_of_the_host() -> None:
    both = Placement(pnode_of={"a": (0,), "b": (1,)}, pcpu_of={"a": (3,), "b": (5,)})
    found = Arrival(guest="b", host="h", pnodes=(1,), placement=both)
    assert (found.own.pnode_of, found.own.pcpu_of) == ({"b": (1,)}, {"b": (5,)})


def test_a_guest_without_a_place_has_an_empty_one() -> None:
    assert Arrival(guest="b", why=("no room",)).own.pnode_of == {}
