"""PCI devices that a guest's file assigns to it, on a host that says where they sit."""

from __future__ import annotations

from collections.abc import Iterable

from placer.instance import Host, pci_address, shorten

MOST_NAMED = 4
"""Devices that one note names."""


def devices_on(host: Host, stated: Iterable[str]) -> tuple[tuple[str, ...], list[str]]:
    """
    Find the devices of a guest among those of its host.

    Parameters
    ----------
    stated
        Addresses as the guest's file has them, such as ``3b:00.0``.

    Returns
    -------
    devices : tuple of str
        Ids of those that the host lists, each once.
    notes : list of str
        Which it does not list.
    """
    known = {device.id for device in host.devices}
    found: dict[str, None] = {}
    unknown: list[str] = []
    for text in stated:
        address = pci_address(text) or text
        if address in known:
            found[address] = None
        else:
            unknown.append(shorten(text))
    if not unknown:
        return tuple(found), []
    more = f" and {len(unknown) - MOST_NAMED} more" if len(unknown) > MOST_NAMED else ""
    names = ", ".join(unknown[:MOST_NAMED]) + more
    return tuple(found), [f"these devices are not counted, the host does not say on which pnodes they are: {names}"]
