"""Vcpus that are offline are no load, and may come online where their guest stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import placer
from tests.support import commands
from tests.support.host_samples import TWO_NODES

GIB = 1024**2


@pytest.fixture
def host(tmp_path: Path) -> placer.Host:
    file = tmp_path / "host.txt"
    file.write_text(TWO_NODES)
    return placer.read_host(file).host


def guest(name: str, vcpus: int, online: tuple[int, ...] | None = None) -> placer.Guest:
    return placer.Guest(name=name, vnodes=[placer.Vnode(memory_kib=GIB, vcpus=range(vcpus))], online_vcpus=online)


def test_eight_vcpus_of_which_one_runs_stand_beside_three(host: placer.Host) -> None:
    # 4 cores each: 1 + 3 online vcpus here and 4 there share nothing; 8 vcpus would share whatever is done
    result = placer.solve(placer.Instance(host=host, guests=(guest("a", 8, (0,)), guest("b", 3), guest("c", 4))))
    assert result.placement is not None
    assert result.mean_access_distance == 10
    assert [dict(tier.terms)["core_sharing"] for tier in result.tiers if "core_sharing" in tier.terms] == [0]


def test_offline_vcpus_must_fit_by_affinity(host: placer.Host) -> None:
    masks = [(0,), (4,)]
    two = placer.Guest(
        name="a", vnodes=[placer.Vnode(memory_kib=GIB, vcpus=(0, 1))], hard_affinity=masks, online_vcpus=(0,)
    )
    assert placer.solve(placer.Instance(host=host, guests=(two,))).status.name == "INFEASIBLE"


@pytest.mark.parametrize("online", [(), (2,), (0, 0)])
def test_online_vcpus_are_some_of_the_guests_each_once(online: tuple[int, ...]) -> None:
    with pytest.raises(placer.PlacerError, match="online_vcpus"):
        guest("a", 2, online)


ONLINE = {
    "xl": ("vcpus = 2", "maxvcpus = 4"),
    "libxl": ('"max_vcpus": 4', '"avail_vcpus": [0, 1]'),
    "libvirt": ("<vcpu placement='static' current='2'>4</vcpu>",),
    "qemu": ("-smp 2,maxcpus=4,sockets=1,cores=4,threads=1",),
}


@pytest.mark.parametrize("form", ONLINE)
def test_every_format_says_how_many_are_online(form: str, tmp_path: Path) -> None:
    ran = commands.placer("solve", instance_file(tmp_path, "0-1"), "--format", form)
    assert ran.code == 0, ran.err
    assert all(words in ran.out for words in ONLINE[form]), ran.out


def test_which_ones_are_online_is_said_where_a_number_does_not(tmp_path: Path) -> None:
    instance = instance_file(tmp_path, "0,3")
    assert "<vcpu id='1' enabled='no'/><vcpu id='2' enabled='no'/><vcpu id='3' enabled='yes'/>" in (
        commands.placer("solve", instance, "--format", "libvirt").out
    )
    assert '"avail_vcpus": [0, 3]' in commands.placer("solve", instance, "--format", "libxl").out
    for form in ("xl", "qemu"):
        ran = commands.placer("solve", instance, "--format", form)
        assert (ran.code, "vcpus 0,3 are online" in ran.err) == (2, True)


def test_running_domains_load_the_host_with_the_vcpus_that_are_online(tmp_path: Path) -> None:
    build_info = {"max_vcpus": 8, "avail_vcpus": [0], "max_memkb": GIB, "target_memkb": GIB, "type.hvm": {}}
    config = {"c_info": {"type": "hvm", "name": "old"}, "b_info": build_info}
    running = tmp_path / "list.json"
    running.write_text(json.dumps([{"domid": 1, "config": config}]))
    (tmp_path / "host.txt").write_text(TWO_NODES)
    host = placer.read_host(tmp_path / "host.txt", running=running).host
    assert (host.domains[0].online_vcpus, host.running_vcpu_count) == ((0,), 1)


def instance_file(folder: Path, online: str) -> Path:
    file = folder / "instance.json"
    guest = {"name": "a", "vnodes": [{"memory_kib": "1GiB", "vcpus": "0-3"}], "online_vcpus": online}
    host = {"pnodes": [{"id": 0, "memory_kib": "4GiB", "pcpus": "0-3"}]}
    file.write_text(json.dumps({"host": host, "guests": [guest]}))
    return file
