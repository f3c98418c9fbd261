"""What a guest may ask, and what follows from it, by hand."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from placer.instance.flexible import Flexible
from placer.instance.guest import Guest
from placer.instance.vnode import Vnode

GIB = 1024**2
TWO = (Vnode(memory_kib=GIB, vcpus=(0, 2)), Vnode(memory_kib=2 * GIB, vcpus=(1,)))
CUT = Flexible(memory_kib=8 * GIB, vcpu_count=3, least=1, most=2)


def test_its_vcpus_and_memory_are_those_of_its_vnodes_or_of_flexible() -> None:
    fixed, flexible = Guest(name="db", vnodes=TWO), Guest(name="db", flexible=CUT)
    assert (fixed.vcpu_count, fixed.memory_kib) == (3, 3 * GIB)
    assert (flexible.vcpu_count, flexible.memory_kib) == (3, 8 * GIB)
    assert [fixed.allows_vnode_count(k) for k in (1, 2, 3)] == [False, True, False]
    assert [flexible.allows_vnode_count(k) for k in (1, 2, 3)] == [True, True, False]


def test_the_cpu_policy_says_which_vcpus_own_a_pcpu() -> None:
    assert Guest(name="db", vnodes=TWO).dedicated == frozenset()
    assert Guest(name="db", vnodes=TWO, cpu_policy="dedicated").dedicated == {0, 1, 2}
    assert Guest(name="db", vnodes=TWO, cpu_policy="mixed", dedicated_vcpus=(2,)).dedicated == {2}


def test_a_flexible_guest_is_cut_and_any_other_stays_as_it_is() -> None:
    cut = Guest(name="db", flexible=CUT).split_into(2)
    assert [(vnode.memory_kib, vnode.vcpus) for vnode in cut.vnodes] == [(4 * GIB, (0, 1)), (4 * GIB, (2,))]
    assert (cut.flexible, cut.form) == (None, "parts")
    assert Guest(name="db", vnodes=TWO).split_into(1) == Guest(name="db", vnodes=TWO)


def test_one_vnode_is_written_without_vnuma_unless_it_is_to_have_it() -> None:
    always = Flexible(memory_kib=8 * GIB, vcpu_count=3, always_vnuma=True)
    assert Guest(name="db", flexible=CUT).split_into(1).form == "whole"
    assert Guest(name="db", flexible=always).split_into(1).form == "vnuma"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "d\tb"}, r"name 'd\\tb' holds a control character"),
        ({"vnodes": (*TWO, Vnode(memory_kib=1, vcpus=(2,)))}, "vcpu 2 is on vnodes 0 and 2, expected on one"),
        ({"vnodes": (Vnode(memory_kib=1, vcpus=(0, 0)),)}, "vcpu 0 stands twice on vnode 0, expected once"),
        ({"vnodes": (Vnode(memory_kib=1, vcpus=(0, 3)),)}, "vcpus 1-2 are on no vnode, expected each on one"),
        ({"hard_affinity": ((0,),)}, "hard_affinity has 1 entries for 3 vcpus"),
        ({"soft_affinity": (None, (0,), ())}, "soft_affinity of vcpu 2 is empty, expected pcpus or null"),
        ({"dedicated_vcpus": (0, 1)}, 'dedicated_vcpus 0-1 with cpu_policy "shared", expected "mixed"'),
        (
            {"cpu_policy": "mixed", "dedicated_vcpus": (0, 1, 2)},
            'dedicated_vcpus 0-2 with cpu_policy "mixed", expected some, each once, and not all of the 3 vcpus',
        ),
        (
            {"thread_policy": "isolate"},
            'thread_policy "isolate" with cpu_policy "shared", expected dedicated or mixed',
        ),
        ({"traffic": ((1, 0),)}, "traffic has 1 rows for 2 vnodes"),
        ({"vdistances": ((10, 20), (10,))}, "vdistances row 1 has 1 entries for 2 vnodes"),
        ({"traffic": ((0, 0), (0, 0))}, "traffic sums to 0, expected a positive entry"),
        ({"devices": ("nic", "nic")}, "devices lists one twice: nic, nic"),
        ({"pnodes": ()}, "pnodes is empty, expected at least one id or null"),
        ({"flexible": CUT}, "2 vnodes beside flexible, expected one of the two"),
        (
            {"vnodes": (), "flexible": CUT, "vdistances": ((10,),)},
            "vdistances beside flexible, expected it with vnodes only",
        ),
    ],
)
def test_a_guest_that_contradicts_itself_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        Guest(**{"name": "db", "vnodes": TWO, **fields})


def test_vcpus_with_the_same_affinity_are_in_the_same_part_of_a_set() -> None:
    masks = ((4, 5), (0, 1), None, (4, 5), (0, 1), None)
    flexible = Flexible(memory_kib=3 * 1024, vcpu_count=6)
    guest = Guest(name="db", form="set", type="pv", flexible=flexible, hard_affinity=masks)
    assert [vnode.vcpus for vnode in guest.split_into(3).vnodes] == [(1, 4), (0, 3), (2, 5)]
    assert [vnode.vcpus for vnode in replace(guest, hard_affinity=None).split_into(3).vnodes] == [
        (0, 1),
        (2, 3),
        (4, 5),
    ]
