"""Flavours are written by hand after nova's documentation, and its own test cases are in the corpus."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import pytest

from placer.errors import InputError
from placer.formats.base import ParsedGuest
from placer.formats.openstack.flavor import holds_flavors, read_flavors
from placer.instance import Host, HugePages, Pnode, Vnode
from tests.support.nova_cases import nova_cases

MIB = 1024

ERRORS = {
    "ImageNUMATopologyAsymmetric": r"extra_specs.hw:numa_nodes: 8 vcpus and 2048 MiB do not divide evenly by 3",
    "ImageNUMATopologyCPUOutOfRange": r"hw:numa_cpus.0: names vcpu 8-16, expected vcpus of 0 to 7",
    "ImageNUMATopologyCPUDuplicates": r"hw:numa_cpus.1: names vcpu 0-7 once more",
    "ImageNUMATopologyMemoryOutOfRange": r"hw:numa_mem.0: the nodes have 1024 MiB, expected the 2048 MiB",
    "ImageNUMATopologyIncomplete": r"hw:numa_nodes: 2 nodes, expected numa_cpus.N and numa_mem.N for each N",
    "ImageNUMATopologyForbidden": r"image.hw_numa_nodes: stands in the flavour too, as hw:numa_nodes",
    "ImageCPUPinningForbidden": r'image.hw_cpu_policy: got "dedicated" where the flavour says shared',
    "InvalidMixedInstanceDedicatedMask": r"hw:cpu_dedicated_mask: expected some of the vcpus 0-3, and not all",
    "RequiredMixedInstancePolicy": r"hw:cpu_dedicated_mask: is for cpu policy mixed, this guest has dedicated",
    "RequiredMixedOrRealtimeCPUMask": r"takes hw:cpu_dedicated_mask or hw:cpu_realtime, expected one of them",
    "ImageCPUThreadPolicyForbidden": r'hw_cpu_thread_policy: got "require" where the flavour says isolate',
    "CPUThreadPolicyConfigurationInvalid": r'hw:cpu_thread_policy: "isolate" is for cpu policies dedicated and mixed',
    "BadRequirementEmulatorThreadsPolicy": r'hw:emulator_threads_policy: "isolate" is for cpu policies dedicated',
    "InvalidRequest": r"(stands beside (a cpu policy|the trait)|resources:PCPU: expected the 4 vcpus)",
}
"""What nova raises, and what placer says."""

POOLS = (HugePages(page_size=2 * MIB, total=4096),)
HOST = Host(pnodes=(Pnode(id=0, memory_kib=8 * MIB * MIB, pcpus=range(16), huge_pages=POOLS),))

NOT_PLACED = {
    "emulator_threads_policy": "no pcpu is kept for the emulator's threads; the report says so",
}
"""What nova's expectation holds that placer has no word for; the reading must note it, and all else must agree."""


def read(flavor: dict[str, Any], **more: Any) -> ParsedGuest:
    (reading,) = read_flavors({"name": "vm", "flavor": flavor, **more}, "vm.json", HOST)
    return reading


def cells_of(reading: ParsedGuest) -> list[dict[str, Any]] | None:
    if reading.vnodes is None:
        return None
    dedicated = set(range(reading.vcpu_count) if reading.cpu_policy == "dedicated" else reading.dedicated_vcpus)
    return [
        {
            "id": v,
            "cpus": [vcpu for vcpu in vnode.vcpus if vcpu not in dedicated],
            "pcpus": [vcpu for vcpu in vnode.vcpus if vcpu in dedicated],
            "memory_mb": vnode.memory_kib // MIB,
            "pagesize": vnode.page_size,
            "cpu_policy": reading.cpu_policy,
            "thread_policy": reading.thread_policy,
        }
        for v, vnode in enumerate(reading.vnodes)
    ]


def test_novas_own_cases_give_its_cells_or_are_refused_for_its_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    refused, placed = [], []
    unplaced = dict.fromkeys(NOT_PLACED, 0)
    for case in nova_cases("nova_guest_spec.json"):
        flavor, expected = case["flavor"], case["expect"]
        if "error" in expected:
            with pytest.raises(InputError, match=ERRORS[expected["error"]]) as raised:
                read(flavor, image=case["image"])
            assert str(raised.value).startswith("vm.json: $."), case["name"]
            refused.append(case["name"])
            continue
        reading = read(flavor, image=case["image"])
        guest = expected["guest"] or {"cells": None}
        asked = [key for key in NOT_PLACED if guest.get(key) or any(cell.get(key) for cell in guest["cells"] or ())]
        for key in asked:
            unplaced[key] += 1
            assert f"not counted: hw:{key}" in reading.notes, case["name"]
        assert asked or reading.notes == (), case["name"]
        cells = guest["cells"] and [
            {
                **{key: cell[key] for key in ("id", "cpus", "pcpus", "memory_mb", "pagesize")},
                "cpu_policy": cell["cpu_policy"] or "shared",
                "thread_policy": cell["thread_policy"] or "prefer",
            }
            for cell in guest["cells"]
        ]
        assert cells_of(reading) == cells, case["name"]
        placed.append(case["name"])
    with capsys.disabled():
        sys.stdout.write(f"\n{len(placed)} flavours of nova give its cells, {len(refused)} are refused as nova does\n")
        sys.stdout.writelines(f"  {key}, in {unplaced[key]}: {why}\n" for key, why in NOT_PLACED.items())
    assert (len(placed), len(refused), unplaced) == (17, 22, {"emulator_threads_policy": 1})


