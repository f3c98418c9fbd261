"""How vcpus are divided without cutting cores, and which topology fits the vnodes: by hand and by enumeration."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from placer.instance import Flexible, Guest
from placer.instance.topology import Topology, shares

SMT = Topology(sockets=2, dies=2, cores=3, threads=2)


@pytest.mark.parametrize(
    ("topology", "k", "sizes"),
    [
        (Topology(cores=3, threads=2), 2, [4, 2]),  # cores 2 and 1
        (Topology(cores=3, threads=2), 3, [2, 2, 2]),
        (Topology(cores=3, threads=2), 4, [2, 2, 1, 1]),  # more vnodes than cores
        (Topology(sockets=3, cores=2), 2, [4, 2]),  # sockets 2 and 1
        (SMT, 2, [12, 12]),
        (SMT, 3, [12, 6, 6]),  # dies 2, 1 and 1
        (SMT, 8, [4, 2, 4, 2, 4, 2, 4, 2]),  # each die of three cores in two
        (SMT, 5, [6, 6, 4, 4, 4]),  # more than the dies: 12 cores in five
        (Topology(sockets=2, cores=3, threads=2), 3, [4, 4, 4]),
        (Topology(dies=2, clusters=2, threads=4), 2, [8, 8]),
        (Topology(threads=8), 2, [4, 4]),
    ],
)
def test_the_largest_units_that_suffice_are_divided(topology: Topology, k: int, sizes: list[int]) -> None:
    assert shares(topology.vcpu_count, k, topology) == sizes


def test_no_core_is_cut_where_none_has_to_be() -> None:
    """Held against every way to cut: none that cuts as few cores has a smaller largest part, but for whole dies."""
    for threads in (1, 2, 3, 4):
        for cores in range(1, 6):
            topology = Topology(cores=cores, threads=threads)
            n = topology.vcpu_count
            if n > 15:  # half a million ways
                continue
            for k in range(1, n + 1):
                ways = [list(pairwise((0, *cuts, n))) for cuts in combinations(range(1, n), k - 1)]
                fewest = min(_cut(topology, [b - a for a, b in way]) for way in ways)
                level = [way for way in ways if _cut(topology, [b - a for a, b in way]) == fewest]
                found = shares(n, k, topology)
                assert sum(found) == n
                assert (_cut(topology, found) == 0) == (k <= cores or threads == 1)
                if k <= cores:
                    assert max(found) == min(max(b - a for a, b in way) for way in level)


def _cut(topology: Topology, sizes: list[int]) -> int:
    owners = [part for part, size in enumerate(sizes) for _ in range(size)]
    cores = [set(owners[i : i + topology.threads]) for i in range(0, len(owners), topology.threads)]
    return sum(len(core) > 1 for core in cores)


@pytest.mark.parametrize(
    ("topology", "owners", "fitted"),
    [
        (Topology(sockets=2, cores=2), [0, 0, 1, 1], Topology(sockets=2, cores=2)),
        (Topology(cores=4, threads=2), [0] * 4 + [1] * 4, Topology(sockets=2, cores=2, threads=2)),
        (Topology(dies=2, cores=2, threads=2), [0] * 4 + [1] * 4, Topology(sockets=2, cores=2, threads=2)),
        (Topology(dies=4, cores=2), [0] * 4 + [1] * 4, Topology(sockets=2, dies=2, cores=2)),
        (Topology(clusters=4, cores=2), [0] * 4 + [1] * 4, Topology(sockets=2, clusters=2, cores=2)),
        (Topology(cores=2, threads=2), [0, 0, 0, 1], Topology(sockets=4)),  # a core is cut
        (Topology(threads=8), [0] * 4 + [1] * 4, Topology(sockets=2, threads=4)),
        (Topology(cores=3, threads=2), [0, 0, 1, 1, 0, 0], Topology(sockets=3, threads=2)),  # two parts merged
        (Topology(cores=6), [0] * 6, Topology(cores=6)),
    ],
)
def test_no_socket_lies_in_two_vnodes(topology: Topology, owners: list[int], fitted: Topology) -> None:
    found = topology.fitted(owners)
    assert found == fitted
    size = found.vcpu_count // found.sockets
    assert all(len(set(owners[i : i + size])) == 1 for i in range(0, len(owners), size))


def test_cores_with_threads_in_two_vnodes_are_counted() -> None:
    assert Topology(cores=3, threads=2).cut_cores([0, 0, 0, 1, 1, 0]) == 2


def test_a_topology_of_other_vcpus_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^topology 2 sockets x 2 dies x 3 cores x 2 threads has 24 vcpus, expected"):
        Guest(name="db", flexible=Flexible(memory_kib=8, vcpu_count=20), topology=SMT)


@pytest.mark.parametrize("threads", [0, -1, 4097])
def test_a_number_out_of_range_is_refused(threads: int) -> None:
    with pytest.raises(ValueError, match=rf"^Topology\.threads: expected int .*, got {threads}$"):
        Topology(threads=threads)


def test_a_flexible_guest_is_cut_between_cores_and_a_set_is_not_concerned() -> None:
    flexible = Flexible(memory_kib=4 * 1024**2, vcpu_count=6)
    cut = Guest(name="db", flexible=flexible, topology=Topology(cores=3, threads=2)).split_into(2)
    assert [len(vnode.vcpus) for vnode in cut.vnodes] == [4, 2]
    spread = Guest(name="db", flexible=flexible, topology=Topology(cores=3, threads=2), form="set").split_into(2)
    assert [len(vnode.vcpus) for vnode in spread.vnodes] == [3, 3]
