"""Places of faults as a command line knows them: its options and files, where the library names its arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from placer.errors import InputError
from placer.formats.text.files import place_of


@contextmanager
def places(named: Mapping[str, str]) -> Iterator[None]:
    """
    Name options and files in the faults of a block, which reads no files that could have such names.

    Parameters
    ----------
    named
        Place of a fault in the library -> the option or the file; what follows it, such as ``[3]``, is kept.

    Raises
    ------
    InputError
        That of the block, with the place that it has on the command line.
    """
    try:
        yield
    except InputError as error:
        place = error.place or ""
        known = next((name for name in named if place == name or place.startswith(f"{name}[")), None)
        if known is None:
            raise
        raise InputError(error.message, place=named[known] + place.removeprefix(known)) from None


def in_fleet(file: str) -> dict[str, str]:
    """Give the places of faults that show only in a fleet as a whole: they are in its file."""
    return {"placed": f"{place_of(file)}: $.placed"}
