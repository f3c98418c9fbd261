"""What runs on a host beside what would be best."""

from __future__ import annotations

from dataclasses import replace

from placer.check import check
from placer.draw.content import Content, of_host, of_placement
from placer.draw.headline import Headline, away_lines
from placer.draw.picture import Picture, Table
from placer.draw.reads import Reads
from placer.draw.states import State, picture_of_states
from placer.rebalance.overview import Overview
from placer.report.overview import (
    GUESTS,
    PNODE_COLUMNS,
    PNODES,
    best_lines,
    guest_rows,
    now_lines,
    pnode_rows,
    pnodes_of_guest,
    title_of,
)
from placer.report.overview_notes import notes_of


def picture_of_overview(found: Overview) -> Picture:
    """Draw what runs, with what would be best beside it where that is known, and what differs marked."""
    now = _now(found)
    flows = [of for of in now.flows.values() if of]
    lines = [line.removeprefix("now: ") for line in now_lines(found)]
    states = [State(caption="now", content=now, lines=(*lines, *away_lines(flows, "domain")))]
    best = best_lines(found)
    if found.best is not None and found.best.placement is not None:
        states.append(
            State(caption="best", content=_best(found), lines=tuple(line.removeprefix("best: ") for line in best))
        )
        best = []
    bound = {each.name for each in found.residents if each.repin and not each.pcpus}
    head = Headline(title=title_of(found), lines=tuple(best))
    return picture_of_states(head, states, _tables(found), marked=bound.union(found.moves))


def _now(found: Overview) -> Content:
    """Collect where the memory of each domain lies, but for what strays, and where its vcpus may run."""
    held = _held(found)
    for guest in found.findings.guests:
        there = {pnode: kib for pnode, (kib, _) in pnodes_of_guest(guest, found.host).items() if kib}
        held |= {} if guest.domain.domid is None else {guest.domain.domid: there}
    content = of_host(found.host, held)
    unknown = {number for number, shown in enumerate(content.guests) if shown.name in found.unbound}
    for share in (share for of in content.shares for share in of):
        share.away = None if share.guest in unknown else share.away
    pairs = tuple(found.shared_pairs[pnode.id] for pnode in found.host.pnodes)
    flows = {number: of for number, of in content.flows.items() if number not in unknown}
    shown = [replace(each, costs="") if i in unknown else each for i, each in enumerate(content.guests)]
    reads = Reads(flows={f"{number}": of for number, of in flows.items()}, beside={}, pairs=pairs)
    return replace(content, guests=tuple(shown), flows=flows, reads=reads)


def _best(found: Overview) -> Content:
    """Collect the placement that would be best, with the domains that never move where they are."""
    assert found.best is not None and found.best.instance is not None and found.best.placement is not None
    instance, placement = found.best.instance, found.best.placement
    return of_placement(instance, placement, check(instance, placement), _held(found))


def _held(found: Overview) -> dict[int, dict[int, int]]:
    return {domid: dict(domain.memory_kib) for domid, domain in found.findings.dump.domains.items()}


def _tables(found: Overview) -> list[Table]:
    """Give the tables of the text report."""
    columns, rows = guest_rows(found)
    tables = [Table(title=GUESTS, columns=columns, rows=rows)] if rows else []
    tables.append(Table(title=PNODES, columns=PNODE_COLUMNS, rows=pnode_rows(found)))
    notes = [(note,) for note in notes_of(found)]
    return [*tables, *([Table(title="Notes", columns=("note",), rows=notes)] if notes else [])]
