"""Why there is no plan."""

from __future__ import annotations

from dataclasses import replace

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.graphs.moves import circle, move_graph
from placer.instance import Instance, Placement, format_cpuset, format_size
from placer.instance.note import counted
from placer.rebalance.end_problem import keeps_pcpus, may_move
from placer.rebalance.end_state import best_end_state, missing_kib
from placer.rebalance.goal import Goal
from placer.rebalance.running import Resident, RunningHost
from placer.rebalance.steps import moved_guests


def why_none(running: RunningHost, goal: Goal, status: Status, context: SearchContext) -> str:
    """Say why no end state was found."""
    if status is not Status.INFEASIBLE:
        return (
            "the time ended before an end state was found, or a proof that there is none; a longer limit may settle it"
        )
    if missing := missing_kib(running, goal):
        return f"the new guests need {format_size(missing)} more than is free on the host and not claimed"
    held = _held_fast(running, goal)
    if held:
        return held
    for words, wider in _wider(running, goal):
        end = best_end_state(running, wider, context)
        if end.instance is not None and end.placement is not None:
            moved = moved_guests(running, end.instance, end.placement)
            kib = sum(transfer.kib for transfer in moved)
            return f"{words}; {counted(len(moved), 'move')} of {format_size(kib)} in all suffice without that limit"
    return _no_room(running, goal)


def why_unsure(running: RunningHost, goal: Goal) -> str:
    """Say which domain may hold memory on a pnode to be emptied; empty where none may, or one is known to stay."""
    if _held_fast(running, goal):
        return ""
    for pnode in goal.empty:
        for left in running.left_out_on(pnode):
            kib = left.may_hold_kib(pnode)
            holds = "may hold memory" if kib is None else f"holds {format_size(kib)}"
            return f'domain "{left.name}" {holds} on pnode {pnode}, and {left.why}; take the snapshot again'
    return ""


def why_stuck(running: RunningHost, stuck: tuple[str, ...], end: Instance, placement: Placement) -> str:
    """Say which moves wait for each other."""
    transfers = [t for t in moved_guests(running, end, placement) if t.name in stuck]
    graph = move_graph({t.name: t.leaves for t in transfers}, {t.name: t.comes for t in transfers})
    waiting = " -> ".join(circle(graph) or stuck)
    return (
        f"the moves of {waiting} wait for each other's memory, and no order without saving a guest was found; let some "
        "be saved and restored"
    )


def _held_fast(running: RunningHost, goal: Goal) -> str:
    """Name what is on a pnode to be emptied and may not move."""
    for pnode in goal.empty:
        for resident in running.residents:
            if pnode in running.placement.pnode_of[resident.name] and not may_move(resident, goal):
                why = "it shall stay" if resident.name in goal.stay else why_fast(resident, goal) or "it takes no move"
                return f'guest "{resident.name}" is on pnode {pnode} and may not move: {why}'
        for name, kib in running.others_on(pnode).items():
            return f'domain "{name}" holds {format_size(kib)} on pnode {pnode} and is not moved'
    return ""


def why_fast(resident: Resident, goal: Goal) -> str:
    """Say why a guest may not move whatever the budget is; empty for one that may."""
    if not keeps_pcpus(resident, goal) or not resident.kinds:
        return resident.stuck
    return f"its own configuration binds it to pcpus {resident.pcpus}; --unpin {resident.name} lets it move"


def _wider(running: RunningHost, goal: Goal) -> list[tuple[str, Goal]]:
    """Give the goal with each limit lifted, then with all of them."""
    pinned = [each.name for each in running.residents if each.kinds and keeps_pcpus(each, goal)]
    unpin = (*goal.unpin, *pinned)
    lifted: dict[str, tuple[str, Goal]] = {
        "moves": (_too_few("move", goal.moves), replace(goal, moves=None)),
        "kib": (f"{format_size(goal.kib or 0)} of memory to move are too little", replace(goal, kib=None)),
        "restarts": (_too_few("restart", goal.restarts), replace(goal, restarts=len(running.residents))),
        "stay": (f"the guests that shall stay ({', '.join(goal.stay)}) are in the way", replace(goal, stay=())),
        "unpin": (
            f"the guests that keep the pcpus of their own configuration ({', '.join(pinned)}) are in the way",
            replace(goal, unpin=unpin),
        ),
    }
    one = [each for each in lifted.values() if each[1] != goal]
    every = replace(goal, moves=None, kib=None, restarts=len(running.residents), stay=(), unpin=unpin)
    return [*one, ("; ".join(words for words, _ in one), every)] if len(one) > 1 else one


def _too_few(what: str, count: int | None) -> str:
    return f"{counted(count or 0, what)} {'is' if count == 1 else 'are'} too few"


def _no_room(running: RunningHost, goal: Goal) -> str:
    """Say what is asked and what is there."""
    pnodes = [pnode for pnode in running.instance.host.pnodes if pnode.id not in goal.empty]
    room = sum(max(0, pnode.memory_kib - pnode.reserve_kib) for pnode in pnodes)
    needed = sum(guest.memory_kib for guest in (*running.instance.guests, *goal.make_room))
    several = len(pnodes) > 1
    where = f"pnode{'s' * several} {format_cpuset(pnode.id for pnode in pnodes)}"
    if needed > room:
        has = "have" if several else "has"
        return f"all guests need {format_size(needed)}, {where} {has} {format_size(room)} for them"
    return (
        f"no moves of the guests that may move make it fit: all guests need {format_size(needed)} of the "
        f"{format_size(room)} of {where}, but not in pieces that fit beside what stays"
    )
