"""The report of a plan of moves as text."""

from __future__ import annotations

from collections.abc import Sequence

from placer.assignment import Status
from placer.instance import format_cpuset, format_size
from placer.rebalance.end_problem import keeps_pcpus
from placer.rebalance.goal import Goal
from placer.rebalance.new_guests import form_in_words
from placer.rebalance.plan import Plan, State, Step
from placer.report.tables import headline, table
from placer.report.units import gap

WORDS = {
    Status.OPTIMAL: "proved that no plan within the budget ends in a lower cost",
    Status.FEASIBLE: "a plan, without proof that none ends in a lower cost",
    Status.UNKNOWN: "no plan, and no proof that there is none",
}
FEWEST = {
    Status.OPTIMAL: "proved that fewer moves do not suffice",
    Status.FEASIBLE: "a plan, without proof that fewer moves do not suffice",
}
KINDS = {"migrate": "migrate", "save": "save and restore", "restart": "restart", "create": "create", "repin": "re-pin"}
HALVES = {
    ("save", "out"): "save",
    ("save", "in"): "restore",
    ("restart", "out"): "shut down",
    ("restart", "in"): "start",
}
COST_COLUMNS = ("tier", "term", ">now", ">after", ">bound")
RESTARTS = "guests are started anew from their xl.cfg with new pnodes, which --format shell writes with --config"
SUPERPAGES = "a moved guest may have lost its superpages: Xen before 4.21 restores pages of 4 KiB"


def render_plan(plan: Plan, *, colour: bool = False, quiet: bool = False) -> str:
    """Write the report of a plan: what is proved, cost before and after, the stages, the curve, and notes."""
    good = plan.status in (Status.OPTIMAL, Status.FEASIBLE)
    parts = [headline(headline_of(plan), good=good, colour=colour)]
    if plan.reason:
        parts.append(f"{plan.reason}\n")
    if plan.after is not None:
        costs = cost_rows(plan.now, plan.after)
        parts += ["\n" + table("Costs", COST_COLUMNS, costs, colour=colour)] if costs else []
        parts += [] if not plan.repins else ["\n" + _repins(plan, colour=colour)]
        nothing = "no guest needs to move" if plan.running.residents else "nothing runs, so there is nothing to move"
        parts.append("\n" + _stages(plan, colour=colour) if plan.stages else f"\n{nothing}\n")
        parts += [] if len(plan.curve) <= 1 else ["\n" + _curve(plan, colour=colour)]
    notes = [] if quiet else notes_of(plan)
    if notes:
        parts += ["\nAssumed and noted\n", *(f"- {note}\n" for note in notes)]
    return "".join(parts)


def notes_of(plan: Plan) -> list[str]:
    """Give the notes on a plan: of the host, of guests that move, and of what moving means on Xen."""
    moving = {step.guest for step in (*plan.repins, *plan.steps)}
    residents = plan.running.residents
    notes = [*plan.notes, *(f'guest "{r.name}": {note}' for r in residents if r.name in moving for note in r.notes)]
    kept = [resident for resident in residents if not resident.kinds]
    if kept:
        whys = {resident.stuck for resident in kept}
        notes.append(f"never moved: {', '.join(each.name for each in kept)} ({'; '.join(sorted(whys))})")
    pinned = [each for each in residents if each.kinds and keeps_pcpus(each, plan.goal)]
    if pinned:
        named = ", ".join(f"{each.name} (pcpus {each.pcpus})" for each in pinned)
        notes.append(
            f"not moved, as their own configuration binds them to these pcpus; --unpin lets them move: {named}"
        )
    apart = [each.name for each in pinned if each.repin]
    if apart:
        notes.append(
            f"costs count the vcpus of these near their memory, away from which they are bound: {', '.join(apart)}"
        )
    xen = plan.running.toolstack == "xl"
    if xen and any(step.kind in {"migrate", "save"} for step in plan.steps):
        notes.append(SUPERPAGES)
    if xen and any(step.kind == "restart" for step in plan.steps):
        notes.append(RESTARTS)
    if plan.disk_kib:
        notes.append(f"images of saved guests take up to {format_size(plan.disk_kib)} of disk at once")
    if plan.stages and not plan.order_proved:
        notes.append(
            "another order might save less memory to disk: the moves that wait for each other are too many to try"
        )
    return notes


