"""Guest files are told apart by their content, whatever they are called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from placer.errors import BatchError, InputError
from placer.formats.guests import guest_files, read_guests
from placer.formats.hosts import read_host
from placer.formats.text.files import Text
from tests.support.commands import INSTANCES, a_cfg

HOST = read_host(INSTANCES / "xl" / "host.txt").host
DOMAIN = "<domain type='kvm'><name>vm</name><memory unit='GiB'>1</memory><vcpu>2</vcpu></domain>"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('name = "vm"\nmemory = 1024\nvcpus = 2\n', "xl"),
        ('{"c_info": {"name": "vm"}, "b_info": {"max_vcpus": 2, "max_memkb": 1048576, "type": "pv"}}', "libxl"),
        (DOMAIN, "libvirt"),
        ("\n  " + DOMAIN, "libvirt"),
        ('{"name": "vm", "vcpus": 2, "ram": 1024, "disk": 1}', "flavor"),
    ],
)
def test_a_guest_of_each_kind_is_known_by_its_text(text: str, kind: str) -> None:
    (guest,) = read_guests(Text(text), HOST)
    assert guest.source is not None
    assert (guest.source.kind, guest.name, guest.vcpu_count, guest.maxmem_kib) == (kind, "vm", 2, 1 << 20)


def test_what_is_none_of_them_is_refused_with_its_place() -> None:
    with pytest.raises(InputError, match=r"^notes:1: expected"):
        read_guests(Text("a host of ours", place="notes"), HOST)


def test_xml_in_another_encoding_is_read_by_its_declaration_unless_it_is_decoded_already(tmp_path: Path) -> None:
    declared = "<?xml version='1.0' encoding='ISO-8859-1'?>" + DOMAIN.replace(">vm<", ">café<")
    file = tmp_path / "vm.xml"
    file.write_bytes(declared.encode("iso-8859-1"))
    (of_file,), (of_text,) = read_guests(file, HOST), read_guests(Text(declared), HOST)
    assert of_file.name == of_text.name == "café"
    assert of_file.source is not None
    assert of_file.source.encoding == "ISO-8859-1"


def test_a_flavour_with_bytes_that_are_no_utf_8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "flavor.json"
    file.write_bytes(b'{"name": "vm\xe9", "vcpus": 2, "ram": 1024, "disk": 1}')
    with pytest.raises(InputError, match=r"flavor.json:1: expected UTF-8 text, got byte 0xe9"):
        read_guests(file, HOST)


def test_a_folder_means_its_guest_files_by_name(tmp_path: Path) -> None:
    for name in ("b.cfg", "a.cfg", ".hidden.cfg", "README", "c.cfg~"):
        (tmp_path / name).write_text(a_cfg(name.partition(".")[0] or "hidden"))
    (tmp_path / "old.cfg").mkdir()
    (tmp_path / "link.cfg").symlink_to("a.cfg")

    files, left_out = guest_files(tmp_path)
    assert files == [str(tmp_path / name) for name in ("a.cfg", "b.cfg", "link.cfg")]
    assert left_out == ["README", "c.cfg~"]
    (tmp_path / "link.cfg").unlink()
    assert [guest.name for guest in read_guests(tmp_path, HOST)] == ["a", "b"]


def test_a_folder_without_guest_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r": is a folder without guest files \(\.cfg, \.json, \.xml\)$"):
        read_guests(tmp_path, HOST)


def test_every_guest_of_a_file_that_cannot_be_read_is_told() -> None:
    flavors = [{"name": f"f{i}", "vcpus": -i, "ram": 512} for i in range(3)]
    with pytest.raises(BatchError) as told:
        read_guests(Text(json.dumps(flavors), place="flavors"), HOST)
    assert [str(error)[:13] for error in told.value.errors] == [f"flavors: $[{i}]" for i in range(3)]
