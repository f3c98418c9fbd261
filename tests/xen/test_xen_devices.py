"""The PCI devices of an xl.cfg, as the real xl hands them to libxl, and read from both."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from placer.errors import InputError
from placer.formats.libxl.read_json import read_libxl_json
from placer.formats.xl.read_cfg import read_xl_cfg
from placer.instance import Device
from tests.support.building import GIB, a_host
from tests.xen.xen_packages import Platform
from tests.xen.xen_programs import Libxl

pytestmark = pytest.mark.xen_fast

ADDRESSES = ("0000:3b:00.0", "0001:5e:1f.7", "0000:00:02.0")
HOST = replace(a_host(8 * GIB, 8 * GIB), devices=tuple(Device(id=address, pnode=1) for address in ADDRESSES))


SPECIFIED = (
    *("3b:00.*", "0000:3b:00.0@8,permissive=1", "3B:0.00,seize=1,", "3b:00.0@0x1f", "vslot=8,bdf=0001:5e:1f.7"),
    *("permissive=1,bdf=3b:00.0", "3b:00.0,bdf=00:02.0", "3b:00.0,rdm_policy=relaxed", "name=nic,seize=1"),
    *("3b:00", "3b:20.0", "3b:1f.8", "3b:00.**", " 3b:00.0", "10000:3b:00.0", "", "bdf=", "3b:00.0@20"),
    *("3b:00.0, permissive=1", "3b:00.0,permissive", "permissive=1,3b:00.0", "3b:00.0,name=nic", "seize=1"),
    *("3b:00.0,vslot=", "3b:00.0,,seize=1", "3b:00.0,rdm_policy=lax", "3b:00.0-1", "vslot=20,bdf=3b:00.0"),
)
"""Entries of ``pci=``: every form of xl-pci-configuration(5), and what looks like one."""


@pytest.mark.parametrize("entry", SPECIFIED)
def test_every_entry_means_the_devices_that_it_means_to_xl(entry: str, platform: Platform) -> None:
    text = f'name = "db"; type = "hvm"\nmemory = 1024\nvcpus = 1\npci = ["{entry}"]\n'
    said = Libxl(HOST, platform).parse(text)
    if said.refusal is not None:
        with pytest.raises(InputError, match=r"^db.cfg:4: pci entry"):
            read_xl_cfg(text, "db.cfg", HOST)
        return
    (libxl,) = read_libxl_json(json.dumps(said.config), "db.json", HOST)
    guest = read_xl_cfg(text, "db.cfg", HOST)
    assert guest.devices == libxl.devices
    assert [note for note in guest.notes if "devices" in note] == [note for note in libxl.notes if "devices" in note]


def test_the_same_devices_are_read_from_xl_cfg_and_from_what_xl_makes_of_it(platform: Platform) -> None:
    text = (
        'name = "db"; type = "hvm"\nmemory = 1024\nvcpus = 1\n'
        'pci = ["3b:00.0@1,permissive=1", "0001:5e:1f.7", "0000:00:02.0"]\n'
    )
    said = Libxl(HOST, platform).parse(text)
    assert said.refusal is None
    (libxl,) = read_libxl_json(json.dumps(said.config), "db.json", HOST)
    assert read_xl_cfg(text, "db.cfg", HOST).devices == libxl.devices == ADDRESSES
