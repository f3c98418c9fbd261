"""The tiers as the documentation of objectives has them, highest first."""

from __future__ import annotations

import pytest

from placer.instance.objective_terms import Tier, check_tiers, tiers_of


def names(*tiers: dict[str, int]) -> list[set[str]]:
    """Without the two tiers of what is unplaced."""
    return [set(tier) for tier in tiers[2:]]


NEAR, FREE, SOFT = {"access_distance"}, {"core_sharing"}, {"device_distance", "soft_affinity", "vdistance"}


def test_the_named_orders_differ_in_nearness_and_free_cores_only() -> None:
    assert names(*tiers_of("default")) == [NEAR | FREE, SOFT, {"shape"}]
    assert names(*tiers_of("distance")) == [NEAR, FREE, SOFT, {"shape"}]
    assert names(*tiers_of("cores-first")) == [FREE, NEAR, SOFT, {"shape"}]


def test_room_for_expected_guests_has_the_place_that_the_name_says() -> None:
    room = {"future_capacity"}
    assert names(*tiers_of("room-first", future=True)) == [room, NEAR | FREE, SOFT, {"shape"}]
    assert names(*tiers_of("distance", future=True)) == [NEAR, FREE, room, SOFT, {"shape"}]
    assert names(*tiers_of("default", future=True)) == [NEAR | FREE | room, SOFT, {"shape"}]
    assert tiers_of("room-first") == tiers_of("default")


def test_what_is_unplaced_counts_first_even_where_nothing_else_does() -> None:
    assert all(len(tier) == 1 for tier in tiers_of(()))
    assert tiers_of("cores-first")[:2] == tiers_of(()) == tiers_of("default")[:2]
    assert len(tiers_of(())) == 2


def test_vnodes_and_moves_have_tiers_of_their_own() -> None:
    assert names(*tiers_of("distance", kept=True, flexible=True)) == [
        NEAR,
        FREE,
        {"vnodes"},
        SOFT,
        {"moved"},
        {"shape"},
    ]


def test_the_named_orders_keep_off_pnodes_with_devices_only_where_devices_are_known() -> None:
    assert names(*tiers_of("default", devices=True)) == [NEAR | FREE, SOFT, {"device_pnodes"}, {"shape"}]
    assert names(*tiers_of("distance", devices=True, kept=True))[2:] == [
        SOFT,
        {"moved"},
        {"device_pnodes"},
        {"shape"},
    ]


def test_what_somebody_wrote_has_the_term_where_they_wrote_it() -> None:
    weighed: tuple[Tier, ...] = ({"soft_affinity": 1, "device_pnodes": 2}, {"shape": 1})
    assert tiers_of(weighed)[2:] == weighed
    assert names(*tiers_of(weighed, kept=True, devices=True)) == [
        {"soft_affinity", "device_pnodes"},
        {"moved"},
        {"shape"},
    ]
    assert names(*tiers_of(({"vdistance": 1}, {"device_pnodes": 1}), kept=True)) == [
        {"vdistance"},
        {"moved"},
        {"device_pnodes"},
    ]


def test_without_shape_moves_count_last_and_without_nearness_vnodes_count_first() -> None:
    assert tiers_of(({"vdistance": 3},), kept=True, flexible=True)[2:] == (
        {"vnodes": 1},
        {"vdistance": 3},
        {"moved": 1},
    )


@pytest.mark.parametrize(
    ("tiers", "said"),
    [
        (({"vdistance": 1}, {}), r"tiers\[1\] is empty, expected terms with their weights"),
        (
            ({"vdistance": 1}, {"core_sharing": 2, "vdistance": 1}),
            r"vdistance stands in tiers\[0\] and tiers\[1\], expected in one",
        ),
        (
            ({"shape": 1, "core_sharing": 1},),
            r"tiers\[0\] weighs shape, in another unit than the rest, expected it alone with weight 1",
        ),
        (({"shape": 2},), r"tiers\[0\] weighs shape, in another unit than the rest, expected it alone with weight 1"),
    ],
)
def test_tiers_that_make_no_sense_are_refused(tiers: tuple[Tier, ...], said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        check_tiers(tiers)
