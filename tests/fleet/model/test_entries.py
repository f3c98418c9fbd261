"""Entries of hosts and guests: the names that they stand for."""

from __future__ import annotations

from typing import Any

import pytest

from placer.errors import InstanceError
from placer.fleet.model.entries import FleetGuest, FleetHost
from placer.instance import Host
from tests.support.fleets import guest_of, host_of

HOST, GUEST = host_of([(4, 8)], "node"), guest_of([(1, 2)], "web")


def test_an_entry_stands_for_one_for_a_count_or_for_its_names() -> None:
    assert FleetHost(host=HOST).each == ("node",)
    assert FleetHost(host=HOST, count=3).each == ("node-0", "node-1", "node-2")
    assert FleetHost(host=HOST, names=["a", "b"]).each == ("a", "b")
    assert FleetGuest(guest=GUEST, count=2).each == ("web-0", "web-1")
    assert (FleetGuest(guest=GUEST, names=["x"]).each, FleetGuest(guest=GUEST).name) == (("x",), "web")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"count": 0}, "count: expected int >= 1, got 0"),
        ({"count": 2, "names": ["a"]}, "1 names and a count of 2, expected one of the two"),
        ({"names": []}, "names is empty"),
        ({"names": ["a\nb"]}, "control character"),
        ({"count": 1_000_001}, "expected int <= 1000000"),
    ],
)
def test_a_wrong_count_or_names_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InstanceError, match=message):
        FleetHost(host=HOST, **wrong)
    with pytest.raises(InstanceError, match=message):
        FleetGuest(guest=GUEST, **wrong)


def test_a_host_without_a_name_and_an_empty_list_of_hosts_are_refused() -> None:
    with pytest.raises(InstanceError, match="the host has no name"):
        FleetHost(host=Host(pnodes=HOST.pnodes))
    with pytest.raises(InstanceError, match="hosts is empty, expected at least one name or null"):
        FleetGuest(guest=GUEST, hosts=[])
