"""Bad input of every kind, through the command line: one clear line with its place, exit 2, and nothing written."""

from __future__ import annotations

import json
import random
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from tests.support.commands import HOST, INSTANCES, a_cfg, a_folder, placer, placer_process

RFC_C = INSTANCES / "rfc-c.json"
TEN_MB = 10_000_000

HOST_JSON: dict[str, Any] = {"pnodes": [{"id": 0, "memory_kib": "8GiB", "pcpus": "0-3"}]}
GUEST_JSON: dict[str, Any] = {"name": "db", "vnodes": [{"memory_kib": "1GiB", "vcpus": "0-1"}]}
B_INFO: dict[str, Any] = {"max_vcpus": 2, "max_memkb": 1048576, "target_memkb": 1048576, "type.hvm": {}}


def an_instance(*, host: object = None, guests: object = None, **more: object) -> str:
    return json.dumps({"host": host or HOST_JSON, "guests": [GUEST_JSON] if guests is None else guests} | more)


def a_host(**pnode: object) -> dict[str, Any]:
    return {"pnodes": [HOST_JSON["pnodes"][0] | pnode]}


def a_guest(**more: object) -> list[dict[str, Any]]:
    return [GUEST_JSON | more]


def readers(folder: Path, text: str | bytes) -> dict[str, tuple[object, ...]]:
    """Words that hand a text to each reader."""
    a_folder(folder, good_cfg=a_cfg(), bad_text=text)
    host, good, bad = (folder / name for name in ("host.txt", "good.cfg", "bad.text"))
    return {
        "instance": ("solve", bad),
        "host": ("solve", "--host", bad, good),
        "guest": ("solve", "--host", host, bad),
        "placement": ("check", RFC_C, bad),
    }


def refused(out: Path, *words: object) -> str:
    """Run a command that must refuse its input, and give the one line it says."""
    output = ("-o", out / "written.txt") if words[0] == "solve" else ()
    ran = placer(*words, *output)
    assert (ran.code, ran.out) == (2, ""), ran
    assert not out.exists()
    assert ran.err.startswith("error: ")
    assert ran.err.count("\n") == 1
    return ran.err.removeprefix("error: ").rstrip("\n")


@pytest.mark.parametrize("reader", ["instance", "host", "guest", "placement"])
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is empty"),
        (" \n\t\n", "is empty"),
        (b'{"name": "\xe9"}', "expected UTF-8 text, got byte 0xe9"),
        (b"\x00\x01\x02\xff" * 20, "text, got byte 0x"),
        ('{"a": 1, "b": {"c": ', ":1:21: not JSON: expecting value, but there it ends"),
        ('{"a": 1, "b": 2, "a": 3}', 'key "a" stands twice in one object'),
        ('{"a": NaN}', "NaN is no JSON number"),
        ("[" * 100_000, ":1: not JSON that placer reads: nested more than 64 deep"),
    ],
)
def test_what_is_no_text_at_all_is_refused_by_every_reader(
    reader: str, text: str | bytes, fault: str, tmp_path: Path
) -> None:
    if reader == "host" and str(text).startswith("["):
        fault = "expected"  # a list is no host in any form
    if reader == "guest" and text == b'{"name": "\xe9"}':
        fault = "expected a libxl_domain_config"  # a guest file may carry bytes in strings that mean nothing to placer
    said = refused(tmp_path / "out", *readers(tmp_path, text)[reader])

    assert said.startswith(str(tmp_path / "bad.text"))
    assert fault in said


@pytest.mark.parametrize("reader", ["instance", "guest", "placement"])
def test_a_directory_and_a_missing_file_are_refused_by_every_reader(reader: str, tmp_path: Path) -> None:
    words = readers(tmp_path, "x")[reader]
    (tmp_path / "bad.text").unlink()
    assert refused(tmp_path / "out", *words) == f"{tmp_path}/bad.text: no such file"

    (tmp_path / "bad.text").mkdir()
    fault = (
        "is a folder without guest files (.cfg, .json, .xml)"
        if reader == "guest"
        else "is a directory, expected a file"
    )
    assert refused(tmp_path / "out", *words) == f"{tmp_path}/bad.text: {fault}"


