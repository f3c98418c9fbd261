"""Vnodes by themselves."""

from __future__ import annotations

import pytest

from placer.errors import InputError, InstanceError
from placer.formats.native.instance_json import dump_instance, parse_instance
from placer.instance import Vnode


def test_negative_memory_is_refused() -> None:
    with pytest.raises(InstanceError, match=r"^Vnode\.memory_kib: expected int >= 0, got -1$"):
        Vnode(memory_kib=-1)


def test_a_vnode_names_its_pnode_and_those_of_its_list() -> None:
    fixed, listed = Vnode(memory_kib=1, pnode=0), Vnode(memory_kib=1, pnodes=(0, 3))
    assert [fixed.names(pnode) for pnode in (0, 1)] == [True, False]
    assert [listed.names(pnode) for pnode in (0, 1, 3)] == [True, False, True]
    assert not Vnode(memory_kib=1).names(0)


def test_a_vnode_is_empty_without_memory_and_vcpus() -> None:
    assert Vnode(memory_kib=0).is_empty
    assert not Vnode(memory_kib=1).is_empty
    assert not Vnode(memory_kib=0, vcpus=(0,)).is_empty


TEXT = """{"host": {"pnodes": [{"id": 0, "memory_kib": 9, "pcpus": "0"}, {"id": 5, "memory_kib": 9}]},
"guests": [{"name": "a", "vnodes": [{"memory_kib": 4, "vcpus": "0"}, {"memory_kib": 4, "pnodes": [5]}]}]}"""


def test_the_list_of_a_vnode_is_read_and_written() -> None:
    instance = parse_instance(TEXT)
    assert instance.guests[0].vnodes[1].pnodes == (5,)
    assert parse_instance(dump_instance(instance)) == instance


@pytest.mark.parametrize(
    ("pnodes", "said"),
    [
        ("[1]", r'guest "a" vnode 1 pnodes: no pnode 1 on this host, expected one of 0,5'),
        ("[-1]", r"\$\.guests\[0\]\.vnodes\[1\]\.pnodes\[0\]"),
        ('"many"', r"\$\.guests\[0\]\.vnodes\[1\]\.pnodes"),
    ],
)
def test_a_list_that_is_none_is_refused_with_its_place(pnodes: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse_instance(TEXT.replace("[5]", pnodes), "i.json")


def test_a_page_size_is_a_size() -> None:
    with pytest.raises(InstanceError, match=r"^Vnode\.page_size: expected int >= 0"):
        Vnode(memory_kib=1024, page_size=-1)
