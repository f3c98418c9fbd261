"""Changes of one rule that let an assignment keep it, in words that can be followed to the letter."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from placer.explain.constraints import FeasibilityQueries
from placer.explain.offers import Offer, amount_offer, bound_elsewhere, offers
from placer.instance import Cpupool, Instance, Rule, Vnode
from tests.support.building import GIB, MIB, a_guest, a_host, an_instance

HOST = a_host(4 * GIB, 4 * GIB)


def offered(instance: Instance, name: str, *sites: int) -> list[Offer]:
    """Offer changes of the rule of a name for an assignment."""
    queries = FeasibilityQueries(instance)
    (rule,) = (rule for rule in queries.rules if rule.name == name and rule.subject == 0)
    return offers(queries, rule, np.array(sites), [each for each in queries.rules if each != rule])


def test_memory_is_counted_from_what_is_left_even_below_nothing() -> None:
    """1 GiB less a reserve of 3 GiB: a guest of 1 GiB needs 3 GiB more."""
    host = replace(HOST, pnodes=(replace(HOST.pnodes[0], memory_kib=GIB, reserve_kib=3 * GIB), HOST.pnodes[1]))
    (offer,) = offered(an_instance(host, a_guest(GIB)), "memory", 0)
    assert (offer.words, offer.memory_kib) == ("3 GiB more memory", 3 * GIB)
    assert offer.change(an_instance(host, a_guest(GIB))).host.pnodes[0].memory_kib == 4 * GIB


def test_amounts_are_rounded_up_to_what_is_said() -> None:
    queries = FeasibilityQueries(an_instance(HOST, a_guest(GIB)))
    rule = next(rule for rule in queries.rules if rule.name == "memory")
    assert [amount_offer(queries, rule, kib).memory_kib for kib in (3, 513 * MIB + 1)] == [3, 514 * MIB]


def test_wider_affinity_stays_within_the_cpupool() -> None:
    """Pcpu 4 of pnode 1 alone is in the pool; pnode 0 has none."""
    pools = (Cpupool(name="Pool-0", pcpus=(0, 1)), Cpupool(name="b", pcpus=(4,)))
    guest = a_guest(GIB, pool="b", hard_affinity=((0,),))
    host = replace(HOST, cpupools=pools)
    assert bound_elsewhere(host, guest, 0, 1) == ([0], [4])
    assert bound_elsewhere(host, guest, 0, 0) == ([0], [])
    (offer,) = offered(an_instance(host, guest), "hard_affinity", 1)
    assert offer.words == 'guest "db" vcpu 0 may also run on any of pcpus 4'
    assert offer.change(an_instance(host, guest)).guests[0].hard_affinity == ((0, 4),)
    (pool,) = offered(an_instance(host, guest), "cpupool", 0)
    assert pool.words == 'guest "db" in cpupool "Pool-0"'


def test_the_list_that_bars_a_pnode_is_named() -> None:
    listed = Vnode(memory_kib=GIB, vcpus=(0,), pnodes=(0,))
    for of_guest, words in ((None, 'guest "db" vnode 0 may also'), ((0,), 'guest "db" and its vnode 0 may also')):
        guest = replace(a_guest(GIB, pnodes=of_guest), vnodes=(listed,))
        (offer,) = offered(an_instance(HOST, guest), "pnodes", 1)
        changed = offer.change(an_instance(HOST, guest)).guests[0]
        assert offer.words == f"{words} use pnode 1"
        assert (changed.pnodes, changed.vnodes[0].pnodes) == (of_guest and (0, 1), (0, 1))


def test_rules_are_dropped_in_their_own_words_and_sets_stay_sets() -> None:
    instance = replace(an_instance(HOST, a_guest(GIB), a_guest(GIB, name="web")), rules=(Rule(exclusive="web"),))
    (offer,) = offered(instance, "exclusive", 0, 0)
    assert offer.words == 'without exclusive: no other guest stands on a pnode of guest "web"'
    assert offer.change(instance).rules == ()
    spread = a_guest(GIB, GIB, form="set", one_to_one=True)
    assert offered(an_instance(HOST, spread), "one_to_one", 0, 0) == []
