"""What a guest takes of its host once it is started, worked by hand."""

from __future__ import annotations

import placer
from placer.solving.started import exclusive_members, started
from tests.support.claiming import GIB, a_guest, two_pnodes


def test_memory_overhead_and_pcpus_are_where_the_guest_was_placed() -> None:
    """With vnuma 2 MiB of overhead fall in halves on both pnodes; in one piece they lie with the guest."""
    placement = placer.Placement(pnode_of={"a": (1,)})
    apart = started(a_guest("a", overhead_kib=2048), placement, two_pnodes(), ())
    assert (apart.taken_kib, apart.overhead_kib) == ({1: 6 * GIB}, {0: 1024, 1: 1024})
    whole = started(a_guest("a", overhead_kib=2048, form="whole"), placement, two_pnodes(), ())
    assert (whole.taken_kib, whole.overhead_kib) == ({1: 6 * GIB}, {1: 2048})
    assert (apart.domain.affinity, apart.pnodes) == (((2, 3),), (1,))


def test_huge_pages_are_counted_apart() -> None:
    took = started(a_guest("a", page_size=2048), placer.Placement(pnode_of={"a": (0,)}), two_pnodes(), ())
    assert (took.taken_kib[0], took.taken_pages) == (0, {(0, 2048): 3072})


def test_a_vcpu_that_owns_a_pcpu_is_bound_to_it_alone() -> None:
    guest = a_guest("a", cpu_policy="dedicated")
    took = started(guest, placer.Placement(pnode_of={"a": (0,)}, pcpu_of={"a": (1,)}), two_pnodes(), ())
    assert took.domain.affinity == ((1,),)


def test_rules_keep_a_guest_or_its_vnodes_exclusive() -> None:
    vnode = placer.VnodeOf(guest="a", vnode=0)
    rules = (placer.Rule(exclusive="a"), placer.Rule(exclusive="b"), placer.Rule(exclusive=vnode))
    guests = (a_guest("a", 1), a_guest("b", 1))
    instance = placer.Instance(host=two_pnodes(), guests=guests, rules=rules)
    assert exclusive_members(guests[0], instance) == ("a", vnode)
