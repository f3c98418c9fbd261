"""
The guests to make room for: in how many parts they are tried, and what that means.

A guest whose file states no vnodes is whole on one pnode, as :func:`placer.solve` places one that fits, if moves within
the budget can make it fit there. Only where it is proved that they cannot is it tried in more parts, the fewest first.
"""

from __future__ import annotations

from collections.abc import Iterator

from placer.instance import Guest
from placer.rebalance.goal import Goal
from placer.rebalance.plan import Plan

MOST_VNODES = 4
"""Most vnodes of a new guest that leaves their number open. Chosen: more than placer takes for most guests anyway."""


def forms(goal: Goal) -> Iterator[tuple[Guest, ...]]:
    """Give the new guests of a goal, those that leave their number of vnodes open with 1, 2, ... of them."""
    ranges = [guest.flexible.counts for guest in goal.make_room if guest.flexible]
    for number in range(1, min(MOST_VNODES, max((counts[-1] for counts in ranges), default=1)) + 1):
        yield tuple(guest.split_into(_within_range(guest, number)) for guest in goal.make_room)


def _within_range(guest: Guest, number: int) -> int:
    return number if guest.flexible is None else max(guest.flexible.least, min(number, guest.flexible.counts[-1]))


def form_in_words(guest: Guest) -> str:
    """Say in what form room is made for a guest whose number of vnodes was open; empty for others."""
    count = len(guest.vnodes)
    return {
        "whole": f"{guest.name} whole on one pnode",
        "parts": f"{guest.name} in {count} vnodes",
        "set": f"{guest.name} in {count} parts without vnuma",
    }.get(guest.form, "")


def form_notes(plan: Plan, goal: Goal) -> list[str]:
    """
    Say what the form of each new guest means, and what would do with fewer moves.

    Parameters
    ----------
    goal
        What was asked, with the guests as they were given.
    """
    if plan.placement is None:
        return []
    notes = []
    for given, guest in zip(goal.make_room, plan.goal.make_room, strict=True):
        if given.flexible is None:
            continue
        if guest.form == "whole" and given.flexible.counts[-1] > 1 and plan.moves:
            notes.append(
                f'room is made for guest "{guest.name}" whole on one pnode, without vnuma; in several parts it may fit '
                f"after fewer moves: --moves {plan.moves - 1} tries that"
            )
        elif len(guest.vnodes) > max(1, given.flexible.least):
            how = "started with vnuma, so that Xen can neither save nor migrate it" if guest.form == "parts" else ""
            notes.append(
                f'room is made for guest "{guest.name}" in {len(guest.vnodes)} parts: proved that no moves within the '
                f"budget hold it in fewer{how and f'; {how} later'}"
            )
    return notes