def headline_of(plan: Plan) -> str:
    """Say in a line what is planned, and what is proved of it."""
    words = (FEWEST if plan.goal.fewest else {}).get(plan.status, WORDS.get(plan.status, ""))
    if plan.status is Status.INFEASIBLE:
        words = f"proved that {_impossible(plan.goal)}"
    held = [form for guest in plan.goal.make_room if (form := form_in_words(guest))]
    if held and plan.after is not None:
        words += f" with {' and '.join(held)}"
    line = f"{plan.status}: "
    if plan.after is not None:
        moves = f"{plan.moves} move{'s' * (plan.moves != 1)} of {format_size(plan.moved_kib)}"
        line += f"{moves} in {len(plan.stages)} stage{'s' * (len(plan.stages) != 1)}; "
        if plan.now.mean_distance is not None and plan.after.mean_distance is not None:
            line += f"mean access distance {plan.now.mean_distance:.2f} -> {plan.after.mean_distance:.2f}; "
    return f"{line}{words}{if_all(plan.running.assumed if plan.after else ())} ({plan.wall_time_s:.2f} s)"


def _impossible(goal: Goal) -> str:
    """Say what cannot be done, and within what."""
    parts = []
    if goal.empty:
        parts.append(f"pnode{'s' * (len(goal.empty) > 1)} {format_cpuset(goal.empty)} cannot be freed")
    if goal.make_room:
        parts.append(f"room cannot be made for {', '.join(guest.name for guest in goal.make_room)}")
    limited = goal.moves is not None or goal.kib is not None
    return (" and ".join(parts) or "there is no plan") + " within the budget" * limited


def if_all(assumed: Sequence[str]) -> str:
    """Write what a proof rests on behind it; empty where it rests on nothing."""
    return f" if {' and '.join(assumed)}" if assumed else ""


def cost_rows(now: State, after: State) -> list[tuple[object, ...]]:
    """Give the cells below :data:`COST_COLUMNS`: a row for each term that costs something now or afterwards."""
    rows: list[tuple[object, ...]] = []
    for t, (before, terms) in enumerate(zip(now.terms, after.terms, strict=True)):
        bound = after.bounds[t] if after.bounds else None
        for name in terms:
            rows.append((t + 1, name, before.get(name, 0), terms[name], bound if len(terms) == 1 else ""))
        if len(terms) > 1:
            rows.append((t + 1, "total", now.costs[t], after.costs[t], bound))
    return [row for row in rows if row[2] or row[3]]


def _repins(plan: Plan, *, colour: bool) -> str:
    rows = [(step.guest, format_cpuset(step.after or ())) for step in plan.repins]
    return table(
        "First, without a move: vcpus to the pnodes of their memory (counted in the column now)",
        ("guest", ">pnode"),
        rows,
        colour=colour,
    )


def _stages(plan: Plan, *, colour: bool) -> str:
    rows: list[tuple[object, ...]] = []
    told = any(_vnodes(step, plan) for step in plan.steps)
    for number, stage in enumerate(plan.stages, 1):
        for i, step in enumerate(stage):
            size = format_size(step.kib) if step.kib else ""
            each = ("" if i else number, step.guest, kind_in_words(step), *step_ends(step), size)
            rows.append((*each, _vnodes(step, plan)) if told else each)
    title = "Stages (what is in one stage may run in any order, or at once)"
    if plan.stage_bound < len(plan.stages):
        title += f"; {plan.stage_bound} at least are needed"
    columns = (">stage", "guest", "move", ">from", ">to", ">memory", *(("vnode:pnode",) if told else ()))
    return table(title, columns, rows, colour=colour)


def _vnodes(step: Step, plan: Plan) -> str:
    """Give the pnode of each vnode, in their order, of a guest that starts on several."""
    if step.kind not in {"restart", "create"} or not step.after or len(step.after) == 1 or plan.placement is None:
        return ""
    return " ".join(f"{v}:{pnode}" for v, pnode in enumerate(plan.placement.pnode_of[step.guest]))


def kind_in_words(step: Step) -> str:
    """Name what is done in a step."""
    return HALVES.get((step.kind, step.phase), KINDS[step.kind])


def step_ends(step: Step) -> tuple[str, str]:
    """Name the pnodes of a step before and after; a dash, or the disk, where it is on none."""
    away = "disk" if step.kind == "save" else "-"
    before = format_cpuset(step.before) if step.before is not None else away
    after = format_cpuset(step.after) if step.after is not None else away
    return before, after


def _curve(plan: Plan, *, colour: bool) -> str:
    rows: list[tuple[object, ...]] = []
    for point in plan.curve:
        if point.state is None:
            rows.append((point.moves, None, None, None))
            continue
        t = _main_tier(point.state)
        cost, bound = point.state.costs[t], point.state.bounds[t] if point.state.bounds else None
        shown = "proved" if point.status is Status.OPTIMAL else gap(cost, bound)
        rows.append((point.moves, cost, point.state.mean_distance, shown))
    columns = (">moves", ">cost", ">mean distance", ">gap")
    return table("Least cost after so many moves", columns, rows, colour=colour)


def _main_tier(state: State) -> int:
    """Give the tier of nearness and free cores, or the first of them where they are apart."""
    main = (t for t, terms in enumerate(state.terms) if {"access_distance", "core_sharing"} & terms.keys())
    return next(main, 0)
