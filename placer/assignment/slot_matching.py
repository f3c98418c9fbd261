"""
The search that matches members to the slots of one site: exact, depth first, failed states remembered.

Members that want a slot group alone choose first, then those of demands in pairs; then one slot is kept free for each
set of slots in common use. The rest is a bipartite matching by augmenting paths (Berge 1957). Of slot groups that are
equal to all unmatched members only one is tried.
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
    One choice of a slot.

    Parameters
    ----------
    kind
        ``alone`` or ``paired``: for a member of such a demand; ``common``: a slot kept free for sharing.
    slots
        The slots to choose from.
    key
        The item and the member; none where the slot is kept free.
    demand
        Number of the paired demand.
    more
        Members of the same paired demand that choose later.
    """

    kind: str
    slots: Slots
    key: Key = (-1, -1)
    demand: int = -1
    more: int = 0


class SlotMatcher:
    """
    One search; call :meth:`admit` for each demand, then :meth:`run` once.

    Parameters
    ----------
    slot_groups
        The slots of the site, group by group.
    occupied
        Slots that are taken already: they can be shared, and their groups are not free for a member alone.
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
        """
        Add a demand.

        Parameters
        ----------
        own
            A key and the slots to choose from, for each member that takes a slot.
        sharing
            ``any``, ``paired`` or ``alone``, as in :class:`~placer.assignment.slots.SlotDemand`.
        common
            Sets of slots of which one each is left untaken.
        """
        self._common.update(common)
        if sharing == "alone":
            self._alone += [_Step("alone", slots, key) for key, slots in own]
        elif sharing == "paired" and own:
            self._paired.append(own)
        else:
            self._any += own

    def run(self) -> dict[Key, int] | None:
        """Return the slot of each key; None where the demands do not fit together."""
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
        """Describe what is left, up to a permutation of the slot groups, to recognise states that have failed."""
        counts = self._count[step.demand] if step.kind == "paired" else [0] * len(self._free)
        looks = sorted((self._look(b), count) for b, count in enumerate(counts))
        shared = [not other.slots.isdisjoint(self._kept) for other in self._steps if other.kind == "common"]
        return tuple(looks), tuple(shared)

    def _look(self, b: int) -> Look:
        return self._fresh[b], tuple(sorted(self._look_of[slot] for slot in self._free[b]))

    def _choices(self, step: _Step) -> Iterator[tuple[int, int]]:
        """Yield one slot group and slot for each distinct look, first the ones that leave most to the later steps."""
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
        """Whether the later members of the demand can still pair up all single members in slot groups but one."""
        singles = sum(count == 1 for count in counts) + (counts[b] == 0) - (counts[b] == 1)
        return step.kind != "paired" or singles - step.more <= 1

    def _take(self, step: _Step, b: int, slot: int, times: int) -> None:
        """Take a slot (``times`` 1) or give it back (-1); the caller restores the slot group."""
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
        """Match the unconstrained members, first to the groups with most free slots, so that they fill whole groups."""
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
        """Match one more member along an augmenting path, found breadth first over the members that would move."""
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
    """Give the free slot at the end of a path to the member that reached it, its former slot to the next, and so on."""
    while slot is not None:
        mover = reached[slot]
        left = next((other for other, i in holder.items() if i == mover), None)
        holder[slot] = mover
        if left is not None:
            del holder[left]
        slot = left
