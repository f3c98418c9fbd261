"""``placer check`` and ``placer solve`` on what runs; the samples are what a real Xen printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.commands import INSTANCES, a_cfg, placer

SAMPLES = INSTANCES / "xl" / "running"
HOST, LIST, DUMP, VCPUS, PLAN = (
    SAMPLES / name for name in ("xl-info.txt", "xl-list.json", "dmesg.txt", "vcpu-list.txt", "plan.json")
)
RUNNING = ("--host", HOST, "--running", LIST, "--numa-dump", DUMP)


def test_a_guest_elsewhere_ends_with_1_and_none_with_0(tmp_path: Path) -> None:
    ran = placer("check", *RUNNING, "--vcpu-list", VCPUS, "--placement", PLAN)
    assert (ran.code, ran.err) == (1, "")
    assert ran.lines[:2] == [
        "4 of 5 guests are where they were meant to be",
        '- guest "web": memory lies where none was meant to be: 511.94 MiB on pnode 0',
    ]
    without_web = tmp_path / "list.json"
    domains = [each for each in json.loads(LIST.read_text(encoding="utf-8")) if each["domid"] != 5]
    without_web.write_text(json.dumps(domains), encoding="utf-8")
    ran = placer("check", "--host", HOST, "--running", without_web, "--numa-dump", DUMP, "--placement", PLAN)
    assert (ran.code, ran.lines[0]) == (0, "all 4 guests are where they were meant to be")


@pytest.mark.parametrize("words", [(), ("--vcpu-list", VCPUS), ("--placement", PLAN)])
def test_one_of_the_files_may_be_standard_input(words: tuple[object, ...]) -> None:
    ran = placer("check", "--host", HOST, "--running", "-", "--numa-dump", DUMP, *words, stdin=LIST.read_bytes())
    assert (ran.code, ran.err) == (1, "")


USAGE = {
    "nothing": ((), "expected INSTANCE and PLACEMENT, or --host, --running and --numa-dump for what runs"),
    "one": (("x.json",), "expected INSTANCE and PLACEMENT, or --host, --running and --numa-dump for what runs"),
    "no dump": (RUNNING[:4], "what runs takes all of --host, --running and --numa-dump"),
    "plan only": (("--placement", PLAN), "what runs takes all of --host, --running and --numa-dump"),
    "both": (("x.json", *RUNNING), "not both"),
    "an option of the other": ((*RUNNING, "--reserve", "1GiB"), "not both"),
    "two from standard input": ((*RUNNING[:4], "--numa-dump", "-", "--placement", "-"), "can be read once only"),
}


@pytest.mark.parametrize(("words", "message"), USAGE.values(), ids=USAGE)
def test_halves_and_mixtures_are_refused(words: tuple[object, ...], message: str) -> None:
    ran = placer("check", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: usage: ")
    assert message in ran.err


def test_files_that_contradict_each_other_are_refused() -> None:
    ran = placer("check", "--host", HOST, "--running", LIST, "--numa-dump", HOST)
    assert ran.code == 2
    assert f"error: {HOST}: no line " in ran.err
    domains = json.loads(LIST.read_text(encoding="utf-8"))
    domains[1]["domid"] = 9
    ran = placer("check", *RUNNING[:2], "--running", "-", *RUNNING[4:], stdin=json.dumps(domains))
    assert (ran.code, ran.err) == (
        2,
        'error: domain 9 "app" is not in the NUMA dump; were they taken at the same time?\n',
    )


def test_solve_counts_what_runs_and_says_so(tmp_path: Path) -> None:
    guest = tmp_path / "new.cfg"
    guest.write_text(a_cfg("new", memory=64, vcpus=3), encoding="utf-8")
    idle = placer("solve", "--host", HOST, guest)
    loaded = placer("solve", "--host", HOST, guest, "--running", LIST, "--vcpu-list", VCPUS, "--format", "json")
    assert "- the vcpus of running guests are not counted: xl info does not list them" in idle.lines
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
    assert "- the vcpus of Domain-0 are not counted: only xl vcpu-list states them" in ran.lines
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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_files_end_with_a_verdict_or_one_line_and_never_a_traceback(
    tmp_path: Path, data: st.DataObject
) -> None:
    files = {"--host": HOST, "--running": LIST, "--numa-dump": DUMP, "--vcpu-list": VCPUS, "--placement": PLAN}
    which = data.draw(st.sampled_from(sorted(files)))
    text = files[which].read_text(encoding="utf-8")
    a = data.draw(st.integers(0, len(text)))
    b = min(len(text), a + data.draw(st.integers(0, 40)))
    damaged = tmp_path / "damaged"
    damaged.write_text(
        text[:a] + data.draw(st.sampled_from(["", "7", "\n", '"', "-", "²"])) + text[b:], encoding="utf-8"
    )
    words = [word for key, path in files.items() for word in (key, damaged if key == which else path)]
    ran = placer("check", *words)
    assert ran.code in (0, 1, 2)
    assert ran.err.count("\n") == (ran.code == 2)
