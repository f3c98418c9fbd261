"""Cpupools: who runs where, which cores are shared, where overhead lands; all worked by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from placer.assignment import Status
from placer.check import Verdict, check
from placer.errors import InputError
from placer.explain import explain_infeasible
from placer.formats.native.instance_json import dump_instance, parse_instance
from placer.instance import Cpupool, Domain, Guest, Host, Placement, Pnode
from placer.lowering.allowed import allowed_pnodes
from placer.lowering.core_pools import core_pools, running_load
from placer.lowering.memory import guest_memory, overhead_pnodes
from placer.solving.pipeline import solve
from tests.support.building import GIB, a_guest, a_host, an_instance

YES, NO = True, False
POOLS = (
    Cpupool(name="Pool-0", pcpus=(0, 1)),
    Cpupool(name="rt", pcpus=(2, 3, 4, 5)),
    Cpupool(name="batch", pcpus=(6,)),
)
HOST = replace(a_host(8 * GIB, 8 * GIB, pcpus=4), cpupools=POOLS)
"""Pnode 0 has pcpus 0-3, pnode 1 has 4-7; pcpu 7 is in no pool."""


def judged(guest: Guest, *pnodes: int, host: Host = HOST) -> Verdict:
    return check(an_instance(host, guest, price=10), Placement(pnode_of={guest.name: pnodes}))


def sharing(verdict: Verdict) -> int:
    return next(tier["core_sharing"] for tier in verdict.terms if "core_sharing" in tier)


@pytest.mark.parametrize(
    ("pool", "mask", "allowed"),
    [
        ("rt", None, [YES, YES]),
        ("batch", None, [NO, YES]),
        (None, None, [YES, NO]),
        ("Pool-0", None, [YES, NO]),
        ("rt", (3, 7), [YES, NO]),
        ("rt", (0, 4), [NO, YES]),
        ("batch", (4, 5), [NO, NO]),
    ],
    ids=[
        "a pool on both pnodes",
        "a pool on one",
        "no pool is Pool-0",
        "Pool-0 by name",
        "a mask with a pcpu on pnode 1, which is in no pool",
        "a mask with a pcpu on pnode 0, which is in another pool",
        "a mask beside the pool",
    ],
)
def test_a_vcpu_stands_where_its_mask_and_its_pool_meet(
    pool: str | None, mask: tuple[int, ...] | None, allowed: list[bool]
) -> None:
    guest = a_guest(GIB, pool=pool, hard_affinity=(mask,))
    assert allowed_pnodes(an_instance(HOST, guest)).tolist() == [allowed]
    assert [not judged(guest, p).violations for p in (0, 1)] == allowed


def test_a_vnode_without_vcpus_is_in_no_pool() -> None:
    guest = a_guest(GIB, GIB, vcpus=(1, 0), pool="batch")
    assert allowed_pnodes(an_instance(HOST, guest)).tolist() == [[NO, YES], [YES, YES]]
    assert judged(guest, 1, 0).violations == ()


def test_without_a_pool_of_that_name_anybody_runs_anywhere() -> None:
    bare = replace(HOST, cpupools=())
    renamed = replace(HOST, cpupools=(Cpupool(name="rt", pcpus=(2, 3, 4, 5), id=1),))
    assert allowed_pnodes(an_instance(bare, a_guest(GIB, pool="rt"))).tolist() == [[YES, YES]]
    assert allowed_pnodes(an_instance(renamed, a_guest(GIB))).tolist() == [[YES, YES]]
    assert judged(a_guest(GIB), 1, host=renamed).violations == ()


@pytest.mark.parametrize(
    ("ids", "expected"), [((None, None, None), "Pool-0"), ((2, 0, 1), "rt"), ((5, None, None), "rt")]
)
def test_a_guest_without_a_pool_is_in_that_of_id_0(ids: tuple[int | None, ...], expected: str) -> None:
    pools = tuple(replace(pool, id=id) for pool, id in zip(POOLS, ids, strict=True))
    host = replace(HOST, cpupools=pools)
    assert host.effective_pool(None) == expected
    # Pool-0 has pcpus of pnode 0 alone, rt two of each
    instance = an_instance(host, a_guest(GIB, vcpus=(2,)))
    assert allowed_pnodes(instance).tolist() == [[YES, YES if expected == "rt" else NO]]


def test_the_judge_names_pool_pnode_and_pcpus() -> None:
    (broken,) = judged(a_guest(GIB, vcpus=(2,), pool="rt", hard_affinity=((4, 7), (6, 7))), 1).violations
    assert (broken.rule, broken.guests) == ("cpupool", ("db",))
    assert broken.message == (
        'guest "db" vnode 0: vcpus 1 run in cpupool rt (pcpus 2-5), pnode 1 has only 4-5 of it for them'
    )
    (broken,) = judged(a_guest(GIB, vcpus=(2,), pool="batch"), 0).violations
    assert broken.message == (
        'guest "db" vnode 0: vcpus 0-1 run in cpupool batch (pcpus 6), pnode 0 has no pcpu of it for them'
    )


def test_a_mask_that_misses_the_pnode_breaks_its_own_rule_only() -> None:
    assert [each.rule for each in judged(a_guest(GIB, pool="rt", hard_affinity=((2,),)), 1).violations] == [
        "hard_affinity"
    ]


SPLIT = Host(
    pnodes=(
        Pnode(id=0, memory_kib=8 * GIB, pcpus=(0, 1, 2, 3), cores=((0, 1), (2, 3))),
        Pnode(id=1, memory_kib=8 * GIB, pcpus=(4, 5)),
    ),
    cpupools=(Cpupool(name="a", pcpus=(0, 2, 4, 5), id=1), Cpupool(name="b", pcpus=(1,), id=2)),
)
"""Both cores of pnode 0 have a pcpu of pool a, one of them the only pcpu of pool b. The pool of id 0 is not listed."""


def test_cores_count_in_each_pool_that_has_a_pcpu_of_them() -> None:
    pool_of, cores = core_pools(SPLIT, frozenset((0, 2, 4, 5)))
    assert (pool_of.tolist(), cores) == ([0, 1], [2, 2])
    pool_of, cores = core_pools(SPLIT, frozenset((1,)))
    assert (pool_of.tolist(), cores) == ([0, -1], [1])


def test_guests_share_cores_only_within_their_pool() -> None:
    # 3 on the 2 cores of pool a are 1 pair, 2 on the only core of pool b are 1, each 2 x 10 x 1000
    one, other = a_guest(GIB, vcpus=(3,), name="one", pool="a"), a_guest(GIB, vcpus=(2,), name="other", pool="b")
    instance = an_instance(SPLIT, one, other, price=10)
    assert sharing(check(instance, Placement(pnode_of={"one": (0,), "other": (0,)}))) == 40_000
    # both in pool a: 5 on 2 cores are 3 + 1 pairs
    both = replace(instance, guests=(one, replace(other, pool="a")))
    assert sharing(check(both, Placement(pnode_of={"one": (0,), "other": (0,)}))) == 80_000


def test_those_in_no_pool_count_by_themselves_on_all_cores() -> None:
    one, other = a_guest(GIB, vcpus=(3,), name="one", pool="a"), a_guest(GIB, vcpus=(3,), name="other")
    instance = an_instance(SPLIT, one, other, price=10)
    assert sharing(check(instance, Placement(pnode_of={"one": (0,), "other": (0,)}))) == 40_000
    answer = solve(replace(instance, guests=(other,)))
    assert (answer.status, answer.tiers[2].terms["core_sharing"]) == (Status.OPTIMAL, 20_000)


def test_what_runs_loads_the_cores_of_its_pool() -> None:
    domains = (
        Domain(name="of a", pool="a", affinity=(None, None, (1, 2), (1,))),
        Domain(name="of b", pool="b", affinity=((4,),)),
    )
    # of a: two and the one beside its pool are a half on each pnode, one is on pcpu 2: 2 1/2 and 1 1/2, rounded down;
    # of b: its mask is beside its pool, which is on pnode 0
    host = replace(SPLIT, domains=domains)
    assert running_load(host, domains[:1]) == [2, 1]
    assert running_load(host, domains[1:]) == [1, 0]
    assert running_load(host) == [3, 1]
    # a: 2 + 2 on 2 cores are 2 pairs; b: 1 + 1 on a core is 1
    one, other = a_guest(GIB, vcpus=(2,), name="one", pool="a"), a_guest(GIB, vcpus=(1,), name="other", pool="b")
    instance = an_instance(host, one, other, price=10)
    assert sharing(check(instance, Placement(pnode_of={"one": (0,), "other": (0,)}))) == 60_000
    # a on pnode 1: 1 + 2 on 2 cores are 1 pair, and none is left on pnode 0
    assert sharing(check(instance, Placement(pnode_of={"one": (1,), "other": (0,)}))) == 40_000
    assert solve(instance).tiers[2].terms["core_sharing"] == 40_000


@pytest.mark.parametrize(
    ("guest", "pnodes"),
    [
        ({"pool": "batch"}, [1]),
        ({"pool": "rt"}, [0, 1]),
        ({}, [0]),
        ({"pool": "rt", "hard_affinity": ((0, 4),)}, [1]),
        ({"pool": "rt", "soft_affinity": ((0, 2),)}, [0]),
        ({"pool": "rt", "soft_affinity": ((0, 1),)}, [0, 1]),
    ],
    ids=["its pool's", "both", "Pool-0's", "of its mask", "of its wish", "a wish beside the pool is none"],
)
def test_overhead_lands_on_the_pnodes_of_the_pool(guest: dict[str, Any], pnodes: list[int]) -> None:
    asked = a_guest(GIB, overhead_kib=400, **guest)
    assert overhead_pnodes(asked, HOST) == pnodes
    capacity = guest_memory(an_instance(HOST, asked), with_unplaced_site=False).capacity.tolist()
    assert capacity == [8 * GIB - (400 // len(pnodes) if p in pnodes else 0) for p in (0, 1)]
    # to the KiB in the judge: what is left fits, one KiB more does not
    for p in (0, 1):
        for kib, fits in ((capacity[p], True), (capacity[p] + 1, False)):
            vnode = replace(asked.vnodes[0], memory_kib=kib)
            rules = {each.rule for each in judged(replace(asked, vnodes=(vnode,)), p).violations}
            assert ("memory" in rules) != fits


def test_why_nothing_fits_names_the_pool() -> None:
    guest = a_guest(GIB, pool="batch", hard_affinity=((4, 5),))
    assert explain_infeasible(an_instance(HOST, guest)).splitlines() == [
        'guest "db" vnode 0: no pnode is allowed: its need of pcpus (hard affinity) allows only 1, '
        "its cpupool allows only 0",
        "any one of these changes mends it:",
        '- guest "db" vcpu 0 may also run on any of pcpus 6',
        '- guest "db" in cpupool "rt"',
        '- without guest "db"',
    ]
    full = an_instance(HOST, *(a_guest(5 * GIB, name=name, pool="batch") for name in ("one", "other")))
    assert '- guest "one": its cpupool: vnode 0 on 1' in explain_infeasible(full).splitlines()


def test_an_instance_with_pools_is_written_and_read_back() -> None:
    domains = (Domain(name="Domain-0", affinity=(None,), pool="Pool-0"),)
    instance = an_instance(replace(HOST, domains=domains), a_guest(GIB, pool="rt"))
    text = dump_instance(instance)
    assert '"pcpus": "2-5"' in text
    assert parse_instance(text, "x.json") == instance


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown to a guest": (
        {"guests": [{"pool": "c"}]},
        r'guest "db" pool: no cpupool "c" on this host, expected one of',
    ),
    "unknown to a domain": (
        {"domains": [{"name": "old", "pool": "c"}]},
        r'domain "old" pool: no cpupool "c" on this host, expected one of a, b',
    ),
    "a pcpu in two": ({"b": "1-2"}, r'pcpu 1 is in cpupool "a" and again in "b", expected in one'),
    "no such pcpu": ({"b": "2,9"}, r'cpupool "b": no pcpu 9 on this host'),
    "one name twice": ({"name": "a"}, r'two cpupools have the name "a"'),
    "a name without a control character": ({"name": "a\tb"}, r"name 'a\\tb' holds a control character"),
}


@pytest.mark.parametrize(("change", "message"), FAULTS.values(), ids=FAULTS)
def test_pools_that_make_no_sense_are_refused(change: dict[str, Any], message: str) -> None:
    pools = [{"name": "a", "pcpus": "0-1"}, {"name": change.get("name", "b"), "pcpus": change.get("b", "2-3")}]
    document = {
        "host": {
            "pnodes": [{"id": 0, "memory_kib": "1GiB", "pcpus": "0-3"}],
            "cpupools": pools,
            "domains": change.get("domains", []),
        },
        "guests": [
            {"name": "db", "vnodes": [{"memory_kib": "1GiB", "vcpus": "0"}]} | each for each in change.get("guests", [])
        ],
    }
    with pytest.raises(InputError, match=r"^x\.json: \$.*" + message):
        parse_instance(json.dumps(document), "x.json")
