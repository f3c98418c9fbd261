"""What xl and libxl say comes from their sources (Xen 4.17) and from runs of the real ones."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.errors import EmissionError
from placer.formats.base import GuestSource
from placer.formats.configured_guest import ConfiguredGuest, write_vnodes
from placer.formats.toolstack_limits import not_for_qemu, refuse_for_xen, video_ram_kib
from placer.instance import Guest, GuestType, Host, Pnode, Vnode

MIB = 1024
HOST = Host(pnodes=tuple(Pnode(id=i, memory_kib=2**22, pcpus=(2 * i, 2 * i + 1)) for i in range(4)))
SPARSE = Host(pnodes=(Pnode(id=0, memory_kib=2**22, pcpus=(0,)), Pnode(id=8, memory_kib=2**22, pcpus=(1,))))


def write(
    *vnodes: Vnode,
    pnodes: tuple[int | None, ...] | None = None,
    guest: Guest | None = None,
    host: Host = HOST,
    memory_kib: int | None = None,
    maxmem_kib: int | None = None,
    source: GuestSource | None = None,
) -> ConfiguredGuest:
    guest = guest or Guest(name="db", vnodes=vnodes)
    if pnodes is None:
        pnodes = tuple(range(len(guest.vnodes)))
    return ConfiguredGuest(
        guest=guest,
        host=host,
        vnodes=write_vnodes(guest, host, pnodes),
        memory_kib=guest.memory_kib if memory_kib is None else memory_kib,
        maxmem_kib=guest.memory_kib if maxmem_kib is None else maxmem_kib,
        source=source,
    )


def vnode(mib: float = 512, vcpus: tuple[int, ...] = ()) -> Vnode:
    return Vnode(memory_kib=int(mib * MIB), vcpus=vcpus)


def typed(guest_type: GuestType, vcpus: int = 1, whole: bool = False) -> Guest:
    ids = tuple(range(vcpus))
    return Guest(name="db", type=guest_type, form="whole" if whole else "vnuma", vnodes=(vnode(512, ids),))


def xl(text: str) -> GuestSource:
    return GuestSource(kind="xl", place="db.cfg", text=text)


def libxl(text: str) -> GuestSource:
    return GuestSource(kind="libxl", place="db.json", text=text)


def test_a_hvm_guest_with_whole_mebibytes_on_pnodes_is_written() -> None:
    refuse_for_xen(write(vnode(vcpus=(0, 1)), vnode(vcpus=(2,))))


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (write(guest=typed("pv")), "PV vNUMA is not yet supported"),
        (write(guest=typed("pvh")), "libxl fails to start pvh with vnuma"),
        (write(vnode(vcpus=(0,)), pnodes=(None,)), "vnode 0 has no pnode"),
        (write(vnode(vcpus=(0,)), vnode(0.5)), "vnode 1 has 512 KiB, expected whole MiB"),
        (write(vnode(vcpus=(0,)), memory_kib=2**18), "Cannot enable PoD and vNUMA at the same time"),
        (write(vnode(vcpus=(0,)), memory_kib=2**18), "--memory maxmem or --memory memory"),
        (write(vnode(vcpus=(0,)), memory_kib=2**20), "its memory of 1 GiB is above its maxmem of 512 MiB"),
        (write(vnode(vcpus=(0,)), *[vnode()] * 32, pnodes=(0,) * 33), "33 vnodes, Xen takes at most 32"),
        (write(guest=typed("hvm", 129)), "129 vcpus, Xen takes at most 128 for hvm"),
        (write(guest=typed("pvh", 129, whole=True)), "129 vcpus, Xen takes at most 128 for pvh"),
        (write(vnode()), "it has no vcpus"),
        (write(vnode(0, (0,))), "it has no memory"),
        (write(vnode(7, (0,)), vnode()), "vnode 0 too small to contain video ram: it has 7 MiB"),
        (write(vnode(vcpus=(0,)), pnodes=(8,), host=SPARSE), "invalid pnode number 8, xl takes ids below 2"),
    ],
)
def test_what_xen_refuses_is_refused_with_its_reason(written: ConfiguredGuest, reason: str) -> None:
    with pytest.raises(EmissionError, match=reason) as error:
        refuse_for_xen(written)
    assert all(line.startswith('guest "db": ') for line in str(error.value).split("\n"))


@pytest.mark.parametrize("whole", [False, True])
def test_a_guest_in_huge_pages_is_none_of_xen(whole: bool) -> None:
    guest = replace(typed("hvm", whole=whole), page_size=2 * MIB)
    with pytest.raises(EmissionError, match=r"its memory is in huge pages \(page_size\), and Xen has no pools of them"):
        refuse_for_xen(write(guest=guest))


def test_every_reason_is_given_at_once() -> None:
    guest = Guest(name="db", type="pv", vnodes=(vnode(0.5, (0,)), vnode()))
    with pytest.raises(EmissionError) as error:
        refuse_for_xen(write(guest=guest, pnodes=(0, None), memory_kib=0))
    assert str(error.value).split("\n") == [
        'guest "db": vnode 0 has 512 KiB, expected whole MiB',
        'guest "db": vnode 1 has no pnode, Xen takes only vnodes with one',
        'guest "db": Cannot enable PoD and vNUMA at the same time: its memory of 0 KiB is below its maxmem of '
        "512.5 MiB; choose one with --memory maxmem or --memory memory",
        'guest "db": PV vNUMA is not yet supported: a guest with vnuma needs type="hvm"',
    ]


@pytest.mark.parametrize("written", [write(guest=typed("hvm", 128)), write(guest=typed("pv", 129, whole=True))])
def test_as_many_vcpus_as_xen_takes_are_written(written: ConfiguredGuest) -> None:
    refuse_for_xen(written)


@pytest.mark.parametrize("guest_type", ["pv", "pvh", "hvm"])
def test_a_guest_written_without_vnuma_may_have_any_type(guest_type: GuestType) -> None:
    refuse_for_xen(write(guest=typed(guest_type, whole=True)))


def test_a_guest_written_without_vnuma_may_stand_on_a_pnode_of_any_number() -> None:
    refuse_for_xen(write(guest=typed("pv", whole=True), pnodes=(8,), host=SPARSE))


def test_a_guest_written_without_vnuma_may_start_below_its_maxmem_and_not_above_it() -> None:
    """It is placed with one of the two; Xen lets it grow."""
    guest = typed("pv", whole=True)
    refuse_for_xen(write(guest=guest, memory_kib=MIB))
    refuse_for_xen(write(guest=guest, maxmem_kib=1024 * MIB))
    with pytest.raises(EmissionError, match="its vnodes hold 512 MiB, expected its maxmem of 1 GiB"):
        refuse_for_xen(write(guest=guest, memory_kib=MIB, maxmem_kib=1024 * MIB))


def test_libxl_takes_ids_up_to_the_last_pnode_where_xl_counts_them() -> None:
    refuse_for_xen(write(vnode(vcpus=(0,)), pnodes=(8,), host=SPARSE), "libxl")


def test_libxl_takes_no_pnode_from_64_on() -> None:
    host = Host(pnodes=(Pnode(id=64, memory_kib=2**22, pcpus=(0,)),))
    with pytest.raises(EmissionError, match="invalid pnode number 64, libxl takes ids below 64"):
        refuse_for_xen(write(vnode(vcpus=(0,)), pnodes=(64,), host=host), "libxl")


@pytest.mark.parametrize(
    ("source", "mib"),
    [
        (None, 8),
        (xl("memory = 512"), 8),
        (xl('vga = "cirrus"'), 8),
        (xl('vga = "none"'), 0),
        (xl('vga="qxl"; memory=512'), 128),
        (xl("videoram = 0x20\n"), 32),
        (xl('videoram = "32"\nvideoram = 64'), 64),
        (xl('#vga = "none"\n'), 8),
        (libxl('{"type.hvm": {"vga": {"kind": "none"}}}'), 0),
        (libxl('{"b_info": {"type.hvm": {"vga": {"kind": "std"}}}}'), 16),
        (libxl('{"b_info": {"video_memkb": 32768, "type.hvm": {}}}'), 32),
        (libxl('{"video_memkb": 18446744073709551615}'), 8),
        (libxl('{"type.hvm": {"vga": []}, "video_memkb": "no"}'), 8),
    ],
)
def test_video_ram_is_what_the_file_says(source: GuestSource | None, mib: int) -> None:
    assert video_ram_kib(write(vnode(vcpus=(0,)), source=source)) == mib * MIB


def test_a_first_vnode_without_video_ram_still_needs_memory() -> None:
    source = xl('vga = "none"')
    refuse_for_xen(write(vnode(1, (0,)), vnode(), source=source))
    with pytest.raises(EmissionError, match="vnode 0 too small"):
        refuse_for_xen(write(vnode(0, (0,)), vnode(), source=source))


def test_the_refusal_of_a_guest_without_a_type_says_that_no_type_means_pv() -> None:
    source = GuestSource(kind="xl", place="db.cfg", text='name = "db"\nmemory = 4096\n')
    with pytest.raises(EmissionError, match=r"its file states no type, which means pv"):
        refuse_for_xen(write(guest=typed("pv"), source=source))


def test_memory_apart_is_written_by_the_file_that_states_it_alone() -> None:
    guest = Guest(name="db", vnodes=(vnode(vcpus=(0,)), Vnode(memory_kib=MIB, memory_of=0)))
    of_libvirt = GuestSource(kind="libvirt", place="db.xml", text="")
    assert list(not_for_qemu(write(guest=guest, source=of_libvirt))) == []
    (reason,) = not_for_qemu(write(guest=guest))
    assert reason.startswith("a vnode has memory of another (memory_of)")
    with pytest.raises(EmissionError, match=r"its vnodes hold 512 MiB, expected its maxmem of 513 MiB"):
        refuse_for_xen(write(guest=guest))
