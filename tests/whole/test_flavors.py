"""Flavours of OpenStack on the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.support.commands import INSTANCES, a_cfg, a_folder, placer

HOST = INSTANCES / "xl" / "host.txt"
LEDGER = INSTANCES / "libvirt" / "ledger.xml"
MART = INSTANCES / "openstack" / "mart.json"


def test_an_xl_cfg_a_domain_and_a_flavour_are_placed_together(tmp_path: Path) -> None:
    a_folder(tmp_path, web_cfg=a_cfg("web"))
    ran = placer("solve", "--host", HOST, tmp_path / "web.cfg", LEDGER, MART, "--format", "json", "--quiet")

    assert ran.code == 0, ran.err
    answer = json.loads(ran.out)
    assert (answer["status"], {name: len(pnodes) for name, pnodes in answer["placement"].items()}) == (
        "OPTIMAL",
        {"web": 1, "ledger": 2, "mart": 2},
    )
    assert len(set(answer["placement"]["mart"])) == 2


def test_a_flavour_is_written_for_libvirt_and_not_for_xen() -> None:
    ran = placer("solve", "--host", HOST, MART, "--format", "libvirt", "--quiet")
    assert ran.code == 0, ran.err
    assert len(re.findall("<memnode ", ran.out)) == 2
    for form in ("xl", "libxl", "hypercall", "shell"):
        ran = placer("solve", "--host", HOST, MART, "--format", form)
        assert (ran.code, ran.out) == (2, "")
        assert "mart.json is a guest of QEMU" in ran.err


def test_a_flavour_is_not_written_back_in_place() -> None:
    ran = placer("solve", "--host", HOST, MART, "--format", "libvirt", "--in-place")
    assert ran.code == 2
    assert "is of the format flavor, which --format libvirt does not write" in ran.err


def test_the_policies_of_a_flavour_are_rules_of_its_guest(tmp_path: Path) -> None:
    specs = {"hw:cpu_policy": "mixed", "hw:cpu_dedicated_mask": "1", "hw:cpu_thread_policy": "isolate"}
    (tmp_path / "rt.json").write_text(json.dumps({"vcpus": 2, "ram": 512, "extra_specs": specs}))
    ran = placer("import", "--host", HOST, tmp_path / "rt.json", "--quiet")
    assert ran.code == 0, ran.err
    (guest,) = json.loads(ran.out)["guests"]
    assert (guest["cpu_policy"], guest["dedicated_vcpus"], guest["thread_policy"]) == ("mixed", "1", "isolate")


def test_a_flavour_with_no_numa_nodes_is_cut_where_no_pnode_holds_it(tmp_path: Path) -> None:
    (tmp_path / "big.json").write_text(json.dumps({"vcpus": 12, "ram": 98304}))
    ran = placer("solve", "--host", HOST, tmp_path / "big.json")
    assert ran.code == 0, ran.err
    assert 'guest "big" states no vnodes: 3 vnodes of 2 to 4' in ran.out
    assert "memory of QEMU besides that of its guest is not counted; --reserve leaves room for it: big" in ran.out
