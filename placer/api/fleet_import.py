"""Importing a fleet: hosts in any form that placer reads, their guests, and tables of both."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from placer.errors import Faults, InputError, of_each
from placer.formats.text.files import Source, Text, path_of, read_source
from placer.instance import shorten

if TYPE_CHECKING:
    from placer.fleet.model.entries import FleetGuest, FleetHost, HostFormat
    from placer.fleet.model.fleet import Aim, Fleet
    from placer.fleet.model.rules import FleetRule
    from placer.formats.base import ParsedGuest

TABLE = ".csv"


@dataclass(frozen=True, kw_only=True)
class ImportedFleet:
    """
    A fleet, and what was assumed on the way to it.

    Parameters
    ----------
    fleet
        The fleet.
    notes
        A sentence for each assumption, with the file.
    """

    fleet: Fleet
    notes: tuple[str, ...]


def import_fleet(
    hosts: Sequence[Source], guests: Sequence[Source] = (), *, cpu_ratio: float | None = None, aim: Aim = "hosts"
) -> ImportedFleet:
    """
    Put hosts and guests together as a fleet.

    Parameters
    ----------
    hosts
        Files of hosts in any form that :func:`placer.read_host` reads, tables of hosts (``.csv``), or folders of them.
        A host has the name of its file.
    guests
        Files of guests in any form that :func:`placer.read_guests` reads, or tables of requests (``.csv``), one after
        the other.
    cpu_ratio, aim
        As a fleet has them.

    Raises
    ------
    InputError
        With the place of the fault; of several files all at once.
    """
    from placer.fleet.model.fleet import MOST_RATIO, Fleet

    if cpu_ratio is not None and not 0 < cpu_ratio <= MOST_RATIO:
        raise InputError(f"expected a number above 0, up to {MOST_RATIO}, got {cpu_ratio}", place="cpu_ratio")
    faults, notes = Faults(), []
    found: list[FleetHost] = []
    place_of: dict[str, str] = {}
    for file in _files(hosts):
        with faults.kept():
            entries, said = _hosts(file)
            _check_names(entries, _place(file), place_of)
            found += entries
            notes += said
    faults.raise_all()
    placed, rules, said = import_guests(guests, found)
    try:
        fleet = Fleet(hosts=found, guests=placed, rules=rules, cpu_ratio=cpu_ratio, aim=aim)
    except ValueError as error:
        raise InputError(str(error)) from None
    return ImportedFleet(fleet=fleet, notes=(*notes, *said))


def _check_names(entries: Iterable[FleetHost], place: str, place_of: dict[str, str]) -> None:
    """Refuse a host whose name one of another file has."""
    for name in (name for entry in entries for name in entry.each):
        if name in place_of:
            raise InputError(f'two hosts have the name "{shorten(name)}", one is in {place_of[name]}', place=place)
        place_of[name] = place


def _files(sources: Iterable[Source]) -> list[Source]:
    """Give the files of folders, by name; a folder with a ``devices`` of its own is a tree of sysfs and stays one."""
    files: list[Source] = []
    for source in sources:
        folder = None if isinstance(source, Text) else Path(path_of(source))
        if folder is None or not folder.is_dir() or (folder / "devices").is_dir():
            files.append(source)
            continue
        inside = sorted(path for path in folder.iterdir() if not path.name.startswith(".") and path.is_file())
        if not inside:
            raise InputError("is a folder without files of hosts", place=str(source))
        files += inside
    return files


def _hosts(file: Source) -> tuple[tuple[FleetHost, ...], list[str]]:
    from placer.api.reading import read_host
    from placer.fleet.files.hosts_table import read_hosts_table
    from placer.fleet.model.entries import FleetHost

    place = _place(file)
    if _is_table(file):
        return read_hosts_table(file), []
    parsed = read_host(file)
    host = replace(parsed.host, name=Path(place).stem or place)
    notes = [note if note.startswith(place) else f"{place}: {note}" for note in parsed.notes]
    return (FleetHost(host=host, format=_format(file)),), notes


def _place(file: Source) -> str:
    return file.place if isinstance(file, Text) else str(file)


def _is_table(file: Source) -> bool:
    return Path(_place(file)).suffix == TABLE


def _format(file: Source) -> HostFormat | None:
    """Tell what the toolstack of a host starts guests from, by what printed its description; None for any."""
    from placer.formats.hosts import recognise
    from placer.formats.snapshot.parts import is_snapshot

    if not isinstance(file, Text) and Path(path_of(file)).is_dir():
        return None
    text, place = read_source(file, "carry")
    if is_snapshot(text):
        from placer.api.snapshots import read_snapshot

        return "libvirt" if read_snapshot(file).toolstack == "libvirt" else "xl"
    of: dict[str, HostFormat] = {"xl info": "xl", "libvirt": "libvirt"}
    return of.get(recognise(text, place))


def import_guests(
    sources: Sequence[Source], hosts: Sequence[FleetHost], *, taken: Collection[str] = ()
) -> tuple[tuple[FleetGuest, ...], tuple[FleetRule, ...], list[str]]:
    """
    Read guests; those of files are read for the host with the most pcpus, whose ids their masks name.

    Parameters
    ----------
    taken
        Names that guests of the fleet have, which no guest of a file may have.

    Returns
    -------
    guests : tuple of FleetGuest
    rules : tuple of FleetRule
        Those that tables of requests state.
    notes : list of str
        What was assumed.

    Raises
    ------
    InputError
        With the place of the fault; of several files all at once.
    """
    from placer.fleet.files.requests_table import guests_of_requests, read_all_requests
    from placer.fleet.model.entries import FleetGuest
    from placer.formats.base import ParsedHost
    from placer.formats.guests import read_guests
    from placer.job.request import assemble

    tables = [source for source in sources if _is_table(source)]
    found: list[FleetGuest] = []
    rules: list[FleetRule] = []
    notes: list[str] = []
    requests = read_all_requests(tables)
    if requests is not None:
        entries, between, said = guests_of_requests(requests)
        found += entries
        rules += between
        notes += said
    files = [source for source in sources if source not in tables]
    if files:
        largest = max((entry.host for entry in hosts), key=lambda host: len(host.position_of_pcpu))
        read = of_each(lambda file: _new(read_guests(file, largest, keep_pnodes=False), taken, _place(file)), files)
        request = assemble(ParsedHost(host=largest), [guest for each in read for guest in each])
        found += [FleetGuest(guest=guest) for guest in request.instance.guests]
        notes += request.notes
    return tuple(found), tuple(rules), notes


def _new(guests: Sequence[ParsedGuest], taken: Collection[str], place: str) -> Sequence[ParsedGuest]:
    """Refuse guests of a file whose name one of the fleet has."""
    for guest in guests:
        if guest.name in taken:
            where = place if guest.source is None else guest.source.place
            raise InputError(f'the fleet has a guest "{shorten(guest.name)}" already', place=where)
    return guests
