"""Stub domains of guests: sizes seen on Xen 4.17."""

from __future__ import annotations

import json

import pytest

from placer.errors import InputError
from placer.formats.base import ParsedHost
from placer.formats.libxl.read_json import read_libxl_json
from placer.formats.stubdomain import stub_name
from placer.formats.xl.read_cfg import read_xl_cfg
from placer.job.request import assemble
from placer.job.settled import settled
from placer.solving.pipeline import solve
from tests.support.building import GIB, a_host
from tests.support.commands import a_cfg

HOST = a_host(8 * GIB)


def of_cfg(more: str, kind: str = "hvm") -> list[str]:
    notes = read_xl_cfg(a_cfg(kind=kind, more=more), "db.cfg", HOST).notes
    return [note for note in notes if "stub domain" in note]


def of_json(**build_info: object) -> list[str]:
    config = {"c_info": {"name": "db", "type": "hvm"}, "b_info": {"max_memkb": 1 << 20} | build_info}
    (guest,) = read_libxl_json(json.dumps(config), "db.json", HOST)
    return [note for note in guest.notes if "stub domain" in note]


@pytest.mark.parametrize(
    ("more", "size"),
    [
        ("device_model_stubdomain_override = 1\n", "128 MiB"),
        ("device_model_stubdomain_override = 1\nstubdomain_memory = 2048\n", "2 GiB"),
        ('device_model_stubdomain_override = 1\ndevice_model_version = "qemu-xen-traditional"\n', "28 MiB"),
    ],
)
def test_the_note_says_what_it_takes_and_how_to_keep_that_free(more: str, size: str) -> None:
    (note,) = of_cfg(more)
    assert f"its stub domain takes {size} and its video memory" in note
    assert note.endswith("counted against the whole host, --reserve keeps it free on a pnode")


def test_libxl_json_says_the_same() -> None:
    assert "takes 2 GiB" in of_json(device_model_stubdomain="True", stubdomain_memkb=2 << 20)[0]
    traditional = of_json(device_model_stubdomain="True", device_model_version="qemu_xen_traditional")
    assert "takes 28 MiB" in traditional[0]
    assert of_json(device_model_stubdomain="False", stubdomain_memkb=2 << 20) == []


def test_without_the_key_or_without_a_device_model_there_is_none() -> None:
    assert of_cfg("stubdomain_memory = 2048\n") == of_cfg("device_model_stubdomain_override = 0\n") == []
    assert of_cfg("device_model_stubdomain_override = 1\n", kind="pvh") == []


@pytest.mark.parametrize("value", ["-1", '"much"'])
def test_a_size_that_is_none_is_refused_with_its_place(value: str) -> None:
    with pytest.raises(InputError, match=r"^db\.cfg:6: .*stubdomain_memory"):
        of_cfg(f"device_model_stubdomain_override = 1\nstubdomain_memory = {value}\n")


def test_libxl_names_it_after_its_guest() -> None:
    assert stub_name("db") == "db-dm"


def test_its_memory_is_missing_on_the_host_but_on_no_pnode_in_particular() -> None:
    """3 GiB of 4 in a guest that stands alone on each pnode: 1.9 GiB of stub domains fit in all, 2.1 GiB do not."""
    host = a_host(4 * GIB, 4 * GIB)
    for mib, status in ((950, "OPTIMAL"), (1050, "INFEASIBLE")):
        more = f"device_model_stubdomain_override = 1\nstubdomain_memory = {mib}\n"
        texts = [a_cfg(name=name, memory=3072, more=more) for name in ("a", "b")]
        guests = [read_xl_cfg(text, f"{name}.cfg", host) for name, text in zip("ab", texts, strict=True)]
        request = settled(assemble(ParsedHost(host=host), guests))
        assert request.instance.host.claimed_kib == 2 * mib * 1024
        assert solve(request.instance).status == status
