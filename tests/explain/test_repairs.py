"""The least changes of rules, asked for alone and within an explanation, after which the instance fits."""

from __future__ import annotations

from msgspec.structs import replace

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.explain import explain_infeasible
from placer.explain.constraints import FeasibilityQueries
from placer.explain.repairs import Repair, least_repairs
from placer.instance import Domain, HugePages, Instance, Vnode
from placer.solving.pipeline import solve
from tests.support.building import GIB, MIB, a_guest, a_host, an_instance


def fits(instance: Instance) -> bool:
    return solve(instance).status is Status.OPTIMAL


def repaired(instance: Instance, *dropped: tuple[str, int]) -> Repair | None:
    """Ask for a change of the rules with these names and subjects alone."""
    queries = FeasibilityQueries(instance)
    rules = {(rule.name, rule.subject): rule for rule in queries.rules}
    return next(iter(least_repairs(queries, tuple(rules[each] for each in dropped), SearchContext)), None)


def test_the_least_memory_that_one_pnode_lacks_is_told() -> None:
    """Vnodes of 3, 2 and 2 GiB on 4 and 1 GiB: all 7 GiB on pnode 0, or 2 x 2 GiB there and 3 GiB on pnode 1."""
    instance = an_instance(a_host(4 * GIB, GIB), a_guest(3 * GIB, 2 * GIB, 2 * GIB))
    assert repaired(instance, ("memory", 0)) == Repair(words=["3 GiB more memory"], memory_kib=3 * GIB)
    assert repaired(instance, ("memory", 1)) == Repair(words=["2 GiB more memory"], memory_kib=2 * GIB)


def test_a_rule_that_has_no_part_in_the_conflict_offers_no_change() -> None:
    instance = an_instance(a_host(GIB, 4 * GIB), a_guest(2 * GIB, pnodes=(0,)), a_guest(GIB, name="web", pnodes=(1,)))
    assert repaired(instance, ("pnodes", 1)) is None
    assert repaired(instance, ("memory", 1)) is None
    assert repaired(instance, ("pnodes", 0)) == Repair(words=['guest "db" may also use pnode 1 (for vnode 0)'])


def test_less_memory_of_a_guest_is_preferred_to_leaving_it_out() -> None:
    instance = an_instance(a_host(2 * GIB), a_guest(2 * GIB + 1))
    assert repaired(instance, ("unplaced", 0)) == Repair(words=['guest "db" with 1 KiB less memory'])


def test_a_relation_is_dropped_as_a_whole() -> None:
    instance = an_instance(a_host(2 * GIB), a_guest(GIB, GIB, one_to_one=True))
    assert repaired(instance, ("one_to_one", 0)) == Repair(words=['guest "db" without one_to_one'])


def test_a_pnode_that_a_guest_may_not_use_is_offered_for_the_vnode_that_gains_most() -> None:
    host = a_host(2 * GIB, 4 * GIB)
    guest = a_guest(GIB, GIB, 2 * GIB, pnodes=(0,))
    assert explain_infeasible(an_instance(host, guest)).splitlines()[-4:] == [
        "any one of these changes mends it:",
        '- guest "db" may also use pnode 1 (for vnode 2)',
        "- 2 GiB more memory on pnode 0",
        '- guest "db" with at most 682 MiB in each vnode (2050 MiB less in all)',
    ]
    assert fits(an_instance(host, replace(guest, pnodes=(0, 1))))
    assert fits(an_instance(host, a_guest(682 * MIB, 682 * MIB, 682 * MIB, pnodes=(0,))))
    assert not fits(an_instance(host, a_guest(683 * MIB, 683 * MIB, 683 * MIB, pnodes=(0,))))


def test_a_fixed_pnode_in_the_way_is_offered_elsewhere() -> None:
    guest = a_guest(3 * GIB)
    fixed = replace(guest, vnodes=(replace(guest.vnodes[0], pnode=0),))
    assert explain_infeasible(an_instance(a_host(2 * GIB, 4 * GIB), fixed)).splitlines()[1:] == [
        "any one of these changes mends it:",
        '- guest "db" vnode 0 on pnode 1 instead of 0',
        "- 1 GiB more memory on pnode 0",
        '- guest "db" with 1 GiB less memory',
    ]


