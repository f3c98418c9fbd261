"""Slots of their own on the slot groups of a site: found wherever trying every slot finds them."""

from __future__ import annotations

from itertools import permutations
from random import Random

import numpy as np
import pytest

from placer.assignment import SlotDemand, SlotMatching

Assigned = dict[tuple[int, int], int]


def keeps(slot_matching: SlotMatching, items: list[int], slot_of: Assigned) -> bool:
    """Whether slots keep everything that the demands ask, from the definitions."""
    slot_groups = [set(slot_group) for slot_group in slot_matching.slot_groups[0] or ()]
    own = set(slot_of.values())
    closed, good = set(own), len(own) == len(slot_of)
    for v in items:
        demand = slot_matching.demands[v]
        mine = {slot_of[v, i] for i in range(len(demand.own))}
        good &= all(slot_of[v, i] in slots for i, slots in enumerate(demand.own))
        counts = [len(slot_group & mine) for slot_group in slot_groups]
        good &= demand.sharing != "paired" or counts.count(1) <= 1
        for slot_group in slot_groups if demand.sharing == "alone" else ():
            good &= not slot_group & mine or (len(slot_group & own) == 1 and not slot_group & slot_matching.occupied)
            closed |= slot_group if slot_group & mine else set()
    here = set().union(*slot_groups)
    return good and all((slots & here) - closed for v in items for slots in slot_matching.demands[v].common)


def exists(slot_matching: SlotMatching, items: list[int]) -> bool:
    members = [(v, i) for v in items for i in range(len(slot_matching.demands[v].own))]
    slots = [slot for slot_group in slot_matching.slot_groups[0] or () for slot in slot_group]
    return any(
        keeps(slot_matching, items, dict(zip(members, chosen, strict=True)))
        for chosen in permutations(slots, len(members))
    )


def some_matching(random: Random) -> SlotMatching:
    """Up to 3 demands with 5 slots of their own on up to 7 slots, in slot groups of 1 to 3."""
    slot_groups: list[tuple[int, ...]] = []
    first = 0
    for _ in range(random.randint(1, 4)):
        width = random.choice((1, 2, 2, 3)) if first < 5 else 1
        slot_groups.append(tuple(range(first, first + width)))
        first += width
    slots = range(first + 1)  # one of them is nowhere

    def some() -> frozenset[int]:
        return frozenset(slots) if random.random() < 0.6 else frozenset(random.sample(slots, random.randint(1, first)))

    widths = random.choice(((1,), (2,), (4,), (1, 1), (2, 1), (2, 3), (3, 2), (1, 1, 2)))
    occupied = frozenset({0}) if random.random() < 0.2 else frozenset()
    demands = [
        SlotDemand(
            own=tuple(some() - occupied for _ in range(width)),
            common=frozenset(some() for _ in range(random.choice((0, 0, 1, 2)))),
            sharing=random.choice(("any", "paired", "alone")),
        )
        for width in widths
    ]
    return SlotMatching(demands=tuple(demands), slot_groups=(tuple(slot_groups),), occupied=occupied)


def test_seats_are_found_where_trying_every_seat_finds_them_and_they_keep_what_is_asked() -> None:
    found = {True: 0, False: 0}
    for seed in range(1500):
        slot_matching = some_matching(Random(seed))
        items = list(range(len(slot_matching.demands)))
        slots = slot_matching.match(0, items)
        assert (slots is not None) == exists(slot_matching, items) == slot_matching.fits(0, items), seed
        assert slots is None or keeps(slot_matching, items, slots), seed
        found[slots is not None] += 1
    assert min(found.values()) > 300


def test_who_fits_a_site_fits_it_with_one_fewer_and_who_is_left_of_misfits_is_needed() -> None:
    for seed in range(300):
        slot_matching = some_matching(Random(seed))
        items = list(range(len(slot_matching.demands)))
        if slot_matching.fits(0, items):
            assert all(slot_matching.fits(0, [v for v in items if v != gone]) for gone in items)
        else:
            few = slot_matching.fewest(0, items)
            assert not slot_matching.fits(0, few)
            assert all(slot_matching.fits(0, [v for v in few if v != gone]) for gone in few)


FOUR_CORES = ((0, 4), (1, 5), (2, 6), (3, 7))
ALL = frozenset(range(8))


