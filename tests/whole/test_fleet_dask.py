"""A fleet on a cluster of Dask: two worker processes answer as one process does, also when one of them is killed."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

import placer
from tests.support.fleets import fleet_of

distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

FLEET = fleet_of(
    [[(8 + i % 5, 40 + i), (8 + i % 7, 60 - i)] for i in range(40)],
    [[(1 + i % 3, 2 + i % 9)] * (1 + i % 2) for i in range(160)],
)
"""40 hosts that all differ."""


@pytest.fixture
def client() -> Iterator[Any]:
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    )
    with cluster, distributed.Client(cluster) as client:
        yield client


def places(plan: placer.FleetPlan) -> dict[str, placer.Placement]:
    return {name: host.placement for name, host in plan.hosts.items()}


def test_two_workers_answer_as_one_process_and_a_killed_one_is_made_up_for(client: Any) -> None:
    alone = placer.solve_fleet(FLEET, workers=1)
    assert places(placer.solve_fleet(FLEET, executor=client.get_executor())) == places(alone)
    pids = list(client.run(os.getpid).values())
    assert len(pids) == 2
    said: list[str] = []

    def kill_one_at_work() -> None:
        while not any("distinct hosts are placed" in line for line in said):
            time.sleep(0.01)
        os.kill(pids[0], signal.SIGKILL)

    killer = threading.Thread(target=kill_one_at_work, daemon=True)
    killer.start()
    killed = placer.solve_fleet(FLEET, executor=client.get_executor(), on_log=said.append)
    killer.join(60)
    assert not killer.is_alive()
    assert places(killed) == places(alone)
    assert placer.check_plan(FLEET, places(killed)) == ()


def test_a_stop_leaves_the_cluster_and_gives_a_whole_plan(client: Any) -> None:
    stop = threading.Event()

    def say(line: str) -> None:
        if "distinct hosts are placed" in line:
            stop.set()

    plan = placer.solve_fleet(FLEET, executor=client.get_executor(), stop=stop, on_log=say)
    assert placer.check_plan(FLEET, places(plan)) == ()
    assert len(plan.host_of) + len(plan.unplaced) == 160
