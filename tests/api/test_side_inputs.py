"""Side inputs of a host: none changes nothing, and a NUMA dump is one of the same host."""

from __future__ import annotations

import pytest

import placer
from placer.api.side_inputs import with_held, with_load, with_pools, with_reserve
from tests.support.commands import INSTANCES

XL = INSTANCES / "xl"
RUNNING = XL / "running"
VCPU_LIST = """\
Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard / Soft)
Domain-0                             0     0    0   r--       1.0  all / all
"""


def test_what_is_not_given_changes_nothing() -> None:
    parsed = placer.read_host(XL / "host.txt")
    assert with_pools(parsed, None) is parsed
    assert with_load(parsed, None, None) is parsed
    assert with_reserve(parsed.host, None) is parsed.host
    assert with_held(parsed, None, None) is parsed


def test_a_numa_dump_needs_the_domains_that_run_and_is_of_this_host() -> None:
    with pytest.raises(placer.InputError, match="a NUMA dump needs the domains that run: --running or --vcpu-list"):
        placer.read_host(RUNNING / "xl-info.txt", numa_dump=RUNNING / "dmesg.txt")
    with pytest.raises(placer.InputError, match=r"dmesg\.txt: the NUMA dump "):
        placer.read_host(XL / "host.txt", numa_dump=RUNNING / "dmesg.txt", vcpu_list=placer.Text(VCPU_LIST))
    parsed = placer.read_host(
        RUNNING / "xl-info.txt", free="0=1GiB", running=RUNNING / "xl-list.json", numa_dump=RUNNING / "dmesg.txt"
    )
    assert parsed.running is not None
    assert parsed.running.stated_free == {0}
    assert set(parsed.running.memory_kib or {}) == set(range(6))
