"""Seats of their own on the benches of a site: found wherever trying every seat finds them."""

from __future__ import annotations

from itertools import permutations
from random import Random

import numpy as np
import pytest

from placer.assignment import SlotDemand, SlotMatching

Assigned = dict[tuple[int, int], int]


def keeps(seating: SlotMatching, items: list[int], seat_of: Assigned) -> bool:
    """Whether seats keep everything that the parties ask, from the definitions."""
    benches = [set(bench) for bench in seating.benches[0] or ()]
    own = set(seat_of.values())
    closed, good = set(own), len(own) == len(seat_of)
    for v in items:
        party = seating.parties[v]
        mine = {seat_of[v, i] for i in range(len(party.own))}
        good &= all(seat_of[v, i] in seats for i, seats in enumerate(party.own))
        counts = [len(bench & mine) for bench in benches]
        good &= party.company != "paired" or counts.count(1) <= 1
        for bench in benches if party.company == "alone" else ():
            good &= not bench & mine or (len(bench & own) == 1 and not bench & seating.busy)
            closed |= bench if bench & mine else set()
    here = set().union(*benches)
    return good and all((seats & here) - closed for v in items for seats in seating.parties[v].common)


def exists(seating: SlotMatching, items: list[int]) -> bool:
    members = [(v, i) for v in items for i in range(len(seating.parties[v].own))]
    seats = [seat for bench in seating.benches[0] or () for seat in bench]
    return any(
        keeps(seating, items, dict(zip(members, chosen, strict=True))) for chosen in permutations(seats, len(members))
    )


def some_seating(random: Random) -> SlotMatching:
    """Up to 3 parties with 5 seats of their own on up to 7 seats, in benches of 1 to 3."""
    benches: list[tuple[int, ...]] = []
    first = 0
    for _ in range(random.randint(1, 4)):
        width = random.choice((1, 2, 2, 3)) if first < 5 else 1
        benches.append(tuple(range(first, first + width)))
        first += width
    seats = range(first + 1)  # one of them is nowhere

    def some() -> frozenset[int]:
        return frozenset(seats) if random.random() < 0.6 else frozenset(random.sample(seats, random.randint(1, first)))

    widths = random.choice(((1,), (2,), (4,), (1, 1), (2, 1), (2, 3), (3, 2), (1, 1, 2)))
    busy = frozenset({0}) if random.random() < 0.2 else frozenset()
    parties = [
        SlotDemand(
            own=tuple(some() - busy for _ in range(width)),
            common=frozenset(some() for _ in range(random.choice((0, 0, 1, 2)))),
            company=random.choice(("any", "paired", "alone")),
        )
        for width in widths
    ]
    return SlotMatching(parties=tuple(parties), benches=(tuple(benches),), busy=busy)


def test_seats_are_found_where_trying_every_seat_finds_them_and_they_keep_what_is_asked() -> None:
    found = {True: 0, False: 0}
    for seed in range(1500):
        seating = some_seating(Random(seed))
        items = list(range(len(seating.parties)))
        seats = seating.seats(0, items)
        assert (seats is not None) == exists(seating, items) == seating.fits(0, items), seed
        assert seats is None or keeps(seating, items, seats), seed
        found[seats is not None] += 1
    assert min(found.values()) > 300


def test_who_fits_a_site_fits_it_with_one_fewer_and_who_is_left_of_misfits_is_needed() -> None:
    for seed in range(300):
        seating = some_seating(Random(seed))
        items = list(range(len(seating.parties)))
        if seating.fits(0, items):
            assert all(seating.fits(0, [v for v in items if v != gone]) for gone in items)
        else:
            few = seating.fewest(0, items)
            assert not seating.fits(0, few)
            assert all(seating.fits(0, [v for v in few if v != gone]) for gone in few)


FOUR_CORES = ((0, 4), (1, 5), (2, 6), (3, 7))
ALL = frozenset(range(8))


