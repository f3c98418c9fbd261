"""``placer draw``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import placer as library
from tests.support.commands import INSTANCES, placer
from tests.support.pictures import faults, written

RUNNING = INSTANCES / "xl" / "running"
RFC_C = INSTANCES / "rfc-c.json"


def answer_in(folder: Path) -> Path:
    path = folder / "answer.json"
    path.write_text(placer("solve", RFC_C, "--format", "json").out, encoding="utf-8")
    return path


def test_a_placement_is_written_by_the_suffix_of_its_file(tmp_path: Path) -> None:
    answer = answer_in(tmp_path)
    for name in ("a.svg", "b.html", "C.SVG"):
        ran = placer("draw", RFC_C, answer, "-o", tmp_path / name)
        assert (ran.code, ran.out, ran.err) == (0, "", "")
    svg = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert svg == (tmp_path / "C.SVG").read_text(encoding="utf-8")
    assert any(each.text.startswith("OPTIMAL: mean access distance") for each in written(svg))
    assert (tmp_path / "b.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_hosts_and_instances_come_from_standard_input_too() -> None:
    from_file = placer("draw", RUNNING / "snapshot.txt", "--format", "svg")
    assert from_file.code == 0 and faults(from_file.out) == []
    read = placer("draw", "-", "--format", "svg", stdin=(RUNNING / "snapshot.txt").read_bytes())
    assert read.out == from_file.out
    instance = placer("draw", "-", "--format", "svg", stdin=RFC_C.read_bytes())
    assert instance.out == library.draw(library.read_instance(RFC_C))


def test_the_parts_of_a_host_one_by_one_are_drawn_together() -> None:
    files = ("--running", RUNNING / "xl-list.json", "--vcpu-list", RUNNING / "vcpu-list.txt")
    ran = placer("draw", RUNNING / "xl-info.txt", *files, "--numa-dump", RUNNING / "dmesg.txt", "--format", "svg")
    assert "runs, 511.94 MiB, 2 vcpus, pnode 1" in {each.text for each in written(ran.out)}


def test_free_reserve_and_objective_are_heeded() -> None:
    ran = placer("draw", RFC_C, "--free", "9GiB", "--reserve", "1GiB", "--format", "svg")
    assert "9 GiB free" in {each.text for each in written(ran.out)} and "reserve: 1 GiB" in ran.out
    host = placer("draw", RUNNING / "xl-info.txt", "--free", "9GiB", "--format", "svg")
    assert "9 GiB free" in {each.text for each in written(host.out)}


def test_an_answer_without_a_placement_draws_the_host_and_the_reason(tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    answer.write_text('{"status": "INFEASIBLE", "placement": null, "reason": "too large"}', encoding="utf-8")
    ran = placer("draw", RFC_C, answer, "--format", "svg")
    assert {"too large", "pnode 0"} <= {each.text for each in written(ran.out)}


def test_what_cannot_be_drawn_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    def refused(*words: object) -> str:
        ran = placer("draw", *words)
        assert (ran.code, ran.out) == (2, "")
        return ran.err

    answer = answer_in(tmp_path)
    assert "a.pdf: has another suffix than .svg, .html and .png" in refused(RFC_C, "-o", tmp_path / "a.pdf")
    assert "--format svg, --format html or --format png is needed" in refused(RFC_C)
    assert "answer.json: not a placement of this instance" in refused(
        INSTANCES / "xeon-2s.json", answer, "-o", tmp_path / "a.svg"
    )
    assert "is no instance, expected one beside an answer" in refused(
        RUNNING / "xl-info.txt", answer, "-o", tmp_path / "a.svg"
    )
    assert "an instance has its domains and cpupools" in refused(
        RFC_C, "--running", RUNNING / "xl-list.json", "-o", tmp_path / "a.svg"
    )
    assert "standard input (-) can be read once only" in refused("-", "-", "-o", tmp_path / "a.svg")
    assert list(tmp_path.iterdir()) == [answer]


def test_a_file_that_exists_is_replaced_with_force_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    path.write_text("mine", encoding="utf-8")
    assert placer("draw", RFC_C, "-o", path).err.endswith("exists; --force replaces it\n")
    assert path.read_text(encoding="utf-8") == "mine"
    assert placer("draw", RFC_C, "-o", path, "--force").code == 0
    assert path.read_text(encoding="utf-8").startswith("<svg")


def test_svg_needs_no_template_engine() -> None:
    code = "import sys; from placer.cli import main\ntry: main()\nfinally: print(sorted(sys.modules), file=sys.stderr)"
    ran = subprocess.run(
        [sys.executable, "-c", code, "draw", str(RFC_C), "--format", "svg"], capture_output=True, text=True
    )
    assert ran.stdout.startswith("<svg") and "'networkx'" in ran.stderr
    assert not any(name in ran.stderr for name in ("'jinja2'", "'ortools'", "'rich'"))


def test_two_answers_are_drawn_beside_each_other(tmp_path: Path) -> None:
    first = tmp_path / "first.json"
    first.write_text(placer("solve", RFC_C, "--strategy", "first-fit", "--format", "json").out, encoding="utf-8")
    ran = placer("draw", RFC_C, first, answer_in(tmp_path), "--format", "svg")
    assert ran.code == 0 and faults(ran.out) == []
    texts = [each.text for each in written(ran.out)]
    assert {"first-fit", "optimal"} <= set(texts) and texts.count("pnode 0") == 2
    assert any(text.startswith("optimal costs less than first-fit: in tier 1") for text in texts)


def test_guest_files_are_drawn_on_their_host(tmp_path: Path) -> None:
    guests = ("--host", INSTANCES / "xl" / "host.txt", INSTANCES / "xl" / "web.cfg")
    ran = placer("draw", *guests, "--format", "svg")
    assert ran.code == 0 and any(each.text == "1 web" for each in written(ran.out))
    answer = tmp_path / "answer.json"
    answer.write_text(placer("solve", *guests, "--format", "json").out, encoding="utf-8")
    placed = placer("draw", *guests, "--answer", answer, "--format", "svg")
    assert any(each.text.startswith("OPTIMAL: ") for each in written(placed.out))


def test_an_image_is_written_by_its_suffix_and_to_standard_output(tmp_path: Path) -> None:
    assert placer("draw", RFC_C, "-o", tmp_path / "a.png").code == 0
    image = (tmp_path / "a.png").read_bytes()
    assert image.startswith(b"\x89PNG")
    code = "import sys; from placer.cli import main; main()"
    words = ["draw", str(RFC_C), "--format", "png"]
    assert subprocess.run([sys.executable, "-c", code, *words], capture_output=True).stdout == image


def test_a_plan_of_moves_is_drawn_from_its_json_alone(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    crowded = INSTANCES / "xl" / "crowded" / "snapshot.txt"
    made = placer("rebalance", crowded, "--moves", "1", "--workers", "1", "--time-limit", "60", "--format", "json")
    plan.write_text(made.out, encoding="utf-8")
    ran = placer("draw", plan, "--format", "svg")
    assert ran.code == 0 and faults(ran.out) == []
    assert {"now", "after stage 1"} <= {each.text for each in written(ran.out)}
    assert "is no instance" in placer("draw", plan, plan, "--format", "svg").err
    assert "change nothing in a fleet or in a plan" in placer("draw", plan, "--free", "1GiB", "--format", "svg").err


def test_a_fleet_is_drawn_with_its_plan_and_each_host_alone(tmp_path: Path) -> None:
    fleet, plan = INSTANCES / "fleet" / "fleet.json", tmp_path / "plan.json"
    answer = {"hosts": {"node0": {"placement": {}}}, "status": "FEASIBLE"}
    plan.write_text(json.dumps(answer), encoding="utf-8")
    ran = placer("draw", fleet, plan, "--format", "svg")
    assert ran.code == 0 and any(each.text.startswith("FEASIBLE: 0 guests on 0 of ") for each in written(ran.out))
    assert "expected one plan behind it" in placer("draw", fleet, "--format", "svg").err
    assert (
        'only: expected a host that holds guests, got "x"'
        in placer("draw", fleet, plan, "--only", "x", "--format", "svg").err
    )
    assert "only: expected a fleet beside it" in placer("draw", RFC_C, "--only", "x", "--format", "svg").err
