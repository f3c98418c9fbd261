"""The PCI devices of a sysfs tree, and the nodes to which they are attached."""

from __future__ import annotations

import os
import re
from pathlib import Path

from placer.instance import pci_address

MOST_FOLDERS = 100_000
"""Most folders that are walked through below ``devices``. Chosen: a host of 16 sockets has some thousand."""

_ROOT = re.compile(r"pci[0-9a-f]{4,8}:[0-9a-f]{2}", re.ASCII)
_NODE = re.compile(r"-?[0-9]{1,5}", re.ASCII)


def pci_devices(sysfs: Path) -> dict[str, int]:
    """
    Find the node of each PCI device: PCI address -> id of the node, without devices whose node is not known (-1).

    Parameters
    ----------
    sysfs
        The tree. ``bus/pci/devices`` holds links in a tree of Linux; copies without links have the devices below
        ``devices/pciDDDD:BB`` only.
    """
    found: dict[str, int] = {}
    for folder in (*_links(sysfs / "bus/pci/devices"), *_below(sysfs / "devices")):
        address = pci_address(folder.name)
        node = _node(folder / "numa_node") if address and address not in found else None
        if address and node is not None and node >= 0:
            found[address] = node
    return found


def _links(folder: Path) -> list[Path]:
    try:
        return [entry for entry in folder.iterdir() if entry.is_dir()]
    except OSError:
        return []


def _below(devices: Path) -> list[Path]:
    """Give the folders of the devices below each root of PCI, bridges too; links are not followed."""
    folders: list[Path] = []
    for root in _links(devices):
        for path, inner, _ in os.walk(root) if _ROOT.fullmatch(root.name) else ():
            inner[:] = [name for name in inner if pci_address(name)]
            folders += [Path(path) / name for name in inner]
            if len(folders) > MOST_FOLDERS:
                return folders
    return folders


def _node(file: Path) -> int | None:
    try:
        with file.open(encoding="ascii", errors="replace") as stream:
            text = stream.read(20).strip()
    except OSError:
        return None
    return int(text) if _NODE.fullmatch(text) else None
