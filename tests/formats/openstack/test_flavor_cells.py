from __future__ import annotations

import re

import pytest

from placer.errors import InputError
from placer.formats.openstack.flavor_cells import Cell, read_cells
from placer.formats.openstack.flavor_specs import Specs
from placer.formats.text.json_fields import Fields


def cells(specs: dict[str, object], image: dict[str, object] | None = None, *, numa: bool = False) -> list[Cell] | None:
    """Of 4 vcpus and 1024 MiB."""
    where = Specs(flavor=Fields(specs, "x", "$.extra_specs"), image=Fields(image or {}, "x", "$.image"))
    return read_cells(where, 4, 1024, numa=numa)


def test_nodes_are_even_unless_they_are_described() -> None:
    assert cells({"hw:numa_nodes": "2"}) == [((0, 1), 512), ((2, 3), 512)]
    uneven: dict[str, object] = {
        "hw:numa_nodes": 2,
        "hw:numa_cpus.0": "0,2-3",
        "hw:numa_mem.0": "1000",
        "hw:numa_cpus.1": "1",
        "hw:numa_mem.1": "24",
    }
    assert cells(uneven) == [((0, 2, 3), 1000), ((1,), 24)]


def test_a_node_may_have_no_vcpus_and_a_set_may_take_some_out() -> None:
    specs: dict[str, object] = {
        "hw:numa_nodes": "2",
        "hw:numa_cpus.0": "",
        "hw:numa_mem.0": "512",
        "hw:numa_cpus.1": "0-9,^4-9",
        "hw:numa_mem.1": "512",
    }
    assert cells(specs) == [((), 512), ((0, 1, 2, 3), 512)]


def test_the_image_may_describe_them_instead() -> None:
    assert cells({}, {"hw_numa_nodes": 2}) == [((0, 1), 512), ((2, 3), 512)]


def test_a_guest_that_asks_for_none_has_none_or_the_one_that_it_needs() -> None:
    assert cells({}) is None
    assert cells({}, numa=True) == [((0, 1, 2, 3), 1024)]


@pytest.mark.parametrize(
    ("specs", "message"),
    [
        ({"hw:numa_nodes": "0"}, 'hw:numa_nodes: expected a whole number from 1 to 1024, got "0"'),
        ({"hw:numa_nodes": "two"}, 'hw:numa_nodes: expected a whole number from 1 to 1024, got "two"'),
        ({"hw:numa_nodes": 2.0}, "hw:numa_nodes: expected a string, got 2.0"),
        ({"hw:numa_nodes": "9" * 50}, "hw:numa_nodes: expected a whole number"),
        (
            {"hw:numa_nodes": "1", "hw:numa_cpus.0": "0-2", "hw:numa_mem.0": "1024"},
            "hw:numa_cpus.0: vcpus 3 are on no node, expected each on one",
        ),
        (
            {"hw:numa_nodes": "1", "hw:numa_cpus.0": "zero", "hw:numa_mem.0": "1024"},
            'hw:numa_cpus.0: expected a cpu set such as "0-7,64-71", got "zero"',
        ),
        (
            {"hw:numa_nodes": "1", "hw:numa_cpus.0": "0-3", "hw:numa_mem.0": "1e3"},
            'hw:numa_mem.0: expected a whole number from 0 to 8796093022208, got "1e3"',
        ),
        (
            {"hw:numa_nodes": "1", "hw:numa_cpus.0": "0-3", "hw:numa_mem.0": "1024", "hw:numa_cpus.1": "0"},
            "hw:numa_nodes: 1 node, expected numa_cpus.N and numa_mem.N for N = 0 and no more, got 2 and 1 in a row",
        ),
    ],
)
def test_faulty_nodes_are_refused_with_their_path(specs: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape('x: $.extra_specs.' + message)}"):
        cells(specs)
