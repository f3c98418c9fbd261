"""Looks up the PCI devices that a guest's file assigns to it among the devices of the host."""

from __future__ import annotations

from collections.abc import Iterable

from placer.instance import Host, pci_address, shorten

MOST_NAMED = 4
"""Devices that one note names. Chosen, not tuned: with more a note fills several lines."""


def devices_on(host: Host, stated: Iterable[str]) -> tuple[tuple[str, ...], list[str]]:
    """
    Find the devices of a guest among the devices of its host.

    Parameters
    ----------
    host
        The host, with the pnode of each device that is known.
    stated
        Addresses as the guest's file has them, such as ``3b:00.0``.

    Returns
    -------
    devices : tuple of str
        Ids of the guest's devices that the host lists, each once.
    notes : list of str
        A note with the devices that the host does not list; empty where it lists all.
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
