"""Splits a snapshot into the outputs of the commands that it holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from placer.errors import InputError
from placer.formats.text.files import Text
from placer.instance import shorten

VERSION = 1
MARK = "#@"
_HEAD_WITHIN = 32 * 1024
"""Characters in which the first line of a snapshot is looked for. Chosen, not tuned: a login may print a page above."""
_TAG = r"[\w.:/+-]{1,200}"
_HEAD = re.compile(
    rf"^(?P<before>[^\n]{{0,200}}?){MARK} (?P<tag>{_TAG}) snapshot (?P<version>\d{{1,9}})\s*$", re.MULTILINE
)
_MARKER = re.compile(rf"{MARK} (?P<tag>{_TAG}) (?P<verb>snapshot|begin|said|end|done)(?: (?P<rest>.*))?")
_PART = re.compile(r"(?P<name>[a-z][a-z-]{0,40}(?:/[\w.:-]{1,80})?)(?: (?P<text>.*))?")


@dataclass(frozen=True, kw_only=True)
class Part:
    """
    What one command printed.

    Parameters
    ----------
    name
        The name of the part, such as ``xl-info``; behind a slash the domain that it is about.
    command
        The command, for messages.
    line
        The line of the snapshot at which the part begins, from 1.
    text
        What the command printed, below as many empty lines as stand above it in the snapshot: places are right.
    code
        Its exit code; None where the part is cut off.
    said
        What it printed on standard error, where it failed.
    """

    name: str
    command: str
    line: int
    text: Text
    code: int | None
    said: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether the command ended well, and printed something."""
        return self.code == 0 and bool(self.text.content.strip())

    @property
    def why(self) -> str:
        """Why the part is not used: one sentence without its place."""
        if self.code is None:
            return f"the output of {shorten(self.command)} is cut off"
        if self.code == 0:
            return f"{shorten(self.command)} printed nothing"
        said = f": {shorten(self.said[0].strip(), 160)}" if self.said else ""
        return f"{shorten(self.command)} failed with exit code {self.code}{said}"


@dataclass(frozen=True, kw_only=True)
class Parts:
    """
    The parts of a snapshot.

    Parameters
    ----------
    place
        The file's name for messages.
    tag
        Host, boot id and process of the script, as they stand in each of its markers.
    parts
        Name -> part, in the order of the file.
    notes
        What was found that does not belong there, a sentence each.
    whole
        Whether the last line is there.
    """

    place: str
    tag: str
    parts: Mapping[str, Part]
    notes: tuple[str, ...] = ()
    whole: bool = True

    def about(self, kind: str) -> dict[str, Part]:
        """Give the parts ``KIND/DOMAIN`` by domain."""
        return {name.partition("/")[2]: part for name, part in self.parts.items() if name.partition("/")[0] == kind}


@dataclass
class _Open:
    """A part whose end is not read yet."""

    name: str
    command: str
    line: int
    lines: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def part(self, place: str, code: int | None) -> Part:
        content = "\n".join(self.lines)
        text = Text("\n" * self.line + content.removesuffix("\n"), place)
        return Part(name=self.name, command=self.command, line=self.line, text=text, code=code, said=tuple(self.said))


def is_snapshot(text: str) -> bool:
    r"""
    Tell a snapshot by its first line, above which a login may have printed something.

    Examples
    --------
    >>> is_snapshot("Welcome to xen1\n#@ xen1/3f2a9c1e/44 snapshot 1\n"), is_snapshot("host : xen1")
    (True, False)
    """
    return MARK in text[:_HEAD_WITHIN] and _HEAD.search(text[:_HEAD_WITHIN]) is not None


def split_parts(text: str, place: str) -> Parts:
    """
    Split a snapshot into its parts.

    Each line may stand behind something of one width, such as the name of the host or the time.

    Parameters
    ----------
    text
        The file; lines may end as those of DOS do.
    place
        Its name for messages.

    Raises
    ------
    InputError
        With ``file:line``, if it is no snapshot or one of another format, if parts of several snapshots are in it, or
        a part is there twice.
    """
    head = _HEAD.search(text[:_HEAD_WITHIN])
    if head is None:
        raise InputError("no first line of a snapshot, expected what the script of placer snapshot prints", place=place)
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    first = text.count("\n", 0, head.start())
    if int(head["version"]) != VERSION:
        wrong = f"a snapshot of format {shorten(head['version'])}, expected {VERSION}: this placer is another version"
        raise InputError(wrong, place=f"{place}:{first + 1}")
    width = len(head["before"])
    reader = _Reader(place, head["tag"])
    for i, line in enumerate(lines[first + 1 :], start=first + 2):
        reader.take(i, line[width:], line[:width])
    return reader.parts(skipped=first, width=width, last=len(lines))


