"""Fields and options as the patches of 2013-11-18 and 2013-12-03 had them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from placer.errors import EmissionError
from placer.formats.configured_guest import ConfiguredGuest, write_vnodes
from placer.formats.native.rfc2013 import emit_rfc
from placer.instance import Flexible, Guest, Host, Pnode, Vnode

MIB = 1024
SLIT = ((10, 16, 22), (16, 10, 27), (22, 27, 10))
HOST = Host(pnodes=tuple(Pnode(id=i, memory_kib=2**23, pcpus=(i,)) for i in (0, 1, 8)), slit=SLIT)


def write(
    sizes: tuple[int, ...], vcpus: tuple[tuple[int, ...], ...], pnodes: tuple[int | None, ...]
) -> ConfiguredGuest:
    vnodes = tuple(Vnode(memory_kib=kib, vcpus=ids) for kib, ids in zip(sizes, vcpus, strict=True))
    guest = Guest(name="db", type="pv", vnodes=vnodes)
    memory = guest.memory_kib
    return ConfiguredGuest(
        guest=guest, host=HOST, vnodes=write_vnodes(guest, HOST, pnodes), memory_kib=memory, maxmem_kib=memory
    )


def emit(sizes: tuple[int, ...], vcpus: tuple[tuple[int, ...], ...], pnodes: tuple[int | None, ...]) -> Any:
    return json.loads(emit_rfc(write(sizes, vcpus, pnodes)))


def test_a_placed_pv_guest_becomes_the_build_info_of_the_patches() -> None:
    # the mean remote distance is (16 + 22 + 27) / 3 = 21.67
    assert emit((2048 * MIB, 1024 * MIB, 64 * MIB), ((1, 3), (0,), (2,)), (0, 1, 8)) == {
        "nr_vnodes": 3,
        "vnuma_memszs": [2048, 1024, 64],
        "vcpu_to_vnode": [1, 0, 2, 0],
        "vdistance": [10, 16, 22, 16, 10, 27, 22, 27, 10],
        "vnode_to_pnode": [0, 1, 8],
        "vnuma_placement": "False",
        "xl": [
            "vnodes = 3",
            "vnumamem = [2048, 1024, 64]",
            "vdistance = [10, 22]",
            "vnuma_vcpumap = [1, 0, 2, 0]",
            "vnuma_vnodemap = [0, 1, 8]",
            "vnuma_autoplacement = 0",
        ],
    }


def test_a_vnode_without_a_pnode_is_left_to_the_patches() -> None:
    # a user's map with NO_NODE in it is "not usable": without placement of its own libxl gives up
    emitted = emit((2048 * MIB, 4096 * MIB), ((0,), (1,)), (0, None))
    assert emitted["vnode_to_pnode"] == [0, 4294967295]
    assert emitted["vnuma_placement"] == "True"
    assert emitted["xl"][-1] == "vnuma_autoplacement = 1"
    assert not any("vnuma_vnodemap" in line for line in emitted["xl"])


def test_a_single_vnode_has_the_default_remote_distance() -> None:
    emitted = emit((64 * MIB,), ((0,),), (8,))
    assert emitted["xl"][2] == "vdistance = [10, 20]"
    assert emitted["vdistance"] == [10]


def test_what_the_patches_refuse_is_refused_with_every_reason() -> None:
    with pytest.raises(EmissionError) as error:
        emit((64 * MIB, 63 * MIB, 64 * MIB + 1), ((0,), (), (1,)), (0, 0, 0))
    assert str(error.value).split("\n") == [
        'guest "db": vnode 1 has 63 MiB, the RFC\'s xl takes at least 64 MiB',
        'guest "db": vnode 1 has no vcpus, the RFC\'s xl wants at least one on each',
        'guest "db": vnode 2 has 65537 KiB, expected whole MiB',
    ]


def test_a_guest_on_a_set_of_pnodes_is_refused() -> None:
    """The patches know vnodes only: it would see NUMA, and no longer be migratable."""
    guest = Guest(name="db", type="pv", form="set", flexible=Flexible(memory_kib=2048 * MIB, vcpu_count=2)).split_into(
        2
    )
    vnodes = write_vnodes(guest, HOST, (0, 1))
    written = ConfiguredGuest(
        guest=guest, host=HOST, vnodes=vnodes, memory_kib=guest.memory_kib, maxmem_kib=guest.memory_kib
    )
    with pytest.raises(
        EmissionError, match=r'^guest "db": it is spread over a set of pnodes and has no vnodes to map$'
    ):
        emit_rfc(written)
