"""The shipped instances: each reads, fits the schema, says where it comes from and stands in the table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from placer.formats.native.instance_json import dump_instance, read_instance
from placer.formats.native.schema import instance_schema
from placer.instance import Instance

FOLDER = Path(__file__).resolve().parents[2] / "instances"
ORIGINS: dict[str, dict[str, str]] = json.loads((FOLDER / "origins.json").read_text(encoding="utf-8"))
NAMES = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "origins")
MIB = 1024

RFC_VECTORS = {
    "a": ([2048, 2048], [8192, 8192]),
    "b": ([2048, 2048, 2048], [4096, 4096]),
    "c": ([2048, 4096], [4096, 2048]),
    "d": ([2048, 3072, 3072], [4096, 5120]),
    "e": ([2048, 2048], [2048, 8192]),
    "f": ([2048, 2048], [1024, 3000, 4096]),
    "g": ([4096, 4096], [4096, 1024, 1024, 4096]),
    "h": ([2048, 2048], [8192, 8192, 8192]),
    "i": ([2048, 6144], [4096, 4096]),
}
"""Vector -> MiB of its vnodes and MiB free on its pnodes, from the greedy's published behaviour."""


def load(name: str) -> Instance:
    return read_instance(FOLDER / f"{name}.json")


def test_every_instance_has_an_origin_and_every_origin_an_instance() -> None:
    assert sorted(ORIGINS) == NAMES
    for name, origin in ORIGINS.items():
        assert set(origin) == {"title", "origin", "source"}, name
        assert all(origin.values()), name


@pytest.mark.parametrize("name", NAMES)
def test_an_instance_fits_the_schema(name: str) -> None:
    document = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))

    Draft202012Validator(instance_schema()).validate(document)


@pytest.mark.parametrize("name", NAMES)
def test_an_instance_is_written_as_placer_writes_it(name: str) -> None:
    assert dump_instance(load(name)) == (FOLDER / f"{name}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_an_instance_stands_in_the_table_of_the_readme(name: str) -> None:
    assert f"| [{name}]({name}.json) |" in (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("letter", "sizes", "free"), [(k, *v) for k, v in RFC_VECTORS.items()])
def test_the_rfc_vectors_hold_the_published_sizes(letter: str, sizes: list[int], free: list[int]) -> None:
    instance = load(f"rfc-{letter}")

    (guest,) = instance.guests
    assert [vnode.memory_kib for vnode in guest.vnodes] == [mib * MIB for mib in sizes]
    assert [pnode.memory_kib for pnode in instance.host.pnodes] == [mib * MIB for mib in free]
    assert {len(vnode.vcpus) for vnode in guest.vnodes} == {1}
    assert {len(pnode.pcpus) for pnode in instance.host.pnodes} == {4}
    assert guest.overhead_kib == 0
    assert guest.pnodes == ((1, 2) if letter == "h" else None)


def test_a_guest_outside_the_rfc_vectors_has_the_overhead_of_an_hvm_guest() -> None:
    """1 MiB for each vcpu, 4 KiB for each MiB of memory and 2 MiB: libxl's paging memory with HAP, and its slack."""
    for name in NAMES:
        for guest in load(name).guests if not name.startswith("rfc-") else ():
            assert guest.overhead_kib == guest.vcpu_count * MIB + 4 * (guest.memory_kib // MIB) + 2 * MIB, name


def test_the_forty_guests_nearly_fill_their_host() -> None:
    instance = load("forty-guests")
    vnodes = [vnode for guest in instance.guests for vnode in guest.vnodes]
    free = sum(pnode.memory_kib for pnode in instance.host.pnodes)
    largest = max(pnode.memory_kib for pnode in instance.host.pnodes)

    assert (len(instance.host.pnodes), len(instance.guests), len(vnodes)) == (8, 40, 80)
    assert 0.84 < sum(vnode.memory_kib for vnode in vnodes) / free < 0.86
    assert sum(len(vnode.vcpus) for vnode in vnodes) == pytest.approx(0.95 * 8 * 48, rel=0.01)
    assert [guest.name for guest in instance.guests if guest.memory_kib > largest] == ["erp", "warehouse"]


def test_the_hosts_show_what_they_are_there_to_show() -> None:
    slit = load("granite-rapids").host.distances
    assert (slit[0][4], slit[4][0]) == (28, 23)
    assert [pnode.id for pnode in load("power9-sparse").host.pnodes] == [0, 8, 252, 253, 254, 255]
    assert sum(pnode.memory_kib == 0 for pnode in load("hygon-memoryless").host.pnodes) == 4
    cxl = load("cxl-expander")
    assert [pnode.id for pnode in cxl.host.pnodes if not pnode.pcpus] == [2, 3]
    assert any(guest.memory_only_pnodes and not guest.vnodes[-1].vcpus for guest in cxl.guests)
    assert len(load("hpe-16n-hana").host.pnodes) == len(load("phytium-16n").host.pnodes) == 16
