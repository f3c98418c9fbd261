"""
Ask OpenStack's nova itself where a guest's cells go: one JSON object a line in, one out.

Runs in the environment of its own that :mod:`benchmarks.nova_real` makes, and imports nothing of placer.
"""

from __future__ import annotations

import json
import sys
from itertools import count
from time import perf_counter
from typing import Any

from nova import conf, objects
from nova.objects import fields
from nova.virt import hardware


def main() -> None:
    """Answer until the input ends."""
    objects.register_all()
    for line in sys.stdin:
        asked = json.loads(line)
        strategy = "packing_host_numa_cells_allocation_strategy"
        conf.CONF.set_override(strategy, asked["pack"], group="compute")
        host, guest, limits = host_of(asked["host"]), guest_of(asked["guest"]), limits_of(asked["limits"])
        started = perf_counter()
        found = hardware.numa_fit_instance_to_host(host, guest, {}, limits=limits)
        seconds = perf_counter() - started
        cells = None if found is None else [cell.id for cell in found.cells]
        print(json.dumps({"cells": cells, "seconds": round(seconds, 6)}), flush=True)


def host_of(cells: list[dict[str, Any]]) -> Any:
    """Make a host: each cpu is a core, and the first pcpus of a cell are those that vcpus are pinned to."""
    number = count()
    made = []
    for cell in cells:
        shared = {next(number) for _ in range(cell["cpus"])}
        own = [next(number) for _ in range(cell["pcpus"])]
        made.append(
            objects.NUMACell(
                id=cell["id"],
                cpuset=shared,
                pcpuset=set(own),
                memory=cell["memory"],
                cpu_usage=cell["cpu_usage"],
                memory_usage=cell["memory_used"],
                pinned_cpus=set(own[: cell["pcpus"] - cell["free_pcpus"]]),
                siblings=[{pcpu} for pcpu in sorted(shared | set(own))],
                mempages=[],
                socket=None,
            )
        )
    return objects.NUMATopology(cells=made)


def guest_of(cells: list[dict[str, Any]]) -> Any:
    """Make a guest; its vcpus are numbered cell after cell."""
    number = count()
    policies = fields.CPUAllocationPolicy
    made = []
    for v, cell in enumerate(cells):
        policy = (policies.MIXED if cell["cpus"] else policies.DEDICATED) if cell["pcpus"] else policies.SHARED
        made.append(
            objects.InstanceNUMACell(
                id=v,
                cpuset={next(number) for _ in range(cell["cpus"])},
                pcpuset={next(number) for _ in range(cell["pcpus"])},
                memory=cell["memory"],
                cpu_policy=policy,
            )
        )
    return objects.InstanceNUMATopology(cells=made)


def limits_of(ratios: dict[str, float] | None) -> Any:
    """Make limits."""
    if ratios is None:
        return None
    return objects.NUMATopologyLimits(cpu_allocation_ratio=ratios["cpu"], ram_allocation_ratio=ratios["memory"])


if __name__ == "__main__":
    main()
