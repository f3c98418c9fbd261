"""Structs that check what they are given: by its type and its range, with words for a person."""

from __future__ import annotations

import re
from inspect import Parameter, Signature
from types import EllipsisType, NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import Struct, StructMeta
from msgspec.structs import FieldInfo, fields

from placer.errors import InstanceError
from placer.instance.units import shorten

_STEP = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")
"""A step of the path that msgspec names: a field, or an entry of a list or a dict."""


class _Checking(StructMeta):
    """
    Makes the constructor of a struct do what msgspec does when it reads one.

    A metaclass, because :func:`msgspec.convert` and the JSON reader create structs without it: what they read is
    checked once. ``__post_init__`` would check it again, and never hears of a missing field.
    """

    if not TYPE_CHECKING:  # type checkers take the arguments from the fields, as for any struct

        def __call__(cls, *args: object, **values: object) -> Any:  # noqa: N805
            if args:
                raise InstanceError(f"{cls.__name__}: {shorten(repr(args[0]))} without a name, expected keywords only")
            values = {name: _listed(value) for name, value in values.items()}
            try:
                return msgspec.convert(values, cls)
            except msgspec.ValidationError as error:
                raise InstanceError(_in_words(error, cls, values)) from None

    @property
    def __signature__(cls) -> Signature:  # noqa: N805
        """The fields with their plain types, which is what ``help()`` shows; msgspec would spell out each range."""
        return Signature(
            [
                Parameter(
                    field.name,
                    Parameter.KEYWORD_ONLY,
                    default=_default(field),
                    annotation=_Plain(plain_type(field.type)),
                )
                for field in fields(cls)  # type: ignore[arg-type]  # cls is a class of this metaclass, a struct
            ]
        )


class Checked(Struct, metaclass=_Checking, frozen=True, kw_only=True):
    """
    A struct whose constructor refuses values of a wrong type or range; lists, sets and ranges become tuples.

    Raises
    ------
    InstanceError
        Naming the field, what was expected and what was found; or what ``__post_init__`` refuses.
    """


def _listed(value: object) -> object:
    """Take a range, or a list with ranges in it, for the numbers it stands for."""
    if isinstance(value, range):
        return tuple(value)
    if isinstance(value, list | tuple) and any(isinstance(each, range) for each in value):
        return tuple(map(_listed, value))
    return value


def _default(field: FieldInfo) -> Any:
    """Give the default of a field as a signature shows it."""
    if field.default is not msgspec.NODEFAULT:
        return field.default
    return Parameter.empty if field.default_factory is msgspec.NODEFAULT else field.default_factory()


class _Plain(str):
    """Text that a signature shows without quotes."""

    __slots__ = ()
    __repr__ = str.__str__


def plain_type(kind: Any) -> str:
    """
    Write a type as Python does, without the ranges that its values must keep.

    Examples
    --------
    >>> plain_type(Annotated[tuple[Annotated[int, "an id"], ...], "ids"] | None)
    'tuple[int, ...] | None'
    """
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return plain_type(args[0])
    if origin in (Union, UnionType):
        return " | ".join(dict.fromkeys(map(plain_type, args)))
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, args))}]"
    if isinstance(kind, EllipsisType):
        return "..."
    name = "None" if kind is NoneType else kind.__name__
    return f"{name}[{', '.join(map(plain_type, args))}]" if args else name


def _in_words(error: msgspec.ValidationError, struct: type[Struct], values: dict[str, object]) -> str:
    """Say where a value is wrong, what was expected and what was found."""
    fault, _, path = str(error).removesuffix("`").rpartition(" - at `")
    if not fault:
        fault, path = str(error), "$"
    own = error.__cause__ is not None  # a complaint of __post_init__, which has its words already
    where = struct.__name__ + path.removeprefix("key` in `").removeprefix("$")
    if own:
        return fault if path == "$" else f"{where}: {fault}"
    name = fault.partition("`")[2].partition("`")[0]
    kind = _type_at(path, struct)
    if fault.startswith("Object missing"):
        return f"{where}: {name} is missing"
    if fault.startswith("Object contains unknown"):
        return f"{where}: no field {name}, expected one of {', '.join(kind.__struct_fields__)}"
    expected, _, found = fault.partition(", got ")
    if fault.startswith("Invalid enum value"):
        expected, found = plain_type(kind), fault.removeprefix("Invalid enum value ")
    elif found:
        expected = "str as key" if path.startswith("key") else plain_type(kind)
    expected = expected.removeprefix("Expected ").replace("`", "")
    return f"{where}: expected {expected}, got {_found(path, values) or found.replace('`', '')}"


def _type_at(path: str, struct: type[Struct]) -> Any:
    """Find the type of the field, or of the entry of a field, to which a path leads."""
    kind: Any = struct
    for key, _ in _STEP.findall(path):
        choices = [choice for choice in _alternatives(kind) if choice is not NoneType]
        if key:
            holder = next(choice for choice in choices if hasattr(choice, "__struct_fields__"))
            kind = next(field.type for field in fields(holder) if field.name == key)
        else:
            holder = next(choice for choice in choices if get_origin(choice) in (tuple, dict))
            kind = get_args(holder)[get_origin(holder) is dict]
    return kind


def _alternatives(kind: Any) -> tuple[Any, ...]:
    """List what a value of a type may be."""
    if get_origin(kind) is Annotated:
        return _alternatives(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return tuple(choice for each in get_args(kind) for choice in _alternatives(each))
    return (kind,)


def _found(path: str, values: object) -> str:
    """Quote the value to which a path leads; the whole dict with its keys where the path does not say which entry."""
    for key, index in _STEP.findall(path):
        if key and isinstance(values, dict):
            values = values[key]
        elif index.isdigit() and isinstance(values, list | tuple):
            values = values[int(index)]
        else:
            break
    return shorten(repr(values))
