"""Places of faults: the option or the file of a command, in place of an argument of the library."""

from __future__ import annotations

import pytest

from placer.cli.places import in_fleet, places
from placer.errors import InputError

NAMED = {"make_room": "--make-room", "rules: apart": "--apart", **in_fleet("fleet.json")}


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("make_room", "--make-room: is wrong"),
        ("rules: apart", "--apart: is wrong"),
        ("rules: together", "rules: together: is wrong"),
        ("placed[3]", "fleet.json: $.placed[3]: is wrong"),
        ("placed[3].pnodes", "fleet.json: $.placed[3].pnodes: is wrong"),
        ("placed.json", "placed.json: is wrong"),
        (None, "is wrong"),
    ],
)
def test_an_argument_becomes_an_option_or_a_file_and_files_stay(place: str | None, told: str) -> None:
    with pytest.raises(InputError) as error, places(NAMED):
        raise InputError("is wrong", place=place)
    assert str(error.value) == told


def test_standard_input_has_the_name_that_it_has_in_other_messages() -> None:
    assert in_fleet("-") == {"placed": "<stdin>: $.placed"}
