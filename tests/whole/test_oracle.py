"""The oracle and the judge were written apart from the same definitions: they agree, also on wrong placements."""

from __future__ import annotations

from itertools import product

import pytest

from placer.check import check
from placer.instance import Guest, Host, Instance, Placement, Pnode, Vnode
from placer.instance.catalogue import RULES
from tests.support.oracle import best, feasible, tier_costs
from tests.support.random_instances import random_instance, random_placement

GIB = 1024**2


def crossed() -> Instance:
    """A guest of 2 and 4 GiB, pnodes of 4 and 2 GiB."""
    return Instance(
        host=Host(
            pnodes=(
                Pnode(id=0, memory_kib=4 * GIB, pcpus=(0, 1, 2, 3)),
                Pnode(id=1, memory_kib=2 * GIB, pcpus=(4, 5, 6, 7)),
            )
        ),
        guests=(
            Guest(
                name="db",
                vnodes=(Vnode(memory_kib=2 * GIB, vcpus=(0,)), Vnode(memory_kib=4 * GIB, vcpus=(1,))),
            ),
        ),
    )


@pytest.mark.parametrize("allow_unplaced", [False, True])
def test_the_oracle_crosses_the_pair_that_first_fit_cannot_place(allow_unplaced: bool) -> None:
    # 333 and 667 thousandths of the memory: 333 * 10 + 667 * 20 + 333 * 20 + 667 * 10, nothing left free
    answer = Placement(pnode_of={"db": (1, 0)})
    assert best(crossed(), allow_unplaced) == ((0, 0, 30_000, 0, 0), answer)


def test_the_oracle_leaves_out_the_cheaper_vnode_where_one_must_be() -> None:
    guest = Guest(name="db", vnodes=(Vnode(memory_kib=2 * GIB, vcpus=(0,)), Vnode(memory_kib=5 * GIB, vcpus=(1,))))
    instance = Instance(host=Host(pnodes=(Pnode(id=0, memory_kib=5 * GIB, pcpus=(0, 1)),)), guests=(guest,))
    assert best(instance) is None
    # shares 286 and 714: 714 * 10 for vnode 1 itself, every other pair at the largest distance, 10 too
    assert best(instance, True) == ((1, 2 * GIB + 1024, 20_000, 0, 0), Placement(pnode_of={"db": (None, 0)}))


def test_the_oracle_refuses_what_it_cannot_enumerate() -> None:
    host = Host(pnodes=tuple(Pnode(id=p, memory_kib=GIB, pcpus=(p,)) for p in range(10)))
    guest = Guest(name="db", vnodes=tuple(Vnode(memory_kib=1024, vcpus=(v,)) for v in range(8)))
    with pytest.raises(ValueError, match="too many to enumerate"):
        best(Instance(host=host, guests=(guest,)))


def test_oracle_and_judge_agree_on_random_placements() -> None:
    seen = set()
    for seed in range(300):
        instance = random_instance(seed)
        for k in range(3):
            placement = random_placement(3 * seed + k, instance)
            for allow_unplaced in (False, True):
                verdict = check(instance, placement, allow_unplaced=allow_unplaced)
                assert verdict.costs == tier_costs(instance, placement), (seed, placement)
                assert (not verdict.violations) == feasible(instance, placement, allow_unplaced), (seed, placement)
                seen.update({violation.rule for violation in verdict.violations} or {"none"})
    # test_sets.py, test_claims.py and test_huge_pages.py have these
    elsewhere = {"set_room", "set_affinity", "claims", "huge_pages"}
    assert seen == {rule.name for rule in RULES} - elsewhere | {"none"}


def placements(instance: Instance, allow_unplaced: bool) -> list[Placement]:
    """Every way to give each vnode a pnode."""
    sites = [pnode.id for pnode in instance.host.pnodes] + [None] * allow_unplaced
    per_guest = [list(product(sites, repeat=len(guest.vnodes))) for guest in instance.guests]
    names = [guest.name for guest in instance.guests]
    return [Placement(pnode_of=dict(zip(names, pnodes, strict=True))) for pnodes in product(*per_guest)]


@pytest.mark.parametrize("allow_unplaced", [False, True])
def test_no_placement_that_the_judge_passes_beats_the_oracle(allow_unplaced: bool) -> None:
    drawn = [random_instance(seed) for seed in range(60)]
    instances = [each for each in drawn if not any(guest.dedicated for guest in each.guests)]  # no pcpus are named here
    small = [each for each in instances if len(each.host.pnodes) ** sum(len(g.vnodes) for g in each.guests) <= 64]
    assert len(small) >= 10
    for instance in small:
        verdicts = [
            check(instance, each, allow_unplaced=allow_unplaced) for each in placements(instance, allow_unplaced)
        ]
        answer = best(instance, allow_unplaced)
        least = min((verdict.costs for verdict in verdicts if not verdict.violations), default=None)
        assert (answer[0] if answer else None) == least


def test_random_instances_are_the_same_for_the_same_seed_and_as_often_impossible_as_promised() -> None:
    instances = [random_instance(seed) for seed in range(400)]
    assert instances == [random_instance(seed) for seed in range(400)]
    impossible = sum(best(instance) is None for instance in instances)
    assert 0.25 <= impossible / len(instances) <= 0.45
    assert all(3 <= sum(len(guest.vnodes) for guest in each.guests) <= 5 for each in instances)
