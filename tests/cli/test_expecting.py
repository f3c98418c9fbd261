"""``--expect``: what a placement leaves free counts, and files that are refused before anything is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import placer as library
from placer.cli.expecting import expecting
from placer.job.request import Request, from_instance
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.claiming import a_file
from tests.support.commands import INSTANCES, placer

SHAPES = '{"guests": [{"memory_kib": "4GiB", "vcpu_count": 4}]}'


def test_the_report_names_the_term_and_check_confirms_it(tmp_path: Path) -> None:
    (tmp_path / "expect.json").write_text(SHAPES, encoding="utf-8")
    done = placer("solve", INSTANCES / "rfc-c.json", "--expect", tmp_path / "expect.json", "--format", "json")
    terms = [tier["terms"] for tier in json.loads(done.out)["tiers"]]
    assert [list(each) for each in terms][2] == ["access_distance", "core_sharing", "future_capacity"]
    plain = placer("solve", INSTANCES / "rfc-c.json", "--format", "json")
    assert "future_capacity" not in plain.out


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"guests": [{"memory_kib": "900GiB", "vcpu_count": 4, "vnodes": 1}]}', "expected shapes fits this host"),
        ('{"guests": [{"memory_kib": "4GiB", "vcpu_count": 0}]}', "vcpu_count"),
        ("{", "expect.json"),
    ],
)
def test_shapes_that_fit_nothing_and_files_without_shapes_are_refused(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "expect.json").write_text(text, encoding="utf-8")
    done = placer("solve", INSTANCES / "rfc-c.json", "--expect", tmp_path / "expect.json", "-o", tmp_path / "out.txt")
    assert (done.code, done.out) == (2, "")
    assert "expect.json" in done.err
    assert fault in done.err
    assert not (tmp_path / "out.txt").exists()


HOST = a_host(8 * GIB, 6 * GIB, pcpus=4)
"""
The best fit of a guest of 2 GiB is pnode 1, where 4 GiB are left; on pnode 0 it leaves 6 GiB, and both pnodes hold a
guest of 6 GiB still.
"""


def started(folder: Path, *gib: int) -> None:
    """Claim guests, and release them."""
    claims = library.Claims(a_file(folder))
    for number, size in enumerate(gib):
        claims.place(an_instance(HOST, a_guest(size * GIB, vcpus=(4,), name=f"guest-{number}")))
        claims.clear()


def web(folder: Path) -> Path:
    path = folder / "web.json"
    path.write_text(library.dump_instance(an_instance(HOST, a_guest(2 * GIB, name="web"))))
    return path


def test_shapes_are_learnt_from_the_claims_and_leave_room_for_the_next_of_them(tmp_path: Path) -> None:
    words = ("solve", web(tmp_path), "--claims", a_file(tmp_path), "--format", "json")
    plain = json.loads(placer(*words).out)
    assert plain["placement"] == {"web": [1]}
    library.Claims(a_file(tmp_path)).clear()
    started(tmp_path, *[6] * 5)
    learnt = placer(*words, "--expect", "learnt")
    assert learnt.code == 0, learnt.err
    answer = json.loads(learnt.out)
    assert answer["placement"] == {"web": [0]}
    assert "future_capacity" in answer["tiers"][2]["terms"]
    assert f"guests are expected as {a_file(tmp_path)} has them: 6 guests of 2 shapes" in answer["notes"]


def test_a_plan_with_claims_and_learnt_shapes_passes_the_check(tmp_path: Path) -> None:
    started(tmp_path, *[6] * 5)
    instance, plan = web(tmp_path), tmp_path / "plan.json"
    ran = placer(
        "solve", instance, "--claims", a_file(tmp_path), "--expect", "learnt", "--format", "json", "-o", plan, "-q"
    )
    assert ran.code == 0, ran.err
    checked = placer("check", instance, plan)
    assert checked.code == 0 and checked.lines[0].startswith("all rules hold")

    shapes = library.learnt(library.Claims(a_file(tmp_path)).shapes())
    valued = library.with_expected(library.read_instance(instance), shapes[:1])
    verdict = library.check(valued, library.read_placement(plan))
    assert not verdict.violations
    answer = library.solve(valued)
    assert verdict.costs == tuple(tier.cost for tier in answer.tiers)


def test_a_file_of_shapes_goes_with_claims_too(tmp_path: Path) -> None:
    (tmp_path / "expect.json").write_text('{"guests": [{"memory_kib": "6GiB", "vcpu_count": 4}]}', encoding="utf-8")
    words = ("--claims", a_file(tmp_path), "--expect", tmp_path / "expect.json", "--format", "json")
    ran = placer("solve", web(tmp_path), *words)
    assert json.loads(ran.out)["placement"] == {"web": [0]}


def asked() -> Request:
    return from_instance(an_instance(HOST, a_guest(GIB)), place="asked")


def test_the_first_guests_have_nothing_to_learn_from(tmp_path: Path) -> None:
    found = expecting(asked(), "learnt", [], claims=str(a_file(tmp_path)))
    assert found.instance == asked().instance
    assert found.notes[-1] == f"{a_file(tmp_path)} has no guest yet to learn from: no guests are expected"


def test_a_host_too_full_for_any_of_them_still_starts_guests(tmp_path: Path) -> None:
    started(tmp_path, 6)
    full = from_instance(an_instance(a_host(2 * GIB, 2 * GIB), a_guest(GIB)), place="asked")
    found = expecting(full, "learnt", [], claims=str(a_file(tmp_path)))
    assert found.instance == full.instance
    assert found.notes[-1].startswith(f"{a_file(tmp_path)}: not one of the 1 expected shapes fits this host: ")


def test_learnt_needs_a_file_of_claims(tmp_path: Path) -> None:
    ran = placer("solve", web(tmp_path), "--expect", "learnt")
    assert ran.code == 2
    assert ran.err == "error: usage: --expect learnt needs --claims: its file has the shapes of the guests\n"
    other = placer("solve", web(tmp_path), "--expect", "learnt", "--claims", tmp_path / "web.json")
    assert other.code == 2 and other.err.startswith(f"error: {tmp_path}/web.json: ")
