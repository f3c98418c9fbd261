"""A plan of a host, under the names of its fleet."""

from __future__ import annotations

from placer.fleet.plan.plan import HostPlan
from placer.instance import Flexible, Guest, Instance, Placement
from tests.support.fleets import GIB, guest_of, host_of


def test_guests_have_their_names_and_the_vnodes_that_were_chosen() -> None:
    flexible = Guest(name="a", flexible=Flexible(memory_kib=4 * GIB, vcpu_count=2))
    model = Instance(host=host_of([(4, 8), (4, 8)], ""), guests=[flexible, guest_of([(1, 1)], "b")])
    places = Placement(pnode_of={"a": (1, 0), "b": (0,)})
    plan = HostPlan(name="h7", model=model, places=places, names={"a": "web"}, proved=True, distance=None)
    assert (plan.instance.host.name, plan.guests) == ("h7", ("web",))
    assert [(guest.name, len(guest.vnodes)) for guest in plan.instance.guests] == [("web", 2)]
    assert plan.placement == Placement(pnode_of={"web": (1, 0)})
