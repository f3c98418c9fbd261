"""Documents in the shape that libxl of Xen 4.17 prints; its refusals are quoted from libxl_vnuma.c."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placer.errors import InputError
from placer.formats.base import ParsedGuest
from placer.formats.libxl.read_json import guests_of, read_libxl_json
from placer.instance import Host, Pnode, Vnode

HOST = Host(pnodes=tuple(Pnode(id=i, memory_kib=2**22, pcpus=(2 * i, 2 * i + 1)) for i in range(3)))
DOCUMENT: dict[str, Any] = {
    "c_info": {"type": "hvm", "name": "db", "uuid": "5f6a-", "run_hotplug_scripts": "True"},
    "b_info": {
        "max_vcpus": 4,
        "avail_vcpus": [0, 1, 2, 3],
        "vcpu_hard_affinity": [[0, 1], [0, 1], [4], [5]],
        "numa_placement": "False",
        "max_memkb": 3145728,
        "target_memkb": 3145728,
        "vnuma_nodes": [
            {"memkb": 1048576, "distances": [10, 21], "vcpus": [0, 1]},
            {"memkb": 2097152, "distances": [22, 10], "pnode": 2, "vcpus": [2, 3]},
        ],
        "sched_params": {},
        "type.hvm": {"vga": {"kind": "none"}, "spice": {}},
        "arch_arm": {},
    },
    "disks": [],
    "on_crash": "destroy",
}


def read(document: object) -> list[ParsedGuest]:
    return read_libxl_json(json.dumps(document), "dir/vm.json", HOST)


def read_changed(**fields: Any) -> ParsedGuest:
    """Read the document with other b_info fields; None leaves one out."""
    document = copy.deepcopy(DOCUMENT)
    document["b_info"] = {k: v for k, v in (document["b_info"] | fields).items() if v is not None}
    return read(document)[0]


def vnode(v: int, **fields: Any) -> list[dict[str, Any]]:
    """Give the vnodes of the document, one of them changed."""
    rows = copy.deepcopy(DOCUMENT["b_info"]["vnuma_nodes"])
    rows[v] |= fields
    return list(rows)


def test_a_domain_config_becomes_a_guest_with_fixed_vnodes() -> None:
    (guest,) = read(DOCUMENT)
    assert (guest.name, guest.type, guest.vcpu_count) == ("db", "hvm", 4)
    assert (guest.memory_kib, guest.maxmem_kib) == (3145728, 3145728)
    # libxl omits pnode 0 because that is its default
    assert guest.vnodes == (
        Vnode(memory_kib=1048576, vcpus=(0, 1), pnode=0),
        Vnode(memory_kib=2097152, vcpus=(2, 3), pnode=2),
    )
    assert guest.vdistances == ((10, 21), (22, 10))
    assert guest.hard_affinity == ((0, 1), (0, 1), (4,), (5,))
    assert guest.soft_affinity is None
    assert guest.notes == ()
    # 4 vcpus x 1 MiB + 3072 MiB x 4 KiB + 2 MiB
    assert guest.overhead_kib == 4096 + 12288 + 2048
    assert guest.source is not None
    assert (guest.source.kind, json.loads(guest.source.text)) == ("libxl", DOCUMENT)


def test_a_build_info_alone_is_called_like_its_file() -> None:
    (guest,) = read(DOCUMENT["b_info"])
    assert (guest.name, guest.type, guest.vcpu_count) == ("vm", "hvm", 4)
    (guest,) = read_libxl_json(json.dumps(DOCUMENT["b_info"]), "<stdin>", HOST)
    assert guest.name == "stdin"


def test_of_what_xl_list_prints_domain_0_is_left_out() -> None:
    listed = [
        {"domid": 0, "config": {"c_info": {"type": "pv", "name": "Domain-0"}, "b_info": {}}},
        {"domid": 7, "config": DOCUMENT},
    ]
    (guest,) = read(listed)
    assert guest.name == "db"
    assert (guest.domid, guest.notes) == (7, ())
    with pytest.raises(InputError, match=r"^dir/vm.json: \$: no guest in it, expected one besides Domain-0$"):
        read(listed[:1])


def test_a_guest_without_vnuma_has_no_vnodes_yet() -> None:
    guest = read_changed(vnuma_nodes=None, target_memkb=1048576, max_vcpus=None, vcpu_hard_affinity=None)
    assert (guest.vnodes, guest.vdistances) == (None, None)
    assert (guest.memory_kib, guest.maxmem_kib, guest.vcpu_count) == (1048576, 3145728, 1)


@pytest.mark.parametrize("default", [None, 2**64 - 1])
def test_memory_is_all_there_from_the_start_where_the_file_says_nothing_else(default: int | None) -> None:
    assert read_changed(target_memkb=default).memory_kib == 3145728


def test_a_stated_paging_pool_replaces_the_usual_one() -> None:
    assert read_changed(shadow_memkb=5120).overhead_kib == 5120 + 2048


def test_shadow_paging_takes_twice_as_much_a_mebibyte() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["c_info"]["hap"] = "False"
    assert read(document)[0].overhead_kib == 4096 + 24576 + 2048


@pytest.mark.parametrize(("guest_type", "overhead_kib"), [("pv", 0), ("pvh", 4096 + 12288 + 2048)])
def test_a_pv_guest_has_no_overhead_and_a_pvh_guest_that_of_hvm(guest_type: str, overhead_kib: int) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["c_info"]["type"] = guest_type
    document["b_info"][f"type.{guest_type}"] = document["b_info"].pop("type.hvm")
    (guest,) = read(document)
    assert (guest.type, guest.overhead_kib) == (guest_type, overhead_kib)


def test_pnodes_that_are_placed_anew_may_be_those_of_another_host() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["b_info"]["vnuma_nodes"] = vnode(1, pnode=77)
    (guest,) = guests_of(document, "vm.json", HOST, keep_pnodes=False)
    assert [each.pnode for each in guest.vnodes or ()] == [None, None]
    with pytest.raises(InputError, match=r"invalid pnode 77 specified, .*; --free-pnodes places the guest anew"):
        read(document)


def test_a_mask_of_all_pcpus_is_no_mask_and_missing_ones_are_none() -> None:
    # libxl fills whole bytes: 6 pcpus print as 8
    guest = read_changed(vcpu_soft_affinity=[[0, 1, 2, 3, 4, 5, 6, 7], [3]])
    assert guest.soft_affinity == (None, (3,), None, None)


@pytest.mark.parametrize("rows", [[], [0, 0]])
def test_vnodes_without_distances_ask_for_none(rows: list[int]) -> None:
    vnodes = [row | {"distances": rows} for row in DOCUMENT["b_info"]["vnuma_nodes"]]
    guest = read_changed(vnuma_nodes=vnodes)
    assert guest.vdistances is None
    assert guest.notes == ("its vnodes state no distances",)


def test_what_is_read_but_not_taken_is_noted() -> None:
    guest = read_changed(cpumap=[0], nodemap=[1])
    assert [note.split()[1] for note in guest.notes] == ["cpumap", "nodemap"]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"max_vcpus": "4"}, r'max_vcpus: expected an integer from 0 to 4096, got "4"'),
        ({"max_vcpus": 5000}, "max_vcpus: expected an integer from 0 to 4096, got 5000"),
        ({"max_memkb": None}, "max_memkb is missing or 0"),
        ({"max_memkb": 2**64 - 1}, "max_memkb is missing or 0"),
        ({"max_memkb": -1}, "max_memkb: expected an integer from 0 to 8796093022208, got -1"),
        ({"target_memkb": 4194304}, r"target_memkb: expected at most max_memkb \(3145728\), got 4194304"),
        ({"max_memkb": 3145729}, r"vnuma_nodes: amount of memory mismatch: memkb sums to 3145728, .* \(3145729\)"),
        ({"vnuma_nodes": {}}, "vnuma_nodes: expected a list, got an object"),
        ({"vnuma_nodes": [3]}, r"vnuma_nodes\[0\]: expected an object, got 3"),
        ({"vnuma_nodes": vnode(1, memkb="2097152")}, r"vnuma_nodes\[1\].memkb: expected an integer .* got \"2097"),
        ({"vnuma_nodes": [{"vcpus": [0]}]}, r'vnuma_nodes\[0\]: key "memkb" is missing'),
        ({"vnuma_nodes": vnode(1, pnode=3)}, r"vnuma_nodes\[1\].pnode: invalid pnode 3 specified, .* 0-2"),
        ({"vnuma_nodes": vnode(1, pnode="1")}, r"vnuma_nodes\[1\].pnode: expected an integer"),
        ({"vnuma_nodes": vnode(1, vcpus=[1, 2, 3])}, r"vnuma_nodes\[1\].vcpus: vcpu 1 assigned more than once"),
        ({"vnuma_nodes": vnode(1, vcpus=[3])}, "vnuma_nodes: vcpu 2 is not assigned to any vnode"),
        ({"vnuma_nodes": vnode(1, vcpus=[2, 4])}, r"vnuma_nodes\[1\].vcpus\[1\]: expected an integer from 0 to 3"),
        ({"vnuma_nodes": vnode(1, vcpus=[3, 2])}, r"vnuma_nodes\[1\].vcpus: expected ids in ascending order"),
        ({"vnuma_nodes": vnode(1, vcpus="2-3")}, r'vnuma_nodes\[1\].vcpus: expected a list, got "2-3"'),
        ({"vnuma_nodes": vnode(0, distances=[10])}, r"vnuma_nodes\[0\].distances: 1 distances for 2 vnodes"),
        (
            {"vnuma_nodes": vnode(0, distances=[10, 300])},
            r"vnuma_nodes\[0\].distances\[1\]: expected an integer from 0 to 255",
        ),
        (
            {"vnuma_nodes": vnode(1, distances=[9, 10])},
            r"vnuma_nodes\[1\].distances: distance from 1 to 0 smaller than 1's local",
        ),
        ({"vcpu_hard_affinity": [[0], []]}, r"vcpu_hard_affinity\[1\]: expected at least one pcpu"),
        ({"vcpu_hard_affinity": [[6]]}, r"vcpu_hard_affinity\[0\]: no pcpu 6 on this host"),
        ({"vcpu_soft_affinity": [[1]] * 5}, "vcpu_soft_affinity: 5 masks for 4 vcpus"),
        ({"vcpu_soft_affinity": [1]}, r"vcpu_soft_affinity\[0\]: expected a list, got 1"),
        ({"avail_vcpus": "all"}, 'avail_vcpus: expected a list, got "all"'),
        ({"type.pv": {}}, "expected one type .*, got hvm and pv"),
    ],
)
def test_what_libxl_refuses_or_drops_is_refused_with_its_path(fields: dict[str, Any], fault: str) -> None:
    with pytest.raises(InputError, match=rf"^dir/vm.json: \$.b_info(\.|: ){fault}"):
        read_changed(**fields)


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (3, r"\$: expected an object, got 3"),
        ([], r"\$: no guest in it"),
        ([DOCUMENT, 3], r"\$\[1\]: expected an object, got 3"),
        ([{"domid": -1, "config": DOCUMENT}], r"\$\[0\].domid: expected an integer"),
        ([{"domid": 1, "config": []}], r"\$\[0\].config: expected an object, got a list"),
        ({}, r"\$: expected a libxl_domain_config \(c_info, b_info\) or a libxl_domain_build_info"),
        (DOCUMENT | {"c_info": {"type": "hvm"}}, r'\$.c_info: key "name" is missing'),
        (DOCUMENT | {"c_info": {"name": 3, "type": "hvm"}}, r"\$.c_info.name: expected a string"),
        (DOCUMENT | {"c_info": {"name": "x" * 256}}, r"\$.c_info.name: expected at most 255 characters, got 256"),
        (DOCUMENT | {"c_info": {"name": "x", "type": "pv"}}, r"\$.b_info: expected one type .*, got hvm and pv"),
        ({"max_memkb": 1024, "max_vcpus": 1}, r"\$: expected one type .*, which is missing"),
        ([{"domid": 1, "config": DOCUMENT | {"b_info": []}}], r"\$\[0\].config.b_info: expected an object"),
    ],
)
def test_another_document_is_refused_with_its_path(document: object, fault: str) -> None:
    with pytest.raises(InputError, match=f"^dir/vm.json: {fault}"):
        read(document)


@pytest.mark.parametrize(
    "text", ["", "{", '{"b_info": {"max_memkb": NaN}}', "[" * 10**5, "xyz" * 10**6, '{"a":1,"a":1}']
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^vm\.json"):
        read_libxl_json(text, "vm.json", HOST)


JUNK = st.one_of(st.none(), st.booleans(), st.integers(-5, 2**65), st.text(max_size=3), st.just([]), st.just({}))


@given(st.data())
def test_no_change_of_one_value_gives_anything_but_a_guest_or_a_clear_refusal(data: st.DataObject) -> None:
    document = copy.deepcopy(DOCUMENT)
    value: Any = document
    while True:
        key = data.draw(st.sampled_from(list(value) if isinstance(value, dict) else range(len(value))))
        if not isinstance(value[key], dict | list) or not value[key] or data.draw(st.integers(0, 4)) == 0:
            break
        value = value[key]
    value[key] = data.draw(JUNK)
    try:
        assert len(read(document)) == 1
    except InputError as error:
        assert str(error).startswith("dir/vm.json: $")
