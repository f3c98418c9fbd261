"""A bandwidth matrix in the place of distances: 10 x what a pnode reads from itself / what it reads there."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.formats.native.instance_json import dump_host, parse_host
from placer.instance import Host, Placement
from placer.job.notes import answer_notes
from placer.job.request import Request, from_instance
from placer.solving.pipeline import solve
from tests.support.building import GIB, a_guest, a_host, an_instance

SLIT = ((10, 12, 21), (12, 10, 21), (21, 21, 10))


def a_host_with(*rows: tuple[int, ...]) -> Host:
    return replace(a_host(4 * GIB, 4 * GIB, 4 * GIB, slit=SLIT), bandwidth=rows)


def test_a_distance_is_how_much_slower_than_its_own_memory_halves_up() -> None:
    host = a_host_with((100, 40, 80), (60, 120, 160), (30, 10, 90))
    # 1000/40 = 25, 1000/80 = 12.5; 1200/60 = 20, 1200/160 = 7.5; 900/30 = 30, 900/10 = 90
    assert host.distances == ((10, 25, 13), (20, 10, 8), (30, 90, 10))


def test_nothing_is_unreachable_but_what_has_no_bandwidth_or_the_slit_says_so() -> None:
    host = replace(a_host_with((1000, 0, 1), (1, 1, 1), (1, 1, 1)), slit=((10, 12, 21), (255, 10, 21), (21, 21, 10)))
    assert host.distances == ((10, 255, 254), (255, 10, 10), (10, 10, 10))


def test_the_row_of_a_pnode_without_pcpus_may_be_0_and_leaves_the_slit() -> None:
    assert a_host_with((90, 30, 45), (30, 90, 45), (0, 0, 0)).distances[2] == SLIT[2]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (((1, 1, 1),), "bandwidth has 1 rows for 3 pnodes"),
        (((1, 1), (1, 1, 1), (1, 1, 1)), "bandwidth row 0 has 2 entries for 3 pnodes"),
        (((0, 1, 1), (1, 1, 1), (1, 1, 1)), "bandwidth row 0 has 0 for the pnode itself"),
    ],
)
def test_a_matrix_without_sense_is_refused(rows: tuple[tuple[int, ...], ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        a_host_with(*rows)


def test_it_decides_where_vnodes_go_and_the_report_says_so() -> None:
    # by the SLIT pnodes 0 and 1 are near, by what they read 0 and 2 are
    host = a_host_with((100, 40, 90), (40, 100, 40), (90, 40, 100))
    instance = an_instance(host, a_guest(3 * GIB, 3 * GIB))
    answer = solve(instance)
    assert answer.placement in [Placement(pnode_of={"db": places}) for places in ((0, 2), (2, 0))]
    assert answer.mean_access_distance == 10.5  # 1000 / 90 = 11.1
    notes = answer_notes(Request(instance=instance), answer.placement)
    assert "distances are the host's bandwidths, 10 x local / remote, not its SLIT" in notes


def test_a_host_with_bandwidth_is_written_and_read_back() -> None:
    host = a_host_with((100, 40, 90), (40, 100, 40), (90, 40, 100))
    assert parse_host(dump_host(host), "x.json") == host


def test_distances_are_not_assumed_beside_a_bandwidth() -> None:
    host = replace(a_host(4 * GIB, 4 * GIB), bandwidth=((100, 40), (40, 100)))
    assert from_instance(an_instance(host, a_guest(GIB)), place="x.json").notes == ()
