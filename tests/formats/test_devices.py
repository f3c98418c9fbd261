"""Which of the devices that a guest's file names the host lists."""

from __future__ import annotations

from placer.formats.devices import devices_on
from placer.instance import Device, Host, Pnode

HOST = Host(
    pnodes=(Pnode(id=0, memory_kib=1, pcpus=(0,)),),
    devices=(Device(id="0000:3b:00.0", pnode=0), Device(id="0000:5e:00.1", pnode=0), Device(id="nic", pnode=0)),
)
NOTE = "these devices are not counted, the host does not say on which pnodes they are: "


def test_an_address_is_found_however_it_is_written_and_once() -> None:
    stated = ["5E:00.1", "nic", "0:3b:0.0", "0000:5e:00.1"]
    assert devices_on(HOST, stated) == (("0000:5e:00.1", "nic", "0000:3b:00.0"), [])


def test_what_the_host_does_not_list_is_noted_as_it_is_written() -> None:
    assert devices_on(HOST, ["03:0.0", "3b:00.0", "gpu"]) == (("0000:3b:00.0",), [NOTE + "03:0.0, gpu"])


def test_a_note_names_four_and_counts_the_rest() -> None:
    assert devices_on(HOST, list("abcd")) == ((), [NOTE + "a, b, c, d"])
    assert devices_on(HOST, list("abcdef")) == ((), [NOTE + "a, b, c, d and 2 more"])


def test_a_star_means_every_function_that_the_host_lists() -> None:
    devices = tuple(Device(id=f"0000:{address}", pnode=0) for address in ("3b:00.0", "3b:00.7", "3b:01.0", "5e:00.0"))
    host = Host(pnodes=HOST.pnodes, devices=devices)
    assert devices_on(host, ["3B:0.*"]) == (("0000:3b:00.0", "0000:3b:00.7"), [])
    assert devices_on(host, ["3c:00.*", "nonsense.*"]) == ((), [NOTE + "3c:00.*, nonsense.*"])


def test_devices_by_name_are_noted_with_the_way_out() -> None:
    (note,) = devices_on(HOST, ["nic"], ["uplink"])[1]
    assert note == "devices that are assigned by name are not counted, bdf= with their addresses would be: uplink"
