"""Expected values and refusals are those of xl and libxl 4.17, where a comment does not say otherwise."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placer.errors import InputError
from placer.formats.base import ParsedGuest
from placer.formats.xl.read_cfg import read_xl_cfg
from placer.instance import Host, Pnode

HOST = Host(
    pnodes=tuple(Pnode(id=p, memory_kib=8 * 1024**2, pcpus=(2 * p, 2 * p + 1)) for p in range(4)),
    slit=((10, 12, 21, 31), (14, 10, 31, 21), (21, 31, 10, 12), (31, 22, 12, 10)),
)
GUEST = 'name = "db"\ntype = "hvm"\n'
TWO = "vnuma = [['pnode=1','size=256','vcpus=0-1','vdistances=10,20'],['size=128','vcpus=2','vdistances=21,11']]\n"


def read(text: str, host: Host = HOST) -> ParsedGuest:
    return read_xl_cfg(GUEST + text, "db.cfg", host)


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        read_xl_cfg(text, "db.cfg", HOST)
    return str(caught.value)


def test_a_plain_guest_has_no_vnodes_and_no_notes() -> None:
    guest = read("memory = 512\nmaxmem = 1024\nvcpus = 2\nmaxvcpus = 4\n")
    assert (guest.name, guest.type, guest.vcpu_count) == ("db", "hvm", 4)
    assert (guest.memory_kib, guest.maxmem_kib) == (512 * 1024, 1024 * 1024)
    assert (guest.vnodes, guest.vdistances, guest.hard_affinity, guest.soft_affinity) == (None,) * 4
    assert guest.online_vcpus == (0, 1)
    assert [note[:40] for note in guest.notes] == ["it starts with 2 of its 4 vcpus online, "]


def test_the_source_keeps_the_text() -> None:
    source = read("memory=512\n").source
    assert source is not None
    assert (source.kind, source.place, source.text) == ("xl", "db.cfg", GUEST + "memory=512\n")


@pytest.mark.parametrize(
    "text", ["memory='512'", 'memory=" 512"', "memory=0x200", "memory=01000", "memory=9;memory=512"]
)
def test_numbers_are_read_as_xl_reads_them(text: str) -> None:
    assert read(text + "\n").memory_kib == 512 * 1024


def test_maxmem_alone_is_the_memory_too_with_a_note() -> None:
    guest = read("maxmem=512\n")
    assert (guest.memory_kib, guest.maxmem_kib) == (512 * 1024, 512 * 1024)
    assert "no memory=: the guest starts with all of its 512 MiB" in guest.notes


@pytest.mark.parametrize(
    ("text", "guest_type"),
    [("", "pv"), ("type='pvh'", "pvh"), ("builder='hvm'", "hvm"), ("builder='generic'", "pv"), ("type='pv'", "pv")],
)
def test_the_type_is_that_of_xl(text: str, guest_type: str) -> None:
    assert read_xl_cfg(f"name='db'; memory=64; {text}\n", "db.cfg", HOST).type == guest_type


def test_no_type_means_pv_with_a_note() -> None:
    notes = read_xl_cfg("name='db'; memory=64\n", "db.cfg", HOST).notes
    assert notes == ('no type=, which xl takes as pv; vnuma needs type="hvm"',)


@pytest.mark.parametrize(
    ("text", "count", "online_note"),
    [("", 1, False), ("vcpus=3", 3, False), ("maxvcpus=3", 3, True), ("vcpus=1;maxvcpus=3", 3, True), (TWO, 3, True)],
)
def test_vcpus_that_start_offline_are_vcpus_but_not_online(text: str, count: int, online_note: bool) -> None:
    guest = read(f"memory=384\n{text}\n")
    assert guest.vcpu_count == count
    assert any("1 of its 3 vcpus online" in note for note in guest.notes) == online_note
    assert guest.online_vcpus == ((0,) if online_note else None)


def test_vnodes_have_their_sizes_vcpus_and_fixed_pnodes() -> None:
    guest = read(TWO)
    assert guest.vnodes is not None
    assert [(v.memory_kib, v.vcpus, v.pnode) for v in guest.vnodes] == [
        (256 * 1024, (0, 1), 1),
        (128 * 1024, (2,), None),
    ]
    assert guest.vdistances == ((10, 20), (21, 11))
    assert (guest.memory_kib, guest.maxmem_kib) == (384 * 1024, 384 * 1024)


def test_a_guest_below_its_maxmem_is_read_as_it_is() -> None:
    guest = read(TWO + "memory=100\nmaxmem=384\n")
    assert (guest.memory_kib, guest.maxmem_kib) == (100 * 1024, 384 * 1024)


def test_an_empty_vnuma_is_as_if_absent() -> None:
    assert read("memory=64; vnuma=[]\n").vnodes is None


@pytest.mark.parametrize(
    ("text", "overhead_kib"),
    [
        # Worked by hand: 8 vcpus x 1024 + 16384 MiB x 4 = 73728 KiB of paging memory, + 2048.
        ("type='hvm'; vcpus=8; memory=16384", 73728 + 2048),
        ("type='hvm'; vcpus=8; memory=16384; hap=0", 8192 + 16384 * 8 + 2048),
        ("type='hvm'; vcpus=2; maxvcpus=8; memory=64; maxmem=16384; hap=1", 73728 + 2048),
        ("type='hvm'; vcpus=8; memory=16384; hap=0; shadow_memory=96", 96 * 1024 + 2048),
        ("type='pvh'; vcpus=8; memory=16384", 73728 + 2048),
        ("type='pv'; vcpus=8; memory=16384", 0),
    ],
)
def test_hvm_and_pvh_guests_have_overhead(text: str, overhead_kib: int) -> None:
    assert read_xl_cfg(f"name='db'; {text}\n", "db.cfg", HOST).overhead_kib == overhead_kib


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("nodes='1'", "nodes= is no key of xl, which ignores it"),
        ("numa_placement=0", "numa_placement= is no key of xl, which ignores it"),
        (
            "pci=['01:00.0','02:00.0']",
            "these devices are not counted, the host does not say on which pnodes they are: 0000:01:00.0, 0000:02:00.0",
        ),
    ],
)
def test_keys_that_xl_ignores_are_noted(text: str, note: str) -> None:
    assert read(f"memory=64\n{text}\n").notes == (note,)


ONE = "vnuma=[[{}]]\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("type='hvm'; memory=64\n", "^db.cfg: no name, expected name="),
        ("name=''; memory=64\n", "^db.cfg:1: expected a name of 1 to 255 characters, got 0"),
        ("name=['db']; memory=64\n", "^db.cfg:1: name is a list, expected a single value"),
        ("name='db'\ntype='xen'\n", '^db.cfg:2: expected type to be one of hvm, pvh, pv, got "xen"'),
        ("name='db'\nbuilder='linux'\n", '^db.cfg:2: expected builder to be one of hvm, generic, got "linux"'),
        ("name='db'\ntype='pv'\nbuilder='hvm'\n", "^db.cfg:3: builder= means hvm and type= says pv"),
        (GUEST, "^db.cfg: no memory, expected memory= in MiB"),
        (GUEST + "memory='512M'\n", '^db.cfg:3: expected memory to be a number of MiB, got "512M"'),
        (GUEST + "memory='-5'\n", '^db.cfg:3: expected memory to be a number of MiB, got "-5"'),
        (GUEST + "memory=089\n", '^db.cfg:3: expected memory to be a number of MiB, got "089"'),
        (GUEST + "memory=0\n", "^db.cfg:3: expected memory to be a number of MiB from 1 to 8589934592, got 0"),
        (GUEST + "memory=99999999999999999999\n", "^db.cfg:3: expected memory to be a number"),
        (GUEST + "memory=1\nmemory+=2\n", r"^db.cfg:4: memory \+= is not possible with numbers"),
        (GUEST + "memory=2\nmaxmem=1\n", "^db.cfg:3: memory is 2 MiB, more than maxmem, 1 MiB"),
        (GUEST + "memory=64\nvcpus=0\n", "^db.cfg:4: expected vcpus to be a number from 1 to 4096, got 0"),
        (GUEST + "memory=64\nvcpus=4\nmaxvcpus=2\n", "^db.cfg:4: vcpus is 4, expected at most the guest's 2"),
        (GUEST + "memory=64\nhap='yes'\n", '^db.cfg:4: expected hap to be a number, got "yes"'),
        (GUEST + TWO + "vcpus=4\n", "^db.cfg:4: vcpus is 4, expected at most the guest's 3"),
        (GUEST + TWO + "maxvcpus=4\n", "^db.cfg:4: maxvcpus is 4 and vnuma has 3 vcpus"),
        (GUEST + TWO + "maxmem=512\n", "^db.cfg:4: maxmem is 512 MiB and .* sizes add up to 384 MiB"),
        (GUEST + TWO + "memory=512\n", "^db.cfg:4: memory is 512 MiB and .* sizes add up to 384 MiB"),
        (GUEST + TWO + "memory=256\n", "^db.cfg:4: memory is 256 MiB and .* sizes add up to 384 MiB"),
        (GUEST + "vnuma='x'\n", "^db.cfg:3: vnuma is a string, expected a list of lists"),
        (GUEST + "vnuma=['size=64']\n", r'^db.cfg:3: vnuma, vnode 0: expected a list such as .* got "size=64"'),
        (GUEST + ONE.format("['x']"), '^db.cfg:3: vnuma, vnode 0: expected entries "option=value", got a list'),
        (GUEST + ONE.format("'pnode'"), '^db.cfg:3: vnuma, vnode 0: expected entries .*, got "pnode"'),
        (GUEST + ONE.format("'vdistance=10'"), '^db.cfg:3: .* unknown option "vdistance", .* vdistances'),
        (GUEST + ONE.format("'size=1','size=1'"), "^db.cfg:3: vnuma, vnode 0: size is given twice"),
        (GUEST + ONE.format("'vcpus=0'"), "^db.cfg:3: vnuma, vnode 0: has no size"),
        (GUEST + ONE.format("'size=512M'"), '^db.cfg:3: .* a number of MiB without a suffix, got "512M"'),
        (GUEST + ONE.format("'size=-1'"), '^db.cfg:3: .* expected size to be .* got "-1"'),
        (GUEST + ONE.format("'size=9999999999999'"), "^db.cfg:3: .* expected size to be a number of MiB"),
        (GUEST + ONE.format("'size=64'"), "^db.cfg:3: vnuma names no vcpus"),
        (GUEST + ONE.format("'size=64','vcpus=1-0'"), "^db.cfg:3: .* range .1-0. runs backwards"),
        (GUEST + ONE.format("'size=64','vcpus=0-1,1'"), "^db.cfg:3: .* vcpus name 1 twice"),
        (GUEST + ONE.format("'size=64','vcpus=0,^1'"), '^db.cfg:3: .* expected vcpus such as "0-3,8"'),
        (GUEST + ONE.format("'size=64','vcpus=0-65535'"), "^db.cfg:3: .* below 4096"),
        (GUEST + ONE.format("'size=64','vcpus=1-2'"), "^db.cfg:3: vnuma: vcpus 0 are on no vnode"),
        (GUEST + TWO.replace("vcpus=2", "vcpus=1"), "^db.cfg:3: vnuma: vcpu 1 is on vnodes 0 and 1"),
        (GUEST + TWO.replace("pnode=1", "pnode=4"), "^db.cfg:3: .* invalid pnode number 4, .* pnodes 0-3"),
        (GUEST + TWO.replace("pnode=1", "pnode=x"), '^db.cfg:3: .* expected pnode to be .*, got "x"'),
        (GUEST + TWO.replace("10,20", "10"), "^db.cfg:3: vnuma, vnode 0: has 1 vdistances for 2 vnodes"),
        (GUEST + TWO.replace("10,20", "10,20,20"), "^db.cfg:3: vnuma, vnode 0: has 3 vdistances for 2 vnodes"),
        (GUEST + TWO.replace("10,20", "30,20"), "^db.cfg:3: .* 20 to vnode 1 is smaller than its local distance 30"),
        # Xen takes 300 and truncates it to 44.
        (GUEST + TWO.replace("10,20", "10,300"), "^db.cfg:3: .* distances from 0 to 255"),
        (GUEST + TWO.replace(",'vdistances=10,20'", ""), "^db.cfg:3: vnuma: vnodes 0 have no vdistances"),
        (GUEST + "vnuma=[" + "['size=1']," * 1025 + "]\n", "^db.cfg:3: vnuma has 1025 vnodes"),
        # xl ignores pcpus that do not exist, and refuses a mask where none is left.
        (GUEST + "memory=64\ncpus='6-8'\n", "^db.cfg:4: cpus names pcpu 8, this host has pcpus 0-7"),
        (GUEST + "memory=64\ncpus='node:4'\n", "^db.cfg:4: cpus names pnode 4, this host has pnodes 0-3"),
        (GUEST + "memory=64\ncpus=''\n", '^db.cfg:4: cpus "" names no pcpu'),
        (GUEST + "memory=64\ncpus='^0'\n", r'^db.cfg:4: cpus "\^0" names no pcpu'),
        (GUEST + "memory=64\ncpus='3-1'\n", '^db.cfg:4: range "3-1" of cpus runs backwards'),
        (GUEST + "memory=64\ncpus='^all'\n", r'^db.cfg:4: expected cpus to be like .* got "\^all"'),
        (GUEST + "memory=64\ncpus='0 ,1'\n", '^db.cfg:4: expected cpus to be like .* got "0 "'),
        (GUEST + "memory=64\ncpus=[[1]]\n", "^db.cfg:4: expected each entry of cpus to be a cpu set"),
        (GUEST + "memory=64\ncpus_soft='a'\n", "^db.cfg:4: expected cpus_soft to be like"),
        ("name='db\n", "^db.cfg:1: expected a closing quote"),
    ],
)
def test_what_xl_refuses_or_misreads_is_refused_with_the_rule(text: str, message: str) -> None:
    assert re.search(message, refusal(text))


WHOLE = GUEST + "memory=384\nmaxmem=384\nvcpus=2\nmaxvcpus=3\ncpus='0-3,^1'\ncpus_soft=[1,'node:1']\n" + TWO


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(WHOLE)), st.integers(0, 12), st.text("01^-,'\"[]=;n:\n#x", max_size=6) | st.text(max_size=6))
def test_damaged_text_is_read_or_refused_and_nothing_else(start: int, length: int, put: str) -> None:
    try:
        guest = read_xl_cfg(WHOLE[:start] + put + WHOLE[start + length :], "db.cfg", HOST)
    except InputError as error:
        assert str(error).startswith("db.cfg")
    else:
        assert guest.memory_kib <= guest.maxmem_kib


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('vnuam = [ ["size=1024"] ]', "vnuam is not read; is vnuma meant?"),
        ("vcpu = 4", "vcpu is not read; is vcpus meant?"),
        ('cpu = "0-3"', "cpu is not read; is cpus meant?"),
        ("cpu_weight = 512", None),
        ('disk = [ "phy:/dev/vg0/db,xvda,w" ]', None),
    ],
)
def test_a_key_close_to_a_known_one_is_noted(line: str, message: str | None) -> None:
    text = f'name = "db"; type = "hvm"; memory = 1024; vcpus = 2\n{line}\n'
    asked = [note for note in read_xl_cfg(text, "db.cfg", HOST).notes if "is not read" in note]
    assert asked == ([message] if message else [])


def test_the_uuid_is_read_and_one_that_xl_cannot_parse_is_refused() -> None:
    """As uuid_parse(3) of libuuid, which xl calls, has it."""
    uuid = "5b1e0f6a-0000-4000-8000-00000000000A"
    assert read(f'memory = 512\nuuid = "{uuid}"\n').uuid == uuid
    assert read("memory = 512\n").uuid is None
    for wrong in ("", "5b1e0f6a", uuid.replace("-", ""), f"{uuid}0", "x" + uuid[1:]):
        assert refusal(GUEST + f'memory = 512\nuuid = "{wrong}"\n').startswith("db.cfg:4: xl: Failed to parse UUID, ")
