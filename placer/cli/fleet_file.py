"""A file of a fleet that is read, changed and written: nobody else's change in between is lost."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from placer.errors import InputError
from placer.fleet.files.fleet_json import read_fleet
from placer.fleet.files.large import read_large
from placer.fleet.model.fleet import Fleet
from placer.formats.text.files import Text
from placer.instance.note import name_some


@dataclass(frozen=True, kw_only=True)
class FleetAsRead:
    """
    A fleet with the text that it was read from.

    Parameters
    ----------
    fleet
        The fleet.
    source
        The file; ``-`` is standard input.
    text
        What it held.
    """

    fleet: Fleet
    source: str
    text: str

    @classmethod
    def of(cls, source: str) -> FleetAsRead:
        """Read a file."""
        text, place = read_large(source)
        return cls(fleet=read_fleet(Text(text, place)), source=source, text=text)

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """
        Keep others that do the same from the file for the length of the block.

        Raises
        ------
        InputError
            If the file is another one than was read, with what changed.
        """
        if self.source == "-":
            yield
            return
        with self._locked() as file:
            same = os.path.samestat(os.fstat(file.fileno()), Path(self.source).stat())
            text, place = read_large(self.source)
            if not same or text != self.text:
                what = _differences(self.fleet, read_fleet(Text(text, place)))
                raise InputError(
                    f"has changed since it was read: {what}; nothing is written, add the guests anew", place=place
                )
            yield

    @contextmanager
    def _locked(self) -> Iterator[IO[bytes]]:
        """Lock the file that has the name now; who writes it anew gives the name to another one."""
        with ExitStack() as stack:
            try:
                file = stack.enter_context(Path(self.source).open("rb"))
            except OSError as error:
                raise InputError(f"is gone since it was read: {error.strerror}", place=self.source) from None
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file


def _differences(before: Fleet, after: Fleet) -> str:
    """Say what became of hosts and placed guests between two states of a fleet."""
    words = []
    host_of = [{placed.guest: placed.host for placed in fleet.placed} for fleet in (before, after)]
    kinds = {
        "hosts": (before.host_entry.keys(), after.host_entry.keys()),
        "placed guests": (host_of[0].keys(), host_of[1].keys()),
    }
    for what, (old, new) in kinds.items():
        words += [f"{what} gone: {name_some(sorted(old - new))}"] * bool(old - new)
        words += [f"new {what}: {name_some(sorted(new - old))}"] * bool(new - old)
    moved = sorted(name for name, host in host_of[0].items() if host_of[1].get(name, host) != host)
    words += [f"guests on other hosts: {name_some(moved)}"] * bool(moved)
    return ", ".join(words) or "its hosts, guests or rules are stated otherwise"
