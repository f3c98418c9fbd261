"""Reads which PCI devices of the host a libvirt domain has for itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from placer.formats.text.xml_text import Node
from placer.instance import shorten

_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,8}|[0-9]{1,9}")
_KINDS = {"hostdev": "pci", "interface": "hostdev", "disk": "nvme"}
"""Elements below ``<devices>`` -> the type with which they state a PCI address in ``<source>`` (formatdomain.html)."""


def read_addresses(root: Node) -> list[str]:
    """
    Read the addresses of the PCI devices that are passed through, each once.

    They are host devices, network interfaces of type ``hostdev``, such as functions of SR-IOV, and disks of type
    ``nvme``.

    Raises
    ------
    InputError
        With ``file:line``, if a part of an address is no number.
    """
    return list(dict.fromkeys(_addresses(root)))


def mediated_notes(root: Node) -> list[str]:
    """Say of mediated devices that they are not counted: a domain does not state which PCI device they are parts of."""
    devices = root.child("devices")
    if devices and any(device.attributes.get("type") == "mdev" for device in devices.all("hostdev")):
        return ["its mediated devices (mdev) are not counted: its file does not say of which PCI devices they are"]
    return []


def _addresses(root: Node) -> Iterator[str]:
    devices = root.child("devices")
    for tag, kind in _KINDS.items():
        for device in devices.all(tag) if devices else ():
            source = device.child("source") if device.attributes.get("type") == kind else None
            address = source.child("address") if source else None
            if address is not None:
                parts = [_number(address, key) for key in ("domain", "bus", "slot", "function")]
                yield "{:04x}:{:02x}:{:02x}.{:x}".format(*parts)


def _number(node: Node, key: str) -> int:
    """Read a part of a PCI address, hexadecimal where it starts with 0x and decimal else; 0 where it is absent."""
    text = node.attributes.get(key, "0")
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise node.fault(f'expected {key} to be a number such as 0x3b, got "{shorten(text)}"')
    return int(text, 16 if text.startswith("0x") else 10)
