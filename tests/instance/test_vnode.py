"""What a vnode may hold."""

from __future__ import annotations

import pytest

from placer.errors import InstanceError
from placer.instance.vnode import Vnode


def test_a_vnode_may_have_no_vcpus_and_no_pnode() -> None:
    vnode = Vnode(memory_kib=1)
    assert (vnode.vcpus, vnode.pnode) == ((), None)


def test_negative_memory_is_refused() -> None:
    with pytest.raises(InstanceError, match=r"^Vnode\.memory_kib: expected int >= 0, got -1$"):
        Vnode(memory_kib=-1)


def test_a_page_size_is_a_size() -> None:
    with pytest.raises(InstanceError, match=r"^Vnode\.page_size: expected int >= 0"):
        Vnode(memory_kib=1024, page_size=-1)
