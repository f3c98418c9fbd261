"""Fields of a Problem and its parts that have another type than stated, as code that builds one by hand may give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass

import numpy as np

from placer.assignment.model import Conflict, Problem, Resource
from placer.assignment.terms import Term


def type_faults(problem: Problem) -> Iterator[str]:
    """
    Yield the fields of wrong types, the first one first; nothing where all fit.

    Only types are checked, so that the checks of shapes and ranges can rely on them.
    """
    yield from _of("problem", problem)
    for name, kind in (("resources", Resource), ("relations", Conflict)):
        yield from _all_of(name, getattr(problem, name), kind)
    if not isinstance(problem.tiers, tuple) or not problem.tiers:
        yield f"tiers is {_named(problem.tiers)}, expected a tuple of one tuple of terms or more"
        return
    for t, terms in enumerate(problem.tiers):
        yield from _all_of(f"tiers[{t}]", terms, Term)


def _all_of(name: str, parts: object, kind: type) -> Iterator[str]:
    if not isinstance(parts, tuple):
        yield f"{name} is {_named(parts)}, expected a tuple of {kind.__name__}"
        return
    for i, part in enumerate(parts):
        if not isinstance(part, kind):
            yield f"{name}[{i}] is {_named(part)}, expected {kind.__name__}"
        else:
            yield from _of(f"{name}[{i}]", part)


def _of(name: str, part: object) -> Iterator[str]:
    assert is_dataclass(part)
    for field in fields(part):
        value, stated = getattr(part, field.name), str(field.type)
        if value is None and stated.endswith("| None"):
            continue
        expected = _EXPECTED.get(stated.removesuffix(" | None"))
        if expected is not None and not expected[1](value):
            yield f"{name}.{field.name} is {_named(value)}, expected {expected[0]}"


def _is_array(value: object, kind: str) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == kind


_EXPECTED: dict[str, tuple[str, Callable[[object], bool]]] = {
    "IntArray": ("a NumPy array of int64", lambda value: _is_array(value, "int64")),
    "BoolArray": ("a NumPy array of bool", lambda value: _is_array(value, "bool")),
    "tuple[IntArray, ...]": (
        "a tuple of NumPy arrays of int64",
        lambda value: isinstance(value, tuple) and all(_is_array(each, "int64") for each in value),
    ),
    "int": ("a whole number", lambda value: isinstance(value, int | np.integer) and not isinstance(value, bool)),
    "str": ("text", lambda value: isinstance(value, str)),
}
"""Annotation of a field -> the words for it and its check."""


def _named(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    return "an empty tuple" if value == () else f"a {type(value).__name__}"
