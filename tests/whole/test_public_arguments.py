"""Every public function refuses a wrong argument as a PlacerError that says what was expected."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

import placer
from placer.report.rebalance_json import plan_json
from tests.support.commands import INSTANCES
from tests.support.fleet_moves import running_fleet
from tests.support.fleets import fleet_of
from tests.support.running_hosts import host_of
from tests.support.snapshots import parts_of_xl, snapshot

WRONG: dict[str, Any] = {
    "None": None,
    "a number": 7,
    "a float": 1.5,
    "an empty text": "",
    "a text": "no such thing",
    "bytes": b"x",
    "an object": object(),
    "a list": [3],
    "a list of objects": [object()],
    "a dict": {"a": 1},
    "an empty placer.Text": placer.Text(""),
    "a class": placer.Host,
}
INSTANCE = placer.read_instance(INSTANCES / "rfc-c.json")
RESULT = placer.solve(INSTANCE, time_limit_s=5)
RUNNING = INSTANCES / "xl" / "running"
FOUR = placer.read_host(RUNNING / "xl-info.txt")
PROBLEM = placer.gqap(cost=[[0, 1]], flow=[[0]], distance=[[0, 2], [2, 0]], weight=[3], capacity=[7, 7])

MOVES = plan_json(placer.rebalance(host_of([8, 8], {"a": (4, 0)}), time_limit_s=5))
FLEET = fleet_of([[(2, 8)]] * 2, [[(1, 2)]] * 3)
RUNS = running_fleet([[(2, 8)]] * 2, [[(1, 2)]], [(0, (0,))])
FLEET_MOVES = placer.rebalance_fleet(RUNS, empty=["h0"], time_limit_s=5)

RIGHT: dict[str, dict[str, Any]] = {
    "solve": {"instance": INSTANCE, "time_limit_s": 5},
    "solve_problem": {"problem": PROBLEM, "time_limit_s": 5},
    "check": {"instance": INSTANCE, "placement": RESULT.placement},
    "gqap": {"cost": [[0, 1]], "flow": [[0]], "distance": [[0, 2], [2, 0]], "weight": [3], "capacity": [7, 7]},
    "parse_instance": {"text": placer.dump_instance(INSTANCE)},
    "read_instance": {"path": INSTANCES / "rfc-c.json"},
    "dump_instance": {"instance": INSTANCE},
    "read_host": {"source": RUNNING / "xl-info.txt"},
    "read_guests": {"source": INSTANCES / "xl" / "db.cfg", "host": FOUR},
    "read_running": {"host": FOUR, "running": RUNNING / "xl-list.json"},
    "read_snapshot": {"source": placer.Text(snapshot(parts_of_xl()))},
    "show": {"snapshot": placer.read_snapshot(placer.Text(snapshot(parts_of_xl()))), "time_limit_s": 0},
    "read_placement": {"source": placer.Text('{"placement": {"db": [0]}}')},
    "assemble": {"host": FOUR, "guests": []},
    "draw": {"what": INSTANCE, "answer": RESULT},
    "draw_png": {"what": INSTANCE, "answer": RESULT},
    "emit": {"request": INSTANCE, "answer": RESULT, "format": "hypercall"},
    "to_json": {"answer": RESULT, "request": INSTANCE},
    "audit": {
        "running": placer.read_running(FOUR, RUNNING / "xl-list.json"),
        "numa_dump": RUNNING / "dmesg.txt",
    },
    "rebalance": {"host": host_of([8, 8], {"a": (4, 0)}), "time_limit_s": 5},
    "read_moves": {"source": placer.Text(MOVES)},
    "running_host": {
        "running": placer.read_running(FOUR, RUNNING / "xl-list.json", RUNNING / "vcpu-list.txt"),
        "guests": placer.read_guests(RUNNING / "xl-list.json", FOUR),
        "numa_dump": RUNNING / "dmesg.txt",
    },
    "read_fleet": {"source": placer.Text(placer.dump_fleet(FLEET))},
    "dump_fleet": {"fleet": FLEET},
    "bound_fleet": {"fleet": FLEET, "time_limit_s": 5},
    "read_certificate": {"source": placer.Text('{"claims": []}')},
    "check_certificate": {"fleet": FLEET, "certificate": placer.Certificate(claims=[])},
    "solve_fleet": {"fleet": FLEET, "time_limit_s": 5, "workers": 1},
    "check_plan": {"fleet": FLEET, "placements": {}},
    "rebalance_fleet": {"fleet": RUNS, "empty": ["h0"], "time_limit_s": 5},
    "read_fleet_moves": {"source": placer.Text(placer.dump_fleet_moves(FLEET_MOVES)), "fleet": RUNS},
    "dump_fleet_moves": {"plan": FLEET_MOVES},
    "check_fleet_moves": {"plan": FLEET_MOVES},
    "read_expected": {"source": placer.Text('{"guests": [{"memory_kib": "1GiB", "vcpu_count": 1}]}')},
    "learnt": {"guests": INSTANCE.guests},
    "with_expected": {"instance": INSTANCE, "shapes": [placer.Expected(memory_kib=1 << 20, vcpu_count=1)]},
    "what_if": {"asked": INSTANCE, "changes": [placer.Change(reserve="1MiB")]},
    "State": {"host": FOUR.host},
    "Claims": {"path": "xen1.claims"},
    "OnlineFleet": {"fleet": FLEET},
}
"""Arguments that each of them takes; every other parameter has its default."""


def functions() -> dict[str, Callable[..., Any]]:
    found = {name: getattr(placer, name) for name in placer.__all__}
    return {name: each for name, each in found.items() if inspect.isfunction(each)} | {
        "State": placer.State,
        "Claims": placer.Claims,
        "OnlineFleet": placer.OnlineFleet,
    }


def cases() -> list[tuple[str, str, str]]:
    return [
        (name, parameter, wrong)
        for name, function in functions().items()
        for parameter in inspect.signature(function).parameters
        for wrong in WRONG
        if (parameter, wrong) not in {("on_progress", "a class"), ("on_log", "a class")}  # a class can be called
    ]


def test_every_public_function_is_tried() -> None:
    assert RIGHT.keys() == functions().keys()


@pytest.mark.parametrize("name", RIGHT)
def test_the_right_arguments_are_taken(name: str) -> None:
    functions()[name](**RIGHT[name])


@pytest.mark.parametrize(("name", "parameter", "wrong"), cases())
def test_a_wrong_argument_is_taken_or_refused_in_words(name: str, parameter: str, wrong: str) -> None:
    try:
        functions()[name](**{**RIGHT[name], parameter: WRONG[wrong]})
    except placer.PlacerError as error:
        assert len(str(error)) > 10


@pytest.mark.parametrize("name", [name for name, function in functions().items() if name.startswith("read_")])
def test_a_path_that_is_not_there_is_named(name: str) -> None:
    parameter = "running" if name == "read_running" else next(iter(inspect.signature(functions()[name]).parameters))
    with pytest.raises(placer.InputError, match=r"gone/missing\.txt: no such file"):
        functions()[name](**{**RIGHT[name], parameter: "gone/missing.txt"})
