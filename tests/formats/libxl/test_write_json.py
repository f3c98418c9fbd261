"""Expected fields as the real libxl of Xen 4.17 prints them back, but for pnode 0, which it omits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from placer.errors import EmissionError
from placer.formats.base import GuestSource
from placer.formats.configured_guest import ConfiguredGuest, write_vnodes
from placer.formats.libxl.read_json import read_libxl_json
from placer.formats.libxl.write_json import emit_libxl_json
from placer.instance import Form, Guest, Host, Pnode, Vnode

SLIT = ((10, 12, 21, 31), (14, 10, 31, 21), (21, 31, 10, 12), (31, 22, 12, 10))
HOST = Host(pnodes=tuple(Pnode(id=i, memory_kib=1572864, pcpus=(2 * i + 1, 2 * i)) for i in range(4)), slit=SLIT)
VNODES = (Vnode(memory_kib=262144, vcpus=(2, 0)), Vnode(memory_kib=524288, vcpus=(1,)))


def write(
    pnodes: tuple[int | None, ...] = (3, 0),
    source: GuestSource | None = None,
    vnodes: tuple[Vnode, ...] = VNODES,
    form: Form = "vnuma",
    **fields: Any,
) -> ConfiguredGuest:
    guest = Guest(name="db", vnodes=vnodes, form=form, **fields)
    return ConfiguredGuest(
        guest=guest,
        host=HOST,
        vnodes=write_vnodes(guest, HOST, pnodes),
        memory_kib=guest.memory_kib,
        maxmem_kib=guest.memory_kib,
        source=source,
    )


def emit(*args: Any, **fields: Any) -> Any:
    return json.loads(emit_libxl_json(write(*args, **fields)))


def source(document: object) -> GuestSource:
    return GuestSource(kind="libxl", place="db.json", text=json.dumps(document))


def test_a_guest_becomes_a_build_info_with_libxls_keys_in_libxls_order() -> None:
    build_info = emit()
    assert build_info == {
        "max_vcpus": 3,
        "avail_vcpus": [0, 1, 2],
        "numa_placement": "False",
        "max_memkb": 786432,
        "target_memkb": 786432,
        "vnuma_nodes": [
            {"memkb": 262144, "distances": [10, 31], "pnode": 3, "vcpus": [0, 2]},
            {"memkb": 524288, "distances": [31, 10], "pnode": 0, "vcpus": [1]},
        ],
        "type.hvm": {},
    }
    assert list(build_info)[:3] == ["max_vcpus", "avail_vcpus", "numa_placement"]
    assert list(build_info["vnuma_nodes"][0]) == ["memkb", "distances", "pnode", "vcpus"]


def test_masks_are_ascending_and_a_missing_one_is_every_pcpu() -> None:
    build_info = emit(hard_affinity=((7, 6), None, (6,)), soft_affinity=((6,), (1, 0), (7,)))
    assert build_info["vcpu_hard_affinity"] == [[6, 7], [0, 1, 2, 3, 4, 5, 6, 7], [6]]
    assert build_info["vcpu_soft_affinity"] == [[6], [0, 1], [7]]


def test_a_guest_without_vnuma_gets_the_pcpus_of_its_pnode_as_soft_affinity() -> None:
    vnodes = (Vnode(memory_kib=262144, vcpus=(0, 1)),)
    build_info = emit((2,), vnodes=vnodes, form="whole", type="pv", soft_affinity=((0,), None))
    assert build_info["vcpu_soft_affinity"] == [[4, 5], [4, 5]]
    assert build_info["numa_placement"] == "False"
    assert "vnuma_nodes" not in build_info
    assert "type.pv" in build_info


def test_a_guest_without_vnuma_keeps_of_its_own_soft_affinity_what_lies_on_its_pnode() -> None:
    vnodes = (Vnode(memory_kib=262144, vcpus=(0, 1, 2)),)
    build_info = emit((2,), vnodes=vnodes, form="whole", soft_affinity=((4, 6), (0,), None))
    assert build_info["vcpu_soft_affinity"] == [[4], [4, 5], [4, 5]]


def test_a_whole_domain_config_comes_back_with_only_the_placement_changed() -> None:
    document = {
        "c_info": {"type": "hvm", "name": "db", "uuid": "u"},
        "b_info": {
            "max_vcpus": 3,
            "avail_vcpus": [0],
            "nodemap": [1],
            "numa_placement": "True",
            "max_memkb": 1048576,
            "target_memkb": 786432,
            "shadow_memkb": 5120,
            "sched_params": {"weight": 512},
            "type.hvm": {"vga": {"kind": "none"}, "future": [1.5, None, "é"]},
            "arch_arm": {},
        },
        "disks": [{"pdev_path": "/d", "readwrite": 1}],
        "on_reboot": "restart",
    }
    emitted = emit(source=source(document))
    assert list(emitted) == list(document)
    assert {key: emitted[key] for key in ("c_info", "disks", "on_reboot")} == {
        key: document[key] for key in ("c_info", "disks", "on_reboot")
    }
    build_info = emitted["b_info"]
    assert list(build_info) == [
        "max_vcpus",
        "avail_vcpus",
        "numa_placement",
        "max_memkb",
        "target_memkb",
        "shadow_memkb",
        "vnuma_nodes",
        "sched_params",
        "type.hvm",
        "arch_arm",
    ]
    assert build_info["avail_vcpus"] == [0]
    assert (build_info["numa_placement"], build_info["max_memkb"]) == ("False", 786432)
    assert build_info["type.hvm"] == {"vga": {"kind": "none"}, "future": [1.5, None, "é"]}
    assert [row["pnode"] for row in build_info["vnuma_nodes"]] == [3, 0]


def test_a_build_info_alone_comes_back_as_one() -> None:
    emitted = emit(source=source({"max_vcpus": 3, "max_memkb": 786432, "type.hvm": {}, "vcpu_soft_affinity": []}))
    assert "b_info" not in emitted
    assert "vcpu_soft_affinity" not in emitted
    assert [row["memkb"] for row in emitted["vnuma_nodes"]] == [262144, 524288]


@pytest.mark.parametrize("online", [[0, 1], [0, 2], [0, 1, 2]])
def test_the_vcpus_that_are_online_start_online(online: list[int]) -> None:
    assert emit(online_vcpus=tuple(online))["avail_vcpus"] == online


def test_what_libxl_refuses_is_not_written() -> None:
    with pytest.raises(EmissionError, match="vnode 1 has no pnode"):
        emit((3, None))


def test_what_is_written_reads_back_as_the_same_vnodes() -> None:
    written = write(hard_affinity=((6, 7), None, (6,)))
    (guest,) = read_libxl_json(emit_libxl_json(written), "db.json", HOST)
    assert guest.name == "db"
    assert guest.vnodes == (
        Vnode(memory_kib=262144, vcpus=(0, 2), pnode=3),
        Vnode(memory_kib=524288, vcpus=(1,), pnode=0),
    )
    assert guest.vdistances == ((10, 31), (31, 10))
    assert guest.hard_affinity == ((6, 7), None, (6,))
    assert emit_libxl_json(write(source=guest.source, hard_affinity=guest.hard_affinity)) == emit_libxl_json(written)
