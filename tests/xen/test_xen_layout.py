"""The memory ranges of the hypercall view, as the real libxl of each Xen lays them out."""

from __future__ import annotations

import json
from random import Random

import pytest

from placer.instance import Placement
from placer.job.emit import emit_guests
from placer.job.request import Request
from tests.support.building import GIB, MIB, a_guest, a_host, an_instance
from tests.xen.xen_packages import Platform
from tests.xen.xen_programs import Libxl

pytestmark = pytest.mark.xen_fast

HOST = a_host(64 * GIB, 64 * GIB)
SIZES = {
    "below the hole": (1024, 512),
    "up to the hole": (3856, 4),
    "one MiB into the hole": (3856 + 1, 4),
    "the second across the hole": (2048, 4096, 1),
    "the first across the hole": (5000, 16),
}
EDGES = {name: tuple(mib * MIB for mib in sizes) for name, sizes in SIZES.items()}


def some_sizes(seed: int) -> tuple[int, ...]:
    random = Random(seed)
    return tuple(random.randrange(16, 5000) * MIB for _ in range(random.randrange(1, 6)))


@pytest.mark.parametrize(
    "sizes", [*EDGES.values(), *map(some_sizes, range(20))], ids=[*EDGES, *(f"seed {seed}" for seed in range(20))]
)
def test_libxl_lays_memory_out_as_the_hypercall_view_says(sizes: tuple[int, ...], platform: Platform) -> None:
    guest = a_guest(*sizes)
    request = Request(instance=an_instance(HOST, guest))
    placement = Placement(pnode_of={"db": (0, 1, 1, 0, 0)[: len(sizes)]})
    config = {
        "c_info": {"name": "db", "type": "hvm"},
        "b_info": json.loads(emit_guests(request, placement, (), "libxl")["db"]),
    }
    view = json.loads(emit_guests(request, placement, (), "hypercall")["db"])

    assert [(each["nid"], each["start"], each["end"]) for each in view["vmemrange"]] == Libxl(HOST, platform).layout(
        config
    )
