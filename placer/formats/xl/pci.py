"""Reads ``pci=`` of an xl.cfg (xl-pci-configuration(5); Xen tools/libs/util/libxlu_pci.c)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from placer.formats.xl.syntax import Config
from placer.instance import shorten

_BDF = re.compile(r"(?:0*([0-9a-f]{1,4}):)?0*([0-9a-f]{1,2}):0*([01]?[0-9a-f])\.(?:0*([0-7])|(\*))")
_SLOT = re.compile(r"(?:0x)?0*[01]?[0-9a-f]")
_OPTIONS = ("bdf", "vslot", "permissive", "msitranslate", "seize", "power_mgmt", "rdm_policy", "name")
_POLICIES = ("strict", "relaxed")


@dataclass(frozen=True, kw_only=True)
class Assigned:
    """
    The devices that a file assigns to its guest.

    Parameters
    ----------
    addresses
        Addresses such as ``0000:3b:00.0``; ``0000:3b:00.*`` means every function of the device.
    names
        Names that devices got from ``xl pci-assignable-add``: which addresses they mean the host alone knows.
    """

    addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def read_pci(config: Config) -> Assigned:
    """
    Read the devices of a guest; none where ``pci=`` is absent, or is no list, which xl ignores.

    An entry is ``[DDDD:]BB:SS.F[@VSLOT][,KEY=VALUE,...]``, or keys alone, of which the last of a kind counts; F may be
    ``*``. The real xl of 4.17 was asked about every form.

    Raises
    ------
    InputError
        With ``file:line`` and the entry, where xl would refuse it.
    """
    rows = config.value_of("pci")
    addresses, names = [], []
    for row in rows if isinstance(rows, tuple) else ():
        if not isinstance(row, str):
            raise config.fault("pci", "pci has a list as an entry, expected a device")
        try:
            address, name = _device(row)
        except ValueError as error:
            raise config.fault("pci", f'pci entry "{shorten(row)}": {error}') from None
        if address is not None:
            addresses.append(address)
        else:
            names.append(name or "")
    return Assigned(addresses=tuple(addresses), names=tuple(names))


def _device(text: str) -> tuple[str | None, str | None]:
    """Read an entry: the address of the device, or else its name."""
    first, *parts = text.split(",")
    stated: dict[str, str] = {}
    if "=" in first:
        parts.insert(0, first)
    else:
        stated["bdf"], at, slot = first.partition("@")
        if at:
            stated["vslot"] = slot
    if parts and not parts[-1]:
        parts.pop()
    for part in parts:
        key, equals, value = part.partition("=")
        if key not in _OPTIONS or not equals:
            raise ValueError(f'expected KEY=VALUE with one of {", ".join(_OPTIONS)}, got "{shorten(part)}"')
        stated[key] = value
    _check(stated)
    return (None, stated["name"]) if "name" in stated else (_address(stated["bdf"].partition("@")[0]), None)


def _check(stated: dict[str, str]) -> None:
    if ("bdf" in stated) == ("name" in stated):
        raise ValueError("expected an address or name=, one of the two")
    if not _SLOT.fullmatch(stated.get("vslot", "0").strip().lower()):
        raise ValueError(f'expected a vslot from 0 to 1f, got "{shorten(stated["vslot"])}"')
    if stated.get("rdm_policy", _POLICIES[0]) not in _POLICIES:
        raise ValueError(f'expected rdm_policy to be strict or relaxed, got "{shorten(stated["rdm_policy"])}"')


def _address(text: str) -> str:
    parts = _BDF.fullmatch(text.lower())
    if parts is None:
        raise ValueError(f'expected an address [DDDD:]BB:SS.F, F from 0 to 7 or *, got "{shorten(text)}"')
    domain, bus, slot, function = (int(part or "0", 16) for part in parts.groups()[:4])
    return f"{domain:04x}:{bus:02x}:{slot:02x}.{parts[5] or function}"
