"""Standard input, which only one file of a command line can be."""

from __future__ import annotations

from collections.abc import Iterable

from placer.errors import InputError


def refuse_two_stdin(inputs: Iterable[str | None]) -> None:
    """
    Refuse a command line that reads standard input twice: the second reader would get nothing.

    Parameters
    ----------
    inputs
        Every file of the command line that is read; ``-`` is standard input, None no file.

    Raises
    ------
    InputError
        If two of them are standard input.
    """
    if list(inputs).count("-") > 1:
        raise InputError("standard input (-) can be read once only", place="usage")
