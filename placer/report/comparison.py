"""The report of ``placer compare``."""

from __future__ import annotations

from collections.abc import Sequence

from placer.instance import Instance
from placer.report.tables import table
from placer.solving import Answer

LEGEND = (
    "placed: vnodes; broken: rules other than being unplaced; mean: distance of a memory access.\n"
    "tier 1: guests unplaced; 2: memory and vcpus unplaced; 3: access distance and core sharing; 4: soft affinity and "
    "vdistances; 5: shape.\n"
)


def render_comparison(title: str, instance: Instance, answers: Sequence[Answer]) -> str:
    """Write one row per strategy: vnodes placed, rules broken, mean access distance, each tier, and time."""
    total = sum(len(guest.vnodes) for guest in instance.guests)
    rows = [_row(answer, total) for answer in answers]
    columns = (
        "strategy", "status", ">placed", ">broken", ">mean", ">tier 1", ">tier 2", ">tier 3", ">tier 4", ">tier 5",
        ">seconds",
    )  # fmt: skip
    return table(title, columns, rows)


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
