"""The judge finds what is wrong with a plan."""

from __future__ import annotations

import pytest

from placer.fleet.model.fleet import Placed
from placer.fleet.plan.judge import judge
from placer.instance import Placement, Rule
from tests.support.fleets import fleet_of

Hosts = dict[str, dict[str, tuple[int | None, ...]]]

FLEET = fleet_of(
    [[(2, 8), (2, 8)]] * 2,
    [[(1, 2)]] * 4,
    rules=[{"apart": ["g0", "g1"]}],
    pnode_rules=[Rule(apart=["g2", "g3"])],
    placed=[Placed(guest="g0", host="h0", pnodes=[0])],
)
RIGHT: Hosts = {"h0": {"g0": (0,), "g2": (1,)}, "h1": {"g1": (0,), "g3": (0,)}}


def judged(hosts: Hosts) -> list[str]:
    return judge(FLEET, {host: Placement(pnode_of=on) for host, on in hosts.items()})


def test_a_right_plan_has_no_fault_and_may_leave_guests_out() -> None:
    assert judged(RIGHT) == []
    assert judged({"h0": {"g0": (0,)}}) == []


@pytest.mark.parametrize(
    ("hosts", "fault"),
    [
        ({"h9": {}}, 'no host "h9" in the fleet'),
        ({"h0": {"x": (0,)}}, 'no guest "x" in the fleet'),
        ({"h0": {"g2": (0,)}, "h1": {"g2": (0,)}}, 'guest "g2" is on 2 hosts, expected one'),
        ({"h1": {"g0": (0,)}}, 'guest "g0" runs on host "h0", and is not there'),
        ({"h0": {"g0": (1,)}}, 'guest "g0" is not on the pnodes where it runs'),
        ({"h0": {"g0": (0,), "g1": (1,)}}, "rules[0]: host h0 holds 2 of its guests, expected at most 1"),
        ({"h0": {"g0": (0,)}, "h1": {"g2": (0,), "g3": (0,)}}, 'host "h1": '),
        ({"h0": {"g0": (0,), "g2": (0,), "g3": (0,)}}, 'host "h0": pnode 0 takes 2 vcpus'),
        ({"h0": {"g0": (0,), "g2": (0, 1)}}, 'host "h0": guest "g2" has 2 pnodes for 1 vnodes'),
    ],
)
def test_each_fault_is_told(hosts: Hosts, fault: str) -> None:
    assert any(each.startswith(fault) for each in judged(hosts)), judged(hosts)


def test_a_host_that_a_guest_may_not_use_is_told() -> None:
    from msgspec.structs import replace

    fleet = fleet_of([[(2, 8)]] * 2, [[(1, 2)]])
    listed = replace(fleet, guests=[replace(fleet.guests[0], hosts=["h0"])])
    assert judge(listed, {"h1": Placement(pnode_of={"g0": (0,)})}) == ['guest "g0" may not use host "h1"']
