"""A plan of moves as JSON."""

from __future__ import annotations

from msgspec import to_builtins

from placer.formats.native.placement_json import placement_object
from placer.formats.text.json_layout import lay_out
from placer.rebalance.plan import Plan, State, Step
from placer.rebalance.stated_plan import stated_plan
from placer.report.rebalance import headline_of, notes_of


def plan_json(plan: Plan) -> str:
    """
    Write a plan as one JSON object.

    Returns
    -------
    str
        ``stages`` holds the steps of each stage, ``placement`` the pnodes of each guest afterwards; both as null or
        empty where there is no plan. ``now`` and ``after`` are costs by term, highest tier first. ``before`` has the
        host with its guests, where these are, and what other domains hold; ``guests_after`` the guests that are cut
        otherwise afterwards, or are new: with them a picture of the plan needs no other file.
    """
    stated = stated_plan(plan, headline_of(plan), tuple(notes_of(plan)))
    document = {
        "headline": stated.headline,
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
        "claimed": list(plan.claimed),
        "reason": plan.reason,
        "assumed": list(plan.running.assumed),
        "notes": list(stated.notes),
        "wall_time_s": round(plan.wall_time_s, 6),
        "before": {
            "instance": to_builtins(stated.before),
            "placement": placement_object(stated.placed),
            "held": {name: {f"{p}": kib for p, kib in of.items()} for name, of in stated.held.items()},
        },
        "guests_after": to_builtins(stated.guests),
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
