"""A host's limit of vcpus per pcpu: judged, kept by every strategy, and named where nothing fits."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.assignment import Status
from placer.check import check
from placer.errors import InputError
from placer.formats.native.instance_json import dump_host, parse_host
from placer.instance import Domain, Host, Placement
from placer.lowering.lower import lower
from placer.solving.pipeline import solve
from tests.support.building import GIB, a_guest, a_host, an_instance


def limited(host: Host, overcommit: float, *domains: Domain) -> Host:
    return replace(host, overcommit=overcommit, domains=domains)


TWO = a_host(8 * GIB, 8 * GIB, pcpus=3)


def test_the_limit_is_rounded_down_and_what_runs_there_counts() -> None:
    # 1.5 x 3 pcpus = 4.5: four vcpus. Two run on pnode 0, three more on either, 1.5 each: three in all on pnode 0.
    host = limited(TWO, 1.5, Domain(name="a", affinity=((0,), (1, 2))), Domain(name="b", affinity=(None,) * 3))
    (_, resource) = lower(an_instance(host, a_guest(GIB, GIB, vcpus=(2, 1)))).problem.resources
    assert resource.weight.tolist() == [2, 1]
    assert resource.capacity.tolist() == [4 - 3, 4 - 1]


def test_a_limit_in_decimals_is_meant_as_it_is_written() -> None:
    # 1.1 x 10 is 11; as a binary fraction 1.1 is a little more than that, and 2.3 x 10 a little less than 23
    for overcommit, most in ((1.1, 11), (2.3, 23)):
        problem = lower(an_instance(limited(a_host(GIB, pcpus=10), overcommit), a_guest(GIB))).problem
        assert problem.resources[1].capacity.tolist() == [most]


def test_a_pnode_overcommitted_by_what_runs_there_still_takes_memory_without_vcpus() -> None:
    host = limited(TWO, 1, Domain(name="a", affinity=((0, 1, 2),) * 4))
    instance = an_instance(host, a_guest(GIB, 8 * GIB, vcpus=(1, 0)))
    assert check(instance, Placement(pnode_of={"db": (1, 0)})).violations == ()
    assert [v.rule for v in check(instance, Placement(pnode_of={"db": (0, 1)})).violations] == ["overcommit"]
    answer = solve(instance)
    assert (answer.status, answer.placement) == (Status.OPTIMAL, Placement(pnode_of={"db": (1, 0)}))


@pytest.mark.parametrize("strategy", ["optimal", "cpsat", "branch-and-bound", "local-search", "first-fit-decreasing"])
def test_every_strategy_keeps_the_limit(strategy: str) -> None:
    # together on one pnode memory is nearest and no core is shared, but 4 vcpus are more than 1.25 x 3
    instance = an_instance(limited(TWO, 1.25), a_guest(2 * GIB, GIB, vcpus=(2, 2)), price=0)
    answer = solve(instance, strategy=strategy, time_limit_s=1)
    assert answer.placement is not None
    assert sorted(answer.placement.pnode_of["db"], key=str) == [0, 1]


def test_a_vnode_wider_than_any_pnode_may_take_is_named() -> None:
    answer = solve(an_instance(limited(TWO, 1.5), a_guest(GIB, vcpus=(5,))))
    assert answer.status is Status.INFEASIBLE
    assert answer.reason is not None
    assert answer.reason.splitlines() == [
        'guest "db" vnode 0 has 5 vcpus; of the pnodes that it may use and that have memory for it, none has '
        "room for more than 4 (overcommit, running vcpus counted)",
        "any one of these changes mends it:",
        "- room for 1 more vcpus on any one of pnodes 0-1",
        '- without guest "db"',
    ]


def test_a_conflict_over_pcpus_names_the_limit() -> None:
    guests = [a_guest(GIB, vcpus=(3,), name=name) for name in "abc"]
    answer = solve(an_instance(limited(TWO, 1.5), *guests))
    assert answer.status is Status.INFEASIBLE
    assert answer.reason is not None
    assert answer.reason.splitlines()[1:] == [
        *(f'- guest "{name}" needs 1 GiB' for name in "abc"),
        *(f"- pnode {p} has room for 4 vcpus (overcommit 1.5, 3 pcpus)" for p in (0, 1)),
        "any one of these changes mends it:",
        "- room for 2 more vcpus on any one of pnodes 0-1",
        *(f'- without guest "{name}"' for name in "abc"),
    ]


def test_the_limit_is_read_and_written_and_must_be_positive() -> None:
    text = dump_host(limited(TWO, 2))
    assert '"overcommit": 2' in text
    assert parse_host(text, "host.json") == limited(TWO, 2)
    with pytest.raises(InputError, match=r"host.json: \$.overcommit: .*> 0"):
        parse_host(text.replace(": 2\n", ": 0\n"), "host.json")
