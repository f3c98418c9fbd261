"""Plans of moves of a fleet, as text."""

from __future__ import annotations

from placer.fleet.moves.plan import FleetMoves, FleetStep
from placer.instance import format_size
from placer.instance.note import counted, name_some, pnodes_in_words
from placer.report.tables import headline, table

MOST_ROWS = 40
"""Most moves that a report lists. Chosen, not tuned: a screen; JSON has them all."""


def render_moves(plan: FleetMoves, *, colour: bool = False, quiet: bool = False) -> str:
    """
    Write a plan: its status, what it comes to and what is proved, and the moves of each stage.

    Parameters
    ----------
    colour
        Whether it goes to a terminal.
    quiet
        Whether to leave out notes.
    """
    lines = [headline(_head(plan), good=plan.value is not None, colour=colour)]
    if plan.reason is not None:
        lines.append(f"{plan.reason}\n")
    else:
        lines.append(f"{_proof(plan)}\n")
    if plan.relaxed and plan.value is not None:
        lines.append(f"left out of the bound: {', '.join(plan.relaxed)}\n")
    lines += [f"note: {note}\n" for note in plan.notes if not quiet]
    rows = [(n, *_row(step)) for n, stage in enumerate(plan.stages, 1) for step in stage]
    if rows:
        columns = (">stage", "guest", "how", "from", "to", ">memory")
        lines.append("\n" + table("Moves", columns, rows[:MOST_ROWS], colour=colour))
        if len(rows) > MOST_ROWS:
            lines.append(f"and {len(rows) - MOST_ROWS} more\n")
    lines.append(f"({plan.wall_time_s:.2f} s)\n")
    return "".join(lines)


def _head(plan: FleetMoves) -> str:
    if plan.value is None:
        return f"{plan.status}: no plan"
    moves = f"{counted(plan.moves, 'move')} of {format_size(plan.moved_kib)} in {counted(len(plan.stages), 'stage')}"
    return f"{plan.status}: {moves}" + (f", {counted(plan.restarts, 'restart')}" if plan.restarts else "")


def _proof(plan: FleetMoves) -> str:
    met = plan.value == plan.bound
    if plan.aim == "moves":
        asked = _asked(plan)
        return f"{asked}: {'proved the fewest moves' if met else f'{plan.bound} moves are needed at least'}"
    if plan.aim == "fits":
        shape = plan.goal.fragments
        assert shape is not None
        memory = f" and {format_size(shape.kib)}" if shape.kib else ""
        what = f"guests of {counted(shape.vcpus, 'vcpu')}{memory} that fit: {plan.value}, {plan.now} before"
        return f"{what}; {'proved the most' if met else f'at most {plan.bound}'}"
    what = f"distances of all memory accesses: {plan.value}, {plan.now} before"
    return f"{what}; {'proved the least' if met else f'at least {plan.bound}'}"


def _asked(plan: FleetMoves) -> str:
    goal = plan.goal
    words = [f"{name_some(goal.empty)} without guests"] if goal.empty else []
    words += [f"room for {name_some(goal.make_room)}"] if goal.make_room else []
    words += ["no host over what it offers, all rules kept"] if goal.mend else []
    return ", ".join(words)


def _row(step: FleetStep) -> tuple[str, str, str, str, str]:
    source = f"{step.source}, {pnodes_in_words(step.before)}"
    target = f"{step.target}, {pnodes_in_words(step.after)}"
    return step.guest, step.way, source, target, format_size(step.kib)
