from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placer.errors import EmissionError
from placer.formats.base import GuestSource
from placer.formats.configured_guest import ConfiguredGuest, write_vnodes
from placer.formats.xl.read_cfg import read_xl_cfg
from placer.formats.xl.syntax import parse
from placer.formats.xl.write_cfg import emit_xl_cfg
from placer.instance import Guest, Host, Pnode, Vnode

MIB = 1024
HOST = Host(
    pnodes=tuple(Pnode(id=p, memory_kib=8 * MIB**2, pcpus=(2 * p, 2 * p + 1)) for p in range(4)),
    slit=((10, 12, 21, 31), (14, 10, 31, 21), (21, 31, 10, 12), (31, 22, 12, 10)),
)
TWO_VNODES = (Vnode(memory_kib=256 * MIB, vcpus=(0, 2)), Vnode(memory_kib=128 * MIB, vcpus=(1,)))
ONE_VNODE = (Vnode(memory_kib=384 * MIB, vcpus=(0, 1, 2)),)
ROWS = """\
[
    ["pnode=1", "size=256", "vcpus=0,2", "vdistances=10,31"],
    ["pnode=2", "size=128", "vcpus=1", "vdistances=31,10"],
]"""


def written(guest: Guest, pnodes: tuple[int, ...], text: str | None = None) -> ConfiguredGuest:
    return ConfiguredGuest(
        guest=guest,
        host=HOST,
        vnodes=write_vnodes(guest, HOST, pnodes),
        memory_kib=guest.memory_kib,
        maxmem_kib=guest.memory_kib,
        source=None if text is None else GuestSource(kind="xl", place="db.cfg", text=text),
    )


def emit(guest: Guest, pnodes: tuple[int, ...], text: str | None = None) -> str:
    return emit_xl_cfg(written(guest, pnodes, text))


def body(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))


def test_the_guests_own_file_keeps_all_but_the_placement() -> None:
    text = """\
# the database
name = "db"; type = "hvm"
memory = "384"   # MiB
maxmem = 512
vcpus = 2
maxvcpus = 3
vnuma = [ ["size=256", "vcpus=0,2"], # big
          ["pnode=3", "size=128", "vcpus=1"] ]
cpus = "nodes:1-2"  # near the disks
disk = [ 'phy:/dev/vg/db,xvda,w' ]
"""
    assert (
        emit(Guest(name="db", vnodes=TWO_VNODES), (1, 2), text)
        == f"""\
# the database
name = "db"; type = "hvm"
memory = "384"   # MiB
maxmem = 384
vcpus = 2
maxvcpus = 3
# big
vnuma = {ROWS}
cpus = "nodes:1-2"  # near the disks
disk = [ 'phy:/dev/vg/db,xvda,w' ]
"""
    )


def test_keys_that_the_guests_file_lacks_are_appended() -> None:
    text = "name='db'\ntype='hvm'\nmemory=384\nvcpus=3"
    assert emit(Guest(name="db", vnodes=TWO_VNODES), (1, 2), text) == (
        f"name='db'\ntype='hvm'\nmemory=384\nvcpus=3\nmaxmem = 384\nmaxvcpus = 3\nvnuma = {ROWS}\n"
    )


def test_a_guest_without_vcpus_key_keeps_its_single_online_vcpu() -> None:
    text = "name='db'; type='hvm'; memory=384; maxvcpus=3\n"
    config = parse(emit(Guest(name="db", vnodes=TWO_VNODES), (1, 2), text), "db.cfg")
    assert (config.value_of("vcpus"), config.value_of("maxvcpus")) == ("1", "3")


def test_a_whole_guest_loses_vnuma_and_gets_soft_affinity_to_its_pnode() -> None:
    sizes = "name='db'; type='hvm'\nmemory=384\nmaxmem=384\nvcpus=3\nmaxvcpus=3\n"
    text = sizes + "vnuma=[['size=384','vcpus=0-2']]\ncpus='0-5'\n"
    assert emit(Guest(name="db", vnodes=ONE_VNODE, form="whole"), (2,), text) == (
        sizes + "cpus='0-5'\n" + 'cpus_soft = ["4-5", "4-5", "4-5"]\n'
    )


def test_a_whole_guest_keeps_of_its_own_soft_affinity_what_lies_on_its_pnode() -> None:
    guest = Guest(name="db", vnodes=ONE_VNODE, form="whole", soft_affinity=((4,), (0, 1), None))
    text = "name='db'; type='hvm'; memory=384; cpus_soft=['4','0-1']\n"
    assert parse(emit(guest, (2,), text), "db.cfg").value_of("cpus_soft") == ("4", "4-5", "4-5")


