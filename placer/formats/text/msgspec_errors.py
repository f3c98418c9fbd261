"""Rewords the errors of msgspec: the place first, then what was expected and what was found."""

from __future__ import annotations

import json
import re
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from placer.errors import InputError
from placer.instance import shorten

_STEP = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")
_RULE = re.compile(r"((?:hosts|guests|placed|rules|pnode_rules)\[\d+\](?:\.\w+(?:\[\d+\])?)?): (.*)", re.DOTALL)
"""The text of a ValueError of an Instance or a Fleet about one of its entries, which begins with the entry's place."""


def name_fault(error: msgspec.ValidationError, written: object, place: str, root: type[Struct]) -> InputError:
    """
    Reword an error of :func:`msgspec.convert`.

    The parts of the error are taken from its text: msgspec's exception has no fields for them.

    Parameters
    ----------
    error
        The error of msgspec.
    written
        The JSON value as its author wrote it.
    place
        The file's name for messages.
    root
        The struct that the value was to become.

    Returns
    -------
    InputError
        ``file: $.path: what was expected, what was found``, for the caller to raise.
    """
    fault, _, path = str(error).removesuffix("`").rpartition(" - at `")
    if not fault:
        fault, path = str(error), "$"
    if path.startswith("key` in `"):
        path = path.removeprefix("key` in `")
        name, known = fault.removeprefix("Invalid enum value "), get_args(get_args(_type_at(path, root))[0])
        return InputError(f"unknown key {name}, expected one of {', '.join(known)}", place=f"{place}: {path}")
    inner = _RULE.fullmatch(fault)
    if inner and path == "$":
        path, fault = f"$.{inner[1]}", inner[2]
    elif path == "$":
        path = _guest_path(fault, written)
    return InputError(_reword(fault, _type_at(path, root), _at(path, written)), place=f"{place}: {path}")


def _guest_path(fault: str, written: object) -> str:
    """Give the path of the guest that a fault of a whole instance begins with, and of its range; ``$`` without one."""
    guests = written.get("guests") if isinstance(written, dict) else None
    names = [guest.get("name") for guest in guests or () if isinstance(guest, dict)]
    named = [name for name in names if isinstance(name, str) and fault.startswith(f'guest "{name}" ')]
    if not named:
        return "$"
    name = max(named, key=len)
    of_range = fault.startswith(f'guest "{name}" is a set of up to ')
    return f"$.guests[{names.index(name)}]" + (".flexible.most" if of_range else "")


def quote(value: object) -> str:
    """Show a JSON value in a message: short, and without control characters."""
    if isinstance(value, list):
        return "a list"
    return "an object" if isinstance(value, dict) else shorten(json.dumps(value))


def _reword(fault: str, wanted: Any, found: object) -> str:
    keys = ", ".join(getattr(wanted, "__struct_fields__", ()))
    name = quote(fault.partition("`")[2].removesuffix("`"))
    if fault.startswith("Object contains unknown field"):
        return f"unknown key {name}, expected one of {keys}"
    if fault.startswith("Object missing required field"):
        return f"key {name} is missing"
    if fault.startswith("Invalid enum value"):
        return f"expected one of {', '.join(map(str, get_args(wanted)))}, got {quote(found)}"
    if fault.startswith("Expected `object`") and keys:
        return f"expected an object with the keys {keys}, got {quote(found)}"
    if fault.startswith("Expected `"):
        kind = fault.partition(", got ")[0].removeprefix("Expected ").replace("`", "").replace("array", "list")
        return f"expected {kind}, got {quote(found)}"
    return fault


def _type_at(path: str, root: type[Struct]) -> Any:
    kind: Any = root
    steps = _STEP.findall(path)
    for i, (key, _) in enumerate(steps, 1):
        if key:
            kind = {field.name: field.type for field in fields(kind)}[key]
        else:
            kind = get_args(kind)[1 if get_origin(kind) is dict else 0]
        while get_origin(kind) in (Annotated, Union, UnionType):
            choices = [choice for choice in get_args(kind) if choice is not NoneType]
            structs = [choice for choice in choices if hasattr(choice, "__struct_fields__")]
            holders = [choice for choice in choices if get_origin(choice) in (tuple, dict) and i < len(steps)]
            kind = (*structs, *holders, *choices)[0]
    return kind


def _at(path: str, value: Any) -> object:
    """Follow the path into the value; a path into a list that was written as one string ends at the string."""
    for key, index in _STEP.findall(path):
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and index.isdigit() and int(index) < len(value):
            value = value[int(index)]
    return value
