"""Scripts of virsh, run under dash against a virsh that keeps state."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from placer.assignment.context import SearchContext
from placer.rebalance.goal import Goal
from placer.rebalance.planning import plan_rebalance
from placer.rebalance.virsh_script import virsh_script
from tests.support.dom0 import SHELL
from tests.support.fake_host import shellcheck
from tests.support.fake_toolstack import install
from tests.support.running_hosts import host_of

UUID = {name: f"0000000{i}-0000-4000-8000-00000000000{i}" for i, name in enumerate("abc", 1)}
XML = """\
<domain type='kvm' id='3'>
  <name>{name}</name>
  <uuid>{uuid}</uuid>
  <vcpu placement='static'>2</vcpu>
  <cputune>
    <shares>2048</shares>
    <vcpupin vcpu='0' cpuset='0-7'/>
    <emulatorpin cpuset='0-7'/>
  </cputune>
  <numatune>
    <memory mode='strict' nodeset='0-1'/>
  </numatune>
  <os>
    <type arch='x86_64'>hvm</type>
  </os>
</domain>"""
RUNNING = host_of(
    [8, 8],
    {"a": ((1, 1), (0, 1)), "b": (2, 0), "c": (1, 1)},
    uuid=UUID,
    vcpus=1,
    kinds={"a": ("save",), "b": ("migrate", "save"), "c": ()},
    repin={"c": True},
)
"""Guest a lies on both nodes, and is brought to node 1, if node 0 is emptied; b too."""
SCRIPT = virsh_script(plan_rebalance(RUNNING, Goal(empty=(0,)), SearchContext()))
PLAN = SCRIPT.partition(" plan=")[2].split()[0]


class Kvm:
    """A host of libvirt in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        domains = []
        for guest in RUNNING.instance.guests:
            pnodes = RUNNING.placement.pnode_of[guest.name]
            memory = {str(p): v.memory_kib // 1024 for v, p in zip(guest.vnodes, pnodes, strict=True)}
            xml = XML.format(name=guest.name, uuid=UUID[guest.name])
            pins = {str(v): "0-7" for v in range(guest.vcpu_count)}
            each = {"name": guest.name, "uuid": UUID[guest.name], "state": "running", "memory": memory, "xml": xml}
            domains.append({**each, "pins": pins, "nodeset": "0-1"})
        state = {"pnodes": {"0": 8192, "1": 8192}, "domains": domains, "calls": {}}
        (folder / "host.json").write_text(json.dumps(state))
        (folder / "bin").mkdir()
        install(folder / "bin", "virsh")

    @property
    def domains(self) -> dict[str, Any]:
        return {each["name"]: each for each in json.loads((self.folder / "host.json").read_text())["domains"]}

    def change(self, **values: object) -> None:
        path = self.folder / "host.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | values))

    def shell(self, command: str) -> None:
        """Run a shell command by hand, which must succeed."""
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        subprocess.run([SHELL, "-c", command], env={"FAKE_XL": str(self.folder), "PATH": path}, check=True)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        script = self.folder / "moves.sh"
        script.write_text(SCRIPT)
        environment = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "FAKE_XL": str(self.folder),
            "STATE": str(self.folder / "state"),
            "IMAGES": str(self.folder / "images"),
            "PATIENCE": "1",
        }
        command = [SHELL, str(script), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)


@pytest.fixture
def kvm(tmp_path: Path) -> Kvm:
    return Kvm(tmp_path)


def test_guests_are_moved_live_where_they_can_be_and_saved_where_not(kvm: Kvm) -> None:
    ran = kvm.run()
    assert ran.returncode == 0, ran.stderr
    domains = kvm.domains
    memory = {name: each["memory"] for name, each in domains.items()}
    assert memory == {"a": {"1": 2048}, "b": {"1": 2048}, "c": {"1": 1024}}
    assert all(each["state"] == "running" for each in domains.values())
    assert set(domains["a"]["pins"].values()) | set(domains["b"]["pins"].values()) == {"4-7"}
    assert domains["c"]["pins"] == {"0": "4-7"}


def test_the_xml_keeps_all_but_nodes_and_pins(kvm: Kvm) -> None:
    kvm.run()
    xml = kvm.domains["a"]["xml"]
    assert "<shares>2048</shares>" in xml and xml.count("<vcpupin ") == 2 and xml.count("<emulatorpin ") == 1
    assert "nodeset='1'" in xml and "nodeset='0-1'" not in xml


