"""Looks up the PCI devices that a guest's file assigns to it among the devices of the host."""

from __future__ import annotations

from collections.abc import Iterable

from placer.instance import Host, pci_address, shorten
from placer.instance.note import Note, name_some

MOST_NAMED = 4
"""Devices that one note names. Chosen, not tuned: with more a note fills several lines."""


def devices_on(host: Host, stated: Iterable[str], names: Iterable[str] = ()) -> tuple[tuple[str, ...], list[str]]:
    """
    Find the devices of a guest among the devices of its host.

    Parameters
    ----------
    host
        The host, with the pnode of each device that is known.
    stated
        Addresses as the guest's file has them, such as ``3b:00.0``; ``3b:00.*`` means all functions that the host
        lists.
    names
        Names by which the file assigns further devices: no host that placer reads states their addresses.

    Returns
    -------
    devices : tuple of str
        Ids of the guest's devices that the host lists, each once.
    notes : list of str
        A note with the devices that the host does not list, and one with the names; empty where it lists all.
    """
    known = {device.id: None for device in host.devices}
    found: dict[str, None] = {}
    unknown: list[str] = []
    for text in stated:
        mine = _functions(text, known) if text.endswith("*") else [pci_address(text) or text]
        if mine and all(address in known for address in mine):
            found |= dict.fromkeys(mine)
        else:
            unknown.append(shorten(text))
    notes: list[str] = []
    if unknown:
        said = "devices are not counted, the host does not say on which pnodes they are"
        notes.append(Note(f"these {said}: {name_some(unknown, MOST_NAMED)}", kind=f"its {said}"))
    if named := [shorten(name) for name in names]:
        said = "devices that are assigned by name are not counted, bdf= with their addresses would be"
        notes.append(Note(f"{said}: {name_some(named, MOST_NAMED)}", kind=said))
    return tuple(found), notes


def _functions(text: str, known: Iterable[str]) -> list[str]:
    """List the known functions of a device such as ``3b:00.*``."""
    device = (pci_address(text[:-1] + "0") or "")[:-1]
    return [address for address in known if device and address[:-1] == device]
