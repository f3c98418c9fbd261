"""An oracle for rebalancing that enumerates every end state, and every order of the moves to one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

from msgspec.structs import replace

from placer.check import check
from placer.instance import Guest, Instance, Placement, Vnode
from placer.rebalance.goal import Goal
from placer.rebalance.running import RunningHost

Key = tuple[tuple[int, ...], int, int]
Held = dict[int, int]


def best_end(running: RunningHost, goal: Goal) -> Key | None:
    """Give costs, moves and KiB moved of the best end state, moves first where the fewest are asked; None for none."""
    ids = [pnode.id for pnode in running.instance.host.pnodes]
    choices = []
    for guest, resident in zip(running.instance.guests, running.residents, strict=True):
        home = running.placement.pnode_of[guest.name]
        options: list[tuple[Guest, tuple[int | None, ...], int]] = [(guest, home, 0)]
        if resident.kinds and guest.name not in goal.stay:
            vnode = Vnode(memory_kib=guest.memory_kib, vcpus=range(guest.vcpu_count))
            whole = replace(guest, vnodes=(vnode,))
            options += [(whole, (p,), resident.memory_kib) for p in ids if (p,) != home]
        choices.append(options)
    new = [[(guest, (p,), 0) for p in ids] for guest in goal.make_room]
    best: tuple[list[int], Key] | None = None
    for chosen in product(*choices, *new):
        moves = sum(kib > 0 for _, _, kib in chosen)
        kib = sum(each for _, _, each in chosen)
        if (goal.moves is not None and moves > goal.moves) or (goal.kib is not None and kib > goal.kib):
            continue
        if any(pnode in goal.empty for _, pnodes, _ in chosen for pnode in pnodes):
            continue
        guests = [guest for guest, _, _ in chosen]
        objective = replace(running.instance.objective, shape="none")
        host = replace(running.instance.host, claimed_kib=0)
        instance = Instance(host=host, guests=guests, rules=running.instance.rules, objective=objective)
        verdict = check(instance, Placement(pnode_of={guest.name: pnodes for guest, pnodes, _ in chosen}))
        if any(violation.rule != "memory" for violation in verdict.violations) or not _fit(running, chosen):
            continue
        key = (verdict.costs, moves, kib)
        rank = [moves, *verdict.costs, kib] if goal.fewest else [*verdict.costs, moves, kib]
        if best is None or rank < best[0]:
            best = (rank, key)
    return None if best is None else best[1]


def _fit(running: RunningHost, chosen: Sequence[tuple[Guest, tuple[int | None, ...], int]]) -> bool:
    """Whether the reserve is kept on each pnode to which a guest comes; what stays may be more than leaves it."""
    held: Held = {}
    reached: set[int | None] = set()
    for guest, pnodes, _ in chosen:
        for vnode, pnode in zip(guest.vnodes, pnodes, strict=True):
            if pnode is not None:
                held[pnode] = held.get(pnode, 0) + vnode.memory_kib
        if running.placement.pnode_of.get(guest.name) != pnodes:
            reached.update(pnodes)
    room = {pnode.id: pnode.memory_kib - pnode.reserve_kib for pnode in running.instance.host.pnodes}
    return all(held.get(pnode, 0) <= room[pnode] for pnode in reached if pnode is not None)


def least_downtime(moves: list[tuple[Held, Held, int, bool]], free: Held) -> int | None:
    """
    Give the least KiB to save so that an order exists in which every migration fits; None if there is no order.

    Each move is what it holds before, what it holds afterwards, its KiB, and whether it may be saved. What is saved is
    saved before all else and comes back after all else, which leaves the others the most room.
    """
    best = None
    for count in range(len(moves) + 1):
        for saved in combinations(range(len(moves)), count):
            if not all(moves[i][3] for i in saved):
                continue
            now = dict(free)
            for i in saved:
                _add(now, moves[i][0], 1)
            kib = sum(moves[i][2] for i in saved)
            if (best is None or kib < best) and _possible([m for i, m in enumerate(moves) if i not in saved], now):
                best = kib
    return best


def _possible(moves: list[tuple[Held, Held, int, bool]], free: Held) -> bool:
    """Whether migrations fit in some order: each is tried as the first."""
    if not moves:
        return True
    for i, (before, after, _, _) in enumerate(moves):
        if all(free.get(p, 0) >= kib for p, kib in after.items()):
            now = dict(free)
            _add(now, after, -1)
            _add(now, before, 1)
            if _possible(moves[:i] + moves[i + 1 :], now):
                return True
    return False


def _add(free: Held, held: Held, sign: int) -> None:
    for p, kib in held.items():
        free[p] = free.get(p, 0) + sign * kib
