"""
The fewest moves in one stage, in two and so on, by CP-SAT.

Unlike an end state, whatever it finds has an order. Guests with rules stay where they are, so that what it does not
find may still exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event
from time import perf_counter

import placer.assignment.cpsat  # noqa: F401 - first, as it imports ortools without pandas

# isort: split
from ortools.sat.python import cp_model

from placer.assignment.cpsat.solver_run import solve_interruptibly
from placer.fleet.moves.running import Running
from placer.fleet.moves.stages_program import Group, StagesProgram
from placer.fleet.moves.state import State
from placer.fleet.moves.steps import Move, Place, Staged

MOST_STAGES = 4
"""Most stages. Chosen: nearly full hosts needed three."""
WORKERS = 2
"""Workers of CP-SAT. Chosen: one finds the first order of three stages half as fast."""


@dataclass
class Ordered:
    """
    Moves in stages, and where the guests to make room for find it.

    Parameters
    ----------
    state
        Where guests are in the end.
    staged
        The stages.
    """

    state: State
    staged: Staged


def in_stages(
    running: Running, until: float, stop: Event, *, least: int = 0, fewer_than: int | None = None
) -> Iterator[Ordered]:
    """
    Look for moves in one stage, in two and so on, each time for fewer.

    Parameters
    ----------
    until
        When to end, as of ``perf_counter()``.
    least
        A bound of their number.
    fewer_than
        The number of moves that are known; None for none.
    """
    most = None if fewer_than is None else fewer_than - 1
    for stages in range(1, MOST_STAGES + 1):
        if perf_counter() > until or stop.is_set() or (most is not None and most < least):
            return
        found = ordered_moves(running, stages, until - perf_counter(), stop, least=least, most=most)
        if found is not None:
            most = len(found.staged.moves) - 1
            yield found


def ordered_moves(
    running: Running, stages: int, time_limit_s: float, stop: Event, *, least: int = 0, most: int | None = None
) -> Ordered | None:
    """
    Look for the fewest moves in so many stages.

    Parameters
    ----------
    least, most
        Bounds of their number; None for as many as the goal allows.

    Returns
    -------
    Ordered or None
        None where none were found in time, or guests with rules are to move or to come with others.
    """
    program = StagesProgram.of(running, stages)
    if program is None:
        return None
    program.bound_moves(least, most)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.01, time_limit_s)
    solver.parameters.num_workers = WORKERS
    solver.parameters.catch_sigint_signal = False
    status = solve_interruptibly(solver, program.model, None, stop)
    return _read(program, solver) if status in {cp_model.OPTIMAL, cp_model.FEASIBLE} else None


def _read(program: StagesProgram, solver: cp_model.CpSolver) -> Ordered:
    """Name the guests: of those on equal spots one that has moved already goes last."""
    running, at = program.running, {group: list(guests) for group, guests in program.stands.items()}
    state = State(running)
    for g in range(len(running.running), len(running.guests)):
        state.at[g] = None
    stages = []
    for stage in program.stages:
        come, leave = ({g: solver.value(n) for g, n in each.items()} for each in (stage.come, stage.leave))
        for group in come.keys() & leave.keys():  # one that comes where another of its class leaves
            both = min(come[group], leave[group])
            come[group] -= both
            leave[group] -= both
        going = [(group, at[group].pop(0)) for group, n in leave.items() for _ in range(n)]
        moves = []
        for to in (group for group, n in come.items() for _ in range(n)):
            i = next(i for i, (group, _) in enumerate(going) if group[0] == to[0])
            before, guest = going.pop(i)
            moves.append(Move(guest, _place(program, before), _place(program, to)))
        for move, (k, host, takes) in ((move, _group(program, move)) for move in moves):
            state.remove(move.guest)
            state.put(move.guest, move.after)
            at.setdefault((k, host, takes), []).append(move.guest)
        stages.append(tuple(moves))
    coming = list(range(len(running.running), len(running.guests)))
    for to in (group for group, number in program.wanted.items() for _ in range(solver.value(number))):
        guest = next(g for g in coming if running.class_of[g] == to[0])
        coming.remove(guest)
        state.put(guest, _place(program, to))
    return Ordered(state, Staged(tuple(stage for stage in stages if stage), ()))


def _place(program: StagesProgram, group: Group) -> Place:
    return group[1], program.spots[group]


def _group(program: StagesProgram, move: Move) -> Group:
    return program.running.class_of[move.guest], move.after[0], move.after[1].takes
