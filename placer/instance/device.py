"""A PCI device of a host, and its pnode."""

from __future__ import annotations

import re

from placer.instance.checked import Checked
from placer.instance.guest import Name
from placer.instance.guest_checks import check_name
from placer.instance.units import Cpu

_ADDRESS = re.compile(r"(?:([0-9a-f]{1,8}):)?([0-9a-f]{1,2}):([0-9a-f]{1,2})\.([0-7])")


class Device(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    A device of the host that may be assigned to guests.

    Parameters
    ----------
    id
        Its name, unique on the host; for a PCI device its address, such as ``0000:3b:00.0``.
    pnode
        Id of the pnode to which it is attached.

    Raises
    ------
    InstanceError
        If the id holds a control character.
    """

    id: Name
    pnode: Cpu

    def __post_init__(self) -> None:
        check_name(self.id)


def pci_address(text: str) -> str | None:
    """
    Write a PCI address in full, as Xen and Linux print it; None if the text is no PCI address.

    Examples
    --------
    >>> pci_address("3B:00.0"), pci_address("eth0")
    ('0000:3b:00.0', None)
    """
    parts = _ADDRESS.fullmatch(text.strip().lower())
    if parts is None:
        return None
    domain, bus, slot, function = (int(part or "0", 16) for part in parts.groups())
    return f"{domain:04x}:{bus:02x}:{slot:02x}.{function}"


def check_devices(devices: tuple[Device, ...], position_of: dict[int, int]) -> None:
    """Refuse two devices of one id, and a device on a pnode that the host does not have."""
    seen: set[str] = set()
    for device in devices:
        if device.id in seen:
            raise ValueError(f'two devices have the id "{device.id}"')
        seen.add(device.id)
        if device.pnode not in position_of:
            raise ValueError(f'device "{device.id}": no pnode {device.pnode} on this host')
