"""Bounds where every vnode of a guest has a pnode of its own, worked by hand."""

from __future__ import annotations

from msgspec.structs import replace

from placer.assignment import Status
from placer.assignment.bounds.elementary import lower_bounds
from placer.assignment.structure.term_index import TermIndex
from placer.instance import Instance
from placer.lowering.lower import lower
from placer.solving.pipeline import solve
from tests.support.building import GIB, a_guest, a_host, an_instance, tree_slit

HOST = a_host(8 * GIB, 8 * GIB, 8 * GIB, slit=((10, 12, 20), (12, 10, 20), (20, 20, 10)))


def floor_of(instance: Instance) -> int:
    return lower_bounds(TermIndex(lower(instance).problem))[2]


def test_one_to_one_pays_the_shortest_ways_that_differ() -> None:
    """
    Each of three vnodes reads 333 thousandths of each: from pnode 0 over 12 and 20, which is least, and 10 to itself.

    Without the rule all of it may be local.
    """
    guest = a_guest(GIB, GIB, GIB)
    assert floor_of(an_instance(HOST, guest)) == 9 * 333 * 10
    assert floor_of(an_instance(HOST, replace(guest, one_to_one=True))) == 3 * 333 * (10 + 12 + 20)


def test_the_largest_flow_is_taken_over_the_shortest_way() -> None:
    """Vnode 0 sends 4 parts to vnode 1 and 1 to vnode 2, of 5 that are 3000 thousandths of a vcpu."""
    traffic = ((0, 4, 1), (0, 0, 0), (0, 0, 0))
    guest = replace(a_guest(GIB, GIB, GIB), traffic=traffic, one_to_one=True)
    assert floor_of(an_instance(HOST, guest)) == 2400 * 12 + 600 * 20


def test_sixteen_unequal_vnodes_one_to_one_on_four_clusters_of_four_are_proved() -> None:
    host = a_host(*(64 * GIB,) * 16, slit=tree_slit((4, 16), (10, 16, 21)))
    guest = replace(a_guest(*((4 + v) * GIB for v in range(16))), one_to_one=True)
    answer = solve(an_instance(host, guest), workers=1)
    assert answer.status is Status.OPTIMAL
