"""A file of a fleet that others change meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from msgspec.structs import replace

from placer.cli.fleet_file import FleetAsRead
from placer.errors import InputError
from placer.fleet.files.fleet_json import dump_fleet
from placer.fleet.model.fleet import Fleet, Placed
from tests.support.fleets import fleet_of

FLEET = fleet_of([[(4, 8)]] * 2, [[(1, 1)]] * 2, placed=[Placed(guest="g0", host="h0")])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "fleet.json"
    path.write_text(dump_fleet(FLEET))
    return path


def test_a_file_that_nobody_changed_may_be_written(file: Path) -> None:
    read = FleetAsRead.of(str(file))
    assert read.fleet == FLEET
    with read.unchanged():
        file.write_text("{}")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda fleet: replace(fleet, placed=()), "placed guests gone: g0"),
        (lambda fleet: replace(fleet, placed=(*fleet.placed, Placed(guest="g1", host="h0"))), "new placed guests: g1"),
        (lambda fleet: replace(fleet, placed=(Placed(guest="g0", host="h1"),)), "guests on other hosts: g0"),
        (lambda fleet: replace(fleet, hosts=fleet.hosts[:1]), "hosts gone: h1"),
        (lambda fleet: replace(fleet, aim="none"), "its hosts, guests or rules are stated otherwise"),
    ],
)
def test_a_change_is_told(change: Callable[[Fleet], Fleet], words: str, file: Path) -> None:
    read = FleetAsRead.of(str(file))
    file.write_text(dump_fleet(change(FLEET)))
    with pytest.raises(InputError) as error, read.unchanged():
        raise AssertionError("nothing may be written")
    assert (
        str(error.value) == f"{file}: has changed since it was read: {words}; nothing is written, add the guests anew"
    )


def test_a_file_that_is_gone_or_standard_input(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = FleetAsRead.of(str(file))
    file.unlink()
    with pytest.raises(InputError, match="is gone since it was read"), read.unchanged():
        raise AssertionError("nothing may be written")
    with replace_source(read, "-").unchanged():
        pass


def replace_source(read: FleetAsRead, source: str) -> FleetAsRead:
    return FleetAsRead(fleet=read.fleet, source=source, text=read.text)


def test_of_two_that_write_at_once_one_is_told(file: Path) -> None:
    first, second = FleetAsRead.of(str(file)), FleetAsRead.of(str(file))
    told: list[str] = []

    def late() -> None:
        try:
            with second.unchanged():
                told.append("written")
        except InputError as error:
            told.append(str(error))

    with first.unchanged():
        thread = Thread(target=late)
        thread.start()
        thread.join(0.2)
        assert told == []  # it waits
        new = file.with_suffix(".new")
        new.write_text(dump_fleet(replace(FLEET, placed=())))
        new.replace(file)
    thread.join()
    assert "has changed since it was read: placed guests gone: g0" in told[0]
