"""Which topology nova gives a guest, by hand after its scores: the preferred numbers, few threads, many sockets."""

from __future__ import annotations

from typing import Any

import pytest

from placer.errors import InputError
from placer.formats.openstack.flavor import read_flavors
from placer.instance import Topology
from tests.support.building import a_host


def read(vcpus: int, image: dict[str, Any] | None = None, **specs: int | str) -> Topology | None:
    flavor = {"vcpus": vcpus, "ram": 1024, "extra_specs": {f"hw:cpu_{key}": value for key, value in specs.items()}}
    properties = {f"hw_cpu_{key}": value for key, value in (image or {}).items()}
    (guest,) = read_flavors({"name": "vm", "flavor": flavor, "image": properties}, "vm.json", a_host(2**20))
    assert guest.notes == ()
    return guest.topology


@pytest.mark.parametrize(
    ("vcpus", "specs", "found"),
    [
        (8, {}, None),
        (8, {"sockets": 1, "cores": 4, "threads": 2}, Topology(cores=4, threads=2)),
        (8, {"threads": 2}, Topology(sockets=4, threads=2)),
        (8, {"sockets": "2"}, Topology(sockets=2, cores=4)),
        (8, {"max_sockets": 2}, Topology(sockets=2, cores=4)),
        (8, {"max_sockets": 1, "max_cores": 4}, Topology(cores=4, threads=2)),
        (6, {"sockets": 4}, Topology(sockets=6)),  # no topology of six has four
        (8, {"sockets": 4, "max_sockets": 2, "cores": 1}, Topology(sockets=2, cores=4)),  # both are dropped
    ],
)
def test_a_flavor_gets_the_topology_that_nova_chooses(vcpus: int, specs: dict[str, Any], found: object) -> None:
    assert read(vcpus, **specs) == found


def test_what_the_image_prefers_replaces_all_that_the_flavor_prefers() -> None:
    assert read(8, {"threads": 2}, sockets=1, cores=8) == Topology(sockets=4, threads=2)
    assert read(8, {"max_sockets": 2}, sockets=4) == Topology(sockets=2, cores=4)


@pytest.mark.parametrize(
    ("image", "specs", "said"),
    [
        ({}, {"threads": 0}, r"^vm.json: \$.flavor.extra_specs.hw:cpu_threads: expected a whole number from 1"),
        ({}, {"cores": -1}, r"hw:cpu_cores: expected a whole number"),
        ({}, {"max_sockets": "two"}, r"hw:cpu_max_sockets: expected a whole number"),
        ({}, {"max_sockets": 1, "max_cores": 2, "max_threads": 2}, r"no topology of 8 vcpus has at most 1 sockets, 2"),
        ({"max_cores": 4}, {"max_cores": 2}, r"image.hw_cpu_max_cores: got 4, the flavour allows at most 2"),
        ({"threads": 4}, {"max_threads": 2}, r"image.hw_cpu_threads: got 4, at most 2 are allowed"),
    ],
)
def test_what_nova_refuses_is_refused_with_its_place(image: dict[str, Any], specs: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(8, image, **specs)
