"""What a guest may not state, each with its words."""

from __future__ import annotations

from typing import Any

import pytest

import placer
from placer.instance import Flexible, Guest, Vnode

FLEXIBLE = Flexible(memory_kib=8, vcpu_count=2)
TWO = (Vnode(memory_kib=4, vcpus=(0,)), Vnode(memory_kib=4, vcpus=(1,)))


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"vnodes": [Vnode(memory_kib=4, vcpus=(1,))]}, "vcpus 0 are on no vnode"),
        ({"vnodes": [Vnode(memory_kib=4, vcpus=(0,))] * 2}, "vcpu 0 is on vnodes 0 and 1"),
        ({"vnodes": TWO, "flexible": FLEXIBLE}, "2 vnodes beside flexible"),
        ({"flexible": FLEXIBLE, "traffic": ((1,),)}, "traffic beside flexible"),
        ({"form": "set"}, 'form "set" without flexible, expected memory_kib and vcpu_count in flexible'),
        ({"flexible": FLEXIBLE, "form": "whole"}, 'form "whole" beside flexible, expected one vnode in vnodes'),
        ({"vnodes": TWO, "form": "whole"}, 'form "whole" takes one vnode, got 2'),
        ({"vnodes": TWO, "form": "set"}, 'form "set" beside vnodes'),
        ({"flexible": Flexible(memory_kib=8, vcpu_count=2, always_vnuma=True), "form": "set"}, "with always_vnuma"),
        ({"flexible": FLEXIBLE, "form": "set", "devices": ("gpu",)}, 'form "set" with devices gpu'),
        ({"vnodes": TWO, "dedicated_vcpus": (0,)}, 'with cpu_policy "shared", expected "mixed"'),
        ({"vnodes": TWO, "thread_policy": "isolate"}, "expected dedicated or mixed"),
        ({"vnodes": TWO, "vdistances": ((10,), (20,))}, "vdistances row 0 has 1 entries for 2 vnodes"),
    ],
)
def test_a_guest_that_contradicts_itself_is_refused(stated: dict[str, Any], words: str) -> None:
    with pytest.raises(placer.InstanceError) as caught:
        Guest(name="db", **stated)
    assert words in str(caught.value)


def test_a_pv_set_may_have_devices() -> None:
    assert Guest(name="db", type="pv", form="set", flexible=FLEXIBLE, devices=("gpu",)).devices == ("gpu",)
