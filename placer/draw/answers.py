"""Answers beside each other: before and after, or what several strategies make of one instance."""

from __future__ import annotations

from collections.abc import Sequence

from placer.draw import content as contents
from placer.draw.headline import Headline, answer_lines, guests_line, of_host, reason_lines
from placer.draw.picture import Picture, Table
from placer.draw.shown import HeldKib
from placer.draw.single import Placed, placed_of
from placer.draw.states import State, picture_of_states
from placer.formats.native.answer_json import StatedAnswer
from placer.instance import Instance, format_size
from placer.instance.note import counted, pnodes_in_words
from placer.job.request import Request

Captioned = tuple[str, StatedAnswer]
"""A caption, and the answer below it."""


def picture_of_answers(request: Request, answers: Sequence[Captioned], held: HeldKib | None = None) -> Picture:
    """
    Draw answers to one instance beside each other; of more than two a page shows one at a time.

    Parameters
    ----------
    answers
        At least two; one without a placement is drawn as the host alone, with its reason.

    Raises
    ------
    InputError
        If one has a placement that is none of the instance.
    """
    placed = [
        None if answer.placement is None else placed_of(request, answer.placement, answer, held)
        for _, answer in answers
    ]
    states = [
        _state(caption, answer, each, request.instance, held)
        for (caption, answer), each in zip(answers, placed, strict=True)
    ]
    captions = [caption for caption, _ in answers]
    instance = request.instance
    tables = [*_costs(captions, placed), _guests(captions, placed, instance), _pnodes(captions, placed, instance)]
    lines = (guests_line(instance), *_difference(captions, placed))
    headline = Headline(title=of_host(instance.host).title, lines=lines)
    return picture_of_states(headline, states, tables, in_time=False, stepwise=len(answers) > 2)


def _state(
    caption: str, answer: StatedAnswer, placed: Placed | None, instance: Instance, held: HeldKib | None
) -> State:
    if placed is None:
        content = contents.of_host(instance.host, held, instance.guests)
        return State(caption=caption, content=content, lines=tuple(reason_lines(answer)))
    lines = answer_lines(placed.instance, placed.verdict, answer, placed.bounds, placed.content.reads)
    return State(caption=caption, content=placed.content, lines=tuple(lines))


def _difference(captions: Sequence[str], placed: Sequence[Placed | None]) -> list[str]:
    """Say in which tier two answers differ first, and how many guests are elsewhere."""
    if len(placed) != 2 or placed[0] is None or placed[1] is None:
        return []
    first, second = placed[0], placed[1]
    moved = [name for name in first.where.pnode_of if _places(first, name) != _places(second, name)]
    lines = [f"{len(moved)} of {counted(len(first.where.pnode_of), 'guest')} on other pnodes"]
    pairs = zip(first.verdict.costs, second.verdict.costs, strict=False)
    for t, (one, other) in enumerate(pairs, 1):
        if one != other:
            less, more = (captions[0], captions[1]) if one < other else (captions[1], captions[0])
            least, most = min(one, other), max(one, other)
            much = f"in tier {t}, {least} instead of {most} ({100 * (most - least) / most:.1f} %)"
            return [f"{less} costs less than {more}: {much}", *lines]
    return ["both cost the same", *lines]


def _places(placed: Placed, name: str) -> list[tuple[int, int]]:
    """Give the memory of a guest on each pnode by its id, in KiB."""
    found: dict[int, int] = {}
    guest = next(guest for guest in placed.met.guests if guest.name == name)
    for vnode, pnode in zip(guest.vnodes, placed.where.pnode_of[name], strict=True):
        found[-1 if pnode is None else pnode] = found.get(-1 if pnode is None else pnode, 0) + vnode.memory_kib
    return sorted(found.items())


def _costs(captions: Sequence[str], placed: Sequence[Placed | None]) -> list[Table]:
    """Give the cost of each term in each answer, and the bound of its tier where an answer states one."""
    known = min((each for each in placed if each), key=lambda each: each.verdict.costs, default=None)
    if known is None:
        return []
    rows: list[tuple[object, ...]] = []
    for t, terms in enumerate(known.verdict.terms):
        for i, name in enumerate(terms):
            costs = [None if each is None else each.verdict.terms[t].get(name) for each in placed]
            rows.append((t + 1, name, *costs, known.bounds[t] if not i else ""))
    columns = ("tier", "term", *(f">{caption}" for caption in captions), ">bound of tier")
    return [Table(title="Costs, highest tier first", columns=columns, rows=rows)]


def _guests(captions: Sequence[str], placed: Sequence[Placed | None], instance: Instance) -> Table:
    """Give the pnodes and the mean distance of each guest in each answer."""
    columns = ["guest", ">memory", ">vcpus"]
    for caption in captions:
        columns += [f"{caption}: pnodes", ">mean distance"]
    rows = []
    for guest in instance.guests:
        row: list[object] = [guest.name, format_size(guest.memory_kib), guest.vcpu_count]
        for each in placed:
            pnodes = [] if each is None else [p for p in each.where.pnode_of[guest.name] if p is not None]
            row.append(pnodes_in_words(pnodes) if pnodes else "none")
            row.append(None if each is None or not pnodes else each.verdict.access[guest.name].mean_distance)
        rows.append(row)
    return Table(title="Guests", columns=columns, rows=rows)


def _pnodes(captions: Sequence[str], placed: Sequence[Placed | None], instance: Instance) -> Table:
    """Give what each answer leaves free on each pnode, and how many vcpus it puts there."""
    columns = [">pnode", ">free before"]
    for caption in captions:
        columns += [f">{caption}: free after", ">vcpus"]
    rows = []
    for p, pnode in enumerate(instance.host.pnodes):
        row: list[object] = [pnode.id, format_size(pnode.memory_kib)]
        for each in placed:
            figures = each.content.figures[p] if each and each.content.figures else None
            row += [None, None] if figures is None else [format_size(figures.free_kib), figures.vcpus]
        rows.append(row)
    return Table(title="Pnodes", columns=columns, rows=rows)
