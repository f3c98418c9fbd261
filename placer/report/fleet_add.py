"""Where guests that came to a fleet are placed, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from placer.fleet.arrivals.arrival import Arrival
from placer.formats.native.placement_json import pcpus_object
from placer.formats.text.json_layout import lay_out
from placer.instance.note import counted
from placer.report.tables import headline, table


def render_arrivals(arrivals: Sequence[Arrival], *, colour: bool = False) -> str:
    """
    Write a row for each guest that is placed, and why others are not.

    Parameters
    ----------
    colour
        Whether it goes to a terminal.
    """
    placed = [each for each in arrivals if each.host is not None]
    head = f"{len(placed)} of {counted(len(arrivals), 'guest')} placed"
    lines = [headline(head, good=len(placed) == len(arrivals), colour=colour)]
    if placed:
        rows = [(each.guest, each.host, ", ".join(map(str, each.pnodes))) for each in placed]
        lines.append("\n" + table("Guests", ("guest", "host", "pnodes"), rows, colour=colour))
    for each in arrivals:
        if each.host is None:
            lines.append(f'\nguest "{each.guest}" has no place:\n')
            lines += [f"  {reason}\n" for reason in each.why]
    return "".join(lines)


def arrivals_json(arrivals: Sequence[Arrival]) -> str:
    """Write ``{"placed": {guest: {"host", "pnodes", ...}}, "unplaced": {guest: reasons}}``."""
    document = {
        "placed": {each.guest: _placed(each) for each in arrivals if each.host is not None},
        "unplaced": {each.guest: list(each.why) for each in arrivals if each.host is None},
    }
    return lay_out(document) + "\n"


def _placed(arrival: Arrival) -> dict[str, object]:
    own = arrival.own
    return {
        "host": arrival.host,
        "pnodes": list(arrival.pnodes),
        **({"pcpus": pcpus_object(own)[arrival.guest]} if own.pcpu_of else {}),
    }