def test_a_host_that_is_missing_or_an_empty_directory_is_refused(tmp_path: Path) -> None:
    words = readers(tmp_path, "x")["host"]
    (tmp_path / "bad.text").unlink()
    assert refused(tmp_path / "out", *words) == f"{tmp_path}/bad.text: no such file"

    (tmp_path / "bad.text").mkdir()
    assert refused(tmp_path / "out", *words).startswith(f"{tmp_path}/bad.text")


def garbage(kind: str) -> bytes:
    rng = random.Random(1)
    if kind == "bytes":
        return rng.randbytes(TEN_MB)
    if kind == "words":
        return "".join(rng.choices('abc{}[]"=,;#:\n 0123', k=TEN_MB)).encode()
    if kind == "backslashes":
        return b'["' + b"\\" * TEN_MB
    if kind == "numbers":
        return b"[" + b"1," * (TEN_MB // 2) + b"1]"
    keys = ",".join(f'"k{i}":1' for i in range(TEN_MB // 11))
    return f'{{{keys},"k{TEN_MB // 11 - 1}":2}}'.encode()


@pytest.mark.parametrize("kind", ["bytes", "words", "backslashes", "numbers", "keys"])
def test_ten_megabytes_of_garbage_are_refused_within_seconds_by_every_reader(kind: str, tmp_path: Path) -> None:
    words_of = readers(tmp_path, garbage(kind))
    for reader in ("instance",) if kind in {"numbers", "keys"} else words_of:  # JSON as such, read alike by all
        started = perf_counter()
        said = refused(tmp_path / "out", *words_of[reader])
        assert perf_counter() - started < 20  # 1 or 2 on an idle machine
        assert said.startswith(str(tmp_path / "bad.text"))
        assert len(said) < 400


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (an_instance(guests=3), "$.guests: expected list, got 3"),
        (an_instance(host=a_host(memory_kib=-1)), "$.host.pnodes[0].memory_kib: expected int >= 0, got -1"),
        (an_instance(host=a_host(memory_kib="-1GiB")), '$.host.pnodes[0].memory_kib: expected a size such as "8GiB"'),
        (an_instance(host=a_host(memory_kib=True)), "$.host.pnodes[0].memory_kib: expected a number of KiB"),
        (an_instance(host=a_host(memory_kib=1.5)), "$.host.pnodes[0].memory_kib: expected a number of KiB"),
        (an_instance(host=a_host(cpus="0-3")), '$.host.pnodes[0]: unknown key "cpus", expected one of id, memory_kib'),
        (an_instance(solver="best"), '$: unknown key "solver", expected one of host, guests, '),
        (an_instance(host={"pnodes": HOST_JSON["pnodes"] * 2}), "$.host: two pnodes have the id 0"),
        (an_instance(host=HOST_JSON | {"slit": [[10, 20]]}), "$.host: slit row 0 has 2 distances for 1 pnodes"),
        (an_instance(host=HOST_JSON | {"slit": []}), "$.host: slit has 0 rows for 1 pnodes"),
        (an_instance(host={"pnodes": []}), "$.host: 0 pnodes, expected 1 to 1024"),
        (
            an_instance(guests=a_guest(vnodes=[])),
            "$.guests[0]: 0 vnodes, expected 1 to 1024, or memory_kib and vcpu_count in flexible",
        ),
        (an_instance(guests=[GUEST_JSON] * 2), '$: two guests have the name "db"'),
        (an_instance(guests=a_guest(name="")), "$.guests[0].name: "),
        (an_instance(guests=a_guest(name="d\tb")), "$.guests[0]: name 'd\\tb' holds a control character"),
        (an_instance(guests=a_guest(name="d\x9bb")), "$.guests[0]: name 'd\\x9bb' holds a control character"),
        (
            an_instance(guests=a_guest(vnodes=[{"memory_kib": 4, "vcpus": [0, 0]}])),
            "$.guests[0]: vcpu 0 stands twice on vnode 0, expected once",
        ),
        (
            an_instance(guests=a_guest(vnodes=[{"memory_kib": 4, "vcpus": [0]}] * 2)),
            "$.guests[0]: vcpu 0 is on vnodes 0 and 1, expected on one",
        ),
        (
            an_instance(guests=a_guest(vnodes=[{"memory_kib": 4, "vcpus": [1]}])),
            "$.guests[0]: vcpus 0 are on no vnode, expected each on one",
        ),
        (an_instance(guests=a_guest(hard_affinity="9")), 'guest "db" hard_affinity of vcpu 0: no pcpu 9 on this host'),
        (an_instance(guests=a_guest(traffic=[[1, 1]])), "$.guests[0]: traffic row 0 has 2 entries for 1 vnodes"),
        (
            an_instance(
                host=HOST_JSON | {"pnodes": [*HOST_JSON["pnodes"], {"id": 1, "memory_kib": 4, "pcpus": [3]}]},
            ),
            "$.host: pcpu 3 is on pnodes 0 and 1, expected on one",
        ),
    ],
)
def test_an_instance_that_makes_no_sense_is_refused_with_its_json_path(text: str, fault: str, tmp_path: Path) -> None:
    said = refused(tmp_path / "out", *readers(tmp_path, text)["instance"])

    assert said.startswith(f"{tmp_path}/bad.text: ")
    assert fault in said


LARGE: dict[str, Any] = {"vnodes": [{"memory_kib": 4, "vcpus": "0-4095"}]}


@pytest.mark.parametrize(
    "text",
    [
        an_instance(host=a_host(pcpus="0-65535"), guests=a_guest(**LARGE, hard_affinity="0-65535")),
        an_instance(host=a_host(pcpus="0-65535"), guests=a_guest(**LARGE, soft_affinity=["0-65535"] * 4096)),
        an_instance(guests=[GUEST_JSON | {"name": str(i), "hard_affinity": "0-65534"} for i in range(100)]),
    ],
    ids=["one string for all vcpus", "a string for each", "many guests"],
)
def test_a_short_text_that_stands_for_billions_of_ids_is_refused(text: str, tmp_path: Path) -> None:
    said = refused(tmp_path / "out", *readers(tmp_path, text)["instance"])

    assert "affinity" in said
    assert said.endswith("expected cpu sets of at most 4194304 ids in one file")


def test_a_mask_of_every_pcpu_for_every_vcpu_of_a_large_guest_is_within_the_bound(tmp_path: Path) -> None:
    guests = a_guest(vnodes=[{"memory_kib": 4, "vcpus": "0-127"}], hard_affinity="0-4094")
    a_folder(tmp_path, good_json=an_instance(host=a_host(pcpus="0-4095"), guests=guests))

    assert placer("solve", tmp_path / "good.json").code == 0


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (HOST.replace("10,21", "10"), ":16: numa_info row has 1 distances for 2 nodes: "),
        (HOST.replace("4096", "-4096"), ":16: "),
        (HOST.replace("   1:      8192", "   0:      8192"), ":17: numa_info row lists node 0 again"),
        (HOST[:-45], "is the text cut off?"),
        (HOST[: HOST.index("numa_info")], "no rows of numa_info"),
        (json.dumps({"pnodes": [{"id": 0}]}), '$.pnodes[0]: key "memory_kib" is missing'),
        (json.dumps({"pnodes": "0-3"}), "$.pnodes: expected list"),
    ],
)
def test_a_host_that_makes_no_sense_is_refused_with_its_place(text: str, fault: str, tmp_path: Path) -> None:
    said = refused(tmp_path / "out", *readers(tmp_path, text)["host"])

    assert said.startswith(f"{tmp_path}/bad.text:")
    assert fault in said


