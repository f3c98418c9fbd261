"""A physical NUMA node and its cores."""

from __future__ import annotations

import pytest

from placer.errors import InstanceError
from placer.instance import Pnode
from placer.instance.pnode import repeated


def test_each_pcpu_is_a_core_where_none_are_stated() -> None:
    assert Pnode(id=0, memory_kib=4, pcpus=(1, 2)).core_groups == ((1,), (2,))
    siblings = Pnode(id=0, memory_kib=4, pcpus=(1, 2, 3, 4), cores=((1, 3), (2, 4)))
    assert (siblings.core_groups, siblings.core_count) == (((1, 3), (2, 4)), 2)


def test_cores_hold_each_pcpu_once() -> None:
    with pytest.raises(InstanceError, match="the cores of pnode 3 hold pcpus 1, expected each of its pcpus 1-2"):
        Pnode(id=3, memory_kib=4, pcpus=(1, 2), cores=((1,),))


def test_a_pcpu_is_listed_once() -> None:
    assert repeated([3, 1, 3, 1, 2]) == [1, 3]
    with pytest.raises(InstanceError, match="pcpus 2 are listed twice in pnode 0"):
        Pnode(id=0, memory_kib=4, pcpus=(2, 2))
