"""The rules of an instance one by one: which there are, their words, and whether subsets of them can hold."""

from __future__ import annotations

from msgspec.structs import replace

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.explain.constraints import Constraint, FeasibilityQueries
from placer.instance import Host, Instance, Rule
from tests.support.building import GIB, a_guest, a_host, an_instance


def queries_of(host: Host, *guests: object, **more: object) -> FeasibilityQueries:
    return FeasibilityQueries(replace(an_instance(host, *guests), **more))  # type: ignore[arg-type]


def words_of(queries: FeasibilityQueries) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for rule in queries.rules:
        found.setdefault((rule.name, rule.form), []).append(rule.words)
    return found


def holds(queries: FeasibilityQueries, *without: Constraint) -> bool:
    kept = [rule for rule in queries.rules if rule not in without]
    return queries.ask(kept, SearchContext()).status is Status.OPTIMAL


def test_a_plain_instance_has_a_rule_for_each_guest_and_each_pnode() -> None:
    queries = queries_of(a_host(4 * GIB, 2 * GIB), a_guest(GIB, GIB), a_guest(GIB, 2 * GIB, name="web"))
    assert words_of(queries) == {
        ("unplaced", "guest"): ['guest "db" needs 2 x 1 GiB', 'guest "web" needs 1 GiB and 2 GiB'],
        ("memory", "pnode"): [
            "pnode 0 has 4 GiB for guests (4 GiB free)",
            "pnode 1 has 2 GiB for guests (2 GiB free)",
        ],
    }


def test_masks_relations_and_counted_resources_are_rules_with_their_figures() -> None:
    host = replace(a_host(4 * GIB, 4 * GIB, slit=((10, 255), (255, 10))), overcommit=1.5)
    guest = a_guest(GIB, GIB, pnodes=(1,), one_to_one=True)
    queries = queries_of(host, guest, a_guest(GIB, name="web"), rules=(Rule(apart=("db", "web")),))
    words = words_of(queries)
    assert words["pnodes", "mask"] == ['guest "db": its list of pnodes: vnode 0 on 1; vnode 1 on 1']
    assert words["one_to_one", "relation"] == ['guest "db": one_to_one gives each of its 2 vnodes a pnode of its own']
    assert words["apart", "relation"] == ['apart: no pnode holds two of guest "db" and guest "web"']
    assert words["unreachable", "incompatible"] == ["pnodes that cannot reach each other never hold one guest"]
    assert words["overcommit", "pnode"] == [f"pnode {p} has room for 6 vcpus (overcommit 1.5, 4 pcpus)" for p in (0, 1)]


def test_each_of_three_conflicting_rules_is_needed_for_the_conflict() -> None:
    """Two vnodes of db on two pnodes (one_to_one), of which its list has one; the memory of pnode 0 has no part."""
    queries = queries_of(a_host(4 * GIB, 4 * GIB), a_guest(GIB, GIB, pnodes=(1,), one_to_one=True))
    rules = {(rule.name, rule.subject): rule for rule in queries.rules}
    assert not holds(queries)
    assert not holds(queries, rules["memory", 0])
    for needed in (("unplaced", 0), ("pnodes", 0), ("one_to_one", 0)):
        assert holds(queries, rules[needed]), needed


def test_the_memory_of_a_pnode_limits_only_where_it_is_asked_for() -> None:
    queries = queries_of(a_host(GIB, GIB), a_guest(3 * GIB))
    *guests, first, second = queries.rules
    assert (first.of_pnode, first.subject, second.subject) == (True, 0, 1)
    assert [holds(queries, *dropped) for dropped in ((), (first,), (second,), tuple(guests))] == [
        False, True, True, True,
    ]  # fmt: skip


def test_facts_of_the_hardware_are_fixed_and_requests_are_not() -> None:
    host = a_host(4 * GIB, 0, slit=((10, 255), (255, 10)))
    queries = queries_of(host, a_guest(GIB, pnodes=(0,)))
    assert {rule.name for rule in queries.rules if rule.fixed} == {"memoryless", "unreachable"}
    assert {rule.name for rule in queries.rules if not rule.fixed} == {"unplaced", "pnodes", "memory"}


def test_the_source_of_a_relation_is_the_rule_or_the_guest_that_states_it() -> None:
    instance: Instance = replace(
        an_instance(a_host(GIB, GIB), a_guest(GIB, GIB, one_to_one=True), a_guest(GIB, name="web")),
        rules=(Rule(exclusive="web"),),
    )
    queries = FeasibilityQueries(instance)
    sources = [queries.source(rule) for rule in queries.rules if rule.form == "relation"]
    assert sources == [instance.rules[0], instance.guests[0]]
