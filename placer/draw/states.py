"""Several states of one host in one picture, with what differs between them marked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from placer.draw.arrangement import alike
from placer.draw.content import Content
from placer.draw.headline import Headline
from placer.draw.picture import Picture, Table, boxed, boxes_of
from placer.draw.pnode_box import scale_of
from placer.draw.shown import Share, Shown

GONE, COMES, CHANGES = "leaves", "arrives", "changes"
"""What becomes of a share from one state to the next."""
NONE = "reads near, shares no core"
ONLY_HERE, DIFFERENT = "only here", "differs"
"""What it is beside another answer."""


@dataclass(frozen=True, kw_only=True)
class State:
    """
    One state of a host.

    Parameters
    ----------
    caption
        What state it is.
    lines
        What is to be said of it.
    """

    caption: str
    content: Content
    lines: tuple[str, ...] = ()


def picture_of_states(
    headline: Headline,
    states: Sequence[State],
    tables: Sequence[Table] = (),
    *,
    in_time: bool = True,
    stepwise: bool = False,
    marked: Collection[str] | None = None,
) -> Picture:
    """
    Draw states beside each other, with the same number, pattern and scale for a guest in all of them.

    Parameters
    ----------
    states
        At least two, of one host.
    in_time
        Whether each follows the one before it: then what leaves is marked before, and what arrives afterwards.
        Otherwise each is an answer of its own, and differs from the first.
    marked
        Names of the guests that may be marked; None for all.
    """
    contents = list(_numbered([state.content for state in states]))
    _mark_in_time(contents) if in_time else _mark_answers(contents)
    for content in contents if marked is not None else ():
        for _, share in _shares(content):
            share.change = share.change if content.guests[share.guest].name in (marked or ()) else ""
    scale = min(map(scale_of, contents))
    boxes = alike([boxes_of(content, scale) for content in contents])
    panels = [
        boxed(content, own, state.caption, state.lines)
        for content, own, state in zip(contents, boxes, states, strict=True)
    ]
    return Picture(
        headline=headline,
        host=contents[0].host,
        guests=_merged(contents, [state.caption for state in states]),
        panels=tuple(panels),
        tables=tuple(tables),
        stepwise=stepwise,
    )


def _numbered(contents: Sequence[Content]) -> Iterator[Content]:
    """Give each guest the same number in all contents: by its name, and by its place among those of one name."""
    keys = [list(_keys(content.guests)) for content in contents]
    number_of = {key: number for number, key in enumerate(dict.fromkeys(key for of in keys for key in of))}
    for content, own in zip(contents, keys, strict=True):
        new = [number_of[key] for key in own]
        shown: list[Shown] = [Shown(name=name, facts="", where="not there") for name, _ in number_of]
        for number, guest in zip(new, content.guests, strict=True):
            shown[number] = guest
        yield replace(
            content,
            guests=tuple(shown),
            shares=tuple(tuple(replace(share, guest=new[share.guest]) for share in of) for of in content.shares),
            owners={pcpu: tuple(new[number] for number in of) for pcpu, of in content.owners.items()},
            flows={new[number]: of for number, of in content.flows.items()},
        )


def _keys(guests: Sequence[Shown]) -> Iterator[tuple[str, int]]:
    seen: Counter[str] = Counter()
    for shown in guests:
        yield shown.name, seen[shown.name]
        seen[shown.name] += 1


def _mark_in_time(contents: Sequence[Content]) -> None:
    """Mark in each state what leaves or changes after it, and what arrived in it."""
    for i, content in enumerate(contents):
        before = _signatures(contents[i - 1]) if i else _signatures(content)
        after = _signatures(contents[i + 1]) if i + 1 < len(contents) else _signatures(content)
        own = _signatures(content)
        for key, share in _shares(content):
            if key not in after:
                share.change = GONE
            elif key not in before:
                share.change = COMES
            elif (after[key] != own[key] and i == 0) or before[key] != own[key]:
                share.change = CHANGES


def _mark_answers(contents: Sequence[Content]) -> None:
    """Mark in each answer what differs from the first; in the first, what differs from the second."""
    for i, content in enumerate(contents):
        other, own = _signatures(contents[0 if i else 1]), _signatures(content)
        for key, share in _shares(content):
            if key not in other:
                share.change = ONLY_HERE
            elif other[key] != own[key]:
                share.change = DIFFERENT


def _shares(content: Content) -> Iterator[tuple[tuple[int, int], Share]]:
    """Give the shares by pnode and guest."""
    for p, of in enumerate(content.shares):
        for share in of:
            yield (p, share.guest), share


def _signatures(content: Content) -> dict[tuple[int, int], object]:
    """Give what makes a share another one: memory, vcpus, and the pcpus that they own."""
    owned: dict[tuple[int, int], list[int]] = defaultdict(list)
    for pcpu, numbers in sorted(content.owners.items()):
        for number in numbers:
            owned[content.host.position_of_pcpu[pcpu], number].append(pcpu)
    return {
        key: (share.memory_kib, {size: kib for size, kib in share.pages_kib.items() if kib}, share.vcpus, owned[key])
        for key, share in _shares(content)
    }


def _merged(contents: Sequence[Content], captions: Sequence[str]) -> tuple[Shown, ...]:
    """Give one entry of the legend for each guest; what is not the same in all states stands there for each of them."""
    merged = []
    for of in zip(*(content.guests for content in contents), strict=True):
        facts = next((shown.facts for shown in of if shown.facts), "")
        merged.append(
            replace(
                of[0],
                facts=facts,
                where=_joint([shown.where for shown in of], captions),
                costs=_joint([shown.costs for shown in of], captions),
            )
        )
    return tuple(merged)


def _joint(texts: Sequence[str], captions: Sequence[str]) -> str:
    """Say a text once where it is always the same; otherwise each new one behind the state in which it starts."""
    if len(set(texts)) == 1:
        return texts[0]
    new = [i for i, text in enumerate(texts) if not i or text != texts[i - 1]]
    return "; ".join(f"{captions[i]}: {texts[i] or NONE}" for i in new)
