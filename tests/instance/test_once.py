"""What is worked out once for a host, and what is not."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.instance import Host
from placer.instance.once import once_for_host
from tests.support.building import GIB, a_host


def test_a_result_is_kept_for_each_host_function_and_argument() -> None:
    calls: list[tuple[int, int]] = []

    @once_for_host
    def first(host: Host, times: int, *, more: int = 0) -> int:
        calls.append((len(host.pnodes), times))
        return len(host.pnodes) * times + more

    @once_for_host
    def second(host: Host, times: int) -> int:
        return -times

    two, three = a_host(GIB, GIB), a_host(GIB, GIB, GIB)
    asked = [first(two, 2), first(two, 2), first(two, 5), first(three, 2), first(two, 2, more=1), second(two, 2)]
    assert asked == [4, 4, 10, 6, 5, -2]
    assert calls == [(2, 2), (2, 5), (3, 2), (2, 2)]


def test_a_changed_copy_of_a_host_keeps_nothing_and_equals_as_before() -> None:
    count = once_for_host(lambda host: len(host.pnodes))
    host = a_host(GIB, GIB)
    other = replace(host)
    assert count(host) == 2
    assert host == other
    assert count(replace(host, pnodes=host.pnodes[:1])) == 1


def test_a_failure_is_not_kept() -> None:
    calls: list[Host] = []

    @once_for_host
    def fails(host: Host) -> None:
        calls.append(host)
        raise ValueError("no")

    host = a_host(GIB)
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            fails(host)
    assert len(calls) == 2
