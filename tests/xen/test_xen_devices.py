"""The PCI devices of an xl.cfg, as the real xl hands them to libxl, and read from both."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from placer.formats.libxl.read_json import read_libxl_json
from placer.formats.xl.read_cfg import read_xl_cfg
from placer.instance import Device
from tests.support.building import GIB, a_host
from tests.xen.xen_programs import Libxl, needs_xen

pytestmark = pytest.mark.xen_fast

ADDRESSES = ("0000:3b:00.0", "0001:5e:1f.7", "0000:00:02.0")
HOST = replace(a_host(8 * GIB, 8 * GIB), devices=tuple(Device(id=address, pnode=1) for address in ADDRESSES))


def test_the_same_devices_are_read_from_xl_cfg_and_from_what_xl_makes_of_it() -> None:
    needs_xen()
    text = (
        'name = "db"; type = "hvm"\nmemory = 1024\nvcpus = 1\n'
        'pci = ["3b:00.0@1,permissive=1", "0001:5e:1f.7", "0000:00:02.0"]\n'
    )
    said = Libxl(HOST).parse(text)
    assert said.refusal is None
    (libxl,) = read_libxl_json(json.dumps(said.config), "db.json", HOST)
    assert read_xl_cfg(text, "db.cfg", HOST).devices == libxl.devices == ADDRESSES
