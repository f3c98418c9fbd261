"""What `xl list -l` says of running guests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import placer
from placer.errors import InputError
from placer.formats.xl.list_domains import RunningGuest, read_xl_list
from placer.instance import Domain, Vnode
from tests.support.building import GIB, a_host

HOST = a_host(GIB, GIB, GIB, pcpus=2)
SAMPLE = Path(placer.__file__).parent.parent / "instances" / "xl" / "running" / "xl-list.json"
DOM0 = {"domid": 0, "config": {"c_info": {"type": "pv", "name": "Domain-0"}, "b_info": {"max_memkb": 4}}}


def entry(domid: int = 3, name: str = "db", **build_info: Any) -> dict[str, Any]:
    b_info = {"max_vcpus": 2, "max_memkb": 2048, "target_memkb": 2048, "type.hvm": {}, **build_info}
    return {"domid": domid, "config": {"c_info": {"type": "hvm", "name": name}, "b_info": b_info}}


def read(*entries: object) -> list[RunningGuest]:
    return read_xl_list(json.dumps(entries), "list.json", HOST)


def test_vnodes_have_their_pnodes_and_their_vcpus_are_bound_there_as_libxl_does() -> None:
    vnodes = [{"memkb": 1024, "vcpus": [1], "pnode": 2}, {"memkb": 1024, "vcpus": [0]}]
    (guest,) = read(DOM0, entry(vnuma_nodes=vnodes, video_memkb=512))
    assert guest.domain == Domain(name="db", domid=3, affinity=((0, 1), (4, 5)))
    # libxl leaves out pnode 0
    assert guest.vnodes == (Vnode(memory_kib=1024, vcpus=(1,), pnode=2), Vnode(memory_kib=1024, vcpus=(0,), pnode=0))
    assert (guest.memory_kib, guest.video_kib, guest.stated) == (2048, 512, None)


def test_a_soft_affinity_of_its_own_takes_the_place_of_the_vnodes() -> None:
    vnodes = [{"memkb": 2048, "vcpus": [0, 1], "pnode": 2}]
    (guest,) = read(entry(vnuma_nodes=vnodes, vcpu_soft_affinity=[[0, 1, 2], [4]]))
    assert guest.domain.affinity == guest.stated == ((0, 1, 2), (4,))


def test_hard_affinity_holds_and_the_vnode_narrows_it_where_they_meet() -> None:
    vnodes = [{"memkb": 2048, "vcpus": [0, 1], "pnode": 2}]
    (guest,) = read(entry(vnuma_nodes=vnodes, vcpu_hard_affinity=[[0, 1, 4], [2]]))
    assert guest.domain.affinity == ((4,), (2,))
    assert guest.stated == ((0, 1, 4), (2,))


def test_a_guest_without_vnodes_or_masks_is_bound_nowhere() -> None:
    (guest,) = read(entry())
    assert (guest.vnodes, guest.stated, guest.domain.affinity) == (None, None, (None, None))


def test_a_host_where_only_domain_0_runs_has_no_guests() -> None:
    assert read(DOM0) == []
    assert read() == []


FAULTS = {
    "one config": ({"c_info": {}}, r"^list\.json: \$: expected the array that \"xl list -l\" prints$"),
    "no domid": ([{"config": entry()["config"]}], r"\$\[0\]: expected a running domain, with the keys"),
    "no config": ([DOM0, {"domid": 1}], r"\$\[1\]: expected a running domain, with the keys"),
    "domid of words": ([{"domid": "1", "config": {}}], r"\$\[0\]\.domid: expected an integer"),
    "domid twice": ([entry(1), entry(1, "b")], r"\$: domid 1 is listed twice$"),
    "name twice": ([entry(1), entry(2)], r"\$: name db is listed twice$"),
    "no memory": ([entry(max_memkb=0)], r"\$\[0\]\.config\.b_info: max_memkb is missing or 0"),
    "no such pnode": (
        [entry(vnuma_nodes=[{"memkb": 2048, "vcpus": [0, 1], "pnode": 3}])],
        r"\$\[0\]\.config\.b_info\.vnuma_nodes\[0\]\.pnode: invalid pnode 3 specified, expected one of 0-2",
    ),
    "no such pcpu": ([entry(vcpu_hard_affinity=[[9]])], r"vcpu_hard_affinity\[0\]: no pcpu 9 on this host$"),
    "video of words": ([entry(video_memkb="x")], r"b_info\.video_memkb: expected an integer"),
    "list of numbers": ([1], r"\$\[0\]: expected an object, got 1$"),
}


@pytest.mark.parametrize(("value", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_by_its_json_path(value: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_xl_list(json.dumps(value), "list.json", HOST)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_list_is_read_or_refused_with_its_name(data: st.DataObject) -> None:
    text = json.dumps(json.loads(SAMPLE.read_text(encoding="utf-8")))
    a, b = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=2)))
    damaged = text[:a] + data.draw(st.sampled_from(["", "0", "-1", '"', "[", "null", "x" * 9])) + text[b:]
    host = a_host(*(GIB,) * 4)
    try:
        read_xl_list(damaged, "list.json", host)
    except InputError as error:
        assert str(error).startswith("list.json")
