"""The errors a user can cause. Everything else that escapes is a defect in placer."""

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
        Where: a file, ``file:line``, or a file and a JSON path.
    """

    def __init__(self, message: str, *, place: str | None = None) -> None:
        super().__init__(f"{place}: {message}" if place else message)


class InstanceError(InputError, ValueError):
    """A host, guest, rule, instance or placement was given a value that it cannot have."""


class EmissionError(PlacerError):
    """A configuration that xl or libxl would refuse; nothing is written."""


class Defect(Exception):  # noqa: N818 - it names what it is
    """placer broke one of its own promises."""
