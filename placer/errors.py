"""The errors a user can cause, and the check that raises one. Everything else that escapes is a defect in placer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
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
        The place of the fault: a file, ``file:line``, a file and a JSON path, or the name of an argument.
    """

    def __init__(self, message: str, *, place: str | None = None) -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.message, self.place = message, place


MOST_TOLD = 200
"""Most faults that one message tells: more are read by nobody. Chosen, not tuned."""


class BatchError(InputError):
    """
    Faults of several inputs, told at once: each text once, and at most ``MOST_TOLD`` of them.

    Parameters
    ----------
    errors
        The error of each input.
    """

    def __init__(self, errors: Iterable[PlacerError]) -> None:
        self.errors = tuple(errors)
        told = list(dict.fromkeys(map(str, self.errors)))
        more = [f"and {len(told) - MOST_TOLD} faults more"] if len(told) > MOST_TOLD else []
        super().__init__("\n".join([*told[:MOST_TOLD], *more]))


class Faults:
    """
    Collects the errors of many inputs, so that one does not hide the others.

    Examples
    --------
    >>> faults = Faults()
    >>> for text in ("1", "x", "y"):
    ...     with faults.kept():
    ...         _ = expect(text, None if text.isalpha() else text, str)
    >>> [str(error) for error in faults.errors]
    ['x: expected str, got None', 'y: expected str, got None']
    """

    def __init__(self) -> None:
        self.errors: list[PlacerError] = []

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep an error that the input causes within the block, instead of raising it."""
        try:
            yield
        except BatchError as error:
            self.errors += error.errors
        except PlacerError as error:
            self.errors.append(error)

    def raise_all(self) -> None:
        """
        Raise what was kept; nothing where there is no error.

        Raises
        ------
        PlacerError
            The error, if there is one.
        BatchError
            Of all errors, if there are several.
        """
        if len(self.errors) == 1:
            raise self.errors[0]
        if self.errors:
            raise BatchError(self.errors)


class InstanceError(InputError, ValueError):
    """A host, guest, rule, instance or placement made in code has a value that it cannot have."""


class EmissionError(PlacerError):
    """A configuration that the toolstack would refuse; nothing is written."""


class Defect(Exception):  # noqa: N818 - a defect is the program's, not the input's
    """placer broke one of its own promises."""


MOST_FAULTS = 50
"""Faults of one file after which its reading ends: a file of another kind has one in every entry. Chosen, not tuned."""

_T = TypeVar("_T")
_Read = TypeVar("_Read")


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


def of_each(read: Callable[[_T], _Read], inputs: Iterable[_T]) -> list[_Read]:
    """
    Read each input, and raise the errors of all that cannot be read at once, up to :data:`MOST_FAULTS`.

    Raises
    ------
    PlacerError
        As :meth:`Faults.raise_all`.
    """
    faults, results = Faults(), []
    for given in inputs:
        if len(faults.errors) >= MOST_FAULTS:
            faults.errors.append(InputError(f"reading ended after {MOST_FAULTS} faults"))
            break
        with faults.kept():
            results.append(read(given))
    faults.raise_all()
    return results


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
