"""Masks and refusals are those of xl 4.17, where a comment does not say otherwise."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.base import Masks
from placer.formats.xl.affinity import read_affinity
from placer.formats.xl.syntax import parse
from placer.instance import Host, Pnode
from tests.support.building import a_host

HOST = a_host(1, 1, 1, 1, pcpus=2)


def read(text: str, vcpu_count: int = 1, key: str = "cpus", host: Host = HOST) -> tuple[Masks | None, tuple[str, ...]]:
    return read_affinity(parse(f"\n{text}\n", "db.cfg"), key, vcpu_count=vcpu_count, host=host)


@pytest.mark.parametrize(
    ("spec", "mask"),
    [
        ("'0-2'", (0, 1, 2)),
        ("3", (3,)),
        ("'0, 1,,2-3,'", (0, 1, 2, 3)),
        ("'0-3,^2'", (0, 1, 3)),
        ("'^2,0-3'", (0, 1, 2, 3)),
        ("'all,^0-5'", (6, 7)),
        ("'node:1'", (2, 3)),
        ("'nodes:1-2'", (2, 3, 4, 5)),
        ("'all,^nodes:0-2'", (6, 7)),
        ("'node:1,nodes:3'", (2, 3, 6, 7)),
        ("'nodes:1,3'", (2, 3)),
        ("'nodes:1,6'", (2, 3, 6)),
    ],
)
@pytest.mark.parametrize("key", ["cpus", "cpus_soft"])
def test_a_single_cpu_set_is_for_all_vcpus(key: str, spec: str, mask: tuple[int, ...]) -> None:
    assert read(f"{key}={spec}", 2, key)[0] == (mask, mask)


@pytest.mark.parametrize("text", ["", "cpus='all'", "cpus='nodes:all'", "cpus='0-7'", "cpus=[]", "cpus=['all']"])
def test_all_pcpus_are_no_mask(text: str) -> None:
    assert read(text) == (None, ())


def test_a_list_has_an_entry_per_vcpu_and_the_rest_has_none() -> None:
    assert read("cpus=[1,'2-3']", 3) == (((1,), (2, 3), None), ())


def test_entries_beyond_the_vcpus_are_ignored_with_a_note() -> None:
    assert read("cpus=[1,2,99]") == (((1,),), ("cpus has 3 entries for 1 vcpus: xl ignores the rest",))


def test_nodes_with_a_comma_is_said_to_mix_pnodes_and_pcpus() -> None:
    (note,) = read("cpus='nodes:1,3'")[1]
    assert note.startswith('cpus "nodes:1,3": as in xl')
    assert read("cpus='nodes:1,node:3'")[1] == ()


def test_masks_name_pcpus_of_sparse_pnodes() -> None:
    host = Host(pnodes=(Pnode(id=0, memory_kib=1, pcpus=(0, 1)), Pnode(id=8, memory_kib=1, pcpus=(62, 63))))
    assert read("cpus='node:8'", host=host)[0] == ((62, 63),)


def test_a_pnode_with_pcpus_of_64_and_above_is_refused_since_xl_drops_them() -> None:
    host = Host(pnodes=(Pnode(id=0, memory_kib=1, pcpus=(0, 1)), Pnode(id=1, memory_kib=1, pcpus=(63, 64, 65))))
    with pytest.raises(InputError, match=r'^db\.cfg:2: "node:1" of cpus means pcpus 63-65, of which xl drops 64-65: '):
        read("cpus='node:1'", host=host)
    assert read("cpus='63-65'", host=host)[0] == ((63, 64, 65),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cpus='^all'", 'expected cpus to be like "0-3,^2", "node:1" or "all", got "^all"'),
        ("cpus=[[0]]", "expected each entry of cpus to be a cpu set, got a list"),
        ("cpus='1,^1'", 'cpus "1,^1" names no pcpu, expected at least one'),
        ("cpus='3-2'", 'range "3-2" of cpus runs backwards'),
        ("cpus='6-8'", "cpus names pcpu 8, this host has pcpus 0-7"),
        ("cpus='node:4'", "cpus names pnode 4, this host has pnodes 0-3"),
    ],
)
def test_a_mask_that_xl_would_not_take_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert str(caught.value) == f"db.cfg:2: {message}"
