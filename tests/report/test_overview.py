"""The report of placer show."""

from __future__ import annotations

import dataclasses

import pytest

import placer
from placer.rebalance.running import Kind
from placer.report.overview import render_overview
from placer.report.overview_notes import ASK_XEN
from tests.support.commands import INSTANCES
from tests.support.kvm_snapshots import WEB, domain, parts_of_kvm
from tests.support.snapshots import output, parts_of_xl, snapshot
from tests.support.thirty_guests import thirty_guests


def report(text: str, time_limit_s: float = 10.0, *, quiet: bool = False) -> str:
    found = placer.show(placer.read_snapshot(placer.Text(text, place="xen1.txt")), time_limit_s=time_limit_s, workers=1)
    return render_overview(found, quiet=quiet)


def test_it_says_what_is_now_what_would_be_best_and_the_moves() -> None:
    lines = report(snapshot(parts_of_kvm())).splitlines()
    assert lines[:4] == [
        "kvm1, taken 2026-11-29T13:32:01Z: 2 guests with 4 vcpus and 6 GiB",
        "now: mean access distance 12.75, 1 pair of vcpus share a core",
        "best: mean access distance 10.00, 0 pairs of vcpus share a core; proved that no placement of these guests "
        "costs less and that fewer moves do not reach it",
        "moves: 1 of 2 guests: web 0-1 -> 1; placer rebalance plans them in a safe order",
    ]
    assert [line.split() for line in lines[6:9]] == [
        ["guest", "vcpus", "memory", "pnode", "0", "1", "meant", "distance", "best"],
        ["db", "2", "4", "GiB", "4/2", "0", "10.00"],
        ["web", "2", "2", "GiB", "0.5/1", "1.5/1", "any", "15.50", "1"],
    ]


def test_where_it_is_not_known_what_runs_no_number_is_given() -> None:
    text = snapshot(parts_of_xl(), codes={"xl-list": 1, "xl-vcpu-list": 1})
    assert report(text).splitlines()[0] == "xen1, taken 2026-11-29T13:32:01Z: no guest is known"


def test_a_host_whose_domains_no_list_names_holds_no_known_memory() -> None:
    lines = report(snapshot(parts_of_xl(), codes={"xl-list": 1, "xl-vcpu-list": 1, "xl-domains": 1})).splitlines()
    assert lines[1] == "now: not known, no list of the domains was read"
    rows = [line.split() for line in lines if line.startswith("      0 ")]
    assert [row[1] for row in rows] == ["-"]


def test_without_the_affinity_of_vcpus_no_distance_is_a_fact() -> None:
    crowded = (INSTANCES / "xl" / "crowded" / "snapshot.txt").read_text()
    begin, end = crowded.index(" begin xl-vcpu-list"), crowded.index(" begin xl-cpupool-list")
    without = crowded[: crowded.rindex("#@", 0, begin)] + crowded[crowded.rindex("#@", 0, end) :]
    lines = report(without, 0).splitlines()
    assert lines[1].startswith("now: mean access distance not known, ")
    db = next(line.split() for line in lines if line.startswith("  db"))
    assert db[-1] == "-"
    assert " if vcpus spread over all pnodes where it is not known what they are bound to, as of " in lines[1]
    known = report(snapshot(parts_of_xl() | {"xl-dmesg": output("dmesg.txt")})).splitlines()
    assert " if vcpus spread" not in known[1]
    assert known[3] == (
        "moves: none, the guests are on the best pnodes; placer rebalance binds the vcpus of web near their memory"
    )


def test_thirty_guests_fit_sixty_lines() -> None:
    for pages in (True, False):
        assert len(report(thirty_guests(pages=pages), time_limit_s=0.5).splitlines()) <= 60


