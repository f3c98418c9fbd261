"""Which items fit a site together, against trying every slot."""

from __future__ import annotations

from itertools import permutations
from random import Random

import numpy as np

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


def test_a_matching_is_found_where_trying_every_slot_finds_one_and_it_keeps_the_demands() -> None:
    found = {True: 0, False: 0}
    for seed in range(1500):
        slot_matching = some_matching(Random(seed))
        items = list(range(len(slot_matching.demands)))
        slots = slot_matching.match(0, items)
        assert (slots is not None) == exists(slot_matching, items) == slot_matching.fits(0, items), seed
        assert slots is None or keeps(slot_matching, items, slots), seed
        found[slots is not None] += 1
    assert min(found.values()) > 300


def test_items_that_fit_a_site_fit_it_without_one_and_a_minimal_set_that_does_not_fits_without_any() -> None:
    for seed in range(300):
        slot_matching = some_matching(Random(seed))
        items = list(range(len(slot_matching.demands)))
        if slot_matching.fits(0, items):
            assert all(slot_matching.fits(0, [v for v in items if v != gone]) for gone in items)
        else:
            few = slot_matching.fewest(0, items)
            assert not slot_matching.fits(0, few)
            assert all(slot_matching.fits(0, [v for v in few if v != gone]) for gone in few)


ALL = frozenset(range(8))


def test_many_demands_fit_a_large_site_and_one_too_many_does_not() -> None:
    slot_groups = tuple((core, core + 64) for core in range(64))
    every_slot = frozenset(range(128))
    demands = (
        *(SlotDemand(own=(every_slot,) * 2, sharing="alone") for _ in range(8)),
        *(SlotDemand(own=(every_slot,) * 7, sharing="paired") for _ in range(8)),
        *(SlotDemand(own=(every_slot,) * 5) for _ in range(8)),
        SlotDemand(common=frozenset({every_slot})),
        SlotDemand(own=(every_slot,)),
    )
    slot_matching = SlotMatching(demands=demands, slot_groups=(slot_groups,))
    # 16 slot groups are held alone, all 96 slots of the others are taken: none is left to share
    assert slot_matching.fits(0, range(24))
    assert not slot_matching.fits(0, range(25))
    assert not slot_matching.fits(0, [*range(24), 25])
    assert slot_matching.fits(0, [*range(23), 24, 25])


def test_items_have_the_number_of_their_demand_and_sites_that_of_their_free_slots() -> None:
    half = frozenset({0, 1, 2, 3})
    demands = (SlotDemand(own=(half,)), SlotDemand(), SlotDemand(own=(half,)), SlotDemand(own=(ALL,)))
    slot_matching = SlotMatching(demands=demands, slot_groups=(((0, 1),), ((2, 3),), ((4, 5),), ((0,), (1,)), None))
    assert slot_matching.item_kinds.tolist() == [0, -1, 0, 1]
    kinds = slot_matching.site_kinds.tolist()
    assert kinds[0] == kinds[1]
    assert len(set(kinds)) == 4
    assert slot_matching.infeasible_sites(np.array([0, 0, 0, 0])) == [0]
    assert slot_matching.infeasible_sites(np.array([4, 4, 4, 4])) == []


def test_the_last_item_fits_beside_the_others_of_each_row_only_where_a_slot_is_left() -> None:
    one = SlotDemand(own=(ALL,))
    slot_matching = SlotMatching(demands=(one, one, SlotDemand(), one), slot_groups=(((0, 1),), ((2,),), None))
    rows = np.array([[0, 0, 1], [0, 1, 1], [2, 2, 2]])  # of items 0, 1 and 2, of which the last asks for nothing
    asked = np.array([[True, True, True], [True, True, True], [False, True, True]])
    fits = slot_matching.fit_beside(rows, np.array([0, 1, 2, 3]), asked)
    assert fits.tolist() == [[False, True, True], [True, False, True], [False, True, True]]


def test_on_other_slot_groups_the_same_demands_are_matched_anew() -> None:
    two = SlotDemand(own=(ALL, ALL))
    small = SlotMatching(demands=(two,), slot_groups=(((0,),),))
    assert not small.fits(0, [0])
    assert small.only([((0, 1),)]).fits(0, [0])
    assert small.only([None]).fits(0, [0])