def test_too_many_vcpus_are_mended_by_room_for_them() -> None:
    """4 pcpus at most 1 vcpu each: 6 vcpus on two pnodes of 4 fit, 5 in one vnode do not."""
    host = replace(a_host(4 * GIB, 4 * GIB), overcommit=1)
    lines = explain_infeasible(an_instance(host, a_guest(GIB, vcpus=(5,)))).splitlines()
    assert lines[1:] == [
        "any one of these changes mends it:",
        "- room for 1 more vcpus on any one of pnodes 0-1",
        '- without guest "db"',
    ]


def test_of_changes_that_mend_it_together_those_with_the_least_memory_are_told_with_their_pnodes() -> None:
    """8 GiB on each pnode, 10 GiB fixed on one and 11 on the other: 2 and 3 more, or a move and 13 more."""
    guests = [
        replace(a_guest(size * GIB, name=name), vnodes=(Vnode(memory_kib=size * GIB, vcpus=(0,), pnode=p),))
        for name, size, p in (("a", 10, 0), ("b", 11, 1))
    ]
    instance = an_instance(a_host(8 * GIB, 8 * GIB), *guests)
    assert explain_infeasible(instance).splitlines()[-3:] == [
        "these changes together mend it, and no fewer would:",
        "- 2 GiB more memory on pnode 0",
        "- 3 GiB more memory on pnode 1",
    ]
    assert fits(an_instance(a_host(10 * GIB, 11 * GIB), *guests))


def test_no_change_runs_vcpus_on_a_pnode_without_pcpus() -> None:
    host = a_host(4 * GIB, 4 * GIB)
    host = replace(host, pnodes=(host.pnodes[0], replace(host.pnodes[1], pcpus=())))
    reason = explain_infeasible(an_instance(host, a_guest(3 * GIB, 3 * GIB)))
    assert "need of pcpus" not in reason.partition("mends it")[2]
    assert "2 GiB more memory on pnode 0" in reason


def lines_of(instance: Instance) -> list[str]:
    return explain_infeasible(instance).splitlines()


def test_the_largest_size_that_works_is_told_to_the_mib() -> None:
    """3.5 and 3 GiB of db beside 4 GiB and a page of overhead on 10 GiB: 2 x 3 GiB less a page, so 3071 MiB."""
    guests = (a_guest(3584 * MIB, 3 * GIB), a_guest(4 * GIB, name="web", overhead_kib=1))
    lines = lines_of(an_instance(a_host(10 * GIB, pcpus=8), *guests))
    assert '- guest "db" with at most 3071 MiB in each vnode (514 MiB less in all)' in lines
    assert '- guest "web" with 513 MiB less memory' in lines
    assert "- 513 MiB more memory on pnode 0" in lines


def test_the_fewest_whole_mib_that_work_are_told_of_sizes_that_are_not_whole() -> None:
    """10 MiB, less a page of overhead, hold 7 MiB and 3068 KiB: 2432 of 5500 KiB must go, and 3 MiB are enough."""
    guests = (a_guest(7 * MIB, overhead_kib=3), a_guest(5500, name="odd"))
    lines = lines_of(an_instance(a_host(10 * MIB), *guests))
    assert '- guest "odd" with 3 MiB less memory' in lines
    assert "- 3 MiB more memory on pnode 0" in lines


def test_room_below_nothing_is_made_up_for_before_vcpus_find_room() -> None:
    """2 pcpus at one vcpu each with 5 running vcpus: 4 more than it has for one vcpu."""
    running = Domain(name="dom", affinity=((0, 1),) * 5)
    host = replace(a_host(4 * GIB, pcpus=2), overcommit=1, domains=(running,))
    lines = lines_of(an_instance(host, a_guest(GIB)))
    assert "- room for 4 more vcpus on pnode 0" in lines


def test_huge_pages_that_are_missing_are_counted_in_pages_and_guests_shrink_by_whole_pages() -> None:
    host = a_host(4 * GIB)
    host = replace(host, pnodes=(replace(host.pnodes[0], huge_pages=(HugePages(page_size=2 * MIB, total=100),)),))
    lines = lines_of(an_instance(host, a_guest(206 * MIB, page_size=2 * MIB)))
    assert "- 3 more free huge pages of 2 MiB on pnode 0" in lines
    assert '- guest "db" with 6 MiB less memory' in lines
