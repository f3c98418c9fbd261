"""Instances built in code with values that an instance file could not have."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.errors import InputError
from placer.instance import Host, Instance, Pnode
from placer.solving.valid import check_valid
from tests.support.building import GIB, a_guest, a_host, an_instance

GUEST = a_guest(GIB)
WRONG = replace(GUEST, vnodes=(replace(GUEST.vnodes[0], memory_kib=-1),))  # replace() checks nothing


def test_a_valid_instance_passes_once_and_again() -> None:
    instance = an_instance(a_host(2 * GIB, GIB), GUEST)
    check_valid(instance)
    check_valid(instance)


def test_a_host_of_types_or_ranges_that_no_file_could_give_is_refused_each_time() -> None:
    ranges = Instance(host=Host(pnodes=(replace(Pnode(id=0, memory_kib=8), pcpus=range(2)),)), guests=())
    negative = Instance(host=replace(a_host(GIB), claimed_kib=-1), guests=())
    for _ in range(2):
        with pytest.raises(InputError, match=r"no valid instance: .*range"):
            check_valid(ranges)
        with pytest.raises(InputError, match=r"no valid instance: .*`\$\.host\.claimed_kib`"):
            check_valid(negative)


def test_a_guest_is_refused_on_a_host_that_was_seen_before() -> None:
    instance = an_instance(a_host(2 * GIB, GIB), GUEST)
    check_valid(instance)
    with pytest.raises(InputError, match=r"no valid instance: .*`\$\.guests\[0\]\.vnodes\[0\]\.memory_kib`"):
        check_valid(replace(instance, guests=(WRONG,)))


def test_something_else_in_the_place_of_a_host_is_refused() -> None:
    with pytest.raises(InputError, match=r"no valid instance: .*`\$\.host`"):
        check_valid(replace(an_instance(a_host(GIB)), host="a host"))
