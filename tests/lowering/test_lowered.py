"""The way back from arrays: assignments and placements, worked by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from placer.check import check
from placer.formats.native.instance_json import parse_instance
from placer.instance import Flexible, Guest, Host, Instance, Placement, Pnode
from placer.lowering.lower import lower, lower_for_baseline
from placer.lowering.variant_problem import VariantProblem
from placer.lowering.variants import VariantIndex
from placer.solving.pipeline import solve
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.calls import counted_calls

FLEXIBLE_GUESTS = Path(__file__).parents[2] / "instances" / "flexible-guests.json"


def sparse() -> Instance:
    host = Host(pnodes=tuple(Pnode(id=p, memory_kib=4 * GIB, pcpus=(p,)) for p in (0, 8, 252)))
    return an_instance(host, a_guest(GIB, GIB, name="a"), a_guest(GIB, name="b", overhead_kib=3072))


def with_choice() -> Instance:
    """Two pnodes; "db" in one or two vnodes of 4 GiB in all, "web" in one of 1 GiB."""
    flexible = Flexible(memory_kib=4 * GIB, vcpu_count=2, least=1, most=2)
    return an_instance(a_host(5 * GIB, 5 * GIB), Guest(name="db", flexible=flexible), a_guest(GIB, name="web"))


def test_a_placement_goes_forth_and_back() -> None:
    lowered = lower(sparse(), allow_unplaced=True)
    placement = Placement(pnode_of={"a": (252, None), "b": (8,)})

    site_of = lowered.to_sites(placement)

    assert site_of.tolist() == [2, 3, 1]
    assert lowered.to_placement(site_of) == placement
    assert lowered.chosen(site_of) is lowered.instance
    assert lowered.is_exact


def test_without_a_site_for_it_no_pnode_is_minus_one() -> None:
    lowered = lower(sparse())
    placement = Placement(pnode_of={"a": (252, None), "b": (8,)})

    assert lowered.to_sites(placement).tolist() == [2, -1, 1]
    assert lowered.to_placement(lowered.to_sites(placement)) == placement


@pytest.mark.parametrize("pnodes", [(1,), (0, 0), (1, 0)])
@pytest.mark.parametrize("allow_unplaced", [False, True])
def test_the_vnodes_of_a_flexible_guest_go_forth_and_back(pnodes: tuple[int, ...], allow_unplaced: bool) -> None:
    lowered = lower(with_choice(), allow_unplaced=allow_unplaced)
    placement = Placement(pnode_of={"db": pnodes, "web": (1,)})

    site_of = lowered.to_sites(placement)

    assert lowered.problem.feasible(site_of[None, :]).all()
    assert lowered.to_placement(site_of) == placement
    assert [len(guest.vnodes) for guest in lowered.chosen(site_of).guests] == [len(pnodes), 1]
    costs = lowered.problem.evaluate(site_of[None, :])[0].tolist()
    assert tuple(costs) == check(with_choice(), placement, allow_unplaced=allow_unplaced).costs


def test_a_flexible_guest_can_be_left_out() -> None:
    lowered = lower(with_choice(), allow_unplaced=True)
    placement = Placement(pnode_of={"db": (None, 1), "web": (None,)})

    assert lowered.to_placement(lowered.to_sites(placement)) == placement


def test_what_owns_pcpus_gets_them_whatever_was_chosen() -> None:
    """Of two vnodes on pnodes with pcpus 0 to 3 and 4 to 7 each vcpu owns one of its pnode, and so does "web"."""
    guests = [
        Guest(name="db", flexible=Flexible(memory_kib=4 * GIB, vcpu_count=2, least=1, most=2), cpu_policy="dedicated"),
        a_guest(GIB, name="web", cpu_policy="dedicated"),
    ]
    lowered = lower(an_instance(a_host(5 * GIB, 5 * GIB), *guests))
    for pnodes in ((0,), (1, 0)):
        placement = lowered.to_placement(lowered.to_sites(Placement(pnode_of={"db": pnodes, "web": (0,)})))

        owned = [*placement.pcpu_of["db"], *placement.pcpu_of["web"]]
        assert [pcpu // 4 for pcpu in owned if pcpu is not None] == [pnodes[0], pnodes[-1], 0]
        assert len(set(owned)) == 3


def test_the_baseline_can_be_read_back_too() -> None:
    lowered = lower_for_baseline(sparse())
    assert lowered.allow_unplaced
    assert lowered.to_placement(np.array([0, 3, 2])) == Placement(pnode_of={"a": (0, None), "b": (252,)})


@pytest.mark.parametrize(("trade", "problems"), [(False, 1), (True, 3)])
def test_a_solve_lowers_each_choice_of_vnodes_once(trade: bool, problems: int) -> None:
    """The instance itself and, where a trade is asked for, in each of the two pure orders."""
    instance = parse_instance(FLEXIBLE_GUESTS.read_text(encoding="utf-8"), "flexible-guests.json")

    with counted_calls(VariantIndex.__init__, VariantProblem.__init__) as calls:
        solve(instance, trade=trade, time_limit_s=60)

    assert calls == {"VariantIndex.__init__": problems, "VariantProblem.__init__": problems}
