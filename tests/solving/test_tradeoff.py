"""The trade beside an answer: its figures are true, it is found where there is one, and only when asked for."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.formats.native.instance_json import dump_instance
from placer.instance import Instance, Objective, Placement
from placer.lowering.lower import lower
from placer.solving.pipeline import solve
from placer.solving.result import Trade
from placer.solving.tradeoff import find_trade
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.commands import INSTANCES, placer
from tests.support.oracle import feasible, feasible_rows, tier_rows
from tests.support.random_instances import random_instance


def two_sockets(price: float | None = None) -> Instance:
    """
    Two vnodes of 2 vcpus on two pnodes of 2 cores at 10 and 21.

    Apart: mean (10 + 21) / 2 = 15.5 and no pair, together 10 and 4 vcpus on 2 cores, 2 pairs.
    """
    host = a_host(8 * GIB, 8 * GIB, pcpus=2, slit=((10, 21), (21, 10)))
    return an_instance(host, a_guest(GIB, GIB, vcpus=(2, 2)), price=price)


def test_nearer_memory_is_offered_where_cores_won() -> None:
    answer = solve(two_sockets(), trade=True)
    assert (answer.status, answer.mean_access_distance) == (Status.OPTIMAL, 15.5)
    assert answer.trade is not None
    assert (answer.trade.order, answer.trade.more_pairs) == ("distance", 2)
    assert (answer.trade.mean_access_distance, answer.trade.current_mean_distance) == (10.0, 15.5)
    assert len(set(answer.trade.placement.pnode_of["db"])) == 1


def test_cores_are_offered_where_distance_won() -> None:
    answer = solve(two_sockets(price=1), trade=True)
    assert (answer.status, answer.mean_access_distance) == (Status.OPTIMAL, 10.0)
    assert answer.trade is not None
    assert (answer.trade.order, answer.trade.more_pairs) == ("cores-first", -2)
    assert (answer.trade.mean_access_distance, answer.trade.current_mean_distance) == (15.5, 10.0)
    assert set(answer.trade.placement.pnode_of["db"]) == {0, 1}


def test_the_order_of_the_objective_is_not_offered_but_the_other_is() -> None:
    weighed = Objective(tiers=({"core_sharing": 3}, {"access_distance": 2}))
    near = solve(replace(two_sockets(), objective=Objective(tiers="distance")), trade=True)
    alone = solve(replace(two_sockets(), objective=weighed), trade=True)
    assert (near.mean_access_distance, alone.mean_access_distance) == (10.0, 15.5)
    assert near.trade is not None
    assert alone.trade is not None
    assert (near.trade.order, near.trade.more_pairs, near.trade.mean_access_distance) == ("cores-first", -2, 15.5)
    assert (alone.trade.order, alone.trade.more_pairs, alone.trade.mean_access_distance) == ("distance", 2, 10.0)


def test_an_objective_without_one_of_the_two_terms_is_offered_nothing() -> None:
    only = replace(two_sockets(), objective=Objective(tiers=({"access_distance": 1},)))
    assert solve(only, trade=True).trade is None


@pytest.mark.parametrize("strategy", ["optimal", "branch-and-bound", "cpsat"])
def test_the_report_and_the_json_name_it(strategy: str) -> None:
    words = ("solve", "-", "--strategy", strategy)
    ran = placer(*words, stdin=dump_instance(two_sockets()))
    said = json.loads(placer(*words, "--format", "json", stdin=dump_instance(two_sockets())).out)
    line = "Trade: with 2 more pairs of vcpus sharing a core the mean access distance would be 10.00 instead of 15.50"
    line += " (--objective distance)"
    assert [each for each in ran.lines if each.startswith("Trade")] == [line]
    trade = said["trade"]
    assert trade.pop("placement") in ({"db": [0, 0]}, {"db": [1, 1]})
    assert trade == {"order": "distance", "mean_access_distance": 10.0, "more_pairs": 2}


def test_the_trade_that_the_page_of_the_objective_shows_is_that_of_its_instance() -> None:
    page = INSTANCES.parent / "docs" / "concepts" / "objective.md"
    (line,) = re.findall(r"^Trade: .*$", page.read_text(encoding="utf-8"), re.MULTILINE)
    ran = placer("solve", INSTANCES / "opteron-8n.json")
    assert [each for each in ran.lines if each.startswith("Trade")] == [line]


def test_there_is_none_where_both_are_at_their_least_or_only_one_is_priced() -> None:
    together = an_instance(a_host(8 * GIB, 8 * GIB, pcpus=4), a_guest(GIB, GIB, vcpus=(2, 2)))
    free = two_sockets(price=0)
    for instance in (together, free, an_instance(a_host(GIB))):
        assert solve(instance, trade=True).trade is None
    assert json.loads(placer("solve", "-", "--format", "json", stdin=dump_instance(together)).out)["trade"] is None


def looked_for(instance: Instance, **options: Any) -> bool:
    """Solve, and see in the log whether a trade was looked for."""
    lines: list[str] = []
    solve(instance, on_log=lines.append, **options)
    assert lines
    return any("trade: " in line for line in lines)


def test_none_is_looked_for_without_a_proof_without_time_or_unasked() -> None:
    assert looked_for(two_sockets(), trade=True)
    for strategy in ("first-fit", "first-fit-decreasing", "local-search"):
        assert not looked_for(two_sockets(), strategy=strategy, time_limit_s=0.05, trade=True)
    assert not looked_for(two_sockets(), time_limit_s=0, trade=True)
    assert not looked_for(two_sockets())


def test_only_the_report_and_the_json_look_for_one() -> None:
    words, text = ("solve", "-", "--log", "--format"), dump_instance(two_sockets())
    logs = {form: placer(*words, form, stdin=text).err for form in ("text", "json", "rfc")}
    assert [form for form, log in logs.items() if "trade: " in log] == ["text", "json"]


def trade_within(limit_s: float, instance: Instance, placement: Placement) -> Trade | None:
    lowered = lower(instance)
    return find_trade(lowered, lowered.to_sites(placement), SearchContext(time_limit_s=120), limit_s=limit_s)


def test_a_search_that_was_cut_short_offers_nothing_false() -> None:
    """Apart, as the answer is; together is 2 pairs more at a mean of 10, and there is no other placement."""
    trade = trade_within(0.0, two_sockets(), Placement(pnode_of={"db": (0, 1)}))
    assert trade is None or (trade.more_pairs, trade.mean_access_distance) == (2, 10.0)


def prices(instance: Instance, rows: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> tuple[list[int], list[int]]:
    """Access distance and core sharing of each row: without a price only the first is left."""
    free = replace(instance, objective=replace(instance.objective, core_sharing_price=0))
    both, near = tier_rows(instance, rows)[:, 2], tier_rows(free, rows)[:, 2]
    return near.tolist(), (both - near).tolist()


def row_of(instance: Instance, placement: Placement) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    position_of = instance.host.position_of
    return np.array([[position_of[p or 0] for guest in instance.guests for p in placement.pnode_of[guest.name]]])


def test_it_is_found_where_the_oracle_finds_one_and_is_the_cheaper_of_the_two() -> None:
    orders = []
    for seed in range(150):
        instance = random_instance(seed)
        instance = replace(instance, objective=replace(instance.objective, tiers="default"))
        answer = solve(instance, time_limit_s=120, workers=1)
        if answer.placement is None:
            continue
        trade = trade_within(60.0, instance, answer.placement)
        places, count = len(instance.host.pnodes), sum(len(guest.vnodes) for guest in instance.guests)
        rows = np.array(np.meshgrid(*[range(places)] * count, indexing="ij"), dtype=np.int64).reshape(count, -1).T
        near, shared = prices(instance, rows[feasible_rows(instance, rows, allow_unplaced=False)])
        (near_now,), (shared_now,) = prices(instance, row_of(instance, answer.placement))
        gaining = [
            sum(least)
            for least, gains in (
                (min(zip(near, shared, strict=True)), min(near) < near_now),
                (min(zip(shared, near, strict=True)), min(shared) < shared_now),
            )
            if gains
        ]
        if not gaining:
            assert trade is None, seed
            continue
        assert trade is not None, seed
        there = trade.placement
        assert feasible(instance, there), seed
        (near_then,), (shared_then,) = prices(instance, row_of(instance, there))
        assert near_then + shared_then == min(gaining), seed
        assert (near_then < near_now, shared_then > shared_now) == (trade.order == "distance",) * 2, seed
        assert np.sign(trade.more_pairs) == np.sign(shared_then - shared_now), seed
        orders.append(trade.order)
    assert min(orders.count("distance"), orders.count("cores-first")) >= 3