def rows(first_mib: int, second_mib: int, *vcpus: int) -> str:
    """Write vnuma of two vnodes."""
    first = f'["size={first_mib}", "vcpus={vcpus[0]}", "vdistances=10,20"]'
    return f'vnuma = [{first}, ["size={second_mib}", "vcpus={vcpus[1]}", "vdistances=20,10"]]\n'


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (a_cfg(memory=-1), ":3: "),
        (a_cfg() + "memory = [", ":5: "),
        (a_cfg(more='cpus = "0-99"\n'), ":5: cpus names pcpu 99, this host has pcpus 0-7"),
        (a_cfg(more=rows(512, 256, 0, 1)), ":3: "),
        (a_cfg(more="maxmem = 1024\n" + rows(512, 256, 0, 1)), ":5: maxmem is 1024"),
        (a_cfg(more=rows(512, 512, 0, 0)), ":5: "),
        (a_cfg(more="maxvcpus = 3\n" + rows(512, 512, 0, 1)), ":5: maxvcpus is 3"),
        (json.dumps({"c_info": {}, "b_info": {}}), "$.b_info"),
        (json.dumps(B_INFO | {"max_memkb": "1GiB"}), "$.max_memkb: expected an integer"),
        (json.dumps(B_INFO | {"max_memkb": -4}), "$.max_memkb: expected an integer"),
        (
            json.dumps(B_INFO | {"vnuma_nodes": [{"memkb": 4, "vcpus": [0, 1]}]}),
            "$.vnuma_nodes: amount of memory mismatch",
        ),
    ],
)
def test_a_guest_that_makes_no_sense_is_refused_with_its_place(text: str, fault: str, tmp_path: Path) -> None:
    said = refused(tmp_path / "out", *readers(tmp_path, text)["guest"])

    assert said.startswith(f"{tmp_path}/bad.text:")
    assert fault in said


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({}, 'no placement in it, expected a key "placement"'),
        ({"placement": None, "status": "INFEASIBLE"}, "no placement in it (status INFEASIBLE)"),
        ({"placement": {"vm": 3}}, "$.placement.vm: expected a list of pnode ids, got 3"),
        ({"placement": {"vm": [0, "1"]}}, "$.placement.vm[1]: expected a pnode id from 0 to 65535, or null"),
        ({"placement": {"vm": [0, -1]}}, "$.placement.vm[1]: expected a pnode id from 0 to 65535, or null"),
        ({"placement": {"vm": [0]}}, 'guest "vm" has 1 pnodes for 2 vnodes'),
        ({"placement": {"vm": [0, 9]}}, 'guest "vm": no pnode 9 on this host'),
        ({"placement": {}}, 'guest "vm" is missing'),
        ({"placement": {"vm": [1, 0], "web": [0]}}, 'no guest "web" in the instance'),
    ],
)
def test_a_placement_of_something_else_is_refused_with_its_place(
    document: dict[str, object], fault: str, tmp_path: Path
) -> None:
    said = refused(tmp_path / "out", *readers(tmp_path, json.dumps(document))["placement"])

    assert said.startswith(f"{tmp_path}/bad.text: ")
    assert fault in said