def test_a_flavour_as_the_client_prints_it_is_a_guest_of_its_name() -> None:
    printed = {
        "OS-FLV-DISABLED:disabled": False,
        "access_project_ids": None,
        "disk": 20,
        "id": "7",
        "name": "db.large",
        "properties": {"hw:numa_nodes": "2", "hw:cpu_policy": "dedicated", "hw:cpu_sockets": "2"},
        "ram": 8192,
        "vcpus": 4,
    }
    (guest,) = read_flavors(printed, "db.json", HOST)
    assert (guest.name, guest.type, guest.memory_kib, guest.maxmem_kib) == ("db.large", "hvm", 8192 * MIB, 8192 * MIB)
    assert guest.vnodes == (
        Vnode(memory_kib=4096 * MIB, vcpus=(0, 1)),
        Vnode(memory_kib=4096 * MIB, vcpus=(2, 3)),
    )
    assert (guest.cpu_policy, guest.one_to_one, guest.notes) == ("dedicated", True, ())


def test_one_numa_node_needs_no_rule_that_keeps_nodes_apart() -> None:
    assert not read({"vcpus": 2, "ram": 512, "extra_specs": {"hw:numa_nodes": "1"}}).one_to_one


def test_properties_in_one_string_as_older_clients_print_them_are_read() -> None:
    guest = read({"vcpus": 2, "ram": 512, "properties": "hw:numa_nodes='2', hw:cpu_policy='dedicated'"})
    assert (len(guest.vnodes or ()), guest.cpu_policy) == (2, "dedicated")
    with pytest.raises(InputError, match=r'vm.json: \$.flavor.properties: expected an object, got "hw:numa_nodes=2'):
        read({"vcpus": 2, "ram": 512, "properties": "hw:numa_nodes=2"})


def test_lists_and_what_the_api_gives_hold_several_guests() -> None:
    small = {"name": "a", "vcpus": 1, "ram": 512}
    server = {"name": "b", "flavor": {"original_name": "m1", "vcpus": 2, "ram": 1024, "extra_specs": {}}, "image": ""}
    assert [guest.name for guest in read_flavors([small, server], "x", HOST)] == ["a", "b"]
    assert [guest.name for guest in read_flavors({"flavors": [small]}, "x", HOST)] == ["a"]
    assert [guest.vcpu_count for guest in read_flavors({"servers": [server]}, "x", HOST)] == [2]
    assert [guest.name for guest in read_flavors({"flavor": {"vcpus": 1, "ram": 512}}, "dir/web.json", HOST)] == ["web"]


@pytest.mark.parametrize(
    ("document", "held"),
    [
        ({"vcpus": 1, "ram": 512}, True),
        ({"vcpus": 1, "memory_mb": 512}, True),
        ({"flavor": {}}, True),
        ({"servers": []}, True),
        ([{"vcpus": 1, "ram": 512}], True),
        ([], False),
        ({"c_info": {}, "b_info": {}}, False),
        ({"max_vcpus": 1, "max_memkb": 512}, False),
        ([{"domid": 1, "config": {}}], False),
        ("vcpus", False),
    ],
)
def test_flavours_are_told_from_what_libxl_writes(document: object, held: bool) -> None:
    assert holds_flavors(document) is held


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"flavor": {"ram": 512}}, "x: $.flavor: expected vcpus, 1 to 4096"),
        ({"vcpus": 0, "ram": 512}, "x: $: expected vcpus, 1 to 4096"),
        ({"vcpus": 4097, "ram": 512}, "x: $.vcpus: expected an integer from 0 to 4096, got 4097"),
        ({"vcpus": 1, "ram": "512"}, 'x: $.ram: expected an integer from 0 to 8589934592, got "512"'),
        ({"vcpus": 1, "ram": 0}, "x: $: expected ram (or memory_mb), MiB of memory above 0"),
        ({"vcpus": 1, "ram": 1, "extra_specs": []}, "x: $.extra_specs: expected an object, got a list"),
        ({"flavor": "m1.small"}, 'x: $.flavor: expected an object, got "m1.small"'),
        ({"servers": []}, "x: $.servers: the list is empty, expected a flavour"),
        ([{"vcpus": 1, "ram": 1}, 3], "x: $[1]: expected an object, got 3"),
        ({"vcpus": 1, "ram": 1, "name": "a" * 256}, "x: $.name: expected at most 255 characters, got 256"),
    ],
)
def test_what_is_no_flavour_is_refused_with_its_path(document: object, message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        read_flavors(document, "x", HOST)


def test_keys_that_nova_counts_and_placer_does_not_are_noted() -> None:
    specs = {"hw:pmem": "big", "pci_passthrough:alias": "gpu:1", "hw:cpu_cores": "4"}
    guest = read({"vcpus": 2, "ram": 512, "extra_specs": specs})
    assert len(guest.vnodes or ()) == 1
    assert guest.notes == ("not counted: hw:pmem, pci_passthrough:alias",)


def test_nodes_without_their_number_are_no_nodes_and_are_noted() -> None:
    guest = read({"vcpus": 2, "ram": 512, "extra_specs": {"hw:numa_cpus.0": "0-1"}})
    assert guest.vnodes is None
    assert guest.notes == ("without hw:numa_nodes its other NUMA keys mean nothing",)


def test_a_slip_in_an_extra_spec_is_asked_about() -> None:
    text = '{"name": "m", "vcpus": 2, "ram": 1024, "properties": {"hw:cpu_polcy": "dedicated"}}'
    (reading,) = read_flavors(json.loads(text), "m.json", HOST)
    assert "hw:cpu_polcy is not read; is hw:cpu_policy meant?" in reading.notes
