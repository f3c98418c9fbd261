"""The rule of sets of pnodes, by hand, and against the committed rows of the real Xen."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from benchmarks.set_batches import KINDS
from benchmarks.set_page import make_page
from benchmarks.set_rule import (
    BROKEN,
    asks_for_gib,
    elsewhere,
    hold,
    low_zone_mib,
    most_on_a_pnode,
    overhead_on_a_pnode,
)
from benchmarks.set_trials import Row
from placer.instance import GuestType
from placer.instance.set_spare import spare_kib
from tests.support.building import a_guest

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results" / "xen_sets.csv"
PAGE = RESULTS.parents[1] / "xen_sets.md"
ROW = {
    "kind": "pv",
    "mib": "600",
    "start_mib": "",
    "vcpus": "2",
    "set": "0 1",
    "low_free": "114432",
    "free": "372819 389801 391041",
    "pages": "76800 76800 0",
    "overhead": "0 24 1",
}


def all_rows() -> list[Row]:
    with RESULTS.open(newline="", encoding="utf-8") as file:
        return [*csv.DictReader(file)]


def rows() -> list[Row]:
    return [row for row in all_rows() if row["kind"] in KINDS and row["batch"] not in BROKEN]


@pytest.mark.parametrize(
    ("memsize_mib", "low_mib"), [(1024, 256), (1536, 512), (2048, 512), (2049, 1024), (6144, 2048), (131072, 4096)]
)
def test_the_low_zone_is_the_power_of_two_from_a_quarter_of_pnode_0_on(memsize_mib: int, low_mib: int) -> None:
    assert low_zone_mib(memsize_mib) == low_mib


def test_a_paging_pool_lies_on_the_set_but_for_a_mib_that_lies_on_all_pnodes() -> None:
    """Two vcpus and 1,000 MiB: 1,512 pages, 256 of them on four pnodes, the rest on two; 32 + 2 x 7 pages besides."""
    assert overhead_on_a_pnode("pvh", 1000, 2, parts=2, host_pnodes=4) == 64 + 628 + 46
    assert overhead_on_a_pnode("pv", 1000, 2, parts=2, host_pnodes=4) == 24 + 8


def test_a_part_may_be_larger_by_an_extent_and_where_whole_gib_are_asked_for_by_most_of_one() -> None:
    assert most_on_a_pnode("pv", 2048, 2) == 262144 + 512 + 17
    assert most_on_a_pnode("hvm", 2047, 2) == 262016 + 512 + 17
    assert most_on_a_pnode("hvm", 2048, 2) == most_on_a_pnode("pvh", 2048, 2) == 262144 + 512 + 17 + 131072
    assert most_on_a_pnode("pvh", 2048, 2, balloons=True) == 262144 + 512 + 17


def test_a_stray_page_of_a_guest_that_had_room_is_against_the_rule() -> None:
    assert not hold(ROW).fault()
    assert hold(ROW | {"pages": "76800 76799 1"}).fault()
    assert hold(ROW | {"pages": "77400 76200 0"}).fault()
    assert hold(ROW | {"overhead": "0 90 1"}).fault()


def test_the_low_zone_is_no_room() -> None:
    tight = ROW | {"mib": "2200", "pages": "258000 305200 0"}
    assert not hold(tight).roomy
    assert hold(tight | {"low_free": "50000"}).roomy


def test_xen_did_what_the_rule_says() -> None:
    held = [hold(row) for row in rows()]
    assert sum(each.roomy for each in held) >= 40
    assert sum(not each.roomy and each.outside > 0 for each in held) >= 10, "the margins are not for nothing"
    assert [each for each in held if each.fault()] == []


def test_parts_differ_by_an_extent_at_most_where_no_gib_is_asked_for() -> None:
    compared = 0
    for row in rows():
        mib = int(row["start_mib"] or row["mib"])
        if hold(row).roomy and not asks_for_gib(row["kind"], mib) and not row["start_mib"]:
            parts = [int(row["pages"].split()[int(p)]) for p in row["set"].split() if p.isdigit()]
            assert max(parts) - min(parts) <= 512 + 1, row
            compared += len(parts) > 1
    assert compared >= 30


def test_the_page_is_that_of_the_rows() -> None:
    assert PAGE.read_text(encoding="utf-8") == make_page(all_rows())


@pytest.mark.parametrize("kind", ["pv", "pvh", "hvm"])
@pytest.mark.parametrize("mib", [600, 1024, 3000])
def test_the_room_that_placer_leaves_is_that_of_the_rule(kind: GuestType, mib: int) -> None:
    """But for special pages, which the rule of the experiments allows every kind, and the paging pool, an overhead."""
    guest = a_guest(mib * 512, mib * 512, vcpus=(2, 1), type=kind, form="set", one_to_one=True)
    beside = most_on_a_pnode(kind, mib, 2) - mib * 128 - (0 if kind == "pvh" else 17) + elsewhere(kind, 3, 4)
    pool = 0 if kind == "pv" else 64
    assert spare_kib(guest) == 4 * (beside - pool)
