"""PCI devices that a libvirt domain has for itself: the elements are those of libvirt's formatdomain.html."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.libvirt.passthrough import mediated_notes, read_addresses
from placer.formats.text.xml_text import Node, parse_xml

HOSTDEV = """
<hostdev mode='subsystem' type='pci' managed='yes'>
  <source><address domain='0x0000' bus='0x3b' slot='0x00' function='0x1'/></source>
  <address type='pci' domain='0x0000' bus='0x05' slot='0x00' function='0x0'/>
</hostdev>"""
NIC = """
<interface type='hostdev' managed='yes'>
  <mac address='52:54:00:11:22:33'/>
  <source><address type='pci' domain='0x0000' bus='0x5e' slot='0x02' function='0x3'/></source>
</interface>"""
NVME = """
<disk type='nvme' device='disk'>
  <source type='pci' managed='yes' namespace='1'><address domain='1' bus='28' slot='0' function='0'/></source>
</disk>"""
OTHERS = """
<interface type='network'><source network='default'/><address type='pci' bus='0x01'/></interface>
<disk type='file'><source file='/x'/><address type='pci' bus='0x04'/></disk>
<hostdev mode='subsystem' type='usb'><source><address bus='1' device='2'/></source></hostdev>"""
MDEV = """
<hostdev mode='subsystem' type='mdev' model='vfio-pci'>
  <source><address uuid='c2177883-f1bb-47f0-914d-32a22e3a8804'/></source>
</hostdev>"""


def root(*devices: str) -> Node:
    return parse_xml(f"<domain><devices>{''.join(devices)}</devices></domain>", "d.xml")


def test_host_devices_interfaces_and_disks_have_addresses_of_the_host() -> None:
    assert read_addresses(root(NVME, NIC, OTHERS, HOSTDEV, HOSTDEV)) == ["0000:3b:00.1", "0000:5e:02.3", "0001:1c:00.0"]
    assert read_addresses(root(OTHERS, MDEV)) == []
    assert read_addresses(parse_xml("<domain/>", "d.xml")) == []


def test_mediated_devices_are_noted_once() -> None:
    assert len(mediated_notes(root(MDEV, MDEV))) == 1
    assert mediated_notes(root(HOSTDEV, NIC, NVME)) == []
    assert mediated_notes(parse_xml("<domain/>", "d.xml")) == []


def test_a_part_that_is_no_number_is_refused_with_its_line() -> None:
    with pytest.raises(InputError, match=r'^d.xml:4: .*expected bus to be a number such as 0x3b, got "x"$'):
        read_addresses(root(NIC.replace("0x5e", "x")))
