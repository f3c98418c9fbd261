"""How many requests can be held, against brute force and on the sequences of Huawei Cloud."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from placer.fleet.bound.certificate import too_many
from placer.fleet.bound.generation import Generated
from placer.fleet.bound.requests import bound_requests, least_proved
from placer.fleet.files.hosts_table import read_hosts_table
from placer.fleet.files.requests_table import read_all_requests
from placer.fleet.model.fleet import Fleet
from placer.fleet.problem.asked import with_requests
from placer.fleet.problem.problem import FleetProblem, lower_fleet
from tests.support.fleets import best, fleet_of, guest_of, random_parts


@pytest.mark.parametrize("seed", range(8))
def test_no_more_are_held_than_the_bound_says_and_the_bound_is_attained(seed: int) -> None:
    hosts, guests, one_to_one = random_parts(seed)
    hosts = hosts[:1]
    problem = lower_fleet(fleet_of(hosts, []))
    shapes = [guest_of(parts, f"shape-{i}", one_to_one=one_to_one) for i, parts in enumerate(guests)]
    found = bound_requests(problem, shapes, range(len(shapes)))
    true = max(n for n in range(len(guests) + 1) if best(hosts, guests[:n], one_to_one=one_to_one)[0] == 0)
    assert found.held <= true <= found.most
    if found.claim is not None:
        assert found.claim.bound == found.most
        assert too_many(found.claim, with_requests(problem, shapes, range(len(shapes)), found.most + 1))
        assert not too_many(found.claim, with_requests(problem, shapes, range(len(shapes)), true))


def test_a_number_that_rounded_prices_do_not_prove_is_not_claimed() -> None:
    problem = lower_fleet(fleet_of([[(2, 8)]], []))

    def asked(most: int) -> FleetProblem:
        return with_requests(problem, [guest_of([(1, 2)], "shape-0")], [0] * 9, most)

    def found(price: float) -> Generated:
        return Generated(bound=1.0, value=1.0, prices=np.array([price]), multipliers=np.zeros(0), rounds=1)

    claim = least_proved(asked, [(5, found(1.0)), (4, found(1e-12))])  # the second price rounds to nothing
    assert claim is not None
    assert (claim.bound, claim.prices) == (4, {"shape-0": 100})
    assert least_proved(asked, [(4, found(1e-12))]) is None


def test_requests_come_beside_the_guests_of_the_fleet() -> None:
    problem = lower_fleet(fleet_of([[(2, 8)]] * 2, [[(1, 2)]]))
    found = bound_requests(problem, [guest_of([(1, 2)], "shape-0")], [0] * 9)
    assert (found.most, found.held, found.count) == (3, 3, 9)


def test_where_all_fit_there_is_nothing_to_prove() -> None:
    found = bound_requests(lower_fleet(fleet_of([[(2, 8)]], [])), [guest_of([(1, 2)], "shape-0")], [0, 0])
    assert (found.most, found.held, found.claim) == (2, 2, None)


@pytest.mark.skipif("PLACER_CORPUS" not in os.environ, reason="PLACER_CORPUS names no corpus")
@pytest.mark.parametrize(("tables", "most"), [(("C1", "C2", "C1"), 6704), (("C2", "C1", "C2"), 7346)])
def test_the_sequences_of_huawei_cloud_are_held_up_to_the_bound(tables: tuple[str, ...], most: int) -> None:
    folder = Path(os.environ["PLACER_CORPUS"]) / "fleet"
    requests = read_all_requests([folder / f"VM_data_{table}.csv" for table in tables])
    assert requests is not None
    problem = lower_fleet(Fleet(hosts=read_hosts_table(folder / "PM_res.csv")))
    found = bound_requests(problem, requests.shapes, requests.order)
    assert found.held == found.most <= most
    assert found.claim is not None
    assert too_many(found.claim, with_requests(problem, requests.shapes, requests.order, found.most + 1))
    assert not too_many(found.claim, with_requests(problem, requests.shapes, requests.order, found.most))