def test_what_is_assumed_and_what_is_off_is_noted_unless_quiet() -> None:
    without = report(snapshot(parts_of_xl()))
    assert f"note: {ASK_XEN}" in without
    assert "plans them in a safe order once the pages are known" in without
    text = snapshot(parts_of_xl() | {"xl-dmesg": output("dmesg.txt")})
    assert "  web        2  511.94 MiB    0.5/0    0/2                1: 0.5/2     12.00" in report(text)
    assert "note: not where they were meant to be (placer check says why): web\n" in report(text)
    assert "note: " not in report(text, quiet=True)


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ((0, 0, 30_000, 0, 0), "found, without proof: access_distance + core_sharing may be 25.0 % lower\n"),
        ((), "found, without proof: unplaced_guests may be lower\n"),
        (
            (0, 0, 40_000, None, 0),
            "found, proved but for this: device_distance + soft_affinity + vdistance may be lower\n",
        ),
        ((0, 0, 40_000, 0, 0), "proved that no placement of these guests costs less; fewer moves may reach it\n"),
    ],
)
def test_what_is_not_proved_is_named(bounds: tuple[int, ...], said: str) -> None:
    found = placer.show(placer.read_snapshot(placer.Text(snapshot(parts_of_kvm()))), workers=1)
    assert found.best is not None
    assert found.best.state is not None
    state = dataclasses.replace(found.best.state, bounds=bounds)
    best = dataclasses.replace(found.best, status=placer.Status.FEASIBLE, state=state)
    assert f"0 pairs of vcpus share a core; {said}" in render_overview(dataclasses.replace(found, best=best))


def test_moves_that_are_restarts_or_that_nobody_plans_are_told() -> None:
    found = placer.show(placer.read_snapshot(placer.Text(snapshot(parts_of_kvm()))), workers=1)
    assert found.running is not None
    cases: tuple[tuple[tuple[Kind, ...], str], ...] = (
        (("restart",), "; placer rebalance --restarts 1 plans them in a safe order\n"),
        ((), "note: no toolstack moves these, so that they are to be ended and started for it: web\n"),
    )
    for kinds, said in cases:
        residents = tuple(dataclasses.replace(each, kinds=kinds) for each in found.running.residents)
        running = dataclasses.replace(found.running, residents=residents)
        assert said in render_overview(dataclasses.replace(found, running=running))


def test_guests_that_move_off_the_pcpus_of_their_configuration_are_named() -> None:
    parts = parts_of_kvm()
    pinned = "<cputune><vcpupin vcpu='0' cpuset='0-3'/></cputune>"
    found = report(snapshot(parts | {f"virsh-dumpxml/{WEB}": domain("web", WEB, 7, 2, more=pinned)}))
    assert "note: bound to pcpus by their own configuration, which a move changes: web\n" in found
    assert "bound to pcpus by" not in report(snapshot(parts)) and "--unpin" not in report(snapshot(parts))
    one_each = "<cputune><vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='1' cpuset='1'/></cputune>"
    found = report(snapshot(parts | {f"virsh-dumpxml/{WEB}": domain("web", WEB, 7, 2, more=one_each)}))
    assert "; placer rebalance --unpin web plans them in a safe order\n" in found


def test_without_a_search_the_best_is_not_known() -> None:
    assert "\nbest: not known, nothing was searched for\n" in report(snapshot(parts_of_kvm()), time_limit_s=0)


def test_guests_on_the_best_pnodes_need_no_move() -> None:
    text = report(snapshot(parts_of_xl() | {"xl-dmesg": output("dmesg.txt")}))
    assert "\nmoves: none, the guests are on the best pnodes; placer rebalance binds" in text
    assert "with each vcpu bound near its memory, which moves no memory: mean access distance 10.50, 0 pairs" in text


def test_a_host_of_many_pnodes_lists_those_of_each_guest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("placer.report.overview.MOST_COLUMNS", 1)
    assert "  web        2   2 GiB  0: 0.5/1, 1: 1.5/1    any" in report(snapshot(parts_of_kvm()))
