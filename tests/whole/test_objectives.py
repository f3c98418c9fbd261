"""What counts before what: named orders, tiers and weights of one's own, and shapes; figures worked by hand."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.check import check
from placer.errors import InputError
from placer.formats.native.instance_json import dump_instance, parse_instance, parse_objective
from placer.formats.native.objectives import choose_objective
from placer.instance import Instance, Objective, Placement
from placer.solving.pipeline import solve
from tests.support.building import GIB, a_guest, a_host, an_instance

FAR = ((10, 20), (20, 10))


def torn(objective: Objective) -> Instance:
    """
    Two vnodes of two vcpus, pnodes of two cores: together all is local and two pairs share a core.

    Two pairs at the price of 1 are 4 vcpus x 1000; apart half of 4000 is 10 further away.
    """
    host = a_host(8 * GIB, 8 * GIB, pcpus=2, slit=FAR)
    guest = a_guest(2 * GIB, 2 * GIB, vcpus=(2, 2))
    return Instance(host=host, guests=(guest,), objective=replace(objective, core_sharing_price=1))


TOGETHER = {"access_distance": 40_000, "core_sharing": 4_000}
APART = {"access_distance": 60_000, "core_sharing": 0}


@pytest.mark.parametrize("strategy", ["branch-and-bound", "cpsat", "optimal"])
@pytest.mark.parametrize(
    ("tiers", "costs", "terms"),
    [
        ("default", [0, 0, 44_000, 0, 4096], TOGETHER),
        ("distance", [0, 0, 40_000, 4_000, 0, 4096], TOGETHER),
        ("cores-first", [0, 0, 0, 60_000, 0, 12288], APART),
        (({"access_distance": 1, "core_sharing": 6},), [0, 0, 60_000], APART),
        (({"access_distance": 2, "core_sharing": 9},), [0, 0, 116_000], TOGETHER),
        (({"core_sharing": 1},), [0, 0, 0], APART | {"access_distance": None}),
    ],
)
def test_an_order_decides_what_pays_for_what(strategy: str, tiers: object, costs: list[int], terms: dict) -> None:  # type: ignore[type-arg]
    answer = solve(torn(Objective(tiers=tiers)), strategy=strategy)  # type: ignore[arg-type]
    assert [tier.cost for tier in answer.tiers] == costs
    assert [tier.bound for tier in answer.tiers] == costs
    seen = {name: cost for tier in answer.tiers for name, cost in tier.terms.items()}
    assert {name: seen.get(name) for name in terms} == terms


def test_a_term_in_no_tier_does_not_count_but_the_mean_distance_is_told() -> None:
    answer = solve(torn(Objective(tiers=({"core_sharing": 1},))))
    assert answer.mean_access_distance == 15.0


@pytest.mark.parametrize("strategy", ["branch-and-bound", "cpsat", "optimal", "local-search"])
def test_spread_keeps_the_fullest_pnode_as_empty_as_can_be(strategy: str) -> None:
    # 3 GiB of 8 are 375 thousandths, 2 of 4 are 500; the other way round 250 and 750
    host = a_host(8 * GIB, 4 * GIB, slit=((10, 10), (10, 10)))
    guests = a_guest(3 * GIB), a_guest(2 * GIB, name="web")
    instance = replace(an_instance(host, *guests), objective=Objective(shape="spread"))
    answer = solve(instance, strategy=strategy, time_limit_s=0.3 if strategy == "local-search" else 10)
    assert answer.placement == Placement(pnode_of={"db": (0,), "web": (1,)})
    assert answer.tiers[-1].terms == {"shape": 500}


def test_a_thousandth_begun_counts_and_a_pnode_without_memory_does_not() -> None:
    host = a_host(3000, 0)
    instance = Instance(host=host, guests=(a_guest(1001, 0),), objective=Objective(shape="spread"))
    assert check(instance, Placement(pnode_of={"db": (0, 1)})).terms[-1] == {"shape": 334}


def test_weights_are_in_the_costs_of_the_judge_and_not_in_its_terms() -> None:
    instance = torn(Objective(tiers=({"access_distance": 3, "core_sharing": 7},)))
    verdict = check(instance, Placement(pnode_of={"db": (0, 0)}))
    assert verdict.costs == (0, 0, 3 * 40_000 + 7 * 4_000)
    assert verdict.terms[2] == TOGETHER


@pytest.mark.parametrize(
    ("tiers", "message"),
    [
        (({},), r"tiers\[0\] is empty"),
        (({"shape": 1, "vdistance": 1},), r"tiers\[0\] weighs shape"),
        (({"vdistance": 1}, {"vdistance": 2}), r"vdistance stands in tiers\[0\] and tiers\[1\]"),
    ],
)
def test_tiers_without_sense_are_refused(tiers: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Objective(tiers=tiers)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('{"tiers": [{"distance": 1}]}', r"o.json: \$.tiers\[0\]", "unknown key 'distance', expected one of access_"),
        ('{"tiers": [{"vdistance": 0}]}', r"o.json: \$.tiers\[0\]", ">= 1"),
        (
            '{"tiers": "near"}',
            r"o.json: \$.tiers",
            'expected one of default, distance, cores-first, room-first, got "near"',
        ),
        ('{"tiers": [1]}', r"o.json: \$.tiers\[0\]", "expected object, got 1"),
        ('{"shape": "round"}', r"o.json: \$.shape", "expected one of pack, spread, none"),
        ("[]", r"o.json: \$", "expected an object with the keys"),
    ],
)
def test_a_fault_in_an_objective_is_named_by_its_place(text: str, place: str, message: str) -> None:
    with pytest.raises(InputError, match=f"{place}.*{message}"):
        parse_objective(text, "o.json")


def test_an_instance_with_tiers_is_written_and_read_back() -> None:
    instance = torn(Objective(tiers=({"access_distance": 3, "core_sharing": 7}, {"shape": 1})))
    assert parse_instance(dump_instance(instance), "x.json") == instance


def test_a_name_changes_the_order_or_the_shape_alone() -> None:
    stated = Objective(core_sharing_price=3, shape="none")
    assert choose_objective(stated, "distance") == Objective(core_sharing_price=3, shape="none", tiers="distance")
    assert choose_objective(stated, "pack") == Objective(core_sharing_price=3)
    assert choose_objective(stated, "default") == Objective()
    with pytest.raises(InputError, match=r"nowhere\.json: no such file; expected a file, or one of default, distance"):
        choose_objective(stated, "nowhere.json")
    with pytest.raises(InputError, match=r"aaa: no such file; expected a file, or one of default, distance"):
        choose_objective(stated, "a" * 5000)  # longer than any name of a file


def test_weights_beyond_what_solvers_add_exactly_are_refused() -> None:
    host = a_host(8 * GIB, 8 * GIB, pcpus=2, slit=FAR)
    guests = tuple(a_guest(GIB, vcpus=(4096,), name=f"g{i}") for i in range(30))
    objective = Objective(core_sharing_price=1000, tiers=({"core_sharing": 1000, "access_distance": 1},))
    with pytest.raises(InputError, match=r"tier 3 .* may cost \d+, expected less than 2\^53: lower its weights"):
        solve(Instance(host=host, guests=guests, objective=objective))
