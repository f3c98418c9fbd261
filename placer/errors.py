"""The errors that a user can cause. Any other exception that escapes is a defect in placer."""

from __future__ import annotations


class PlacerError(Exception):
    """Base of every error that the input or the request caused."""


class InputError(PlacerError):
    """
    Input that cannot be read or makes no sense.

    Parameters
    ----------
    message
        What is wrong and what was expected.
    place
        The place of the fault: a file, ``file:line``, or a file and a JSON path.
    """

    def __init__(self, message: str, *, place: str | None = None) -> None:
        super().__init__(f"{place}: {message}" if place else message)


class InstanceError(InputError, ValueError):
    """A host, guest, rule, instance or placement made in code has a value that it cannot have."""


class EmissionError(PlacerError):
    """A configuration that the toolstack would refuse; nothing is written."""


class Defect(Exception):  # noqa: N818 - a defect is the program's, not the input's
    """placer broke one of its own promises."""
