"""
The search that matches members to the slots of one site: exact, depth first, failed states remembered.

Slot groups that look alike to every unmatched member are tried once. Members that want a group alone choose first, then
demands in pairs; then one slot is kept for each set used in common. The other members are matched to what is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Key = tuple[int, int]
Slots = frozenset[int]
Look = tuple[bool, tuple[tuple[bool, ...], ...]]


@dataclass(frozen=True)
class _Step:
    """
    Somebody who chooses a slot: of a demand that is ``alone`` or ``paired``, or one kept for those who share.

    ``more`` members of the same demand come later.
    """

    kind: str
    slots: Slots
    key: Key = (-1, -1)
    demand: int = -1
    more: int = 0


class SlotMatcher:
    """
    One search.

    Parameters
    ----------
    slot_groups
        The slots of the site.
    occupied
        Slots that somebody else has; they can be shared, and their slot groups are never somebody's alone.
    """

    def __init__(self, slot_groups: Iterable[tuple[int, ...]], occupied: Slots) -> None:
        self._free = [list(slot_group) for slot_group in slot_groups]
        self._fresh = [occupied.isdisjoint(slot_group) for slot_group in self._free]
        self._alone: list[_Step] = []
        self._paired: list[list[tuple[Key, Slots]]] = []
        self._any: list[tuple[Key, Slots]] = []
        self._common: set[Slots] = set()
        self._kept: list[int] = []
        self._count: list[list[int]] = []
        self._slot_of: dict[Key, int] = {}
        self._failed: set[object] = set()

    def admit(self, own: list[tuple[Key, Slots]], sharing: str, common: Iterable[Slots]) -> None:
        """Let a demand in: who wants a slot for himself, and what the others share."""
        self._common.update(common)
        if sharing == "alone":
            self._alone += [_Step("alone", slots, key) for key, slots in own]
        elif sharing == "paired" and own:
            self._paired.append(own)
        else:
            self._any += own

    def run(self) -> dict[Key, int] | None:
        """Match everybody; None where that cannot be."""
        here = frozenset(slot for slot_group in self._free for slot in slot_group)
        common = {slots & here for slots in self._common}
        least = [slots for slots in common if not any(other < slots for other in common)]
        self._steps = list(self._alone)
        for i, demand in enumerate(self._paired):
            ends = range(len(demand) - 1, -1, -1)
            self._steps += [
                _Step("paired", slots, key, i, more) for (key, slots), more in zip(demand, ends, strict=True)
            ]
        self._steps += [_Step("common", slots) for slots in sorted(least, key=sorted)]
        self._count = [[0] * len(self._free) for _ in self._paired]
        sets = {step.slots for step in self._steps} | {slots for _, slots in self._any}
        self._look_of = {slot: tuple(slot in slots for slots in sets) for slot in here}
        return self._slot_of if self._go(0) else None

    def _go(self, i: int) -> bool:
        if i == len(self._steps):
            return self._match()
        step = self._steps[i]
        state = (i, *self._state(step))
        if state in self._failed:
            return False
        if step.kind == "common" and not step.slots.isdisjoint(self._kept):
            return self._go(i + 1)
        for b, slot in self._choices(step):
            before = self._free[b], self._fresh[b]
            self._take(step, b, slot, 1)
            if self._go(i + 1):
                return True
            self._take(step, b, slot, -1)
            self._free[b], self._fresh[b] = before
        self._failed.add(state)
        return False

    def _state(self, step: _Step) -> tuple[object, ...]:
        """Describe what is left, whatever the slot groups are called."""
        counts = self._count[step.demand] if step.kind == "paired" else [0] * len(self._free)
        looks = sorted((self._look(b), count) for b, count in enumerate(counts))
        shared = [not other.slots.isdisjoint(self._kept) for other in self._steps if other.kind == "common"]
        return tuple(looks), tuple(shared)

    def _look(self, b: int) -> Look:
        return self._fresh[b], tuple(sorted(self._look_of[slot] for slot in self._free[b]))

    def _choices(self, step: _Step) -> Iterator[tuple[int, int]]:
        """Give the slot groups and slots that differ, those first that leave most to the others."""
        tried = set()
        counts = self._count[step.demand] if step.kind == "paired" else [0] * len(self._free)
        least_first = sorted(range(len(self._free)), key=lambda b: len(self._free[b]))
        order = {
            "alone": least_first,
            "paired": sorted(least_first, key=lambda b: (-counts[b], -len(self._free[b]))),
            "common": sorted(least_first, key=lambda b: (len(self._free[b]), -b)),
        }
        for b in order[step.kind]:
            if (step.kind == "alone" and not self._fresh[b]) or not self._stays_paired(step, counts, b):
                continue
            for slot in self._free[b]:
                look = (self._look(b), counts[b], step.kind == "alone" or self._look_of[slot])
                if slot in step.slots and look not in tried:
                    tried.add(look)
                    yield b, slot

    def _stays_paired(self, step: _Step, counts: list[int], b: int) -> bool:
        """Whether the members still to come can leave no more than one of their demand by himself."""
        singles = sum(count == 1 for count in counts) + (counts[b] == 0) - (counts[b] == 1)
        return step.kind != "paired" or singles - step.more <= 1

    def _take(self, step: _Step, b: int, slot: int, times: int) -> None:
        """Take a slot, or give it back; the caller restores the slot group."""
        self._free[b] = [] if step.kind == "alone" else [other for other in self._free[b] if other != slot]
        self._fresh[b] = False
        if step.kind == "paired":
            self._count[step.demand][b] += times
        if step.kind == "common":
            if times > 0:
                self._kept.append(slot)
            else:
                self._kept.remove(slot)
        elif times > 0:
            self._slot_of[step.key] = slot
        else:
            del self._slot_of[step.key]

    def _match(self) -> bool:
        """Match those who mind nobody: greedily on the fullest slot groups, then along augmenting paths."""
        slots = [slot for slot_group in sorted(self._free, key=len, reverse=True) for slot in slot_group]
        if len(self._any) > len(slots):
            return False
        holder: dict[int, int] = {}
        for i in range(len(self._any)):
            if not self._augment(i, slots, holder):
                return False
        self._slot_of.update({self._any[i][0]: slot for slot, i in holder.items()})
        return True

    def _augment(self, first: int, slots: list[int], holder: dict[int, int]) -> bool:
        """Match one more, breadth first over who would have to move."""
        reached: dict[int, int] = {}
        queue = [first]
        for i in queue:
            for slot in slots:
                if slot in reached or slot not in self._any[i][1]:
                    continue
                reached[slot] = i
                if slot in holder:
                    queue.append(holder[slot])
                    continue
                _move_along(slot, reached, holder)
                return True
        return False


def _move_along(slot: int | None, reached: dict[int, int], holder: dict[int, int]) -> None:
    """Give a free slot to who reached it, the slot he leaves to who reached that, and so on."""
    while slot is not None:
        mover = reached[slot]
        left = next((other for other, i in holder.items() if i == mover), None)
        holder[slot] = mover
        if left is not None:
            del holder[left]
        slot = left
