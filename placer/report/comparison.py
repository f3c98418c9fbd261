"""The report of ``placer compare``."""

from __future__ import annotations

from collections.abc import Sequence

from placer.instance import Instance
from placer.report.tables import table
from placer.solving import Answer


def render_comparison(title: str, instance: Instance, answers: Sequence[Answer]) -> str:
    """Write one row per strategy: what it placed, each tier, mean distance and time."""
    total = sum(len(guest.vnodes) for guest in instance.guests)
    rows = [_row(answer, total) for answer in answers]
    columns = (
        "strategy", "status", ">vnodes placed", ">broken rules", ">mean distance",
        ">tier 1 (guests unplaced)", ">tier 2 (unplaced)", ">tier 3 (distance, sharing)", ">tier 4 (wishes)",
        ">tier 5 (shape)", ">seconds",
    )  # fmt: skip
    return table(title, columns, rows) + "\n"


def _row(answer: Answer, total: int) -> tuple[object, ...]:
    if answer.placement is None:
        return (answer.strategy, answer.status, f"0 of {total}", *[None] * 7, f"{answer.wall_time_s:.3f}")
    placed = sum(pnode is not None for pnodes in answer.placement.pnode_of.values() for pnode in pnodes)
    broken = sum(violation.rule != "unplaced" for violation in answer.violations)
    return (
        answer.strategy,
        answer.status,
        f"{placed} of {total}",
        broken,
        answer.mean_access_distance,
        *(tier.cost for tier in answer.tiers),
        f"{answer.wall_time_s:.3f}",
    )
