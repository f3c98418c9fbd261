"""``pci=`` as the real xl of Xen 4.17 read every one of these entries (xl -N create)."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.xl.pci import Assigned, read_pci
from placer.formats.xl.syntax import parse


def read(*entries: str) -> Assigned:
    listed = ", ".join(f'"{entry}"' for entry in entries)
    return read_pci(parse(f'name = "db"\npci = [{listed}]\n', "db.cfg"))


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ("3b:00.1", "0000:3b:00.1"),
        ("3B:0.01", "0000:3b:00.1"),
        ("00001:3b:1f.7", "0001:3b:1f.7"),
        ("3b:00.*", "0000:3b:00.*"),
        ("0000:3b:00.*@8,permissive=1", "0000:3b:00.*"),
        ("3b:00.0@0x8,seize=1,", "0000:3b:00.0"),
        ("3b:00.0,vslot=1f,power_mgmt=1,msitranslate=0,rdm_policy=strict", "0000:3b:00.0"),
        ("bdf=3b:00.1,vslot=8,seize=1", "0000:3b:00.1"),
        ("permissive=,bdf=3b:00.1", "0000:3b:00.1"),
        ("3b:00.0,bdf=3b:00.1", "0000:3b:00.1"),
    ],
)
def test_an_entry_has_an_address(entry: str, address: str) -> None:
    assert read(entry) == Assigned(addresses=(address,))


def test_an_entry_may_have_a_name_instead() -> None:
    assert read("name=NIC one,seize=1", "3b:00.0") == Assigned(addresses=("0000:3b:00.0",), names=("NIC one",))


def test_a_string_is_no_list_and_xl_ignores_it() -> None:
    assert read_pci(parse("pci = '3b:00.0'", "db.cfg")) == read_pci(parse("vcpus = 1", "db.cfg")) == Assigned()


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("3b:00", "expected an address"),
        ("3b:20.0", "expected an address"),
        ("3b:1f.8", "expected an address"),
        ("3b:00.**", "expected an address"),
        (" 3b:00.0", "expected an address"),
        ("10000:3b:00.0", "expected an address"),
        ("", "expected an address"),
        ("bdf=", "expected an address"),
        ("3b:00.0@20", "expected a vslot from 0 to 1f"),
        ("3b:00.0,vslot=", "expected a vslot from 0 to 1f"),
        ("3b:00.0, permissive=1", "expected KEY=VALUE with one of bdf"),
        ("3b:00.0,permissive", "expected KEY=VALUE with one of bdf"),
        ("permissive=1,3b:00.0", "expected KEY=VALUE with one of bdf"),
        ("3b:00.0,rdm_policy=lax", "expected rdm_policy to be strict or relaxed"),
        ("3b:00.0,name=nic", "expected an address or name=, one of the two"),
        ("seize=1", "expected an address or name=, one of the two"),
    ],
)
def test_what_xl_refuses_is_refused_with_the_entry(entry: str, said: str) -> None:
    with pytest.raises(InputError, match=rf'^db.cfg:2: pci entry ".*": {said}'):
        read(entry)


def test_an_entry_that_is_a_list_is_refused() -> None:
    with pytest.raises(InputError, match=r"^db.cfg:1: pci has a list as an entry"):
        read_pci(parse("pci = [['3b:00.0']]", "db.cfg"))
