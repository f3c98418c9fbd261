"""Running guests: the load that ``xl list -l`` and ``xl vcpu-list`` state counts in a solve, and is imported."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.commands import INSTANCES, a_cfg, placer

SAMPLES = INSTANCES / "xl" / "running"
HOST, LIST, VCPUS = (SAMPLES / name for name in ("xl-info.txt", "xl-list.json", "vcpu-list.txt"))


def test_solve_counts_what_runs_and_says_so(tmp_path: Path) -> None:
    guest = tmp_path / "new.cfg"
    guest.write_text(a_cfg("new", memory=64, vcpus=3), encoding="utf-8")
    idle = placer("solve", "--host", HOST, guest)
    loaded = placer("solve", "--host", HOST, guest, "--running", LIST, "--vcpu-list", VCPUS, "--format", "json")
    unknown = "- the vcpus of running guests are not counted: xl info does not list them; a snapshot does, or "
    assert unknown + "--running and --vcpu-list" in idle.lines
    answer = json.loads(loaded.out)
    assert answer["notes"][0] == "17 vcpus of 6 running domains are counted as load"
    # pnode 3 has least left, 94 MiB, but its 4 cores run 4 vcpus; so do those of 2; 6 run on 1, 2 on 0
    assert answer["placement"] == {"new": [0]}
    # 20 vcpus on 16 threads: 15000 x 0.64 = 9600; 6 on 4 cores is 2 pairs on pnode 1, and 5 on pnode 0 one more
    assert answer["tiers"][2]["terms"]["core_sharing"] == 2 * 9600 * 3


def test_without_xl_vcpu_list_domain_0_is_not_counted_and_that_is_said(tmp_path: Path) -> None:
    guest = tmp_path / "new.cfg"
    guest.write_text(a_cfg("new", memory=64), encoding="utf-8")
    ran = placer("solve", "--host", HOST, guest, "--running", LIST)
    assert "- 16 vcpus of 5 running domains are counted as load" in ran.lines
    assert any(line.startswith("- not counted are the vcpus of Domain-0, ") for line in ran.lines)
    # app, cache and db say where they run, desk has vnodes, web cpus=
    assert not any("may run is not known" in line for line in ran.lines)
    assert not any("running guests are not counted" in line for line in ran.lines)


def test_import_writes_the_domains_and_the_instance_solves_the_same(tmp_path: Path) -> None:
    guest = tmp_path / "new.cfg"
    guest.write_text(a_cfg("new", memory=64, vcpus=3), encoding="utf-8")
    instance = tmp_path / "instance.json"
    words = ("--host", HOST, guest, "--running", LIST, "--vcpu-list", VCPUS)
    assert placer("import", *words, "-o", instance, "--quiet").code == 0
    domains = json.loads(instance.read_text(encoding="utf-8"))["host"]["domains"]
    assert domains[0] == {"name": "Domain-0", "domid": 0, "affinity": [None]}
    assert domains[4] == {"name": "desk", "domid": 4, "affinity": ["12-15", "8-11"]}
    tiers = [json.loads(placer("solve", *each, "--format", "json").out)["tiers"] for each in (words, (instance,))]
    assert tiers[0] == tiers[1]


def test_an_instance_has_its_own_domains() -> None:
    ran = placer("solve", INSTANCES / "rfc-a.json", "--running", LIST)
    assert (ran.code, ran.err) == (
        2,
        "error: usage: --running and --vcpu-list need --host; an instance has its domains\n",
    )


def test_guests_that_xl_does_not_list_are_load_and_are_judged(tmp_path: Path) -> None:
    """As on XCP-ng, whose toolstack starts guests without libxl: xl list -l has Domain-0 alone."""
    alone = tmp_path / "list.json"
    alone.write_text(json.dumps(json.loads(LIST.read_text(encoding="utf-8"))[:1]), encoding="utf-8")
    guest = tmp_path / "new.cfg"
    guest.write_text(a_cfg("new", memory=64), encoding="utf-8")
    ran = placer("solve", "--host", HOST, guest, "--running", alone, "--vcpu-list", VCPUS)
    assert "- 17 vcpus of 6 running domains are counted as load" in ran.lines
    files = ("--host", HOST, "--numa-dump", SAMPLES / "dmesg.txt", "--vcpu-list", VCPUS)
    judged = placer("check", *files, "--running", alone)
    assert (judged.code, judged.lines[0]) == (1, "4 of 5 guests are where they were meant to be")
    # xl started web with cpus="node:1", and its memory came to pnode 0
    assert judged.lines[1] == (
        '- guest "web": vcpus 0-1 may run on pcpus 4-7, none of them on pnode 0, where the memory lies'
    )
    assert placer("check", *files).out == judged.out


def test_the_dump_of_another_host_is_told_from_this_hosts(tmp_path: Path) -> None:
    text = HOST.read_text(encoding="utf-8")
    swapped = tmp_path / "swapped.txt"
    swapped.write_text(
        text.replace("  4:       0        1        1", "  4:       0        1        0"), encoding="utf-8"
    )
    assert swapped.read_text(encoding="utf-8") != text
    ran = placer("check", "--host", swapped, "--running", LIST, "--numa-dump", SAMPLES / "dmesg.txt")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "error: the NUMA dump has pcpu 4 on pnode 1, this host on pnode 0; were --host and --numa-dump taken on the "
        "same host?\n"
    )


def test_a_vcpu_that_runs_away_from_its_memory_is_seen(tmp_path: Path) -> None:
    text = VCPUS.read_text(encoding="utf-8")
    rows = [row for row in text.splitlines() if row.startswith("cache ")]
    away = tmp_path / "vcpus.txt"  # cache has its memory on pnode 0, and soft affinity for pcpus 0-3
    away.write_text(text.replace(rows[0], "cache  2  0  9  r--  7.0  all / 0-3"), encoding="utf-8")
    ran = placer("check", "--host", HOST, "--running", LIST, "--numa-dump", SAMPLES / "dmesg.txt", "--vcpu-list", away)
    assert ran.code == 1
    assert ran.lines[1] == (
        '- guest "cache": vcpus 0 were seen running on pcpus 9, away from their memory on pnode 0 and from pcpus 0-3, '
        "which they would rather run on"
    )


def test_guests_that_run_are_placed_anew_without_counting_twice() -> None:
    files = ("--host", HOST, "--running", LIST, "--vcpu-list", VCPUS, LIST, "--free-pnodes")
    ran = placer("solve", *files, "--numa-dump", SAMPLES / "dmesg.txt")
    assert ran.code == 0
    assert "- 1 vcpus of 1 running domain are counted as load" in ran.lines
    assert (
        "- 5 of the guests run already; placed anew, their 16 vcpus are no load: app, cache, db, desk, web" in ran.out
    )
    unknown = placer("solve", *files)
    assert any("--numa-dump reads from xl dmesg where it lies, or --free states" in line for line in unknown.lines)
    needs = placer("solve", "--host", HOST, LIST, "--numa-dump", SAMPLES / "dmesg.txt")
    assert (needs.code, needs.err.startswith("error: usage: a NUMA dump needs the domains")) == (2, True)
    assert placer("solve", INSTANCES / "rfc-a.json", "--numa-dump", LIST).err.startswith("error: usage: --numa-dump ne")
