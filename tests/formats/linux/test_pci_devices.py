"""PCI devices in a sysfs tree."""

from __future__ import annotations

from pathlib import Path

from placer.formats.linux.pci_devices import pci_devices


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii")


def test_links_and_folders_behind_bridges_are_found(tmp_path: Path) -> None:
    write(tmp_path, "devices/pci0000:3a/0000:3a:00.0/numa_node", "1\n")
    write(tmp_path, "devices/pci0000:3a/0000:3a:00.0/0000:3b:00.0/numa_node", "1\n")
    write(tmp_path, "devices/pci0000:00/0000:00:1f.2/numa_node", "-1\n")
    write(tmp_path, "devices/pci0000:00/0000:00:1f.3/power/numa_node", "0\n")
    write(tmp_path, "devices/other/0000:01:00.0/numa_node", "0\n")
    assert pci_devices(tmp_path) == {"0000:3a:00.0": 1, "0000:3b:00.0": 1}
    bus = tmp_path / "bus/pci/devices"
    bus.mkdir(parents=True)
    (bus / "0000:01:00.0").symlink_to("../../../devices/other/0000:01:00.0")
    assert pci_devices(tmp_path)["0000:01:00.0"] == 0


def test_a_copy_with_texts_for_links_and_bad_numbers_gives_what_it_has(tmp_path: Path) -> None:
    write(tmp_path, "bus/pci/devices/0000:3b:00.0", "../../../devices/pci0000:3a/0000:3b:00.0")
    write(tmp_path, "devices/pci0000:3a/0000:3b:00.0/numa_node", "0\n")
    write(tmp_path, "devices/pci0000:3a/0000:3c:00.0/numa_node", "x\n")
    assert pci_devices(tmp_path) == {"0000:3b:00.0": 0}
    assert pci_devices(tmp_path / "nothing") == {}
