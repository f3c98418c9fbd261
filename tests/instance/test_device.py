"""PCI addresses as people write them, and where a host's devices may sit."""

from __future__ import annotations

import pytest

from placer.instance.device import Device, check_devices, pci_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("3b:0.1", "0000:3b:00.1"),
        (" 0:3B:1F.7 ", "0000:3b:1f.7"),
        ("10000:01:00.0", "10000:01:00.0"),  # a domain of an Intel VMD
    ],
)
def test_an_address_is_written_in_full(text: str, address: str) -> None:
    assert pci_address(text) == address


@pytest.mark.parametrize("text", ["", "3b:00", "3b:00.8", "3b:00.0,seize=1", "pci_0000_3b_00_0", "123:00.0"])
def test_what_is_no_address_gives_none(text: str) -> None:
    assert pci_address(text) is None


def test_two_devices_of_one_id_and_an_unknown_pnode_are_refused() -> None:
    nic, disk = Device(id="nic", pnode=8), Device(id="disk", pnode=8)
    check_devices((nic, disk), {0: 0, 8: 1})
    with pytest.raises(ValueError, match=r'^two devices have the id "nic"$'):
        check_devices((nic, disk, nic), {0: 0, 8: 1})
    with pytest.raises(ValueError, match=r'^device "nic": no pnode 8 on this host$'):
        check_devices((nic,), {0: 0, 1: 1})


def test_an_id_with_a_control_character_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^name 'a\\nb' holds a control character$"):
        Device(id="a\nb", pnode=0)
