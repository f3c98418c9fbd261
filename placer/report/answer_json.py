"""An answer as one JSON object."""

from __future__ import annotations

from dataclasses import asdict

from placer.formats.native.placement_json import pcpus_object, placement_object
from placer.formats.text.json_layout import lay_out
from placer.instance.note import grouped
from placer.job.notes import answer_notes
from placer.job.request import Request
from placer.solving.result import Result, Trade


def emit_answer(result: Result, request: Request | None) -> str:
    """
    Write an answer with its costs, bounds and notes.

    Returns
    -------
    str
        One JSON object. ``placement`` maps each guest to the pnode ids of its vnodes, null for a vnode without a pnode;
        it is null where nothing was placed. ``pcpus`` maps each guest with dedicated vcpus to their pcpus, null for the
        other vcpus; the key is absent without such guests. ``tiers`` stand highest first. ``moved`` lists the vnodes
        that left their pnode; the key is absent without ``--keep``. ``trade`` is a trade with its placement, or null.
    """
    return lay_out(answer_object(result, request)) + "\n"


def answer_object(result: Result, request: Request | None) -> dict[str, object]:
    """Give an answer as :func:`emit_answer` writes it."""
    return {
        "status": str(result.status),
        "strategy": result.strategy,
        "placement": None if result.placement is None else placement_object(result.placement),
        **({"pcpus": pcpus_object(result.placement)} if result.placement and result.placement.pcpu_of else {}),
        **({"sets": list(result.placement.sets)} if result.placement and result.placement.sets else {}),
        **({"apart": list(result.placement.apart)} if result.placement and result.placement.apart else {}),
        "tiers": [{"cost": tier.cost, "bound": tier.bound, "terms": tier.terms} for tier in result.tiers],
        "mean_access_distance": result.mean_access_distance,
        "guests": {name: {"mean_access_distance": mean} for name, mean in result.guest_access_distance.items()},
        "violations": [{"rule": violation.rule, "message": violation.message} for violation in result.violations],
        "trade": None if result.trade is None else _trade_object(result.trade),
        **({} if result.moved is None else {"moved": [asdict(each) for each in result.moved]}),
        "reason": result.reason,
        "notes": [] if request is None else [*grouped(request.headlines), *answer_notes(request, result.placement)],
        "wall_time_s": round(result.wall_time_s, 6),
    }


def _trade_object(trade: Trade) -> dict[str, object]:
    return {
        "order": trade.order,
        "mean_access_distance": trade.mean_access_distance,
        "more_pairs": trade.more_pairs,
        "placement": placement_object(trade.placement),
    }
