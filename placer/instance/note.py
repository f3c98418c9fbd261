"""Notes on guests: sentences that know what they say of every guest of their kind, so that a report says it once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Self

from placer.instance.units import format_cpuset

NAMED = 6
"""Names in one note before the rest are counted; about a line. Chosen, not tuned."""


class Note(str):
    """
    A sentence with the figures of one guest.

    Parameters
    ----------
    text
        The sentence.
    kind
        The sentence without these figures, as true of every guest of the kind; None where it has none.

    Examples
    --------
    >>> note = Note("it already runs as domain 7", kind="it already runs")
    >>> note, note.kind
    ('it already runs as domain 7', 'it already runs')
    """

    kind: str

    def __new__(cls, text: str, *, kind: str | None = None) -> Self:
        """Make the sentence."""
        made = super().__new__(cls, text)
        made.kind = text if kind is None else kind
        return made


class GuestNote(Note):
    """
    A sentence that names its guest, as :func:`about` makes it.

    Parameters
    ----------
    text
        The sentence.
    guest
        Name of the guest.
    kind
        The sentence from the name on, without the figures of the guest.
    """

    guest: str

    def __new__(cls, text: str, *, guest: str = "", kind: str | None = None) -> Self:
        """Make the sentence."""
        made = super().__new__(cls, text, kind=kind)
        made.guest = guest
        return made


def about(guest: str, text: str, *, joint: str = " ") -> GuestNote:
    """
    Say something of a guest.

    Parameters
    ----------
    guest
        Name of the guest.
    text
        What is said; a :class:`Note` brings its kind.
    joint
        Between the name and the text.

    Examples
    --------
    >>> about("db", Note("runs as domain 7", kind="runs"))
    'guest "db" runs as domain 7'
    """
    return GuestNote(f'guest "{guest}"{joint}{text}', guest=guest, kind=f"{joint}{kind_of(text)}")


def kind_of(text: str) -> str:
    """Give the kind of a note; a plain sentence is its own."""
    return text.kind if isinstance(text, Note) else text


def grouped(notes: Iterable[str]) -> list[str]:
    """
    Say each thing once: notes of one kind on several guests as one line, with their number and the first names.

    Notes keep their order; a line of several stands where the first of them stood.

    Examples
    --------
    >>> runs = [about(name, Note(f"runs as domain {i}", kind="runs")) for i, name in enumerate(("db", "web"), 1)]
    >>> grouped([runs[0], "a host of two pnodes", runs[1], "a host of two pnodes"])
    ['each of 2 guests runs: db, web', 'a host of two pnodes']
    """
    of_kind: dict[str, list[str]] = {}
    for note in dict.fromkeys(notes):
        of_kind.setdefault(note.kind if isinstance(note, GuestNote) else note, []).append(note)
    return [line for kind, those in of_kind.items() for line in _lines(kind, those)]


def name_some(names: Sequence[str], most: int = NAMED) -> str:
    """
    Join names; of many, the first ones and the number of the others.

    Parameters
    ----------
    most
        Names that are given.

    Examples
    --------
    >>> name_some(["a", "b", "c", "d", "e", "f", "g", "h"])
    'a, b, c, d, e, f and 2 more'
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _lines(kind: str, notes: list[str]) -> list[str]:
    names = list(dict.fromkeys(note.guest for note in notes if isinstance(note, GuestNote)))
    return notes if len(names) < 2 else [f"each of {len(names)} guests{kind}: {name_some(names)}"]


def counted(count: int, what: str) -> str:
    """
    Write a number of things.

    Examples
    --------
    >>> counted(1, "vcpu"), counted(0, "core")
    ('1 vcpu', '0 cores')
    """
    return f"{count} {what}{'s' * (count != 1)}"


def pnodes_in_words(ids: Collection[int]) -> str:
    """
    Name pnodes, some more than once or not.

    Examples
    --------
    >>> pnodes_in_words((3,)), pnodes_in_words((0, 1, 2, 2))
    ('pnode 3', 'pnodes 0-2')
    """
    return f"pnode{'s' * (len(set(ids)) > 1)} {format_cpuset(ids)}"
