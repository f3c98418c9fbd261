"""What runs, read from the two commands of xl."""

from __future__ import annotations

import pytest

from placer.audit.running import read_running
from placer.errors import InputError
from placer.formats.hosts import read_host
from placer.formats.text.files import Text
from tests.support.commands import INSTANCES

RUNNING = INSTANCES / "xl" / "running"
HOST = read_host(RUNNING / "xl-info.txt").host


def test_both_commands_together_give_domains_and_guests() -> None:
    both = read_running(HOST, RUNNING / "xl-list.json", RUNNING / "vcpu-list.txt")
    listed = read_running(HOST, RUNNING / "xl-list.json", None)
    bound = read_running(HOST, None, RUNNING / "vcpu-list.txt")
    assert both.guests == listed.guests
    assert bound.guests == ()
    assert (
        {d.name for d in both.host.domains}
        == {d.name for d in bound.host.domains}
        > {d.name for d in listed.host.domains}
    )


def test_commands_that_contradict_each_other_are_refused_with_the_place() -> None:
    rows = (RUNNING / "vcpu-list.txt").read_text(encoding="utf-8").splitlines()
    name = read_running(HOST, RUNNING / "xl-list.json", None).guests[0].domain.name
    other = Text("\n".join(row.replace(f"{name} ", "x" * len(name) + " ", 1) for row in rows), place="later")
    with pytest.raises(InputError, match=r"^later: .*were both taken at the same time\?$"):
        read_running(HOST, RUNNING / "xl-list.json", other)
