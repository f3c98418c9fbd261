"""A fleet of six hosts in three forms ends in six folders of guests that the toolstack of each host takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import placer
from placer.fleet.files.plan_json import read_plan
from placer.instance import Instance
from tests.support.commands import HOST
from tests.support.commands import placer as command
from tests.support.host_samples import HWLOC, LIBVIRT
from tests.support.kvm_snapshots import parts_without_domains
from tests.support.real_libvirt import given_back
from tests.support.snapshots import parts_of_xl, snapshot
from tests.xen.xen_emission import refused
from tests.xen.xen_packages import Platform

pytestmark = pytest.mark.xen_fast

HOSTS = {
    "xen-a.txt": HOST,
    "xen-b.txt": snapshot(parts_of_xl()),
    "kvm-a.xml": LIBVIRT,
    "kvm-b.txt": snapshot(parts_without_domains()),
    "any-a.xml": HWLOC,
    "any-b.xml": HWLOC,
}
FORMS = {"xen-a": "xl", "xen-b": "xl", "kvm-a": "libvirt", "kvm-b": "libvirt", "any-a": "libvirt", "any-b": "libvirt"}


def test_each_toolstack_takes_the_guests_of_its_host(tmp_path: Path, platform: Platform) -> None:
    folder = tmp_path / "hosts"
    folder.mkdir()
    for name, text in HOSTS.items():
        (folder / name).write_text(text)
    for i in range(6):  # apart: one on each host
        (tmp_path / f"vm{i}.cfg").write_text(f'name = "vm{i}"\ntype = "hvm"\nmemory = 512\nvcpus = 2\n')
    words = [word for i in range(6) for word in ("--guest", tmp_path / f"vm{i}.cfg")]
    fleet, plan, out = tmp_path / "fleet.json", tmp_path / "plan.json", tmp_path / "out"
    assert command("fleet", "import", folder, *words, "-o", fleet, "--aim", "none").code == 0
    written = json.loads(fleet.read_text())
    written["rules"] = [{"apart": [f"vm{i}" for i in range(6)]}]
    fleet.write_text(json.dumps(written))
    ran = command("fleet", "solve", fleet, "--format", "json", "-o", plan, "--guests", out, "--quiet")
    assert (ran.code, ran.err) == (0, "")
    assert {path.name for path in out.iterdir()} == set(FORMS)
    known, placements = placer.read_fleet(fleet), read_plan(plan)
    assert placements is not None
    guests = {entry.name: entry.guest for entry in known.guests}
    for entry in known.hosts:
        form, placement = FORMS[entry.name], placements[entry.name]
        texts = {path.stem: path.read_text() for path in (out / entry.name).iterdir()}
        assert set(texts) == set(placement.pnode_of)
        if form == "libvirt":
            for text in texts.values():
                given_back(text, platform)
            continue
        instance = Instance(host=entry.host, guests=[guests[name] for name in texts]).split_into(placement.counts())
        assert refused(instance, placement, texts, form, platform) == []
