"""``placer whatif`` from the command line."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

import placer as library
from benchmarks.limits import hard
from placer.assignment import Progress
from placer.cli.running import Watch
from placer.cli.whatif import RowsInWork
from placer.job.request import from_instance
from tests.cli.test_running import start, wait_for_progress
from tests.support.commands import HOST, INSTANCES, a_cfg, a_folder, placer

XL = INSTANCES / "xl"
RUNNING = XL / "running"


def rows(out: str) -> dict[str, dict[str, object]]:
    return {row["change"]: row for row in json.loads(out)["rows"]}


def test_guests_on_a_host_have_a_row_for_each_change(tmp_path: Path) -> None:
    """Two guests of 1 GiB and their overhead fit the 4 and 3 GiB of two pnodes, and either pnode alone."""
    a_folder(tmp_path, a_cfg=a_cfg("a"), b_cfg=a_cfg("b"), other_txt=HOST.replace("3072", "1000"))
    files = [tmp_path / name for name in ("host.txt", "a.cfg", "b.cfg")]
    words = ("--reserve", "1GiB,3GiB", "--free", "1=-2GiB", "--without", "0", "--host", tmp_path / "other.txt")

    ran = placer("whatif", *files, *words, "--format", "json", "--quiet")

    assert ran.code == 1 and ran.err == ""
    found = rows(ran.out)
    assert list(found) == [
        "as it is",
        "reserve 1GiB",
        "reserve 3GiB",
        "free 1=-2GiB",
        "without pnode 0",
        f"host {tmp_path}/other.txt",
    ]
    statuses = {name: row["status"] for name, row in found.items()}
    assert statuses.pop("reserve 3GiB") == "INFEASIBLE"  # 1 GiB is left at most, and a guest needs more than its own
    assert set(statuses.values()) == {"OPTIMAL"}
    assert found["without pnode 0"]["placement"] == {"a": [1], "b": [1]}
    assert found["as it is"]["moves"] is found[f"host {tmp_path}/other.txt"]["moves"] is None


def test_all_is_placed_is_exit_code_0_and_a_report() -> None:
    ran = placer("whatif", INSTANCES / "rfc-c.json", "--free", "0=+1GiB", "--quiet")
    assert ran.code == 0 and ran.err == ""
    assert ran.lines[0] == str(INSTANCES / "rfc-c.json")
    assert [line.split("  ")[1] for line in ran.lines[2:4]] == ["as it is", "free 0=+1GiB"]
    assert "Assumed and noted" not in ran.out


def test_the_plan_of_a_row_keeps_the_rules_of_the_host_under_its_change(tmp_path: Path) -> None:
    ran = placer("whatif", INSTANCES / "rfc-g.json", "--reserve", "0=1GiB", "--free", "+2GiB", "--format", "json")
    document = json.loads((INSTANCES / "rfc-g.json").read_text())
    for pnode in document["host"]["pnodes"]:
        size = library.instance.parse_size(pnode["memory_kib"]) if isinstance(pnode["memory_kib"], str) else None
        pnode["memory_kib"] = (pnode["memory_kib"] if size is None else size) + (2 << 20)
    (tmp_path / "instance.json").write_text(json.dumps(document))
    (tmp_path / "plan.json").write_text(json.dumps(rows(ran.out)["free +2GiB"]))
    checked = placer("check", tmp_path / "instance.json", tmp_path / "plan.json")
    assert checked.code == 0, checked.out + checked.err
    assert "proved that no placement costs less" in checked.out


def test_running_guests_and_their_pages_are_those_of_the_host() -> None:
    beside = ("--running", RUNNING / "xl-list.json", "--vcpu-list", RUNNING / "vcpu-list.txt")
    ran = placer(
        "whatif",
        RUNNING / "xl-info.txt",
        RUNNING / "app.cfg",
        *beside,
        "--without",
        "0",
        "--numa-dump",
        RUNNING / "dmesg.txt",
    )
    assert ran.code == 0, ran.err
    assert "- without pnode 0: vcpus of running guests are bound to pnode 0 alone" in ran.out
    snapshot = placer("whatif", RUNNING / "snapshot.txt", RUNNING / "app.cfg", "--without", "0")
    assert snapshot.code == 0 and snapshot.lines[2:4] == ran.lines[2:4]


def test_guests_of_an_instance_go_to_another_host_as_they_are() -> None:
    ran = placer("whatif", INSTANCES / "rfc-c.json", "--host", INSTANCES / "rfc-d.json", "--format", "json")
    other = placer("solve", INSTANCES / "rfc-c.json", "--format", "json", stdin="")
    assert rows(ran.out)["as it is"]["placement"] == json.loads(other.out)["placement"]
    host = library.read_host(INSTANCES / "rfc-d.json").host
    moved = library.Instance(host=host, guests=library.read_instance(INSTANCES / "rfc-c.json").guests)
    row = rows(ran.out)[f"host {INSTANCES / 'rfc-d.json'}"]
    assert [tier["cost"] for tier in row["tiers"]] == [tier.cost for tier in library.solve(moved).tiers]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ((), "error: usage: expected a change: --reserve, --free, --without or --host"),
        (("--without", "9"), "error: --without: no pnode 9 on this host, expected one of 0-1"),
        (("--without", "0", "--without", "1", "--together"), "error: --together: without: without pnodes 0-1 no pnode"),
        (("--free", "-5GiB"), 'error: --free: "-5GiB": pnode 0 has 4 GiB, expected at most that with a minus'),
        (("--reserve", "some"), 'error: --reserve: "some": expected SIZE, +SIZE or -SIZE, after ID= for one pnode ('),
        (("--host", "no-such-file"), "error: --host no-such-file: no-such-file: "),
        (("--host", "-", "--pools", "-"), "error: usage: standard input (-) can be read once only"),
    ],
)
def test_bad_input_is_one_line_that_says_where(tmp_path: Path, words: tuple[str, ...], fault: str) -> None:
    a_folder(tmp_path, a_cfg=a_cfg("a"))
    output = tmp_path / "out.json"
    ran = placer("whatif", tmp_path / "host.txt", tmp_path / "a.cfg", *words, "-o", output)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(fault) and ran.err.count("\n") == 1
    assert not output.exists()


@pytest.mark.parametrize("file", [XL / "host.txt", XL / "web.cfg"])
def test_a_host_or_a_guest_alone_is_told_what_is_missing(file: Path) -> None:
    ran = placer("whatif", file, "--without", "0")
    assert ran.code == 2 and ran.err.endswith("; placer whatif takes HOST GUEST..., or one instance\n")
    assert "--host" not in ran.err  # which is another host here


def test_guests_from_standard_input_are_not_read_twice(tmp_path: Path) -> None:
    a_folder(tmp_path)
    ran = placer("whatif", tmp_path / "host.txt", "-", "--host", tmp_path / "host.txt", stdin=a_cfg("a"))
    assert ran.code == 2 and "guests from standard input can be read once only" in ran.err
    assert placer("whatif", tmp_path / "host.txt", "-", "--without", "1", stdin=a_cfg("a")).code == 0


def test_it_is_written_to_a_file_that_is_not_there(tmp_path: Path) -> None:
    words = ("whatif", INSTANCES / "rfc-c.json", "--free", "+1GiB", "-o", tmp_path / "rows.txt")
    assert placer(*words).code == 0
    assert (tmp_path / "rows.txt").read_text().startswith(f"{INSTANCES / 'rfc-c.json'}\n  change ")
    again = placer(*words)
    assert again.code == 2 and "exists; --force replaces it" in again.err


def test_ctrl_c_gives_the_rows_so_far_and_ends_with_3(tmp_path: Path) -> None:
    """No row is proved in time; each line of progress names the row that is searched."""
    path = tmp_path / "hard.json"
    path.write_text(json.dumps(hard(121, 64, fill=0.97, seed=1, traffic=True)))
    process = start("whatif", str(path), "--time-limit", "300", "--reserve", "1MiB,2MiB")
    wait_for_progress(process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 3, err
    assert [line.split()[:3] for line in out.splitlines()[2:5]][1:] == [
        ["reserve", "1MiB", "UNKNOWN"],
        ["reserve", "2MiB", "UNKNOWN"],
    ]
    assert out.count("the search was ended before this change was tried") == 2
    assert "Traceback" not in err


def test_a_row_in_work_has_its_own_tiers_and_from_the_second_on_there_are_rows_to_show() -> None:
    instance = library.read_instance(INSTANCES / "rfc-c.json")
    near = library.read_instance(INSTANCES / "devices-near.json")
    rows, watch = RowsInWork(), Watch()

    rows.begin("as it is", from_instance(instance, place="asked"), watch)
    assert not watch.answered
    rows.begin("host near.json", from_instance(near, place="near.json"), watch)
    assert watch.answered

    first, second = (
        [list(tier) for tier in rows.tiers(Progress(step=f"{name}: CP-SAT", costs=()))]
        for name in ("as it is", "host near.json")
    )
    assert [tier for tier in second if tier not in first] == [["moved"], ["device_pnodes"]]
    assert first == [tier for tier in second if tier in first]