def test_a_guest_with_a_control_character_in_its_name_is_refused(tmp_path: Path) -> None:
    words = readers(tmp_path, json.dumps({"c_info": {"name": "d\x1b[31mb", "type": "hvm"}, "b_info": B_INFO}))["guest"]

    assert refused(tmp_path / "out", *words).endswith("name 'd\\x1b[31mb' holds a control character")


def test_a_process_that_refuses_its_input_shows_no_traceback_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text(an_instance()[:43], encoding="utf-8")

    ran = placer_process("solve", "bad.json", "-o", "plan.txt", cwd=tmp_path)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: bad.json:1:44: not JSON: ")
    assert ran.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["bad.json"]


def test_several_instances_at_once_are_a_matter_of_usage() -> None:
    ran = placer("solve", RFC_C, RFC_C)

    assert (ran.code, ran.err) == (2, "error: usage: expected one instance, got 2 files; guest files need --host\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--migratable",), '--migratable needs --host; guests of an instance say so themselves, with "form": "set"'),
        (("--vnuma", "always"), "--vnuma always needs --host; "),
        (("--memory", "memory"), "--memory needs --host; "),
        (("--vnuma", "always", "--migratable"), "--vnuma always needs --host; "),
    ],
)
def test_options_on_the_form_of_guests_are_for_guest_files(words: tuple[str, ...], said: str) -> None:
    ran = placer("solve", RFC_C, *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_vnodes_are_for_guest_files(tmp_path: Path) -> None:
    ran = placer("solve", INSTANCES / "flexible-guests.json", "--vnodes", "2")
    assert (ran.code, ran.out) == (2, "")
    assert "--vnodes needs --host; guests of an instance say so themselves" in ran.err
    for wrong in ("0", "3-2", "33", "two"):
        ran = placer("solve", "--host", INSTANCES / "xl/host.txt", INSTANCES / "xl/db.cfg", "--vnodes", wrong)
        assert ran.code == 2
        assert "expected auto, fewest, or how many" in " ".join(ran.err.replace("│", " ").split())


@pytest.mark.parametrize(("words", "count"), [((), 3), (("--vnodes", "2"), 2), (("--vnodes", "fewest"), 2)])
def test_a_guest_file_that_no_pnode_takes_gets_as_many_vnodes_as_asked(words: tuple[str, ...], count: int) -> None:
    command = ("solve", "--host", INSTANCES / "xl/host.txt", INSTANCES / "xl/db.cfg", "--format", "json", *words)
    assert len(json.loads(placer(*command).out)["placement"]["db"]) == count