def on_four_cores(*demands: SlotDemand, occupied: frozenset[int] = frozenset()) -> SlotMatching:
    return SlotMatching(demands=demands, slot_groups=(FOUR_CORES,), occupied=occupied)


@pytest.mark.parametrize(("count", "fits"), [(4, True), (5, False)])
def test_each_of_a_party_that_sits_alone_takes_a_bench(count: int, fits: bool) -> None:
    assert on_four_cores(SlotDemand(own=(ALL,) * count, sharing="alone")).fits(0, [0]) is fits


def test_a_party_in_pairs_leaves_one_alone_and_shares_his_bench_with_others() -> None:
    five = SlotDemand(own=(ALL,) * 5, sharing="paired")
    three = SlotDemand(own=(ALL,) * 3, sharing="paired")
    assert on_four_cores(five, three).fits(0, [0, 1])  # 2 + 2 + 1 and 2 + 1: the two odd ones on one slot group
    occupied = frozenset({0, 1, 2})  # three slot groups have one slot left each
    assert not on_four_cores(SlotDemand(own=(ALL - occupied,) * 4, sharing="paired"), occupied=occupied).fits(0, [0])
    assert on_four_cores(SlotDemand(own=(ALL - occupied,) * 3, sharing="paired"), occupied=occupied).fits(0, [0])


def test_who_minds_nobody_sits_on_full_benches() -> None:
    slots = on_four_cores(SlotDemand(own=(ALL,) * 4)).match(0, [0])
    assert slots is not None
    assert sorted(slots.values()) == [0, 1, 4, 5]
    beside = on_four_cores(SlotDemand(own=(ALL,), sharing="alone"), SlotDemand(own=(ALL,) * 4)).match(0, [0, 1])
    assert beside is not None
    assert sorted(slot for (v, _), slot in beside.items() if v == 1) == [1, 2, 5, 6]


def test_one_seat_is_left_to_those_who_share() -> None:
    sharing = SlotDemand(common=frozenset({ALL}))
    assert on_four_cores(SlotDemand(own=(ALL,) * 7), sharing).fits(0, [0, 1])
    assert not on_four_cores(SlotDemand(own=(ALL,) * 8), sharing).fits(0, [0, 1])
    assert not on_four_cores(SlotDemand(own=(ALL,) * 4, sharing="alone"), sharing).fits(0, [0, 1])


def test_many_parties_on_a_large_site_are_seated_and_one_too_many_is_not() -> None:
    slot_groups = tuple((core, core + 64) for core in range(64))
    everybody = frozenset(range(128))
    demands = (
        *(SlotDemand(own=(everybody,) * 2, sharing="alone") for _ in range(8)),
        *(SlotDemand(own=(everybody,) * 7, sharing="paired") for _ in range(8)),
        *(SlotDemand(own=(everybody,) * 5) for _ in range(8)),
        SlotDemand(common=frozenset({everybody})),
        SlotDemand(own=(everybody,)),
    )
    slot_matching = SlotMatching(demands=demands, slot_groups=(slot_groups,))
    # 16 slot groups are somebody's own, 96 of the other 96 slots are taken: none is left to share
    assert slot_matching.fits(0, range(24))
    assert not slot_matching.fits(0, range(25))
    assert not slot_matching.fits(0, [*range(24), 25])
    assert slot_matching.fits(0, [*range(23), 24, 25])


def test_items_and_sites_are_numbered_by_what_they_ask_and_look_like() -> None:
    half = frozenset({0, 1, 2, 3})
    demands = (SlotDemand(own=(half,)), SlotDemand(), SlotDemand(own=(half,)), SlotDemand(own=(ALL,)))
    slot_matching = SlotMatching(demands=demands, slot_groups=(((0, 1),), ((2, 3),), ((4, 5),), ((0,), (1,)), None))
    assert slot_matching.item_kinds.tolist() == [0, -1, 0, 1]
    kinds = slot_matching.site_kinds.tolist()
    assert kinds[0] == kinds[1]
    assert len(set(kinds)) == 4
    assert slot_matching.infeasible_sites(np.array([0, 0, 0, 0])) == [0]
    assert slot_matching.infeasible_sites(np.array([4, 4, 4, 4])) == []
