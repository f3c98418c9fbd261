"""A host with its running guests refuses what contradicts itself."""

from __future__ import annotations

import dataclasses

import pytest

from placer.errors import InputError
from placer.instance import Placement
from tests.support.running_hosts import GIB, host_of, with_others


def test_residents_are_the_guests_of_the_instance() -> None:
    running = host_of([8, 8], {"a": (4, 0), "b": (2, 1)})
    assert running.resident("b").memory_kib == 2 << 20
    with pytest.raises(InputError, match="one for each guest of the instance"):
        dataclasses.replace(running, residents=running.residents[:1])


def test_a_guest_that_runs_has_a_pnode_for_each_vnode() -> None:
    running = host_of([8, 8], {"a": (4, 0)})
    with pytest.raises(InputError, match="a vnode has no pnode"):
        dataclasses.replace(running, placement=Placement(pnode_of={"a": (None,)}))
    with pytest.raises(InputError, match="no pnode 5 on this host"):
        dataclasses.replace(running, placement=Placement(pnode_of={"a": (5,)}))


def test_other_domains_on_a_pnode_are_those_with_more_than_strays() -> None:
    held = {"Domain-0": {0: GIB}, "driver": {0: GIB, 1: 3 << 10}, "watch": {1: 17 << 10}}
    running = with_others(host_of([8, 8], {"a": (4, 0)}), held)
    assert (running.others_on(0), running.others_on(1)) == ({"driver": GIB}, {"watch": 17 << 10})
