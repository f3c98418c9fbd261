"""Dedicated vcpus: what their guests may ask, and what placer makes of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from placer.assignment import Status
from placer.check import check
from placer.errors import EmissionError, InputError
from placer.formats.native.instance_json import dump_instance, parse_instance
from placer.instance import Domain, Guest, Host, Instance, Placement, Pnode
from placer.job.emit import emit_guests
from placer.job.notes import answer_notes
from placer.job.request import Request
from placer.solving.pipeline import solve
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.dedicated import owning, smt_host

EXACT = ["optimal", "cpsat", "branch-and-bound"]


# What a guest and a host may say


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"dedicated_vcpus": (0,)}, 'dedicated_vcpus 0 with cpu_policy "shared", expected "mixed"'),
        ({"cpu_policy": "dedicated", "dedicated_vcpus": (0,)}, 'with cpu_policy "dedicated", expected "mixed"'),
        ({"cpu_policy": "mixed"}, r'dedicated_vcpus \(none\) with cpu_policy "mixed", expected some'),
        ({"cpu_policy": "mixed", "dedicated_vcpus": (0, 1)}, "and not all of the 2 vcpus"),
        ({"cpu_policy": "mixed", "dedicated_vcpus": (1, 1)}, "each once"),
        ({"cpu_policy": "mixed", "dedicated_vcpus": (2,)}, "not all of the 2 vcpus"),
        ({"thread_policy": "isolate"}, 'thread_policy "isolate" with cpu_policy "shared", expected dedicated or mixed'),
    ],
)
def test_policies_that_do_not_go_together_are_refused(said: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        a_guest(GIB, vcpus=(2,), **said)


def test_dedicated_pcpus_are_pcpus_of_the_host_each_once() -> None:
    with pytest.raises(ValueError, match="dedicated_pcpus: no pcpu 8 on this host"):
        a_host(GIB, pcpus=4, slit=None).__class__(pnodes=a_host(GIB).pnodes, dedicated_pcpus=(1, 8))
    with pytest.raises(ValueError, match="dedicated_pcpus: 1 are listed twice"):
        Host(pnodes=a_host(GIB).pnodes, dedicated_pcpus=(1, 1))


def test_policies_are_read_and_written_and_an_unknown_one_is_named() -> None:
    guest = replace(a_guest(GIB, vcpus=(4,)), cpu_policy="mixed", dedicated_vcpus=(0, 1, 2), thread_policy="require")
    instance = an_instance(replace(smt_host(4), dedicated_pcpus=(0, 1, 4, 5)), guest)
    text = dump_instance(instance)
    assert '"dedicated_vcpus": "0-2"' in text
    assert '"dedicated_pcpus": "0-1,4-5"' in text
    assert parse_instance(text, "a.json") == instance
    with pytest.raises(InputError, match=r"a.json: \$.guests\[0\].cpu_policy: .*'pinned'|a.json: .*cpu_policy.*pinned"):
        parse_instance(text.replace('"mixed"', '"pinned"'), "a.json")


# What it costs

SHARING = 2 * 15_000


def test_dedicated_vcpus_and_the_cores_they_fill_are_left_out_of_core_sharing() -> None:
    # 4 cores of 2 threads. Three dedicated vcpus fill 2 of them: 3 shared vcpus on 2 cores are one pair. Isolated
    # they fill 3: 3 shared vcpus on 1 core are three pairs.
    for policy, pcpus, pairs in (("prefer", (0, 4, 1), 1), ("isolate", (0, 1, 2), 3)):
        guest = a_guest(GIB, vcpus=(6,), cpu_policy="mixed", dedicated_vcpus=(0, 1, 2), thread_policy=policy)
        placement = Placement(pnode_of={"db": (0,)}, pcpu_of={"db": (*pcpus, None, None, None)})
        verdict = check(an_instance(smt_host(4), guest), placement)
        assert verdict.violations == ()
        assert verdict.terms[2]["core_sharing"] == pairs * SHARING


def test_with_dedicated_pcpus_stated_the_cores_with_others_count() -> None:
    # cores (0, 4) and (1, 5) are dedicated whole, 4 shared vcpus on the other two are two pairs
    host = smt_host(4, dedicated_pcpus=(0, 1, 2, 4, 5))
    guest = a_guest(GIB, vcpus=(5,), cpu_policy="mixed", dedicated_vcpus=(0,))
    placement = Placement(pnode_of={"db": (0,)}, pcpu_of={"db": (2, None, None, None, None)})
    assert check(an_instance(host, guest), placement).terms[2]["core_sharing"] == 2 * SHARING


@pytest.mark.parametrize("strategy", EXACT)
def test_shared_vcpus_go_where_dedicated_ones_leave_them_cores(strategy: str) -> None:
    # pnode 0 has room for all in memory, but 6 dedicated vcpus leave one of its 4 cores: 3 shared ones go to pnode 1
    guests = (owning(6, pnodes=(0,)), a_guest(GIB, vcpus=(3,)))
    answer = solve(an_instance(smt_host(8, 2), *guests), strategy=strategy)
    assert answer.status is Status.OPTIMAL
    assert answer.placement is not None
    assert answer.placement.pnode_of == {"rt": (0,), "db": (1,)}
    assert answer.tiers[2].terms["core_sharing"] == 0


# What placer finds


@pytest.mark.parametrize("strategy", [*EXACT, "first-fit-decreasing", "local-search"])
def test_vcpus_that_may_own_only_one_pcpu_of_a_pnode_between_them_go_elsewhere(strategy: str) -> None:
    guest = owning(2, hard_affinity=((0, 8), (0, 9)))
    answer = solve(an_instance(smt_host(4, 4), guest), strategy=strategy, time_limit_s=1)
    assert answer.placement == Placement(pnode_of={"rt": (1,)}, pcpu_of={"rt": (8, 9)})


@pytest.mark.parametrize("strategy", EXACT)
@pytest.mark.parametrize(("policy", "fits"), [("prefer", 16), ("require", 16), ("isolate", 8)])
def test_a_host_takes_as_many_as_the_thread_policy_allows_and_no_more(strategy: str, policy: str, fits: int) -> None:
    guests = [owning(2, name=f"g{i}", policy=policy) for i in range(fits // 2)]
    host = smt_host(16, 16)
    answer = solve(an_instance(host, *guests), strategy=strategy)
    assert answer.status is Status.OPTIMAL
    owned = [pcpu for pcpus in answer.placement.pcpu_of.values() for pcpu in pcpus] if answer.placement else []
    assert len(set(owned)) == fits
    more = solve(an_instance(host, *guests, owning(1, name="more", policy=policy)), strategy=strategy)
    assert more.status is Status.INFEASIBLE


@pytest.mark.parametrize("strategy", EXACT)
def test_isolated_vcpus_and_pairs_are_told_apart_where_counting_does_not(strategy: str) -> None:
    # pnode 0 has 6 threads on cores of 4 and 2, pnode 1 six cores of one: pairs fit only the former, and only so many
    uneven = Pnode(id=0, memory_kib=8 * GIB, pcpus=tuple(range(6)), cores=((0, 1, 2, 3), (4, 5)))
    single = Pnode(id=1, memory_kib=8 * GIB, pcpus=tuple(range(6, 12)), cores=tuple((p,) for p in range(6, 12)))
    guests = [owning(2, name="a", policy="isolate"), owning(2, name="b", policy="require"), owning(3, name="c")]
    answer = solve(an_instance(Host(pnodes=(uneven, single)), *guests), strategy=strategy)
    assert answer.status is Status.OPTIMAL
    assert answer.placement is not None
    assert answer.placement.pnode_of["b"] == (0,)
    assert answer.placement.pnode_of["a"] == (1,)


def test_overcommit_is_of_the_pcpus_that_dedicated_vcpus_leave() -> None:
    # 8 pcpus less 3 leave 5, at 1.5 for each 7.5: seven shared vcpus, not eight
    for shared, status in ((7, Status.OPTIMAL), (8, Status.INFEASIBLE)):
        guest = a_guest(GIB, vcpus=(3 + shared,), cpu_policy="mixed", dedicated_vcpus=(0, 1, 2))
        answer = solve(an_instance(smt_host(4, overcommit=1.5), guest))
        assert answer.status is status
    # stated, they are 4: four are left, six shared vcpus
    host = smt_host(4, overcommit=1.5, dedicated_pcpus=(0, 1, 4, 5))
    for shared, status in ((6, Status.OPTIMAL), (7, Status.INFEASIBLE)):
        guest = a_guest(GIB, vcpus=(1 + shared,), cpu_policy="mixed", dedicated_vcpus=(0,))
        assert solve(an_instance(host, guest)).status is status


def test_a_vnode_that_no_pnode_has_pcpus_for_is_named() -> None:
    answer = solve(an_instance(smt_host(4, 4), owning(5, policy="isolate")))
    assert answer.reason is not None
    assert answer.reason.splitlines() == [
        'guest "rt" vnode 0: no pnode is allowed: its need of pcpus for its dedicated vcpus under their policy '
        "(and of one for its shared ones) excludes every pnode",
        "any one of these changes mends it:",
        "- 2 more pcpus for dedicated vcpus on any one of pnodes 0-1",
        '- without guest "rt"',
    ]


def test_a_conflict_over_owned_pcpus_names_them() -> None:
    guests = [owning(3, name=name, policy="isolate") for name in "ab"]
    answer = solve(an_instance(smt_host(4), *guests))
    assert answer.status is Status.INFEASIBLE
    assert answer.reason is not None
    assert answer.reason.splitlines()[1:] == [
        *(f'- guest "{name}" needs 1 GiB, 3 dedicated vcpus (thread_policy isolate)' for name in "ab"),
        "- pnode 0 has 8 pcpus for dedicated vcpus, one each, and keeps one for shared vcpus",
        "any one of these changes mends it:",
        "- 4 more pcpus for dedicated vcpus on pnode 0",
        '- without guest "a"',
        '- without guest "b"',
    ]


# What is written


def solved(*guests: Guest, host: Host | None = None) -> tuple[Instance, Placement]:
    instance = an_instance(host or smt_host(8, 8), *guests)
    answer = solve(instance)
    assert answer.placement is not None
    return instance, answer.placement


def test_xl_binds_dedicated_vcpus_and_keeps_the_others_off() -> None:
    mixed = a_guest(GIB, GIB, vcpus=(2, 1), cpu_policy="mixed", dedicated_vcpus=(0,), pnodes=(0,))
    instance, placement = solved(mixed, a_guest(GIB, name="web", hard_affinity=((0, 1),)))
    assert placement.pcpu_of == {"db": (2, None, None)} or placement.pcpu_of["db"][0] in range(8)
    owned = placement.pcpu_of["db"][0]
    others = [pcpu for pcpu in range(16) if pcpu != owned]
    texts = emit_guests(Request(instance=instance), placement, (), "libxl")
    info = json.loads(texts["db"])
    assert info["vcpu_hard_affinity"] == [[owned], others, others]
    assert json.loads(texts["web"])["vcpu_hard_affinity"] == [[p for p in (0, 1) if p != owned]]
    (line,) = [
        line
        for line in emit_guests(Request(instance=instance), placement, (), "xl")["db"].splitlines()
        if "cpus =" in line
    ][-1:]
    assert line.startswith(f'cpus = ["{owned}", ')


def test_an_isolated_core_is_nobody_elses_and_dedicated_pcpus_are_no_shared_vcpus() -> None:
    instance, placement = solved(owning(1, policy="isolate", pnodes=(0,)), a_guest(GIB))
    (owned,) = placement.pcpu_of["rt"]
    core = next(core for core in instance.host.pnodes[0].core_groups if owned in core)
    texts = emit_guests(Request(instance=instance), placement, (), "libxl")
    assert json.loads(texts["db"])["vcpu_hard_affinity"] == [[pcpu for pcpu in range(16) if pcpu not in core]]
    stated, where = solved(a_guest(GIB), host=smt_host(8, dedicated_pcpus=(0, 4)))
    texts = emit_guests(Request(instance=stated), where, (), "libxl")
    assert json.loads(texts["db"])["vcpu_hard_affinity"] == [[1, 2, 3, 5, 6, 7]]


def test_bound_to_its_pcpus_a_guest_has_its_overhead_there_and_must_fit_with_it() -> None:
    guest = replace(owning(1), overhead_kib=GIB, form="vnuma")
    host = Host(pnodes=tuple(replace(p, memory_kib=3 * GIB // 2) for p in smt_host(1, 1).pnodes))
    instance, placement = solved(guest, host=host)
    with pytest.raises(EmissionError, match="moves the overhead of each guest"):
        emit_guests(Request(instance=instance), placement, (), "xl")


def test_running_guests_that_may_run_anywhere_are_named() -> None:
    host = smt_host(4, domains=(Domain(name="Domain-0", affinity=(None,)), Domain(name="a", affinity=((3,),))))
    instance = an_instance(host, owning(1))
    said = "running guests that are not bound to one pcpu each may run on pcpus of dedicated vcpus: Domain-0"
    assert said in answer_notes(Request(instance=instance), None)
    assert said not in answer_notes(Request(instance=an_instance(host, a_guest(GIB))), None)


def test_running_vcpus_bound_within_dedicated_pcpus_load_nothing_and_others_do() -> None:
    # of 8 pcpus 4 are dedicated; the other four take 6 at 1.5. Two running vcpus of four share them, two do not
    masks = ((0,), (0, 1), (0, 2), None)
    host = smt_host(4, overcommit=1.5, dedicated_pcpus=(0, 1, 4, 5), domains=(Domain(name="a", affinity=masks),))
    for vcpus, status in ((4, Status.OPTIMAL), (5, Status.INFEASIBLE)):
        answer = solve(an_instance(host, a_guest(GIB, vcpus=(vcpus,))))
        assert answer.status is status
        # 4 placed and 2 running vcpus on the 2 cores that are left: three on each, three pairs each
        assert not answer.tiers or answer.tiers[2].terms["core_sharing"] == 6 * SHARING