class _Reader:
    """Reads the lines below the first one."""

    def __init__(self, place: str, tag: str) -> None:
        self.place, self.tag = place, tag
        self.found: dict[str, Part] = {}
        self.open: _Open | None = None
        self.done = False
        self.loose: list[tuple[int, str]] = []

    def take(self, number: int, line: str, before: str) -> None:
        where = f"{self.place}:{number}"
        marker = _MARKER.fullmatch(line.rstrip()) if line.startswith(MARK) else None
        if marker is None:
            self._take_text(number, line, before)
            return
        if marker["verb"] == "snapshot":
            two = f"a second snapshot, of {shorten(marker['tag'])}, below one of {shorten(self.tag)}"
            raise InputError(f"{two}; give one file for each host and time", place=where)
        if marker["tag"] != self.tag:
            mixed = f"a line of the snapshot {shorten(marker['tag'])} in one of {shorten(self.tag)}"
            raise InputError(f"{mixed}: parts of two hosts, or of two times, are mixed", place=where)
        if marker["verb"] == "done":
            self.done = True
            return
        part = _PART.fullmatch(marker["rest"] or "")
        if part is None:
            raise InputError(f'expected the name of a part, got "{shorten(line)}"', place=where)
        self._take_marker(marker["verb"], part["name"], part["text"] or "", number)

    def _take_text(self, number: int, line: str, before: str) -> None:
        if self.open is not None:
            self.open.lines.append(line)
        elif (before + line).strip():
            self.loose.append((number, before + line))

    def _take_marker(self, verb: str, name: str, text: str, number: int) -> None:
        where = f"{self.place}:{number}"
        if verb == "begin":
            if self.open is not None:
                raise InputError(
                    f"the part {shorten(name)} begins within {shorten(self.open.name)}; lines are missing", place=where
                )
            if name in self.found:
                raise InputError(
                    f"the part {shorten(name)} is there twice, first at line {self.found[name].line}", place=where
                )
            self.open = _Open(name, text or name, number)
        elif self.open is None or self.open.name != name:
            inside = f"within {shorten(self.open.name)}" if self.open else "that does not begin"
            raise InputError(f"the end of the part {shorten(name)}, {inside}; lines are missing", place=where)
        elif verb == "said":
            self.open.said.append(text)
        else:
            if not (text.isascii() and text.isdigit() and len(text) < 10):
                raise InputError(
                    f'expected an exit code behind "end {shorten(name)}", got "{shorten(text)}"', place=where
                )
            self.found[name] = self.open.part(self.place, int(text))
            self.open = None

    def parts(self, *, skipped: int, width: int, last: int) -> Parts:
        if self.open is not None:
            self.found[self.open.name] = self.open.part(self.place, None)
        notes = []
        if skipped:
            notes.append(f"{self.place}: {skipped} lines above the snapshot are skipped")
        if width:
            notes.append(
                f"{self.place}: the first {width} characters of each line are not of the snapshot, and left out"
            )
        shifted = [(number, line) for number, line in self.loose if f"{MARK} {self.tag} " in line]
        if shifted and not self.found:
            wrong = "a marker behind something of another width than the first line has before it"
            raise InputError(f'{wrong}: "{shorten(shifted[0][1])}"', place=f"{self.place}:{shifted[0][0]}")
        if self.loose:
            number, line = self.loose[0]
            count = f"{len(self.loose)} lines stand" if len(self.loose) > 1 else "a line stands"
            notes.append(f'{self.place}:{number}: {count} in no part, and not read: "{shorten(line.strip())}"')
        if not self.done:
            notes.append(f"{self.place}:{last}: the snapshot is cut off here")
        return Parts(place=self.place, tag=self.tag, parts=self.found, notes=tuple(notes), whole=self.done)
