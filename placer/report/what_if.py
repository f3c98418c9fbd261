"""The report of ``placer whatif``: a row for each change, and what moves under it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import fill

from placer.formats.text.json_layout import lay_out
from placer.instance.note import grouped, name_some
from placer.job.notes import answer_notes
from placer.report.answer_json import answer_object
from placer.report.tables import table
from placer.report.units import gap
from placer.solving.result import Result
from placer.whatif.rows import Pnodes, WhatIf, WhatIfRow

NAMED = 8
"""Guests named as moved in a row before the rest are counted. Chosen, not tuned: a line or two of a terminal."""
REASON_LINES = 8
"""Lines of a reason before the rest are counted: its repairs or its first conflict. Chosen, not tuned."""
LEGEND = (
    "placed: vnodes with a pnode; mean: distance of a memory access; gap: how far the first tier that is not proved "
    "may be above the least, 0 where all are proved; moves: guests whose vnodes lie elsewhere than as it is."
)


def render_what_if(found: WhatIf, title: str, *, colour: bool = False, quiet: bool = False) -> str:
    """
    Write a table with a row for each change; below it why a row has no placement, which guests move, and notes.

    Parameters
    ----------
    title
        Line above the table, such as the names of the files.
    colour
        Whether the report goes to a terminal.
    quiet
        Whether the notes are left out.
    """
    tiers = _tiers(found)
    numbers = [f">tier {t}" for t in range(1, len(tiers) + 1)]
    columns = ("change", "status", ">placed", ">mean", *numbers, ">gap", ">moves")
    parts = [table(title, columns, [_row(row, tiers) for row in found.rows], colour=colour)]
    parts.append(fill(f"tiers {'; '.join(f'{t}: {_words(tier)}' for t, tier in enumerate(tiers, 1))}", 120) + "\n")
    parts.append(fill(LEGEND, 120) + "\n")
    parts += [_below("Why nothing is placed", _reasons(found.rows)), _below("What moves", _moves(found.rows))]
    parts.append("" if quiet else _below("Assumed and noted", [f"- {note}" for note in _notes(found.rows)]))
    return "".join(parts)


def what_if_json(found: WhatIf) -> str:
    """
    Write the answers as one JSON object.

    Returns
    -------
    str
        ``rows``: of each change its name, as it is first, ``moves`` (guest, ``from`` and ``to``: the pnodes of its
        vnodes as it is, and under the change; null where there is nothing to compare), and all that ``placer solve
        --format json`` writes of an answer.
    """
    rows = [
        {"change": row.name, "moves": _move_objects(row), **answer_object(row.answer, row.request)}
        for row in found.rows
    ]
    return lay_out({"rows": rows}) + "\n"


Tier = tuple[tuple[str, int], ...]
"""Names and weights of the terms of a tier."""


def _tiers(found: WhatIf) -> list[Tier]:
    """Give the tiers of all rows, highest first; the moved vnodes have a column of their own."""
    every: list[Tier] = []
    for row in found.rows:
        at = 0
        for tier in (tuple(terms.items()) for terms in row.request.instance.tiers()):
            if tier in every:
                at = every.index(tier) + 1
            else:
                every.insert(at, tier)
                at += 1
    return every


def _words(tier: Tier) -> str:
    return " and ".join(f"{weight} x {name}" if weight > 1 else name for name, weight in tier)


def _row(row: WhatIfRow, tiers: Sequence[Tier]) -> tuple[object, ...]:
    answer = row.answer
    total = sum(len(guest.vnodes) for guest in (answer.instance or row.request.instance.with_fewest_vnodes()).guests)
    if answer.placement is None:
        return (row.name, answer.status, f"0 of {total}", *[None] * (len(tiers) + 3))
    placed = sum(pnode is not None for pnodes in answer.placement.pnode_of.values() for pnode in pnodes)
    cost_of = {frozenset(tier.terms): tier.cost for tier in answer.tiers}
    costs = [cost_of.get(frozenset(name for name, _ in tier)) for tier in tiers]
    moves = None if row.moves is None else len(row.moves)
    mean = answer.mean_access_distance
    return (row.name, answer.status, f"{placed} of {total}", mean, *costs, _gap(answer), moves)


def _gap(answer: Result) -> str:
    """Give the gap of the first tier that is open."""
    return next((gap(tier.cost, tier.bound) for tier in answer.tiers if tier.cost != tier.bound), "0")


def _below(title: str, lines: Iterable[str]) -> str:
    text = "".join(f"{line}\n" for line in lines)
    return f"\n{title}\n{text}" if text else ""


def _reasons(rows: Iterable[WhatIfRow]) -> list[str]:
    lines: list[str] = []
    for row in rows:
        if row.answer.placement is None:
            first, *rest = (row.answer.reason or "no reason is known").splitlines()
            lines += [f"- {row.name}: {first}", *(f"  {line}" for line in rest[: REASON_LINES - 1])]
            more = len(rest) - (REASON_LINES - 1)
            lines += [f"  and {more} lines more, which --format json has"] if more > 0 else []
    return lines


def _moves(rows: Iterable[WhatIfRow]) -> list[str]:
    lines = []
    for row in rows:
        named = [f"{name} {_pnodes(old)} -> {_pnodes(new)}" for name, (old, new) in (row.moves or {}).items()]
        lines += [f"- {row.name}: {name_some(named, NAMED)}"] if named else []
    return lines


def _pnodes(pnodes: Pnodes) -> str:
    return ",".join("none" if pnode is None else str(pnode) for pnode in pnodes)


def _notes(rows: Sequence[WhatIfRow]) -> list[str]:
    """Give the notes on the host as it is, then what else is noted under each change."""
    known: set[str] = set()
    notes: list[str] = []
    for number, row in enumerate(rows):
        of_row = [*grouped(row.request.headlines), *answer_notes(row.request, row.answer.placement)]
        fresh = [note for note in of_row if note not in known]
        known.update(fresh)
        notes += fresh if number == 0 else [f"{row.name}: {note}" for note in fresh]
    return notes


def _move_objects(row: WhatIfRow) -> list[dict[str, object]] | None:
    if row.moves is None:
        return None
    return [{"guest": name, "from": list(old), "to": list(new)} for name, (old, new) in row.moves.items()]
