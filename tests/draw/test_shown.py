"""What a guest has on a pnode, in words."""

from __future__ import annotations

from placer.draw.shown import Share
from tests.support.building import GIB, MIB


def test_a_share_says_its_memory_with_huge_pages_and_its_vcpus() -> None:
    share = Share(guest=0, memory_kib=GIB, vcpus=2, vnodes=[0])
    share.pages_kib[2 * MIB] += GIB
    assert share.words == "2 GiB, 2 vcpus"
    assert Share(guest=0, vnodes=[1], memory_kib=GIB).words == "1 GiB, 0 vcpus"


def test_a_running_domain_has_only_what_is_known() -> None:
    assert Share(guest=0, memory_kib=100 * MIB).words == "100 MiB"
    assert Share(guest=0, vcpus=1).words == "1 vcpu"
