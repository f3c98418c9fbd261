"""Devices and the pnodes they are attached to: priced, solved for, and read from host and guest files."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.check import check
from placer.formats.libvirt.read_domain import read_libvirt_domain
from placer.formats.libxl.read_json import read_libxl_json
from placer.formats.native.instance_json import dump_instance, parse_instance
from placer.formats.xl.info import read_xl_info
from placer.formats.xl.read_cfg import read_xl_cfg
from placer.instance import Device, Flexible, Guest, Host, Instance, Placement, pci_address
from placer.job.notes import answer_notes
from placer.job.request import Request
from placer.lowering.lower import lower
from placer.solving.pipeline import solve
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.samples_of_devices import LIBVIRT, LIBXL, XL_CFG, XL_INFO

NIC, GPU, DISK = "0000:3b:00.0", "0000:af:00.0", "0000:d8:00.1"


def with_devices(*pnodes: int) -> Host:
    host = a_host(8 * GIB, 8 * GIB, 8 * GIB, slit=((10, 12, 32), (14, 10, 21), (32, 21, 10)))
    devices = [Device(id=name, pnode=p) for name, p in zip((NIC, GPU, DISK), pnodes, strict=False)]
    return replace(host, devices=tuple(devices))


def term(instance: Instance, *pnodes: int | None) -> int:
    verdict = check(instance, Placement(pnode_of={"db": pnodes}), allow_unplaced=True)
    return next(tier["device_distance"] for tier in verdict.terms if "device_distance" in tier)


def test_each_vcpu_pays_the_way_from_its_pnode_to_the_device() -> None:
    instance = an_instance(with_devices(1), a_guest(GIB, GIB, vcpus=(2, 3), devices=(NIC,)))
    assert term(instance, 0, 2) == 1000 * (2 * 12 + 3 * 21)
    assert term(instance, 1, 1) == 1000 * 5 * 10


def test_several_devices_count_by_their_mean_rounded_down() -> None:
    instance = an_instance(with_devices(0, 1, 2), a_guest(GIB, vcpus=(1,), devices=(NIC, GPU, DISK)))
    # (10 + 12 + 32) x 1000 / 3 = 18000; (14 + 10 + 21) x 1000 / 3 = 15000; (32 + 21 + 10) / 3 = 21
    assert [term(instance, p) for p in range(3)] == [18_000, 15_000, 21_000]
    two = an_instance(with_devices(0, 1, 2), a_guest(GIB, GIB, vcpus=(1, 1), devices=(NIC, GPU, DISK)))
    # 1000 x (54 + 46 - 1) / 3 needs no rounding, 1000 x (45 + 54) / 3 = 33000
    assert term(two, 0, 1) == 33_000


def test_a_vnode_without_a_pnode_is_as_far_as_any_and_one_without_vcpus_pays_nothing() -> None:
    instance = an_instance(with_devices(1), a_guest(GIB, GIB, vcpus=(2, 0), devices=(NIC,)))
    assert term(instance, None, None) == 1000 * 2 * 32
    assert term(instance, 1, 2) == 1000 * 2 * 10


@pytest.mark.parametrize("count", [1, 2, 3])
def test_what_is_lowered_costs_what_the_judge_says(count: int) -> None:
    names = (NIC, GPU, DISK)[:count]
    instance = an_instance(with_devices(2, 0, 1), a_guest(GIB, GIB, vcpus=(1, 2), devices=names))
    lowered = lower(instance)
    for p in range(3):
        for q in range(3):
            placement = Placement(pnode_of={"db": (p, q)})
            costs = tuple(lowered.problem.evaluate(lowered.to_sites(placement)[None, :])[0].tolist())
            assert costs == check(instance, placement).costs


@pytest.mark.parametrize("strategy", ["branch-and-bound", "cpsat", "optimal", "local-search"])
def test_a_guest_stands_by_its_device_where_that_costs_no_nearness(strategy: str) -> None:
    guest = a_guest(2 * GIB, vcpus=(2,), devices=(NIC,))
    answer = solve(
        an_instance(with_devices(1), guest), strategy=strategy, time_limit_s=0.3 if "local" in strategy else 9
    )
    assert answer.placement == Placement(pnode_of={"db": (1,)})
    assert answer.tiers[3].terms["device_distance"] == 20_000


@pytest.mark.parametrize("strategy", ["branch-and-bound", "cpsat", "optimal"])
def test_a_guest_without_devices_leaves_the_pnodes_with_devices_to_others(strategy: str) -> None:
    # pnode 0 has a device; the plain guest of 3 GiB fills pnode 1 as well as pnode 0 and packs as well
    host = replace(a_host(4 * GIB, 4 * GIB), devices=(Device(id=NIC, pnode=0),))
    answer = solve(an_instance(host, a_guest(3 * GIB, vcpus=(2,))), strategy=strategy)
    assert answer.placement == Placement(pnode_of={"db": (1,)})
    assert [tier.terms for tier in answer.tiers[-2:]] == [{"device_pnodes": 0}, {"shape": 1024}]
    # nearness and cores come first: with 4 vcpus on pnode 1 already, 2 more would share cores
    busy = an_instance(host, a_guest(3 * GIB, vcpus=(2,)), a_guest(GIB, vcpus=(4,), name="big"))
    placed = solve(busy, strategy=strategy)
    assert placed.tiers[-2].terms == {"device_pnodes": 2000}
    assert placed.placement == Placement(pnode_of={"db": (0,), "big": (1,)})


def test_a_flexible_guest_and_one_with_a_device_count_by_where_they_stand() -> None:
    host = replace(a_host(4 * GIB, 4 * GIB, 4 * GIB), devices=(Device(id=NIC, pnode=1), Device(id=GPU, pnode=2)))
    plain = Guest(name="plain", flexible=Flexible(memory_kib=6 * GIB, vcpu_count=4, least=2, most=2))
    answer = solve(an_instance(host, plain, a_guest(3 * GIB, vcpus=(1,), devices=(GPU,))))
    assert answer.placement is not None
    # two parts of two vcpus on two of three pnodes: one of them has a device; the other guest has pnode 2
    assert answer.placement.pnode_of["db"] == (2,)
    assert set(answer.placement.pnode_of["plain"]) == {0, 1}
    assert answer.tiers[-2].terms == {"device_pnodes": 2000}


def test_a_host_that_knows_no_device_has_no_such_tier() -> None:
    answer = solve(an_instance(a_host(4 * GIB, 4 * GIB), a_guest(GIB)))
    assert not any("device_pnodes" in tier.terms for tier in answer.tiers)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda host: replace(host, devices=(Device(id=NIC, pnode=7),)), f'device "{NIC}": no pnode 7 on this host'),
        (lambda host: replace(host, devices=(Device(id=NIC, pnode=0),) * 2), f'two devices have the id "{NIC}"'),
    ],
)
def test_a_host_refuses_devices_it_cannot_have(change, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        change(with_devices())


def test_a_guest_names_only_devices_of_its_host_and_each_once() -> None:
    with pytest.raises(ValueError, match=f'guest "db" devices: no device "{GPU}" on this host'):
        an_instance(with_devices(1), a_guest(GIB, devices=(GPU,)))
    with pytest.raises(ValueError, match="devices lists one twice"):
        a_guest(GIB, devices=(NIC, NIC))


def test_an_instance_with_devices_is_written_and_read_back() -> None:
    instance = an_instance(with_devices(1, 2), a_guest(GIB, devices=(GPU, NIC)))
    assert parse_instance(dump_instance(instance), "x.json") == instance


@pytest.mark.parametrize(
    ("text", "address"),
    [("3b:00.0", NIC), ("0000:3B:00.0", NIC), ("10000:e1:00.0", "10000:e1:00.0"), ("3b:00.8", None), ("eth0", None)],
)
def test_a_pci_address_is_written_in_full(text: str, address: str | None) -> None:
    assert pci_address(text) == address


def test_xl_info_says_where_devices_are() -> None:
    reading = read_xl_info(XL_INFO, "host.txt")
    assert reading.host.devices == (Device(id="0000:00:00.0", pnode=0), Device(id=NIC, pnode=1))
    assert "the PCI devices that are on no listed node are left out: 0000:d8:00.0" in reading.notes


def test_guest_files_say_which_devices_they_get() -> None:
    host = read_xl_info(XL_INFO, "host.txt").host
    readings = [
        read_xl_cfg(XL_CFG, "db.cfg", host),
        *read_libxl_json(LIBXL, "db.json", host),
        read_libvirt_domain(LIBVIRT, "db.xml", host),
    ]
    for reading in readings:
        assert reading.devices == (NIC,), reading.source
        assert any("does not say on which pnodes they are" in note and "5e:00.1" in note for note in reading.notes)


def test_the_report_says_on_which_pnode_a_device_is() -> None:
    instance = an_instance(with_devices(1, 2), a_guest(GIB, devices=(GPU, NIC)))
    notes = answer_notes(Request(instance=instance), solve(instance).placement)
    assert f'guest "db" has devices: {GPU} on pnode 2, {NIC} on pnode 1' in notes
