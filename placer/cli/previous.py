"""Earlier placements on the command line: ``--hint`` and ``--keep``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from placer.cli.stdin import refuse_two_stdin

if TYPE_CHECKING:
    from placer.instance import Instance, Placement


def read_earlier(path: str | None, others: Iterable[str | None] = ()) -> Placement | None:
    """
    Read an earlier placement, if one is given.

    Parameters
    ----------
    path
        File with a placement; ``-`` is standard input, None no file.
    others
        The other files of the command line.

    Raises
    ------
    InputError
        If the file holds no placement, or two files are standard input.
    """
    if path is None:
        return None
    from placer.formats.native.placement_json import read_placement
    from placer.formats.text.files import place_of, read_text

    refuse_two_stdin([path, *others])
    return read_placement(read_text(path), place_of(path))


def read_two(hint: str | None, keep: str | None, others: list[str | None]) -> tuple[Placement | None, Placement | None]:
    """Read the placements of ``--hint`` and ``--keep``, where files of them are given."""
    return read_earlier(hint, [*others, keep]), read_earlier(keep, others)


def print_previous_notes(
    hint: Placement | None, keep: Placement | None, instance: Instance, *, strategy: str, quiet: bool
) -> None:
    """
    Warn on stderr where earlier placements differ from the instance, and which rules they break.

    Parameters
    ----------
    hint, keep
        The placements of the two options; None prints nothing.
    strategy
        Name of the strategy that will search.
    quiet
        Whether to print nothing.
    """
    for option, earlier in (("--hint", hint), ("--keep", keep)):
        if earlier is not None and not quiet:
            from placer.solving.previous_notes import notes_on

            for note in notes_on(earlier, instance, strategy=strategy):
                print(f"{option}: {note}", file=sys.stderr)
