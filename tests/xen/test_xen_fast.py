"""What placer emits for shipped, random and file-made guests, as the real xl and libxl of each Xen take it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

import placer
from placer.errors import EmissionError, InputError
from placer.formats.base import ParsedHost
from placer.formats.guests import read_guests
from placer.instance import Host, Instance, Placement
from placer.job.met import with_met_whole
from placer.job.request import Request, assemble
from placer.job.settled import settled
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.xen.expected_info import expected, told
from tests.xen.random_xen_instances import random_xen_instance
from tests.xen.xen_emission import Texts, emitted, refused
from tests.xen.xen_packages import DEBIAN_12, Platform
from tests.xen.xen_programs import Json, Libxl, needs_xen

pytestmark = pytest.mark.xen_fast

INSTANCES = Path(__file__).resolve().parents[2] / "instances"
NAMES = sorted(path.stem for path in INSTANCES.glob("*.json") if path.stem != "origins")
NOT_FOR_XEN = {
    ("hpe-16n-hana", "xl"): "240 vcpus, Xen takes at most 128 for hvm",
    ("hpe-16n-hana", "libxl"): "240 vcpus, Xen takes at most 128 for hvm",
    ("power9-sparse", "xl"): "invalid pnode number 8, xl takes ids below 6",
    ("power9-sparse", "libxl"): "invalid pnode number 252, libxl takes ids below 64",
}
SOME = int(os.environ.get("PLACER_XEN_INSTANCES", "300"))
MORE = 100
FORMATS = ("xl", "libxl")


def placed(instance: Instance) -> Placement | None:
    """Place exactly what is small, and quickly what is not: where the vnodes stand is not the matter here."""
    small = sum(len(guest.vnodes) for guest in instance.guests) <= 8
    answer = placer.solve(instance, strategy="optimal" if small else "first-fit-decreasing", seed=1, workers=1)
    return None if answer.violations else answer.placement


def faults(instance: Instance, placement: Placement, platform: Platform) -> list[str]:
    request, placement = with_met_whole(
        Request(instance=instance), placement
    )  # which guests become whole is said there
    return [
        fault
        for each in FORMATS
        for fault in refused(request.instance, placement, emitted(request, placement, each), each, platform)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_instance_is_taken_as_planned(name: str, platform: Platform) -> None:
    instance = placer.read_instance(INSTANCES / f"{name}.json")
    placement = placer.solve(instance, strategy="first-fit-decreasing").placement
    if placement is None:
        placement = placer.solve(instance, time_limit_s=5).placement
    instance = instance if placement is None else instance.split_into(placement.counts())
    if placement is None:
        assert name in {"no-fit-memory", "no-fit-pinning", "rfc-i"}
        return
    for format_name in FORMATS:
        reason = NOT_FOR_XEN.get((name, format_name))
        if reason:
            with pytest.raises(EmissionError, match=reason):
                emitted(Request(instance=instance), placement, format_name)
        else:
            texts = emitted(Request(instance=instance), placement, format_name)
            assert len(texts) == len(instance.guests)
            assert refused(instance, placement, texts, format_name, platform) == []


def take_random_ones(seeds: range, platform: Platform) -> None:
    taken = 0
    for seed in seeds:
        instance = random_xen_instance(seed)
        placement = placed(instance)
        if placement is not None:
            assert faults(instance, placement, platform) == [], f"seed {seed}"
            taken += 1
    assert taken > 0.75 * len(seeds)


@pytest.mark.parametrize("part", range(4))
def test_random_instances_are_taken_as_planned(part: int, platform: Platform) -> None:
    take_random_ones(range(part * SOME // 4, (part + 1) * SOME // 4), platform)


@pytest.mark.slow
def test_more_random_instances_are_taken_as_planned(platform: Platform) -> None:
    take_random_ones(range(SOME, SOME + MORE), platform)


# What must not pass: a tier that takes these would take anything.

SLIT = ((10, 12, 21, 31), (14, 10, 31, 21), (21, 31, 10, 12), (31, 22, 12, 10))
HOST = a_host(*(8 * GIB,) * 4, pcpus=4, slit=SLIT)


def a_plan() -> tuple[Instance, Placement]:
    return an_instance(HOST, a_guest(6 * GIB, 5 * GIB, vcpus=(4, 4))), Placement(pnode_of={"db": (1, 0)})


def spoiled(format_name: str, old: str, new: str, platform: Platform) -> list[str]:
    """Change every such text in what placer wrote for the plan, and hear what the real programs say."""
    instance, placement = a_plan()
    texts: Texts = emitted(Request(instance=instance), placement, format_name)
    assert refused(instance, placement, texts, format_name, platform) == []
    assert old in texts["db"]
    return refused(instance, placement, {"db": texts["db"].replace(old, new)}, format_name, platform)


@pytest.mark.parametrize(
    ("format_name", "old", "new"), [("xl", '"pnode=', '"pnode=+'), ("libxl", '"pnode": ', '"pnode": +')]
)
def test_pnodes_shifted_by_one_are_noticed(format_name: str, old: str, new: str, platform: Platform) -> None:
    instance, placement = a_plan()
    texts = emitted(Request(instance=instance), placement, format_name)
    shifted = texts["db"]
    for pnode in (1, 0):
        shifted = shifted.replace(f"{old}{pnode}", f"{old}{pnode + 1}")
    found = refused(instance, placement, {"db": shifted}, format_name, platform)
    assert len(found) == 1
    assert found[0].startswith(f"db as {format_name}: vnuma_nodes is ")


@pytest.mark.parametrize(
    ("format_name", "old", "new"), [("xl", "vdistances=10,14", "vdistances=10,12"), ("libxl", "[10, 14]", "[10, 12]")]
)
def test_a_transposed_row_of_vdistances_is_noticed(format_name: str, old: str, new: str, platform: Platform) -> None:
    found = spoiled(format_name, old, new, platform)
    assert len(found) == 1
    assert found[0].startswith(f"db as {format_name}: vnuma_nodes is ")


def test_a_vnode_one_mib_too_big_is_refused(platform: Platform) -> None:
    (refusal,) = spoiled("xl", "size=5120", "size=5121", platform)
    assert "maxmem and vnuma memory size mismatch" in refusal
    found = spoiled("libxl", '"memkb": 5242880', '"memkb": 5243904', platform)
    assert any("Amount of memory mismatch" in fault for fault in found)


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_set_narrowed_by_a_pnode_is_noticed(format_name: str, platform: Platform) -> None:
    guest = a_guest(6 * GIB, 6 * GIB, vcpus=(4, 4), type="hvm", form="set", one_to_one=True)
    instance, placement = an_instance(HOST, guest), Placement(pnode_of={"db": (1, 2)})
    texts = emitted(Request(instance=instance), placement, format_name)
    assert refused(instance, placement, texts, format_name, platform) == []
    narrow = emitted(Request(instance=instance), Placement(pnode_of={"db": (1, 1)}), format_name)
    found = refused(instance, placement, narrow, format_name, platform)
    assert len(found) == 1
    assert found[0].startswith(f"db as {format_name}: vcpu_soft_affinity is ")


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("vcpus=4-7", "vcpus=3-6", "Vcpu 3 assigned more than once"),
        ('"pnode=1"', '"pnode=4"', "invalid pnode number: 4"),
        ("vdistances=12,10", "vdistances=12,15", "smaller than 1's local distance"),
        ('type = "hvm"', 'type = "pv"\nkernel = "/boot/k"', "PV vNUMA is not yet supported"),
        ("memory = 11264", "memory = 11263", "Cannot enable PoD and vNUMA at the same time"),
    ],
    ids=["a vcpu twice", "no such pnode", "far from itself", "pv", "memory below maxmem"],
)
def test_what_xen_refuses_is_refused_here(old: str, new: str, rule: str, platform: Platform) -> None:
    assert any(rule in fault for fault in spoiled("xl", old, new, platform))


# Guests that come as files.


@dataclass(frozen=True)
class File:
    text: str
    online: int
    """Vcpus that start online."""
    always_vnuma: bool = False


FILES = {
    "plain": File("name = 'plain'\ntype = 'hvm'\nmemory = 2048\nvcpus = 4\ndisk = ['/dev/vg/a,raw,xvda,rw']\n", 4),
    "one row": File("name='row'; type='hvm'\nmemory=2048; vcpus=2; maxvcpus = 4 # hot-plug\n", 2, always_vnuma=True),
    "parts": File(
        "# larger than a node\nname = \"parts\"\ntype = 'hvm'\nmemory = 20480\nmaxmem = 20480\nvcpus = 12\n"
        "vif = [ 'mac=00:16:3e:00:00:01,bridge=xenbr0',\n        'bridge=xenbr1' ]\nboot = 'cd'\n",
        12,
    ),
    "no pnodes": File(
        'name = "db"; type = "hvm"; memory = 6000; vcpus = 6; maxvcpus = 6\n'
        'vnuma = [ ["size=4000", "vcpus=0,2,4-5", "vdistances=10,20"],\n'
        '          ["size=2000", "vcpus=1,3", "vdistances=20,10"] ] # ours to place\n'
        "serial = 'pty'\n",
        6,
    ),
    "fixed": File(
        "name='fixed'\nbuilder='hvm'\nmemory=3072\nvcpus=4\nvga='none'\n"
        "vnuma=[['pnode=3','size=1024','vcpus=0-1','vdistances=10,12'],['size=2048','vcpus=2-3','vdistances=12,10']]\n",
        4,
    ),
    "pinned": File(
        "name='pinned'; type='hvm'; memory=1024; vcpus=4\ncpus = [ '4-7', '4,5', 'node:1', '6-7,^7' ]\n",
        4,
    ),
    "pinned as one": File('name="tight"; type="hvm"; memory=1500; vcpus=3; cpus="8-15,^9"; videoram=32\n', 3),
    "soft": File("name='soft'; type='hvm'; memory=1024; vcpus=3; cpus_soft=['0-3', 'all']; usb=1\n", 3),
    "soft with vnuma": File(
        "name='wish'; type='hvm'; memory=1024; vcpus=2; cpus_soft='nodes:2-3'; cpus=['all','0-11']\n"
        "vnuma=[['size=512','vcpus=0','vdistances=10,11'],['size=512','vcpus=1','vdistances=11,10']]\n",
        2,
    ),
    "pv": File("name='old'; memory=1024; vcpus=2; kernel='/boot/k'; extra='root=/dev/xvda1'\n", 2),
    "large pv": File("name='wide'; memory=12288; vcpus=3; kernel='/boot/k'\n", 3),
    "starts with one": File("name='lazy'; type='pvh'; memory=1024; maxvcpus=8; kernel='/boot/k'\n", 1),
}
OURS = {"vnuma_nodes", "numa_placement", "max_memkb", "target_memkb", "vcpu_soft_affinity", "max_vcpus", "avail_vcpus"}


def a_request(text: str, folder: Path, *, suffix: str, always_vnuma: bool = False) -> Request:
    path = folder / f"guest{suffix}"
    path.write_text(text, encoding="utf-8")
    guests = read_guests(str(path), HOST)
    return settled(assemble(ParsedHost(host=HOST), guests, always_vnuma=always_vnuma, vnodes="fewest"))


def without_ours(config: Json) -> Json:
    """Drop what placer sets, and the uuid, which xl makes up at each start."""
    kept = {key: value for key, value in config["b_info"].items() if key not in OURS}
    return config | {"b_info": kept, "c_info": config["c_info"] | {"uuid": ""}}


def check_taken(libxl: Libxl, request: Request, config: Json, *, online: int, host: Host = HOST) -> None:
    instance = request.instance
    (guest,) = instance.guests
    placement = placed(instance)
    assert placement is not None
    assert told(config["b_info"], host) == expected(instance, placement, guest.name, online=online)
    assert libxl.create(config).refusal is None


@pytest.mark.parametrize("name", FILES)
def test_a_guest_file_comes_back_with_only_the_placement_changed(name: str, tmp_path: Path, platform: Platform) -> None:
    file, libxl = FILES[name], Libxl(HOST, platform)
    before = libxl.parse(file.text)
    assert before.refusal is None
    request = a_request(file.text, tmp_path, suffix=".cfg", always_vnuma=file.always_vnuma)
    placement = placed(request.instance)
    assert placement is not None
    (text,) = emitted(request, placement, "xl").values()
    after = libxl.parse(text)
    assert after.refusal is None
    check_taken(libxl, request, after.config, online=file.online)
    assert without_ours(after.config) == without_ours(before.config)


@pytest.mark.parametrize("name", FILES)
def test_what_xl_makes_of_a_guest_file_is_placed_alike(name: str, tmp_path: Path, platform: Platform) -> None:
    """The libxl_domain_config that xl prints for the file goes in, and comes back with the placement in it."""
    file, libxl = FILES[name], Libxl(HOST, platform)
    before = libxl.parse(file.text).config
    request = a_request(json.dumps(before), tmp_path, suffix=".json", always_vnuma=file.always_vnuma)
    placement = placed(request.instance)
    assert placement is not None
    (text,) = emitted(request, placement, "libxl").values()
    after = libxl.read_back(json.loads(text), whole=True)
    check_taken(libxl, request, after, online=file.online)
    assert without_ours(after) == without_ours(before)


def test_each_guest_file_is_written_in_the_form_it_is_here_for(tmp_path: Path) -> None:
    forms = {}
    for name, file in FILES.items():
        request = a_request(file.text, tmp_path, suffix=".cfg", always_vnuma=file.always_vnuma)
        (guest,) = request.instance.guests
        forms[name] = guest.form
    named = dict.fromkeys(("plain", "pinned", "pinned as one", "soft", "pv", "starts with one"), "whole")
    named |= {"parts": "parts", "large pv": "set"}
    assert forms == {name: named.get(name, "vnuma") for name in FILES}


def test_xl_drops_pcpus_of_64_and_above_where_a_file_names_their_node(tmp_path: Path, platform: Platform) -> None:
    """Which is why such a file is refused."""
    host = a_host(8 * GIB, 8 * GIB, pcpus=40)
    text = "name='far'; type='hvm'; memory=64; vcpus=1; cpus='node:1'\n"
    assert Libxl(host, platform).parse(text).config["b_info"]["vcpu_hard_affinity"] == [[*range(40, 64)]]
    path = tmp_path / "far.cfg"
    path.write_text(text)
    with pytest.raises(InputError, match="of which xl drops 64-79"):
        read_guests(str(path), host)


def test_a_missing_program_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACER_XEN", str(tmp_path))
    monkeypatch.delenv("PLACER_REQUIRE_REAL", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"xen_packages\.py gets them"):
        needs_xen(DEBIAN_12)
    monkeypatch.setenv("PLACER_REQUIRE_REAL", "1")
    with pytest.raises(pytest.fail.Exception, match=r"xen_packages\.py gets them"):
        needs_xen(DEBIAN_12)
