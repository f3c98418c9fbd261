"""``placer solve``: what it reads, what it prints, and how each option changes that."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.support.commands import HOST, INSTANCES, a_cfg, a_folder, placer

NO_NODE = 4294967295
RFC_C = INSTANCES / "rfc-c.json"


def position_of(wanted: list[str], lines: list[str]) -> list[int]:
    return [next(i for i, line in enumerate(lines) if line.startswith(start)) for start in wanted]


def on_host(folder: Path, *words: object, **texts: str | bytes) -> tuple[object, ...]:
    """Words of a command on HOST with guest files in the folder."""
    a_folder(folder, **texts)
    guests = [folder / ".".join(name.rsplit("_", 1)) for name in texts]
    return ("solve", "--host", folder / "host.txt", *guests, *words)


def test_the_report_leads_with_status_and_distance_then_costs_guests_pnodes_and_assumptions(tmp_path: Path) -> None:
    ran = placer(*on_host(tmp_path, db_cfg=a_cfg(memory=5120, vcpus=4)))

    assert ran.code == 0, ran.err
    assert ran.lines[0].startswith("OPTIMAL: mean access distance 15.50; placed, and proved")
    order = position_of(["OPTIMAL", "Costs", "Guests", "Pnodes", "Assumed and noted", "- the vcpus of r"], ran.lines)
    assert order == sorted(order)
    assert 'guest "db" states no vnodes: 2 vnodes, because one pnode does not hold its 5 GiB' in ran.out
    assert "started with vnuma, so that Xen can neither save nor migrate them: db" in ran.out


def test_pnodes_fixed_by_the_file_stand_right_below_the_status_with_the_way_out(tmp_path: Path) -> None:
    vnuma = 'vnuma = [["pnode=1", "size=1024", "vcpus=0-1", "vdistances=10"]]\n'
    command = on_host(tmp_path, db_cfg=a_cfg(more=vnuma))

    kept, freed = placer(*command), placer(*command, "--free-pnodes")

    assert kept.lines[1] == 'guest "db" fixes vnode 0 on pnode 1; --free-pnodes places them anew'
    assert "--free-pnodes" not in freed.out
    assert json.loads(placer(*command, "--format", "json").out)["placement"] == {"db": [1]}


def test_a_pnode_of_another_host_is_refused_with_the_way_out_which_works(tmp_path: Path) -> None:
    vnuma = 'vnuma = [["pnode=7", "size=1024", "vcpus=0-1", "vdistances=10"]]\n'
    command = on_host(tmp_path, "--format", "json", db_cfg=a_cfg(more=vnuma))

    kept, freed = placer(*command), placer(*command, "--free-pnodes")

    assert kept.code == 2
    assert "invalid pnode number 7" in kept.err
    assert "--free-pnodes places the guest anew" in kept.err
    assert freed.code == 0, freed.err


def test_a_fixed_pnode_that_is_worse_is_kept_until_it_is_freed(tmp_path: Path) -> None:
    rows = ", ".join(f'["pnode={v}", "size=512", "vcpus={v}", "vdistances=10,10"]' for v in (0, 1))
    command = on_host(tmp_path, "--format", "json", db_cfg=a_cfg(more=f"vnuma = [{rows}]\n"))

    kept, freed = json.loads(placer(*command).out), json.loads(placer(*command, "--free-pnodes").out)

    assert (kept["placement"], kept["mean_access_distance"]) == ({"db": [0, 1]}, 15.5)
    assert (freed["placement"], freed["mean_access_distance"]) == ({"db": [1, 1]}, 10.0)


def test_the_json_answer_holds_what_was_promised() -> None:
    answer = json.loads(placer("solve", RFC_C, "--format", "json").out)

    assert answer["status"] == "OPTIMAL"
    assert answer["placement"] == {"vm": [1, 0]}
    assert answer["mean_access_distance"] == 15.0
    assert answer["guests"] == {"vm": {"mean_access_distance": 15.0}}
    assert (answer["violations"], answer["reason"]) == ([], None)
    assert answer["wall_time_s"] > 0
    assert [tier["cost"] for tier in answer["tiers"]] == [tier["bound"] for tier in answer["tiers"]]
    # each of two vcpus has 1000 traffic, a third of the memory here and two thirds there or the other way round:
    # 333 x 10 + 667 x 20 + 333 x 20 + 667 x 10
    assert answer["tiers"][2] == {"cost": 30000, "bound": 30000, "terms": {"access_distance": 30000, "core_sharing": 0}}


def test_what_cannot_be_placed_says_why_and_ends_with_1() -> None:
    text, answer = placer("solve", INSTANCES / "rfc-i.json"), placer("solve", INSTANCES / "rfc-i.json", "--format=json")

    assert (text.code, answer.code) == (1, 1)
    assert text.lines[0].startswith("INFEASIBLE: proved that no placement keeps every rule")
    assert "needs 6 GiB" in text.lines[1]
    said = json.loads(answer.out)
    assert (said["placement"], said["mean_access_distance"], said["tiers"]) == (None, None, [])
    assert "needs 6 GiB" in said["reason"]


def test_what_cannot_be_placed_is_not_written_as_a_configuration(tmp_path: Path) -> None:
    ran = placer("solve", INSTANCES / "rfc-i.json", "--format", "xl", "-o", tmp_path / "vm.cfg")

    assert (ran.code, ran.out, list(tmp_path.iterdir())) == (1, "", [])
    assert ran.err.startswith("INFEASIBLE: ")


def test_what_limits_the_answer_is_said_where_nothing_is_placed_too(tmp_path: Path) -> None:
    a_folder(tmp_path, db_cfg=a_cfg(memory=900_000))
    command = ("solve", "--host", tmp_path / "host.txt", tmp_path / "db.cfg", "--format", "xl")
    assert "the vcpus of running guests are not counted" in placer(*command).err
    assert "the vcpus of running guests are not counted" not in placer(*command, "-q").err


def test_the_greedy_leaves_a_vnode_out_and_ends_with_3() -> None:
    ran = placer("solve", RFC_C, "--strategy", "first-fit")

    assert ran.code == 3
    assert ran.lines[0].startswith(
        "UNKNOWN: mean access distance 18.34 (what is not placed counts at 20); no placement"
    )
    assert '- guest "vm" vnode 1 of 4 GiB has no pnode' in ran.lines
    assert re.search(r"^ +1 +4 GiB +1 \(1\) +none$", ran.out, re.MULTILINE)


def test_the_build_info_of_2013_has_a_word_for_a_vnode_without_a_pnode() -> None:
    ran = placer("solve", RFC_C, "--strategy", "first-fit", "--format", "rfc")

    assert ran.code == 3
    assert json.loads(ran.out)["vnode_to_pnode"] == [0, NO_NODE]


@pytest.mark.parametrize("form", ["xl", "libxl"])
def test_xen_gets_no_configuration_of_a_broken_placement(form: str) -> None:
    ran = placer("solve", RFC_C, "--strategy", "first-fit", "--format", form)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[-1] == 'guest "vm" vnode 1 of 4 GiB has no pnode'


def test_a_partial_placement_that_was_asked_for_ends_with_0() -> None:
    ran = placer("solve", INSTANCES / "rfc-i.json", "--allow-unplaced", "--format", "json")

    assert ran.code == 0
    answer = json.loads(ran.out)
    assert (answer["status"], answer["placement"]["vm"][1]) == ("OPTIMAL", None)
    # one guest; vnode 1 of 6144 MiB with one vcpu: 6144 x 1024 + 1024
    assert [tier["cost"] for tier in answer["tiers"][:2]] == [1, 6292480]


def test_the_greedy_with_unplaced_allowed_ends_with_0() -> None:
    assert placer("solve", RFC_C, "--strategy", "first-fit", "--allow-unplaced").code == 0


def test_a_whole_guest_is_written_with_soft_affinity_and_without_vnuma(tmp_path: Path) -> None:
    ran = placer(*on_host(tmp_path, "--format", "xl", db_cfg=a_cfg(more="# keep me\n")))

    # 1 GiB fits both; pnode 1 is left with 2 GiB, pnode 0 would be with 3
    assert ran.lines == [
        'name = "db"',
        'type = "hvm"',
        "memory = 1024",
        "vcpus = 2",
        "# keep me",
        "maxmem = 1024",
        "maxvcpus = 2",
        'cpus_soft = ["4-7", "4-7"]',
    ]


def test_vnuma_always_writes_one_row_for_a_whole_guest(tmp_path: Path) -> None:
    ran = placer(*on_host(tmp_path, "--format", "xl", "--vnuma", "always", db_cfg=a_cfg()))

    assert '    ["pnode=1", "size=1024", "vcpus=0-1", "vdistances=10"],' in ran.lines
    assert "cpus_soft" not in ran.out


def test_a_guest_larger_than_a_pnode_is_cut_and_its_parts_on_one_pnode_are_written_as_one(tmp_path: Path) -> None:
    """
    6 GiB and 30 MiB of overhead, half on each pnode, onto 4081 and 3057 MiB.

    2 x 3072 and 3 x 2048 fail on pnode 1 and on both, 4 x 1536 has room for 2 + 1, 5 parts of 1230 and 1228 for 3 + 2.
    """
    command = on_host(tmp_path, db_cfg=a_cfg(memory=6144, vcpus=4))

    report, written = placer(*command), placer(*command, "--format", "xl")

    assert '- guest "db" states no vnodes: 5 vnodes, because 1 to 4 vnodes do not hold its 6 GiB' in report.lines
    assert '- guest "db": its 5 vnodes meet on 2 pnodes and are written as one vnode for each pnode' in report.lines
    rows = re.findall(r'\["pnode=(\d)", "size=(\d+)", "vcpus=([0-9,-]+)", "vdistances=([0-9,]+)"\]', written.out)
    assert sorted(int(pnode) for pnode, *_ in rows) == [0, 1]
    assert sum(int(size) for _, size, *_ in rows) == 6144
    assert [distances for *_, distances in rows] == ["10,21", "21,10"]


def test_memory_below_maxmem_is_placed_without_vnuma_and_keeps_both(tmp_path: Path) -> None:
    command = on_host(tmp_path, db_cfg=a_cfg(more="maxmem = 2048\n"))

    report = placer(*command)
    written = placer(*command, "--format", "xl").lines
    libxl = json.loads(placer(*command, "--format", "libxl").out)
    chosen = [placer(*command, "--format", "xl", "--memory", choice).lines for choice in ("memory", "maxmem")]

    assert (
        "placed with the memory that it starts with (memory 1 GiB, maxmem 2 GiB); what it grows by may land elsewhere"
        in report.out
    )
    assert [line for line in written if "mem" in line] == ["memory = 1024", "maxmem = 2048"]
    assert (libxl["target_memkb"], libxl["max_memkb"]) == (1 << 20, 2 << 20)
    assert [line for line in chosen[0] if "mem" in line] == ["memory = 1024", "maxmem = 1024"]
    assert [line for line in chosen[1] if "mem" in line] == ["memory = 2048", "maxmem = 2048"]


def test_with_vnuma_memory_below_maxmem_is_refused_in_the_words_of_xl(tmp_path: Path) -> None:
    vnuma = 'maxmem = 2048\nvnuma = [["size=2048", "vcpus=0-1", "vdistances=10"]]\n'
    command = on_host(tmp_path, db_cfg=a_cfg(more=vnuma))

    refused, impossible = placer(*command, "--format", "xl"), placer(*command, "--memory", "memory")

    assert refused.code == impossible.code == 2
    assert "Cannot enable PoD and vNUMA at the same time" in refused.err
    assert "its vnodes sum to maxmem; to place its memory they need to sum to memory" in impossible.err


def test_a_reserve_turns_a_guest_away(tmp_path: Path) -> None:
    """1 GiB and 8 MiB of overhead for the one vnode: with 2 GiB left of 3, pnode 1 is too small, pnode 0 is not."""
    command = on_host(tmp_path, "--format", "json", db_cfg=a_cfg())

    def where(*words: str) -> list[int]:
        return list(json.loads(placer(*command, *words).out)["placement"]["db"])

    assert where() == [1]
    assert where("--reserve", "1=2GiB") == [0]
    assert where("--reserve", "2040MiB") == [1]
    assert where("--reserve", "2041MiB") == [0]


@pytest.mark.parametrize(
    ("reserve", "fault"), [("2 pounds", "2 pounds"), ("7=1GiB", "7"), ("", "SIZE"), ("x=1GiB", "x"), ("-1GiB", "-1GiB")]
)
def test_a_reserve_that_is_none_is_refused(reserve: str, fault: str) -> None:
    ran = placer("solve", RFC_C, f"--reserve={reserve}")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: --reserve: ")
    assert fault in ran.err


@pytest.mark.parametrize(("kind", "words"), [("pv", ()), ("pvh", ()), ("hvm", ("--migratable",))])
def test_a_guest_that_gets_no_vnuma_is_spread_over_a_set(kind: str, words: tuple[str, ...], tmp_path: Path) -> None:
    """5 GiB fit neither the 4 GiB of pnode 0 nor the 3 GiB of pnode 1."""
    command = on_host(tmp_path, *words, db_cfg=a_cfg(memory=5120, kind=kind))

    report, written = placer(*command), placer(*command, "--format", "xl", "-q")
    assert 'guest "db": memory spread over pnodes 0 and 1, without vnuma' in report.out
    assert "vnuma" not in written.out
    assert 'cpus_soft = ["0-7", "0-7"' in written.out
    pinned = placer(*command, "--format", "xl", "--pin", "-q")
    assert 'cpus = ["0-7", "0-7"' in pinned.out


def test_several_guests_do_not_go_into_one_xl_cfg_on_standard_output(tmp_path: Path) -> None:
    ran = placer(*on_host(tmp_path, "--format", "xl", a_cfg=a_cfg("a"), b_cfg=a_cfg("b")))

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "error: 2 guests do not go into one xl file; name a folder for them\n"


@pytest.mark.parametrize("form", ["libxl", "rfc"])
def test_several_guests_go_into_one_json_object_by_name(form: str, tmp_path: Path) -> None:
    ran = placer(*on_host(tmp_path, "--format", form, a_cfg=a_cfg("a"), b_cfg=a_cfg("b")))

    assert ran.code == 0
    assert list(json.loads(ran.out)) == ["a", "b"]


def test_each_strategy_places_the_smallest_counter_example_or_says_that_it_does_not() -> None:
    limits = {"optimal": 10, "cpsat": 60, "branch-and-bound": 10, "local-search": 1, "first-fit-decreasing": 1}
    codes = {
        name: placer("solve", RFC_C, "--strategy", name, "--time-limit", limit, "--workers", "1", "--seed", "7").code
        for name, limit in limits.items()
    }
    assert set(codes.values()) == {0}, codes
    assert placer("solve", RFC_C, "--strategy", "first-fit-2013-12").code == 3


def test_no_time_at_all_still_gives_an_answer_without_a_false_proof() -> None:
    answer = json.loads(placer("solve", INSTANCES / "epyc-8n.json", "--time-limit", "0", "--format", "json").out)

    assert answer["status"] in ("FEASIBLE", "UNKNOWN")


@pytest.mark.parametrize(
    "words",
    [
        ("--time-limit", "-1"),
        ("--time-limit", "nan"),
        ("--time-limit", "soon"),
        ("--workers", "0"),
        ("--seed", "-1"),
        ("--strategy", "best"),
        ("--format", "pdf"),
        ("--memory", "both"),
        ("--vnuma", "never"),
        ("--no-such-option",),
    ],
)
def test_an_option_that_makes_no_sense_is_a_matter_of_usage(words: tuple[str, ...]) -> None:
    ran = placer("solve", RFC_C, *words)

    assert (ran.code, ran.out) == (2, "")
    assert words[0] in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("what", ["host", "guest", "instance"])
def test_a_dash_is_standard_input(what: str, tmp_path: Path) -> None:
    a_folder(tmp_path, db_cfg=a_cfg())
    host, guest = tmp_path / "host.txt", tmp_path / "db.cfg"
    words, given = {
        "host": (("--host", "-", guest), HOST),
        "guest": (("--host", host, "-"), a_cfg()),
        "instance": (("-",), RFC_C.read_text(encoding="utf-8")),
    }[what]

    ran = placer("solve", *words, stdin=given)

    assert ran.code == 0, ran.err
    assert ran.lines[0].startswith("OPTIMAL")


def test_standard_input_is_read_once_only() -> None:
    ran = placer("solve", "--host", "-", "-", stdin=HOST)

    assert (ran.code, ran.err) == (2, "error: usage: standard input (-) can be read once only\n")


def test_a_host_may_be_json_and_a_guest_libxls(tmp_path: Path) -> None:
    host = {
        "pnodes": [{"id": 0, "memory_kib": "4GiB", "pcpus": "0-3"}, {"id": 1, "memory_kib": "3GiB", "pcpus": "4-7"}]
    }
    guest = {"max_vcpus": 2, "max_memkb": 1048576, "target_memkb": 1048576, "type.hvm": {}}
    a_folder(tmp_path, host_json=json.dumps(host), db_json=json.dumps(guest))
    command = ("solve", "--host", tmp_path / "host.json", tmp_path / "db.json")

    report, written = placer(*command), placer(*command, "--format", "libxl")

    assert report.code == 0
    assert "states no distances: 10" in report.out
    assert json.loads(written.out)["vcpu_soft_affinity"] == [[4, 5, 6, 7], [4, 5, 6, 7]]


def test_two_guests_of_one_name_are_refused_with_their_file(tmp_path: Path) -> None:
    ran = placer(*on_host(tmp_path, a_cfg=a_cfg("db"), b_cfg=a_cfg("db")))

    assert ran.code == 2
    assert ran.err == f'error: {tmp_path / "b.cfg"}: two guests have the name "db", the other in {tmp_path / "a.cfg"}\n'


def test_an_xl_cfg_without_a_host_says_what_is_missing(tmp_path: Path) -> None:
    a_folder(tmp_path, db_cfg=a_cfg())

    ran = placer("solve", tmp_path / "db.cfg")

    assert (ran.code, ran.err) == (
        2,
        f"error: {tmp_path / 'db.cfg'}: looks like an xl.cfg; give the host with --host\n",
    )


@pytest.mark.parametrize("name", ["xen-4.17-4n-8cpu-6g-asymmetric.txt", "xen-4.17-8n-32cpu-64g.txt"])
def test_a_guest_goes_onto_a_host_as_a_real_xen_printed_it(name: str, tmp_path: Path) -> None:
    if "PLACER_CORPUS" not in os.environ:
        pytest.skip("PLACER_CORPUS, the folder of real hosts, is not set")
    host = Path(os.environ["PLACER_CORPUS"], "hosts", "xl-info", name)
    guest = a_folder(tmp_path, db_cfg=a_cfg(memory=2048, vcpus=4)) / "db.cfg"

    ran = placer("solve", "--host", host, guest, "--format", "xl")

    assert ran.code == 0, ran.err
    if "4n" in name:
        # no pnode has 2 GiB free; 2 and 3 have 1.4 and 1.0 and stand at 12 both ways, 0 and 1 at 12 and 14
        assert '    ["pnode=2", "size=1024", "vcpus=0-1", "vdistances=10,12"],' in ran.lines
        assert '    ["pnode=3", "size=1024", "vcpus=2-3", "vdistances=12,10"],' in ran.lines
    else:  # pnode 7 has the least room that suffices
        assert ran.lines[-1] == 'cpus_soft = ["28-31", "28-31", "28-31", "28-31"]'


def test_the_help_names_every_option_and_every_exit_code() -> None:
    top, solve = placer("--help"), placer("solve", "-h")

    assert top.code == solve.code == 0
    for command in ("solve", "check", "compare", "import", "schema"):
        assert command in top.out
    words = " ".join(top.out.split())
    for meaning in ("0 placed", "1 proved infeasible", "2 bad input", "3 unknown", "70 a defect"):
        assert meaning in words
    for option in [
        "--host",
        "--strategy",
        "--format",
        "--output",
        "-o",
        "--time-limit",
        "--workers",
        "--seed",
        "--allow-unplaced",
        "--reserve",
        "--free-pnodes",
        "--memory",
        "--vnuma",
        "--force",
        "--quiet",
    ]:
        assert option in solve.out


def test_the_answer_is_a_page_that_says_the_same_as_the_report(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    assert placer("solve", INSTANCES / "rfc-c.json", "--format", "html", "-o", page).code == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>") and "<p>OPTIMAL: mean access distance" in text
    none = placer("solve", INSTANCES / "no-fit-memory.json", "--format", "html")
    assert none.code == 1 and "<p>INFEASIBLE: " in none.out