def test_a_dry_run_changes_nothing(kvm: Kvm) -> None:
    ran = kvm.run("--dry-run")
    assert ran.returncode == 0 and "a: save 2048 MiB on pnode 0-1" in ran.stdout
    assert "its emulator on 4-7" in ran.stdout and "checked: everything" in ran.stdout
    assert not (kvm.folder / "images").exists()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("numatune 1 yes", "virsh numatune failed; the guest runs where it was"),
        ("save 1 yes", "virsh save failed; the guest is not changed unless virsh says otherwise"),
        ("restore 1 yes", 'guest "a" runs where it was before; it is saved once more when the script is run again'),
    ],
)
def test_it_stops_and_goes_on(kvm: Kvm, fault: str, said: str) -> None:
    (kvm.folder / "fail").write_text(fault)
    ran = kvm.run()
    assert ran.returncode == 1 and "stopped at step" in ran.stderr and said in ran.stderr
    assert all(each["state"] == "running" for each in kvm.domains.values())
    again = kvm.run()
    assert again.returncode == 0, again.stderr
    assert "by hand" not in again.stdout  # the step that saved it is not taken for done
    assert all(set(each["memory"]) == {"1"} for each in kvm.domains.values())


@pytest.mark.slow
def test_where_nothing_restores_it_says_the_command_that_does(kvm: Kvm) -> None:
    (kvm.folder / "fail").write_text("restore 1 yes\nrestore 2 yes")
    ran = kvm.run()
    (image,) = (kvm.folder / "images").glob("a.*.image")
    by_hand = f"virsh restore '{image}' --paused && mv '{image}' '{image}.used' && sync && virsh resume {UUID['a']}"
    assert f'guest "a" does not run; this brings it back: {by_hand}' in ran.stderr
    kvm.shell(by_hand)
    assert kvm.domains["a"]["state"] == "running"
    assert kvm.run().returncode == 0
    assert kvm.domains["a"]["memory"] == {"1": 2048}


@pytest.mark.slow
def test_a_guest_that_does_not_run_stops_it(kvm: Kvm) -> None:
    domains = kvm.domains
    domains["b"]["state"] = "paused"
    kvm.change(domains=list(domains.values()))
    said = f'guest "b" is paused, expected it to run; this lets it go on: virsh resume {UUID["b"]}'
    assert said in kvm.run().stderr and said in kvm.run("--dry-run").stderr
    assert all(each["nodeset"] == "0-1" for each in kvm.domains.values())


def test_pages_that_the_kernel_does_not_move_stop_it(kvm: Kvm) -> None:
    kvm.change(stuck=True)
    ran = kvm.run()
    assert ran.returncode == 1 and "(b: move 2048 MiB from pnode 0 to 1)" in ran.stderr
    said = "pnode 0 gained 0 MiB, planned are 2048 MiB; pnode 1 lost 0 MiB, planned are 2048 MiB"
    assert f'memory of guest "b" is not where it was planned: {said}; --accept takes it as it is' in ran.stderr
    assert kvm.run().returncode == 1
    kvm.change(stuck=False)
    assert kvm.run("--accept").returncode == 0


@pytest.mark.slow
def test_an_image_that_is_another_than_the_step_saved_is_not_restored(kvm: Kvm) -> None:
    (kvm.folder / "fail").write_text("restore 1 yes\nrestore 2 yes")
    kvm.run()
    (image,) = (kvm.folder / "images").glob("a.*.image")
    image.write_bytes(image.read_bytes() + b"more")
    ran = kvm.run()
    assert f"{image} is not what step " in ran.stderr and kvm.domains["a"]["state"] == "shut off"


@pytest.mark.slow
def test_a_guest_that_is_shut_off_is_neither_saved_nor_restored(kvm: Kvm) -> None:
    domains = kvm.domains
    domains["a"]["state"] = "shut off"
    kvm.change(domains=list(domains.values()))
    (kvm.folder / "images").mkdir()
    (kvm.folder / "images" / f"a.{PLAN}.image").write_text("old")
    ran = kvm.run()
    assert f'guest "a" is shut off, expected it to run; this starts it: virsh start {UUID["a"]}' in ran.stderr
    assert kvm.domains["a"]["state"] == "shut off"


def test_shellcheck_finds_nothing() -> None:
    assert shellcheck(SCRIPT) == ""
