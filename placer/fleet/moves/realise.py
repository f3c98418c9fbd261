"""From what each host holds in the end to moves of guests by name."""

from __future__ import annotations

from collections import Counter

from placer.fleet.moves.block import Key
from placer.fleet.moves.running import Running
from placer.fleet.moves.spots import Spot
from placer.fleet.moves.state import State

Place = tuple[int, Spot]


def realised(running: Running, counts: dict[int, Counter[Key]]) -> State | None:
    """
    Choose which guests leave, and where each of them goes.

    Of equal guests those without rules leave first, and those with rules choose their new places first.

    Parameters
    ----------
    counts
        Host -> what it holds in the end; hosts that are missing stay as they are, or are emptied.

    Returns
    -------
    State or None
        None where rules do not allow it.
    """
    state = State(running)
    out: list[int] = []
    slots: dict[int, list[Place]] = {}
    for h, name in enumerate(running.hosts):
        if name in running.emptied:
            out += running.guests_on[h]
        elif h in counts:
            out += _leaving(running, state, h, counts[h])
            for (k, takes), n in counts[h].items():
                there = sum(_stands(running, g, k, takes) for g in running.guests_on[h])
                if n > there:
                    slots.setdefault(k, []).extend([(h, _spot(running, k, h, takes))] * (n - there))
    homes = {g: running.host_of[g] for g in out}
    for g in out:
        state.remove(g)
    out += range(len(running.running), len(running.guests))
    for g in sorted(out, key=lambda g: -len(state.rules.of.get(g, ()))):
        left = slots.get(running.class_of[g], [])
        may = [place for place in left if state.rules.may(g, place[0])]
        if not may:
            return None
        chosen = next((place for place in may if place[0] == homes.get(g)), may[0])
        left.remove(chosen)
        state.put(g, chosen)
    return state


def _leaving(running: Running, state: State, h: int, counts: Counter[Key]) -> list[int]:
    out: list[int] = []
    kept = Counter(counts)
    ordered = sorted(running.guests_on[h], key=lambda g: -len(state.rules.of.get(g, ())))
    for g in ordered:
        spot = running.spot_of[g]
        assert spot is not None
        if running.way_of(g) == "stay":
            continue
        key = (running.class_of[g], spot.takes)
        if kept[key] > 0:
            kept[key] -= 1
        else:
            out.append(g)
    return out


def _stands(running: Running, g: int, k: int, takes: tuple[tuple[int, int, int], ...]) -> bool:
    spot = running.spot_of[g]
    return spot is not None and running.class_of[g] == k and spot.takes == takes


def _spot(running: Running, k: int, h: int, takes: tuple[tuple[int, int, int], ...]) -> Spot:
    return next(spot for spot in running.spots(k, int(running.kind_of[h]))[0] if spot.takes == takes)
