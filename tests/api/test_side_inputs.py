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


def test_guests_of_xl_list_are_seen_as_built_at_no_known_moment() -> None:
    parsed = placer.read_host(
        RUNNING / "xl-info.txt", running=RUNNING / "xl-list.json", numa_dump=RUNNING / "dmesg.txt"
    )
    assert parsed.running is not None and parsed.running.sighting is not None
    sighting = parsed.running.sighting
    assert [(each.domid, each.name, each.built) for each in sighting.domains][2] == (3, "db", True)
    assert sighting.domains[2].uuid == "8e6f4ef4-84ee-4ddf-9e0f-52aa9dfe6eda"
    assert (sighting.taken, sighting.whole, sighting.gone_kib) == (None, False, {})


def test_what_xen_was_booted_with_is_kept_beside_pools_and_lists() -> None:
    text = (RUNNING / "xl-info.txt").read_text() + "\nxen_commandline        : dom0_mem=512M\n"
    parsed = placer.read_host(
        placer.Text(text),
        running=RUNNING / "xl-list.json",
        pools=placer.Text("Name CPU list\nPool-0 0-15\n"),
        reserve="1MiB",
    )
    assert any("has no max:SIZE" in note for note in parsed.free_notes)
