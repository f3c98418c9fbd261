"""Pictures of one state: a host, guests that are not placed, and a placement."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace as change

from msgspec.structs import replace

from placer.check import Verdict, check, mean_access_distance
from placer.draw import content as contents
from placer.draw import headline as headlines
from placer.draw.content import Content
from placer.draw.headline import Headline
from placer.draw.picture import Picture, Table, panel_of
from placer.draw.pnode_box import scale_of
from placer.draw.shown import HeldKib
from placer.formats.native.answer_json import StatedAnswer
from placer.instance import Host, Instance, Placement, format_size
from placer.instance.apart import as_placed
from placer.job.met import with_met_whole
from placer.job.request import Request
from placer.report import guests, huge_pages, pnodes, verdict


@dataclass(frozen=True, kw_only=True)
class Placed:
    """
    A placement with its figures.

    Parameters
    ----------
    instance
        With the vnodes that the placement has, before guests whose parts meet are made whole.
    met, where
        The instance and the placement as they are drawn and reported.
    verdict
        What ``check`` says of it.
    bounds
        Of each tier, as far as the answer states them for this placement.
    """

    instance: Instance
    met: Instance
    where: Placement
    verdict: Verdict
    bounds: list[int | None]
    answer: StatedAnswer
    content: Content

    @property
    def headline(self) -> Headline:
        """Title and lines."""
        return headlines.of_answer(self.instance, self.verdict, self.answer, self.bounds, self.content.reads)


def picture_of_host(host: Host, held: HeldKib | None = None) -> Picture:
    """Draw a host, with ``held`` as of :func:`placer.draw.content.of_host`."""
    nothing = Instance(host=host, guests=())
    content = contents.of_host(host, held)
    tables = (_pnodes(nothing, Placement(pnode_of={})), *running_table(content))
    return _drawn(headlines.of_host(host, content.flows.values()), content, tables)


def picture_of_guests(instance: Instance, answer: StatedAnswer | None, held: HeldKib | None = None) -> Picture:
    """Draw a host beside guests that are not placed; an answer without a placement says why."""
    content = contents.of_host(instance.host, held, instance.guests)
    rows = [(guest.name, format_size(guest.memory_kib), guest.vcpu_count) for guest in instance.guests]
    waiting = Table(title="Guests", columns=("guest", ">memory", ">vcpus"), rows=rows)
    nothing = Instance(host=instance.host, guests=())
    tables = (waiting, _pnodes(nothing, Placement(pnode_of={})), *running_table(content))
    return _drawn(headlines.of_unplaced(instance, answer), content, tables)


def picture_of_placement(
    request: Request, placement: Placement, answer: StatedAnswer, held: HeldKib | None = None
) -> Picture:
    """
    Draw guests where a placement puts them.

    Raises
    ------
    InputError
        If it is no placement of the instance.
    """
    placed = placed_of(request, placement, answer, held)
    return _drawn(placed.headline, placed.content, tables_of(placed))


def placed_of(request: Request, placement: Placement, answer: StatedAnswer, held: HeldKib | None = None) -> Placed:
    """
    Judge a placement and collect its figures.

    Raises
    ------
    InputError
        If it is no placement of the instance.
    """
    found = _judged(request.instance, placement)
    instance = as_placed(request.instance, placement.counts(), placement.apart)
    met, where = with_met_whole(change(request, instance=instance), placement)
    return Placed(
        instance=instance,
        met=met.instance,
        where=where,
        verdict=found,
        bounds=headlines.bounds_of(found, answer.tiers),
        answer=answer,
        content=contents.of_placement(met.instance, where, found, held),
    )


def tables_of(placed: Placed) -> tuple[Table, ...]:
    """Give the tables of the text report."""
    found, mean = placed.verdict, mean_access_distance(placed.verdict)
    means = {name: access.mean_distance for name, access in found.access.items()}
    return (
        Table(
            title="Costs, highest tier first",
            columns=verdict.COLUMNS,
            rows=verdict.cost_rows(found, placed.bounds, placed.instance, mean),
        ),
        Table(title="Guests", columns=guests.COLUMNS, rows=guests.guest_rows(placed.met, placed.where, means)),
        _pnodes(placed.met, placed.where),
        *_in_pages(placed.met, placed.where),
        *running_table(placed.content),
    )


def running_table(content: Content) -> list[Table]:
    """Give the table of running domains; none where nothing runs."""
    rows = [(shown.name, shown.words.removeprefix("runs, ")) for shown in content.guests if shown.runs]
    return [Table(title="Running domains", columns=("domain", "memory and vcpus"), rows=rows)] if rows else []


def _judged(instance: Instance, placement: Placement) -> Verdict:
    """Judge a placement; memory that may stray, where the host has no better one, is no fault."""
    found = check(instance, placement, allow_unplaced=True)
    if any(violation.rule in {"set_room", "set_affinity"} for violation in found.violations):
        return check(replace(instance, sets_may_stray=True), placement, allow_unplaced=True)
    return found


def _pnodes(instance: Instance, placement: Placement) -> Table:
    return Table(title="Pnodes", columns=pnodes.COLUMNS, rows=pnodes.pnode_rows(instance, placement))


def _in_pages(instance: Instance, placement: Placement) -> list[Table]:
    rows = huge_pages.huge_pages_rows(instance, placement)
    return [Table(title="Huge pages", columns=huge_pages.COLUMNS, rows=rows)] if rows else []


def _drawn(headline: Headline, content: Content, tables: tuple[Table, ...]) -> Picture:
    panel = panel_of(content, scale_of(content))
    return Picture(headline=headline, host=content.host, guests=content.guests, panels=(panel,), tables=tables)
