"""PCI devices as the real libxl prints them (asked of Xen 4.17)."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.libxl.pcidevs import assigned_devices
from placer.formats.text.json_fields import Fields


def read(*rows: dict[str, object]) -> tuple[list[str], list[str]]:
    return assigned_devices(Fields.of({"pcidevs": list(rows)}, "db.json"))


def test_parts_of_an_address_that_are_left_out_are_0() -> None:
    assert read({"bus": 59, "vfunc_mask": 1}, {"func": 1, "dev": 31, "domain": 16}) == (
        ["0000:3b:00.0", "0010:00:1f.1"],
        [],
    )


def test_every_function_is_a_star() -> None:
    assert read({"bus": 59, "vdevfn": 64, "vfunc_mask": 4294967295, "permissive": True}) == (["0000:3b:00.*"], [])


def test_a_device_by_name_alone_has_no_address() -> None:
    assert read({"seize": True, "name": "nic"}, {"bus": 1, "name": "disk"}) == (["0000:01:00.0"], ["nic"])


def test_a_part_out_of_range_is_refused_with_its_path() -> None:
    with pytest.raises(InputError, match=r"pcidevs\[0\].dev"):
        read({"dev": 32})
