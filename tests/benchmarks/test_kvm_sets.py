"""What is read of a guest's memory in the emulated Linux, and how a trial is said to QEMU."""

from __future__ import annotations

import pytest

from benchmarks.kvm.host import largest_mapping
from benchmarks.kvm.trials import Trial, arguments

MAPS = """\
7fe9e8000000 default anon=330 dirty=330 active=0 N0=328 N1=2 kernelpagesize_kB=4
7fe9eea00000 bind:0-1 anon=2048 dirty=2048 active=0 N0=1536 N1=512 kernelpagesize_kB=4
7fea16706000 default file=/usr/lib/x86_64-linux-gnu/libc.so.6 mapped=3 N1=3 kernelpagesize_kB=4
7fea16707000 default
"""
"""As Linux 6.1 printed it."""


def test_the_memory_of_a_guest_is_the_largest_mapping_in_mib_by_node() -> None:
    assert largest_mapping(MAPS) == ((6, 2, 0, 0), "bind:0-1")


def test_huge_pages_count_as_2_mib_and_a_policy_may_have_two_words() -> None:
    huge = "7f00 prefer (many):0-1 file=/memfd:ram\\040(deleted) huge dirty=192 N0=64 N3=128 kernelpagesize_kB=2048\n"
    assert largest_mapping(MAPS + huge) == ((128, 0, 0, 256), "prefer (many):0-1")


@pytest.mark.parametrize(
    ("trial", "backend"),
    [
        (Trial(words="bind"), "memory-backend-ram,id=ram,size=512M,host-nodes=0-1,policy=bind "),
        (Trial(words="no policy", policy="cpuset"), "memory-backend-ram,id=ram,size=512M "),
        (
            Trial(words="huge", huge=(1,), prealloc="prealloc=on"),
            "memory-backend-memfd,hugetlb=on,hugetlbsize=2M,id=ram,size=512M,host-nodes=0-1,policy=bind,prealloc=on ",
        ),
    ],
    ids=lambda value: value.words if isinstance(value, Trial) else "",
)
def test_a_trial_is_said_to_qemu_as_one_backend(trial: Trial, backend: str) -> None:
    assert f"-object {backend}" in arguments(trial)
