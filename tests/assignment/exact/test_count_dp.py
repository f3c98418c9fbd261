"""Alike items on nested sites: hand-worked, against the oracle, and what is left to others."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from placer.assignment import Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.exact.count_dp import solve_by_counts
from placer.instance import Host, Instance, Objective, Rule
from placer.lowering.lower import lower
from placer.solving.pipeline import solve
from tests.support.building import GIB, OPTERON_6272, a_guest, a_host, an_instance, nested_slit, tree_slit
from tests.support.oracle_agreement import agreements


def counted(instance: Instance, *, allow_unplaced: bool = False) -> Solution | None:
    found = solve_by_counts(lower(instance, allow_unplaced=allow_unplaced).problem, SearchContext(time_limit_s=60))
    return found if isinstance(found, Solution) else None


def test_two_vnodes_go_to_the_cluster_with_room_for_both() -> None:
    # pnodes 0 and 1 are near, 2 and 3 too; only 2 and 3 have room for one vnode each
    host = a_host(0, GIB, GIB, GIB, slit=tree_slit((2, 4), (10, 16, 21)))
    solution = counted(an_instance(host, a_guest(GIB, GIB)))
    assert solution is not None and solution.site_of is not None
    assert solution.site_of.tolist() == [2, 3]
    # each vcpu reads half of the memory at 10 and half at 16, 1000 thousandths: 2 * (500 * 10 + 500 * 16)
    assert (solution.status, solution.costs, solution.bounds) == (
        Status.OPTIMAL,
        (0, 0, 26_000, 0, 0),
        (0, 0, 26_000, 0, 0),
    )


def test_more_vnodes_than_all_pnodes_hold_are_infeasible() -> None:
    solution = counted(an_instance(a_host(GIB, GIB), a_guest(GIB, GIB, GIB)))
    assert solution is not None
    assert (solution.status, solution.site_of) == (Status.INFEASIBLE, None)


def nested_host(random: Random) -> Host:
    """2 to 4 pnodes, cut in two again and again, at a distance of its own for each cut."""
    m = random.randint(2, 4)
    slit = nested_slit(random, m)
    memory = [random.randint(0, 4) * GIB + random.randint(0, 9) * 1024 for _ in range(m)]
    return a_host(*memory, pcpus=random.randint(1, 4), slit=slit)


def alike(seed: int) -> Instance:
    """A guest of equal vnodes with equal affinities."""
    random = Random(seed)
    host, k, width = nested_host(random), random.randint(1, 4), random.randint(1, 3)
    pcpus = [pcpu for pnode in host.pnodes for pcpu in pnode.pcpus]
    more: dict[str, Any] = {}
    for kind in ("hard_affinity", "soft_affinity"):
        if random.random() < 0.4:
            more[kind] = (tuple(sorted(random.sample(pcpus, random.randint(1, len(pcpus))))),) * (k * width)
    if random.random() < 0.3:
        far = random.randint(11, 30)
        more["vdistances"] = tuple(tuple(10 if v == w else far for w in range(k)) for v in range(k))
    guest = a_guest(*(random.choice((GIB, GIB // 2, 3 * GIB // 2)),) * k, vcpus=(width,) * k, **more)
    objective = Objective(core_sharing_price=random.choice((None, 1, 40)))
    return Instance(host=host, guests=(guest,), objective=replace(objective, shape=random.choice(("pack", "none"))))


@pytest.mark.parametrize("allow_unplaced", [False, True])
def test_counts_find_what_the_oracle_finds(allow_unplaced: bool) -> None:
    done, placed = agreements(
        map(alike, range(150)), lambda instance: counted(instance, allow_unplaced=allow_unplaced), allow_unplaced
    )
    assert done >= 120
    assert placed >= 60


def test_counts_agree_with_the_model_on_sixteen_pnodes() -> None:
    random = Random(3)
    memory = [random.randint(1, 5) * GIB // 2 for _ in range(16)]
    host = a_host(*memory, slit=tree_slit((4, 16), (10, 16, 21)))
    instance = an_instance(host, a_guest(*(GIB,) * 8, vcpus=(3,) * 8))
    answers = [solve(instance, strategy=strategy, workers=1, time_limit_s=60) for strategy in ("optimal", "cpsat")]
    assert [answer.status for answer in answers] == [Status.OPTIMAL] * 2
    assert [tier.cost for tier in answers[0].tiers] == [tier.cost for tier in answers[1].tiers]


def test_items_that_counts_do_not_decide_are_given_up() -> None:
    flat = a_host(*(4 * GIB,) * 8)
    twins = (a_guest(GIB, GIB), a_guest(GIB, GIB, name="web"))
    assert counted(an_instance(flat, twins[0])) is not None
    assert counted(an_instance(replace(flat, slit=OPTERON_6272), twins[0])) is None
    assert counted(an_instance(flat, a_guest(GIB, 2 * GIB))) is None
    assert counted(an_instance(flat, *twins)) is None
    assert counted(replace(an_instance(flat, *twins), rules=(Rule(apart=("db", "web")),))) is None
    assert counted(an_instance(flat, replace(twins[0], one_to_one=True))) is None
