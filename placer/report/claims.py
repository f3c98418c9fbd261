"""Claims as text and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from math import ceil

from placer.claims.listed import ClaimedGuest
from placer.instance.units import format_size
from placer.report.tables import table


def claims_table(claims: Sequence[ClaimedGuest], *, colour: bool = False) -> str:
    """Lay out claims, a row for each guest."""
    columns: tuple[str, ...] = ("guest", "state", ">left", ">domain", "takes of pnodes")
    rows: list[tuple[object, ...]] = [_row(claim) for claim in claims]
    if any(claim.host for claim in claims):
        columns = (columns[0], "host", *columns[1:])
        rows = [(row[0], claim.host, *row[1:]) for row, claim in zip(rows, claims, strict=True)]
    return table("Claims", columns, rows, colour=colour)


def _row(claim: ClaimedGuest) -> tuple[object, ...]:
    takes = ", ".join(f"{pnode}: {format_size(kib)}" for pnode, kib in claim.memory_kib.items() if kib)
    return claim.name, claim.state, None if claim.left_s is None else _left(claim.left_s), claim.domid, takes


def _left(seconds: float) -> str:
    """Give a time in seconds, from two minutes on in minutes, rounded up."""
    return f"{ceil(seconds)} s" if seconds < 2 * 60 else f"{ceil(seconds / 60)} min"


def claims_json(claims: Sequence[ClaimedGuest]) -> str:
    """Write claims as JSON: ``{"claims": [...]}`` with the fields of :class:`placer.ClaimedGuest`."""
    every = [{key: value for key, value in asdict(each).items() if key != "host" or value} for each in claims]
    return json.dumps({"claims": every}, indent=2, ensure_ascii=False) + "\n"
