"""Reads when, where and by whom a snapshot was taken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from placer.errors import InputError
from placer.formats.sighting import Taken
from placer.formats.snapshot.parts import Parts
from placer.instance import shorten

_LINE = re.compile(r"([a-z][a-z-]{0,30}): ?(.{0,500})")
_SECONDS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """
    When, where and by whom a snapshot was taken; what the script could not find out is empty.

    Parameters
    ----------
    host
        The name of the host, as ``uname -n`` prints it.
    time
        The time at which it began, in UTC, as ``2026-11-29T13:32:01Z``.
    boot_id
        The boot of the kernel (``/proc/sys/kernel/random/boot_id``).
    user
        Name of the user.
    uid
        Number of the user; 0 is root.
    system
        What ``uname -srm`` prints.
    uptime
        Seconds since that boot, as the first number of ``/proc/uptime``.
    """

    host: str = ""
    time: str = ""
    boot_id: str = ""
    user: str = ""
    uid: str = ""
    system: str = ""
    uptime: str = ""

    @property
    def taken(self) -> Taken:
        """The moment at which it began."""
        uptime = float(self.uptime) if _SECONDS.fullmatch(self.uptime) else None
        try:
            moment = datetime.strptime(self.time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            moment = None
        boot = self.boot_id if self.boot_id != "unknown" else ""
        return Taken(
            host=self.host,
            boot_id=boot,
            uptime_s=uptime if boot else None,
            time_s=None if moment is None else moment.timestamp(),
        )

    @property
    def as_other_user(self) -> str:
        """Say that the user was not root, who alone may ask a toolstack; empty for root and where it is not known."""
        if self.uid in {"", "0"}:
            return ""
        return f'taken as user "{shorten(self.user)}" (uid {shorten(self.uid)}): the toolstack answers root alone'


def read_facts(parts: Parts) -> tuple[Facts, list[str]]:
    """
    Read the facts of a snapshot, and compare what is said at its start and at its end.

    Returns
    -------
    facts : Facts
    notes : list of str
        What is missing or odd, a sentence each.

    Raises
    ------
    InputError
        With ``file:line``, if start and end are of two hosts or boots.
    """
    begin, end = (_lines(parts, name) for name in ("facts", "facts-after"))
    if begin.get("host") == "(none)":  # what Linux calls a host without a name
        begin["host"] = ""
    facts = Facts(**{key: begin.get(key.replace("_", "-"), "") for key in Facts.__dataclass_fields__})
    for key, what in (("host", "hosts"), ("boot-id", "boots of the host")):
        if begin.get(key) and end.get(key) and begin[key] != end[key]:
            two = f'{key} "{shorten(end[key])}" at its end, "{shorten(begin[key])}" at its start'
            raise InputError(
                f"parts of two {what} are mixed: {two}", place=f"{parts.place}:{parts.parts['facts-after'].line}"
            )
    return facts, _notes(parts, facts, begin)


def _notes(parts: Parts, facts: Facts, begin: dict[str, str]) -> list[str]:
    notes = []
    if not begin:
        notes.append(f"{parts.place}: does not say when, where and by whom it was taken")
    if facts.as_other_user and "virsh-capabilities" not in parts.parts:  # libvirt answers others, read-only
        notes.append(f"{parts.place}: {facts.as_other_user}")
    if begin.get("locale", "C") != "C":
        notes.append(
            f'{parts.place}: taken with the locale "{shorten(begin["locale"])}", expected C, as the script sets it: '
            "numbers and words may be written in another way"
        )
    return notes


def _lines(parts: Parts, name: str) -> dict[str, str]:
    part = parts.parts.get(name)
    if part is None or not part.good:
        return {}
    rows = filter(None, (_LINE.fullmatch(line.strip()) for line in part.text.content.split("\n")))
    return {row[1]: row[2].strip() for row in rows}
