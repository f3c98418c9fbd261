"""Distances by hand: 10 x what a pnode reads from itself / what it reads from another."""

from __future__ import annotations

import pytest

from placer.instance.distances import check_bandwidth, check_slit, distances, mended_slit, slit_remarks


def test_a_host_that_states_nothing_is_10_and_20() -> None:
    assert distances(3, None, None) == ((10, 20, 20), (20, 10, 20), (20, 20, 10))


def test_a_negative_distance_and_one_of_255_or_more_are_unreachable() -> None:
    assert distances(3, ((10, -1, 254), (255, 10, 21), (2**32 - 1, 21, 10)), None) == (
        (10, 255, 254),
        (255, 10, 21),
        (255, 21, 10),
    )


def test_bandwidth_goes_before_the_slit_and_halves_are_rounded_up() -> None:
    # 10 x 90 / 80 = 11.25; 10 x 50 / 40 = 12.5
    assert distances(2, ((10, 99), (99, 10)), ((90, 80), (40, 50))) == ((10, 11), (13, 10))


def test_what_either_calls_unreachable_stays_so_and_a_row_without_bandwidth_keeps_its_slit() -> None:
    slit = ((10, 21, 255), (21, 10, 31), (17, 28, 10))
    assert distances(3, slit, ((100, 0, 50), (50, 100, 25), (0, 0, 0))) == ((10, 255, 255), (20, 10, 40), (17, 28, 10))


def test_a_distance_from_bandwidth_stays_within_1_and_254() -> None:
    assert distances(2, None, ((1, 1000), (1, 1000))) == ((10, 1), (254, 10))


def test_matrices_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^slit has 1 rows for 2 pnodes$"):
        check_slit(((10, 20),), 2)
    with pytest.raises(ValueError, match=r"^bandwidth row 1 has 1 entries for 2 pnodes$"):
        check_bandwidth(((9, 9), (9,)), 2)
    with pytest.raises(ValueError, match=r"^slit row 1 has a distance of 0, expected at least 1 \(10 is local\)$"):
        check_slit(((10, 20), (0, 10)), 2)
    with pytest.raises(ValueError, match=r"^bandwidth row 0 has 0 for the pnode itself, expected what it reads from"):
        check_bandwidth(((0, 5), (5, 9)), 2)
    check_bandwidth(((0, 0), (5, 9)), 2)


def test_a_pnode_that_cannot_reach_its_own_memory_is_a_gap_in_the_slit() -> None:
    assert mended_slit(((10, -1), (-1, -1))) == ((10, 20), (20, 10))
    assert mended_slit(((10, 31, 21), (2**32 - 1, 255, 255), (21, -1, 10))) == (
        (10, 31, 21),
        (31, 10, 31),
        (21, 31, 10),
    )
    assert distances(1, ((-1,),), None) == ((10,),)


def test_pnodes_that_reach_themselves_may_still_not_reach_each_other() -> None:
    slit = ((10, 255, 21), (255, 10, 255), (21, 255, -1))
    assert mended_slit(slit) == ((10, 255, 21), (255, 10, 21), (21, 21, 10))
    assert mended_slit(slit[:2]) == slit[:2]


def test_remarks_name_what_a_slit_cannot_mean_and_the_way_out() -> None:
    assert slit_remarks(None, [0, 1]) == slit_remarks(((17, 21), (31, 10)), [0, 1]) == []
    assert slit_remarks(((10, -1), (21, -1)), [0, 8]) == [
        "the SLIT says that pnodes 8 cannot reach their own memory, so entries are missing: 10 to themselves and 21 to "
        "and from others are assumed where none is stated; slit in the host's JSON, which placer host prints, corrects "
        "it"
    ]
    assert slit_remarks(((20, 10, 10), (20, 20, 255), (31, 31, 30)), [0, 1, 8]) == [
        "the SLIT says that pnode 0 reaches the memory of pnode 1 (distance 10) sooner than its own (20), and so for 1 "
        "more pairs; it is taken as it is, slit in the host's JSON, which placer host prints, corrects it"
    ]
