"""The report of a plan of moves as text, and as JSON."""

from __future__ import annotations

from placer.assignment import Status
from placer.formats.native.placement_json import placement_object
from placer.formats.text.json_layout import lay_out
from placer.instance import format_cpuset, format_size
from placer.rebalance.plan import Plan, State, Step
from placer.report.tables import headline, table
from placer.report.units import gap

WORDS = {
    Status.OPTIMAL: "proved that no plan within the budget ends in a lower cost",
    Status.FEASIBLE: "a plan, without proof that none ends in a lower cost",
    Status.INFEASIBLE: "proved that no end state within the budget does it",
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
SUPERPAGES = "a moved guest may have lost its superpages: Xen before 4.21 restores pages of 4 KiB"


def render_plan(plan: Plan, *, colour: bool = False, quiet: bool = False) -> str:
    """Write the report of a plan: what is proved, cost before and after, the stages, the curve, and notes."""
    good = plan.status in (Status.OPTIMAL, Status.FEASIBLE)
    parts = [headline(_headline(plan), good=good, colour=colour)]
    if plan.reason:
        parts.append(f"{plan.reason}\n")
    if plan.after is not None:
        parts.append("\n" + _costs(plan, colour=colour))
        parts += [] if not plan.repins else ["\n" + _repins(plan, colour=colour)]
        parts.append("\n" + _stages(plan, colour=colour) if plan.stages else "\nno guest needs to move\n")
        parts += [] if not plan.curve else ["\n" + _curve(plan, colour=colour)]
    notes = [] if quiet else notes_of(plan)
    if notes:
        parts += ["\nAssumed and noted\n", *(f"- {note}\n" for note in notes)]
    return "".join(parts)


def notes_of(plan: Plan) -> list[str]:
    """Give the notes on a plan: of the host, of guests that move, and of what moving means on Xen."""
    moving = {step.guest for step in plan.steps}
    residents = plan.running.residents
    notes = [*plan.notes, *(f'guest "{r.name}": {note}' for r in residents if r.name in moving for note in r.notes)]
    kept = [resident.name for resident in residents if not resident.kinds]
    if kept:
        whys = {resident.stuck for resident in residents if not resident.kinds}
        notes.append(f"never moved: {', '.join(kept)} ({'; '.join(sorted(whys))})")
    xen = plan.running.toolstack == "xl"
    if xen and any(step.kind in {"migrate", "save"} for step in plan.steps):
        notes.append(SUPERPAGES)
    if plan.disk_kib:
        notes.append(f"images of saved guests take up to {format_size(plan.disk_kib)} of disk at once")
    if plan.stages and not plan.order_proved:
        notes.append(
            "another order might save less memory to disk: the moves that wait for each other are too many to try"
        )
    return notes


def _headline(plan: Plan) -> str:
    words = (FEWEST if plan.goal.fewest else {}).get(plan.status, WORDS[plan.status])
    line = f"{plan.status}: "
    if plan.after is not None:
        moves = f"{plan.moves} move{'s' * (plan.moves != 1)} of {format_size(plan.moved_kib)}"
        line += f"{moves} in {len(plan.stages)} stage{'s' * (len(plan.stages) != 1)}; "
        if plan.now.mean_distance is not None and plan.after.mean_distance is not None:
            line += f"mean access distance {plan.now.mean_distance:.2f} -> {plan.after.mean_distance:.2f}; "
    return f"{line}{words} ({plan.wall_time_s:.2f} s)"


def _costs(plan: Plan, *, colour: bool) -> str:
    assert plan.after is not None
    rows = []
    for t, (before, after) in enumerate(zip(plan.now.terms, plan.after.terms, strict=True)):
        for name in after:
            bound = plan.after.bounds[t] if plan.after.bounds else None
            only = len(after) == 1
            rows.append((t + 1, name, before.get(name, 0), after[name], bound if only else ""))
        if len(after) > 1:
            cost = plan.after.costs[t]
            bound = plan.after.bounds[t] if plan.after.bounds else None
            rows.append((t + 1, "total", plan.now.costs[t], cost, bound))
    shown = [row for row in rows if row[2] or row[3]]
    return table("Costs", ("tier", "term", ">now", ">after", ">bound"), shown, colour=colour)


def _repins(plan: Plan, *, colour: bool) -> str:
    rows = [(step.guest, format_cpuset(step.after or ())) for step in plan.repins]
    return table(
        "First, without a move: vcpus to the pnodes of their memory (counted in the column now)",
        ("guest", ">pnode"),
        rows,
        colour=colour,
    )


def _stages(plan: Plan, *, colour: bool) -> str:
    rows = []
    for number, stage in enumerate(plan.stages, 1):
        for i, step in enumerate(stage):
            size = format_size(step.kib) if step.kib else ""
            rows.append(("" if i else number, step.guest, kind_in_words(step), *_ends(step), size))
    title = "Stages (what is in one stage may run in any order, or at once)"
    if plan.stage_bound < len(plan.stages):
        title += f"; {plan.stage_bound} at least are needed"
    return table(title, (">stage", "guest", "move", ">from", ">to", ">memory"), rows, colour=colour)


def kind_in_words(step: Step) -> str:
    """Name what is done in a step."""
    return HALVES.get((step.kind, step.phase), KINDS[step.kind])


def _ends(step: Step) -> tuple[str, str]:
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


def plan_json(plan: Plan) -> str:
    """
    Write a plan as one JSON object.

    Returns
    -------
    str
        ``stages`` holds the steps of each stage, ``placement`` the pnodes of each guest afterwards; both as null or
        empty where there is no plan. ``now`` and ``after`` are costs by term, highest tier first.
    """
    document = {
        "status": str(plan.status),
        "moves": plan.moves,
        "moved_kib": plan.moved_kib,
        "downtime_kib": plan.downtime_kib,
        "disk_kib": plan.disk_kib,
        "now": _state_object(plan.now),
        "after": None if plan.after is None else _state_object(plan.after),
        "repins": [_step_object(step) for step in plan.repins],
        "stages": [[_step_object(step) for step in stage] for stage in plan.stages],
        "stage_bound": plan.stage_bound,
        "order_proved": plan.order_proved,
        "placement": None if plan.placement is None else placement_object(plan.placement),
        "curve": [
            {
                "moves": point.moves,
                "status": str(point.status),
                **({} if point.state is None else _state_object(point.state)),
            }
            for point in plan.curve
        ],
        "reason": plan.reason,
        "notes": notes_of(plan),
        "wall_time_s": round(plan.wall_time_s, 6),
    }
    return lay_out(document) + "\n"


def _state_object(state: State) -> dict[str, object]:
    bounds = state.bounds or (None,) * len(state.costs)
    return {
        "mean_access_distance": state.mean_distance,
        "tiers": [
            {"cost": cost, "bound": bound, "terms": terms}
            for cost, bound, terms in zip(state.costs, bounds, state.terms, strict=True)
        ],
    }


def _step_object(step: Step) -> dict[str, object]:
    return {
        "guest": step.guest,
        "kind": step.kind,
        "phase": step.phase,
        "from": None if step.before is None else list(step.before),
        "to": None if step.after is None else list(step.after),
        "kib": step.kib,
    }
