"""``placer.what_if``."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest

import placer
from placer.whatif.rows import NOT_TRIED
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.commands import INSTANCES

ASKED = an_instance(a_host(6 * GIB, 8 * GIB), a_guest(5 * GIB))


def test_a_request_of_files_is_asked_about_with_its_notes() -> None:
    host = placer.read_host(INSTANCES / "xl" / "host.txt")
    asked = placer.assemble(host, placer.read_guests(INSTANCES / "xl" / "web.cfg", host))
    rows = placer.what_if(asked, [placer.Change(free="8GiB")]).rows
    assert len(rows[0].answer.placement.pnode_of["web"]) == 1 if rows[0].answer.placement else False
    # its 16 GiB with overhead are three vnodes where 8 GiB are free on each pnode
    assert rows[1].answer.placement is not None and len(rows[1].answer.placement.pnode_of["web"]) == 3


def test_the_row_of_another_host_is_the_answer_on_that_host() -> None:
    other = an_instance(a_host(6 * GIB, 5 * GIB), a_guest(5 * GIB))
    row = placer.what_if(ASKED, [placer.Change(instead=other)]).rows[1]
    assert row.answer.placement is not None and row.answer.placement.pnode_of == {"db": (1,)}


def test_without_changes_there_is_the_one_row() -> None:
    assert len(placer.what_if(ASKED, []).rows) == 1


def test_an_event_that_is_set_ends_it() -> None:
    stop = Event()
    stop.set()
    rows = placer.what_if(ASKED, [placer.Change()], stop=stop).rows
    assert rows[1].answer.reason == NOT_TRIED


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"without": (2,)}, r"^changes\[1\]\.without: no pnode 2 on this host, expected one of 0-1$"),
        ({"without": "01"}, r"^changes\[1\]\.without: expected "),
        ({"without": ("1",)}, r"^changes\[1\]\.without: expected int, got str$"),
        ({"free": 3}, r"^changes\[1\]\.free: expected str or None, got int$"),
        ({"reserve": "9"}, r'^changes\[1\]\.reserve: "9": expected SIZE, '),
        ({"instead": "x"}, r"^changes\[1\]\.instead: expected .*Request or .*Instance, got str$"),
        ({"name": None}, r"^changes\[1\]\.name: expected str"),
    ],
)
def test_a_change_that_is_none_is_refused_with_its_number(change: dict[str, Any], fault: str) -> None:
    with pytest.raises(placer.InputError, match=fault):
        placer.what_if(ASKED, [placer.Change(), placer.Change(**change)])