def on_four_cores(*parties: SlotDemand, busy: frozenset[int] = frozenset()) -> SlotMatching:
    return SlotMatching(parties=parties, benches=(FOUR_CORES,), busy=busy)


@pytest.mark.parametrize(("count", "fits"), [(4, True), (5, False)])
def test_each_of_a_party_that_sits_alone_takes_a_bench(count: int, fits: bool) -> None:
    assert on_four_cores(SlotDemand(own=(ALL,) * count, company="alone")).fits(0, [0]) is fits


def test_a_party_in_pairs_leaves_one_alone_and_shares_his_bench_with_others() -> None:
    five = SlotDemand(own=(ALL,) * 5, company="paired")
    three = SlotDemand(own=(ALL,) * 3, company="paired")
    assert on_four_cores(five, three).fits(0, [0, 1])  # 2 + 2 + 1 and 2 + 1: the two odd ones on one bench
    busy = frozenset({0, 1, 2})  # three benches have one seat left each
    assert not on_four_cores(SlotDemand(own=(ALL - busy,) * 4, company="paired"), busy=busy).fits(0, [0])
    assert on_four_cores(SlotDemand(own=(ALL - busy,) * 3, company="paired"), busy=busy).fits(0, [0])


def test_who_minds_nobody_sits_on_full_benches() -> None:
    seats = on_four_cores(SlotDemand(own=(ALL,) * 4)).seats(0, [0])
    assert seats is not None
    assert sorted(seats.values()) == [0, 1, 4, 5]
    beside = on_four_cores(SlotDemand(own=(ALL,), company="alone"), SlotDemand(own=(ALL,) * 4)).seats(0, [0, 1])
    assert beside is not None
    assert sorted(seat for (v, _), seat in beside.items() if v == 1) == [1, 2, 5, 6]


def test_one_seat_is_left_to_those_who_share() -> None:
    sharing = SlotDemand(common=frozenset({ALL}))
    assert on_four_cores(SlotDemand(own=(ALL,) * 7), sharing).fits(0, [0, 1])
    assert not on_four_cores(SlotDemand(own=(ALL,) * 8), sharing).fits(0, [0, 1])
    assert not on_four_cores(SlotDemand(own=(ALL,) * 4, company="alone"), sharing).fits(0, [0, 1])


def test_many_parties_on_a_large_site_are_seated_and_one_too_many_is_not() -> None:
    benches = tuple((core, core + 64) for core in range(64))
    everybody = frozenset(range(128))
    parties = (
        *(SlotDemand(own=(everybody,) * 2, company="alone") for _ in range(8)),
        *(SlotDemand(own=(everybody,) * 7, company="paired") for _ in range(8)),
        *(SlotDemand(own=(everybody,) * 5) for _ in range(8)),
        SlotDemand(common=frozenset({everybody})),
        SlotDemand(own=(everybody,)),
    )
    seating = SlotMatching(parties=parties, benches=(benches,))
    # 16 benches are somebody's own, 96 of the other 96 seats are taken: none is left to share
    assert seating.fits(0, range(24))
    assert not seating.fits(0, range(25))
    assert not seating.fits(0, [*range(24), 25])
    assert seating.fits(0, [*range(23), 24, 25])


def test_items_and_sites_are_numbered_by_what_they_ask_and_look_like() -> None:
    half = frozenset({0, 1, 2, 3})
    parties = (SlotDemand(own=(half,)), SlotDemand(), SlotDemand(own=(half,)), SlotDemand(own=(ALL,)))
    seating = SlotMatching(parties=parties, benches=(((0, 1),), ((2, 3),), ((4, 5),), ((0,), (1,)), None))
    assert seating.item_kinds.tolist() == [0, -1, 0, 1]
    kinds = seating.site_kinds.tolist()
    assert kinds[0] == kinds[1]
    assert len(set(kinds)) == 4
    assert seating.misfits(np.array([0, 0, 0, 0])) == [0]
    assert seating.misfits(np.array([4, 4, 4, 4])) == []
