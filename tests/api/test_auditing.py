"""The door that audits: what runs against what was meant."""

from __future__ import annotations

import importlib

import placer
from tests.support.commands import INSTANCES

RUNNING = INSTANCES / "xl" / "running"


def test_what_the_host_prints_is_held_against_the_plan() -> None:
    """On the host of the shipped files all is where it was meant to be, but for the memory of one guest."""
    running = placer.read_running(
        placer.read_host(RUNNING / "xl-info.txt"), RUNNING / "xl-list.json", RUNNING / "vcpu-list.txt"
    )
    report = placer.audit(running, RUNNING / "dmesg.txt")
    assert isinstance(report, placer.AuditReport)
    assert [guest.domain.name for guest in report.guests] == ["app", "cache", "db", "desk", "web"]
    assert [guest.domain.name for guest in report.guests if guest.faults] == ["web"]
    assert not report.good()


def test_a_guest_of_the_plan_that_does_not_run_is_missing() -> None:
    running = placer.read_running(placer.read_host(RUNNING / "xl-info.txt"), RUNNING / "xl-list.json")
    report = placer.audit(running, RUNNING / "dmesg.txt", placer.Placement(pnode_of={"gone": (0,)}))
    assert report.missing == ("gone",)
    assert not report.good()


def test_the_function_is_not_hidden_by_the_package_of_its_name() -> None:
    importlib.import_module("placer.audit.locality")
    assert callable(placer.audit)
