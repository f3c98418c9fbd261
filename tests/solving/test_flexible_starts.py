"""The answers from which a search over all numbers of vnodes starts: worked by hand."""

from __future__ import annotations

from placer.assignment.context import SearchContext
from placer.assignment.registry import STRATEGIES
from placer.instance import Flexible, Guest, Instance
from placer.solving.flexible_starts import of_width
from tests.support.building import GIB, a_host, an_instance

SLIT = ((10, 12, 21, 21), (12, 10, 21, 21), (21, 21, 10, 12), (21, 21, 12, 10))


def started(
    memory_kib: int, vcpus: int, most: int, online: int | None = None
) -> tuple[list[int], tuple[int, ...]] | None:
    flexible = Flexible(memory_kib=memory_kib, vcpu_count=vcpus, most=most)
    guest = Guest(name="db", flexible=flexible, online_vcpus=None if online is None else range(online))
    instance: Instance = an_instance(a_host(*(8 * GIB,) * 4, pcpus=3, slit=SLIT), guest)
    found = of_width(instance, STRATEGIES["optimal"], SearchContext(), allow_unplaced=False, keep=None)
    if found is None:
        return None
    assert found.solution.site_of is not None
    placement = found.lowered.to_placement(found.solution.site_of)
    return list(placement.counts().values()), found.solution.costs[:5]


def test_a_wide_guest_starts_with_a_pcpu_for_each_vcpu() -> None:
    # 6 vcpus, 3 pcpus a pnode: two vnodes on 0 and 1, each vcpu half local, half at 12: 6 x (500 x 10 + 500 x 12)
    assert started(4 * GIB, 6, 4) == ([2], (0, 0, 66_000, 2, 0))


def test_no_more_vnodes_than_its_range_allows() -> None:
    counts = started(4 * GIB, 12, 2)
    assert counts is not None
    assert counts[0] == [2]


def test_nothing_to_try_where_the_fewest_vnodes_give_each_vcpu_a_pcpu() -> None:
    assert started(4 * GIB, 3, 4) is None
    assert started(4 * GIB, 6, 4, online=3) is None
