"""The errors a user can cause, and the check that raises one. Everything else that escapes is a defect in placer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar


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


_T = TypeVar("_T")


def expect(name: str, value: object, *types: type[_T]) -> _T:
    """
    Return the value if it has one of the types.

    Parameters
    ----------
    name
        The parameter's.
    types
        Classes that ``placer`` exports, or built-in ones.

    Raises
    ------
    InputError
        If it has another one.

    Examples
    --------
    >>> expect("seed", 1, int)
    1
    """
    if isinstance(value, types):
        return value
    raise InputError(f"expected {' or '.join(map(_named, types))}, got {_named(type(value))}", place=name)


def listed(name: str, values: object) -> Iterable[object]:
    """
    Return the values if they are some collection, and no text.

    Raises
    ------
    InputError
        If they are not, with the parameter's name.
    """
    if isinstance(values, Iterable) and not isinstance(values, str | bytes):
        return values
    raise InputError(f"expected a list, got {_named(type(values))}", place=name)


def _named(kind: type) -> str:
    if kind is type(None):
        return "None"
    return f"placer.{kind.__name__}" if kind.__module__.startswith("placer.") else kind.__name__
