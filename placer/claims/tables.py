"""The tables of the file of claims, and their rows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from placer.errors import InputError

APPLICATION = 0x706C6163
"""The application_id of SQLite's header: "plac"."""
VERSION = 1
SCHEMA = (
    "CREATE TABLE host (content TEXT NOT NULL)",
    "CREATE TABLE claims (id INTEGER PRIMARY KEY AUTOINCREMENT, guest TEXT NOT NULL UNIQUE, uuid TEXT UNIQUE, "
    "content TEXT NOT NULL)",
    "CREATE TABLE shapes (memory_kib INTEGER, vcpus INTEGER, vnodes INTEGER, count INTEGER NOT NULL, "
    "PRIMARY KEY (memory_kib, vcpus, vnodes))",
    f"PRAGMA application_id={APPLICATION}",
    f"PRAGMA user_version={VERSION}",
)
INSERT = (
    "INSERT INTO claims (guest, uuid, content) VALUES (?, ?, ?) "
    "ON CONFLICT (guest) DO UPDATE SET uuid = excluded.uuid, content = excluded.content"
)
MOST_BOOTS = 20
"""Boots of the host that are remembered, so that snapshots of earlier ones are known as such. Chosen."""

_Row = TypeVar("_Row", bound=Struct)


class Boot(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    A boot of the host.

    Parameters
    ----------
    boot_id
        As its kernel names it.
    time_s
        When its first snapshot was taken, by the host's clock on the wall; None where that is not known.
    """

    boot_id: str
    time_s: float | None = None


class Owner(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    The host that the claims are of.

    Parameters
    ----------
    name
        Empty where no file has named it yet.
    pnodes
        The ids of its pnodes.
    boots
        Its boots, the newest last.
    local
        Whether the file lies on the host itself: a snapshot was of the boot of the machine that holds it.
    fleet
        Whether it is of a fleet: each claim then names its host.
    """

    name: str
    pnodes: tuple[int, ...]
    boots: tuple[Boot, ...] = ()
    local: bool = False
    fleet: bool = False


class ClaimedShape(Struct, frozen=True, kw_only=True):
    """
    Guests of one shape that were claimed, for what may come next.

    Parameters
    ----------
    memory_kib
        Memory of the guest, in KiB, huge pages included.
    vcpus, vnodes
        How many it has; vnodes as it was placed.
    count
        How many such guests were claimed since the file was made.
    """

    memory_kib: Annotated[int, Meta(ge=0)]
    vcpus: Annotated[int, Meta(ge=0)]
    vnodes: Annotated[int, Meta(ge=0)]
    count: Annotated[int, Meta(ge=1)]


def rows_of(kind: type[_Row], rows: Iterable[tuple[Any, ...]], path: Path, table: str) -> list[_Row]:
    """
    Read the rows of a table.

    Raises
    ------
    InputError
        If a row is not as placer writes it.
    """
    found = []
    for number, row in enumerate(rows, 1):
        try:
            if kind is ClaimedShape:
                found.append(msgspec.convert(dict(zip(kind.__struct_fields__, row, strict=True)), kind))
            else:
                found.append(msgspec.json.decode(row[0], type=kind))
        except (ValueError, TypeError, msgspec.MsgspecError) as error:
            raise InputError(f"is damaged: row {number} of its table {table}: {error}", place=str(path)) from None
    return found
