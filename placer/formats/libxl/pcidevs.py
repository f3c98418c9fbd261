"""Reads the PCI devices of libxl's JSON (libxl_device_pci of libxl_types.idl)."""

from __future__ import annotations

from placer.formats.text.json_fields import Fields

EVERY_FUNCTION = 2**32 - 1
"""A vfunc_mask that assigns every function of a device (LIBXL_PCI_FUNC_ALL)."""


def assigned_devices(config: Fields) -> tuple[list[str], list[str]]:
    """
    Read the devices that a libxl_domain_config assigns to its guest.

    Returns
    -------
    addresses : list of str
        Such as ``0000:3b:00.0``; with ``*`` for the function where all functions are assigned. libxl omits the parts of
        an address that are 0.
    names : list of str
        The names of those that are assigned by name alone.

    Raises
    ------
    InputError
        With the JSON path, if a part of an address is out of range.
    """
    addresses, names = [], []
    for row in config.children("pcidevs"):
        domain, bus, slot = (row.number(key, most) or 0 for key, most in (("domain", 65535), ("bus", 255), ("dev", 31)))
        function = row.number("func", 7) or 0
        name, every = row.text("name"), row.number("vfunc_mask", EVERY_FUNCTION) == EVERY_FUNCTION
        if name is not None and not any((domain, bus, slot, function)):
            names.append(name)
        else:
            addresses.append(f"{domain:04x}:{bus:02x}:{slot:02x}.{'*' if every else function}")
    return addresses, names