def test_a_guest_from_elsewhere_gets_the_numa_part_and_a_hint() -> None:
    guest = Guest(name='d"b', vnodes=TWO_VNODES, hard_affinity=((2, 3), None, (2,)), soft_affinity=((3,), (4,), None))
    text = emit(guest, (1, 2))
    assert "disks" in text.partition("name")[0]
    assert (
        body(text)
        == f"""\
name = "d\\"b"
type = "hvm"
memory = 384
maxmem = 384
vcpus = 3
maxvcpus = 3
vnuma = {ROWS}
cpus = ["2-3", "all", "2"]
cpus_soft = ["3", "4", "all"]
"""
    )


def test_a_whole_pv_guest_from_elsewhere_has_no_vnuma() -> None:
    text = body(emit(Guest(name="db", type="pv", vnodes=ONE_VNODE, form="whole"), (3,)))
    assert 'type = "pv"' in text
    assert "vnuma" not in text
    assert 'cpus_soft = ["6-7", "6-7", "6-7"]' in text


def test_parts_on_one_pnode_are_one_row() -> None:
    parts = (Vnode(memory_kib=256 * MIB, vcpus=(0, 1)), Vnode(memory_kib=128 * MIB, vcpus=(2,)))
    text = emit(Guest(name="db", vnodes=parts, form="parts"), (3, 3))
    assert '["pnode=3", "size=384", "vcpus=0-2", "vdistances=10"]' in text


def test_a_vnode_without_vcpus_has_no_vcpus_option() -> None:
    vnodes = (Vnode(memory_kib=256 * MIB, vcpus=(0,)), Vnode(memory_kib=128 * MIB))
    assert '["pnode=1", "size=128", "vdistances=12,10"]' not in emit(Guest(name="db", vnodes=vnodes), (0, 1))
    assert '["pnode=1", "size=128", "vdistances=14,10"]' in emit(Guest(name="db", vnodes=vnodes), (0, 1))


def test_long_lists_of_masks_are_broken_into_lines() -> None:
    vnodes = (Vnode(memory_kib=64 * MIB, vcpus=tuple(range(100))),)
    text = emit(Guest(name="db", vnodes=vnodes, form="whole"), (0,))
    assert max(map(len, text.splitlines())) < 100
    assert parse(text, "db.cfg").value_of("cpus_soft") == ("0-1",) * 100


def test_what_xl_would_refuse_is_not_written() -> None:
    with pytest.raises(EmissionError, match="PV vNUMA is not yet supported"):
        emit(Guest(name="db", type="pv", vnodes=TWO_VNODES), (1, 2))


@st.composite
def placed(draw: st.DrawFn) -> tuple[Guest, tuple[int, ...]]:
    owners = draw(st.lists(st.integers(0, 3), min_size=1, max_size=12))
    count = max(owners) + 1
    vnodes = tuple(
        Vnode(
            memory_kib=draw(st.integers(64, 4096)) * MIB,
            vcpus=tuple(vcpu for vcpu, owner in enumerate(owners) if owner == v),
        )
        for v in range(count)
    )
    guest = Guest(name=draw(st.text("ab\"'\\ #;é", min_size=1, max_size=8)), vnodes=vnodes)
    return guest, tuple(draw(st.integers(0, 3)) for _ in vnodes)


@settings(max_examples=100, deadline=None)
@given(placed(), st.booleans())
def test_what_is_written_reads_back_as_it_was_placed(case: tuple[Guest, tuple[int, ...]], own_file: bool) -> None:
    guest, pnodes = case
    text = emit(guest, pnodes)
    if own_file:
        text = emit(guest, pnodes, text.replace("size=", "size= 1").replace("memory =", "memory = 1 #"))
    back = read_xl_cfg(text, "db.cfg", HOST)
    assert (back.name, back.type, back.vcpu_count) == (guest.name, "hvm", guest.vcpu_count)
    assert (back.memory_kib, back.maxmem_kib) == (guest.memory_kib, guest.memory_kib)
    assert back.vnodes is not None
    assert [(v.memory_kib, v.vcpus, v.pnode) for v in back.vnodes] == [
        (v.memory_kib, v.vcpus, pnode) for v, pnode in zip(guest.vnodes, pnodes, strict=True)
    ]
    assert back.vdistances == tuple(
        tuple(10 if v == w else max(HOST.distances[p][q], 11) for w, q in enumerate(pnodes))
        for v, p in enumerate(pnodes)
    )
