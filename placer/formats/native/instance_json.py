"""Reads and writes instances and hosts as JSON: sizes such as ``8GiB``, cpu sets as ranges, faults with JSON paths."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar

import msgspec

from placer.errors import InputError, expect
from placer.formats.native.readable_json import (
    AFFINITIES,
    CPU_SETS,
    LISTS_OF_CPU_SETS,
    OPEN_SIZES,
    SIZES,
    readable_json,
)
from placer.formats.text.files import Source, read_source
from placer.formats.text.json_text import MAX_CONTAINERS, parse_json
from placer.formats.text.msgspec_errors import name_fault, quote
from placer.instance import Host, Instance, Objective, parse_cpuset, parse_size
from placer.instance.expected import Expectations
from placer.instance.guest_checks import MAX_VCPUS

MAX_IDS = 2**22
"""Most ids that the cpu sets of one file name together. Chosen, not tuned: 64 times 65,536 pcpus, some 100 MB."""

_Root = TypeVar("_Root", bound=msgspec.Struct)
_Plain = TypeVar("_Plain")


def read_instance(path: Source) -> Instance:
    """
    Read an instance from a file; ``-`` is standard input, a :class:`placer.Text` stands for a file.

    Raises
    ------
    InputError
        If the file cannot be read or holds no instance, with the JSON path of the first fault.
    """
    return parse_instance(*read_source(path))


def parse_instance(text: str, place: str = "<text>") -> Instance:
    """
    Read an instance from JSON text.

    Parameters
    ----------
    text
        An object ``{"host", "guests", "rules", "objective"}``.
    place
        The name of the text for messages, usually a file.

    Raises
    ------
    InputError
        If the text is no instance, with the JSON path of the first fault.

    Examples
    --------
    >>> instance = parse_instance(
    ...     '{"host": {"pnodes": [{"id": 0, "memory_kib": "8GiB", "pcpus": "0-3"}]},'
    ...     ' "guests": [{"name": "db", "vnodes": [{"memory_kib": "4GiB", "vcpus": "0-1"}]}]}',
    ... )
    >>> instance.host.pnodes[0].pcpus, instance.guests[0].memory_kib
    ((0, 1, 2, 3), 4194304)
    """
    return parse_as(expect("text", text, str), expect("place", place, str), Instance)


def parse_host(text: str, place: str) -> Host:
    """
    Read a host alone, an object ``{"name", "pnodes", "slit", "domains"}``, from JSON text.

    Raises
    ------
    InputError
        If the text is no host, with the JSON path of the first fault.
    """
    return parse_as(text, place, Host)


def parse_objective(text: str, place: str) -> Objective:
    """
    Read an objective alone, an object ``{"core_sharing_price", "shape", "tiers"}``, from JSON text.

    Raises
    ------
    InputError
        If the text is no objective, with the JSON path of the first fault.
    """
    return parse_as(text, place, Objective)


def parse_expectations(text: str, place: str) -> Expectations:
    """
    Read the shapes of expected guests, an object ``{"guests": [{"memory_kib", "vcpu_count", "weight"}]}``, from JSON.

    Raises
    ------
    InputError
        If the text holds no such shapes, with the JSON path of the first fault.
    """
    return parse_as(text, place, Expectations)


def dump_instance(instance: Instance) -> str:
    """
    Write an instance as JSON for people: sizes as ``8GiB``, cpu sets as ranges, each row of a matrix on one line.

    :func:`parse_instance` reads the same instance back.
    """
    return dump_struct(expect("instance", instance, Instance))


def dump_struct(struct: msgspec.Struct) -> str:
    """Write what :func:`parse_as` reads back."""
    plain = msgspec.to_builtins(struct)
    for guest in _guests(plain):
        if _is_set_by_default(guest):
            guest["form"] = "vnuma"
    if getattr(struct, "objective", None) == Objective():
        plain.pop("objective", None)
    return readable_json(plain)


def dump_host(host: Host) -> str:
    """Write a host alone as :func:`dump_instance` writes it; :func:`parse_host` reads it back."""
    return readable_json(msgspec.to_builtins(host))


def parse_as(text: str, place: str, root: type[_Root], *, most_containers: int = MAX_CONTAINERS) -> _Root:
    """
    Read a struct that is made of the parts of an instance, from JSON text with sizes and cpu sets as people write them.

    Guests stand in its list ``guests``, or there under the key ``guest``.

    Raises
    ------
    InputError
        If the text is no such struct, with the JSON path of the first fault.
    """
    written = parse_json(text, place, most_containers=most_containers)
    try:
        plain = _Numbers(place).of(written, "$")
        for guest in _guests(plain):
            if _is_set_by_default(guest):
                guest["form"] = "set"
        return msgspec.convert(plain, root)
    except msgspec.ValidationError as error:
        raise name_fault(error, written, place, root) from None


def _guests(plain: object) -> list[dict[str, Any]]:
    """Give the guests of an instance that is not validated yet."""
    guests = plain.get("guests") if isinstance(plain, dict) else None
    entries = [entry for entry in guests if isinstance(entry, dict)] if isinstance(guests, list | tuple) else []
    inner = [entry.get("guest", entry) for entry in entries]
    return [guest for guest in inner if isinstance(guest, dict)]


def _is_set_by_default(guest: dict[str, Any]) -> bool:
    """Whether a guest states no form, and no format writes vnodes of its type: Xen starts vnuma for hvm only."""
    flexible = guest.get("flexible")
    wants_vnuma = not isinstance(flexible, dict) or flexible.get("always_vnuma")
    return "form" not in guest and guest.get("type") in {"pv", "pvh"} and not wants_vnuma


class _Numbers:
    """Turns sizes and cpu sets that are written as text into numbers, and leaves all other values unchanged."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.ids_left = MAX_IDS

    def of(self, value: object, path: str) -> object:
        if isinstance(value, list):
            return [self.of(item, f"{path}[{i}]") for i, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        plain = {key: self._member(key, item, f"{path}.{quote(key)[1:-1]}") for key, item in value.items()}
        for key in AFFINITIES:
            if isinstance(value.get(key), str):
                count = _vcpu_count(plain)
                self._count((count - 1) * len(plain[key]), f"{path}.{key}")
                plain[key] = [plain[key]] * count
        return plain

    def _member(self, key: str, value: Any, path: str) -> Any:
        if key in SIZES and not (value is None and key in OPEN_SIZES):
            return self._convert(_size, value, path)
        if (key in CPU_SETS and not path.endswith(f".flexible.{key}")) or (
            key in AFFINITIES and isinstance(value, str)
        ):
            return self._cpuset(value, path)
        if key in LISTS_OF_CPU_SETS and isinstance(value, list):
            free = key != "cores"  # null: this vcpu has no mask
            return [
                item if item is None and free else self._cpuset(item, f"{path}[{i}]") for i, item in enumerate(value)
            ]
        return self.of(value, path)

    def _cpuset(self, value: object, path: str) -> object:
        cpus = self._convert(_cpuset, value, path)
        self._count(len(cpus), path)
        return cpus

    def _count(self, ids: int, path: str) -> None:
        """Refuse a short text that stands for more ids than fit into memory."""
        self.ids_left -= ids
        if self.ids_left < 0:
            raise InputError(f"expected cpu sets of at most {MAX_IDS} ids in one file", place=f"{self.place}: {path}")

    def _convert(self, convert: Callable[[object], _Plain], value: object, path: str) -> _Plain:
        try:
            return convert(value)
        except ValueError as error:
            raise InputError(str(error), place=f"{self.place}: {path}") from None


def _size(value: object) -> int:
    if isinstance(value, str):
        return parse_size(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f'expected a number of KiB, or a size such as "8GiB", got {quote(value)}')
    return value


def _cpuset(value: object) -> Collection[object]:
    if isinstance(value, str):
        return parse_cpuset(value)
    if not isinstance(value, list):
        raise ValueError(f'expected a list of ids, or ranges such as "0-7,64-71", got {quote(value)}')
    return value


def _vcpu_count(guest: dict[str, Any]) -> int:
    """Count the vcpus of a guest that is not validated yet: any number will do for a malformed one, refused later."""
    flexible, vnodes = guest.get("flexible"), guest.get("vnodes")
    if isinstance(flexible, dict) and isinstance(flexible.get("vcpu_count"), int):
        return max(0, min(int(flexible["vcpu_count"]), MAX_VCPUS))
    rows = vnodes if isinstance(vnodes, list) else []
    sets = [row.get("vcpus", ()) for row in rows if isinstance(row, dict)]
    return min(sum(len(vcpus) for vcpus in sets if isinstance(vcpus, list | tuple)), MAX_VCPUS)
