"""What is common to the configurations: which guests are written, from what, and into how many texts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from placer.check import check
from placer.errors import EmissionError
from placer.formats.base import GuestSource, ParsedGuest
from placer.instance import Guest, Placement
from placer.job.emit import (
    emit_guests,
    join,
    placed_only,
    refusals_of_any_placement,
    refuse_joining,
    written_guests,
)
from placer.job.output_formats import FORMATS
from placer.job.request import Request
from tests.support.building import GIB, a_guest, a_host, an_instance

HOST = a_host(4 * GIB, 4 * GIB)


def a_request(*guests: Guest, **readings: ParsedGuest) -> Request:
    return Request(instance=an_instance(HOST, *guests), readings=readings)


def emitted(request: Request, form: str, **pnode_of: tuple[int | None, ...]) -> dict[str, str]:
    placement = Placement(pnode_of=pnode_of)
    return emit_guests(request, placement, check(request.instance, placement).violations, form)


def test_every_guest_is_written_under_its_name() -> None:
    texts = emitted(a_request(a_guest(GIB, name="a"), a_guest(GIB, name="b")), "xl", a=(0,), b=(1,))

    assert list(texts) == ["a", "b"]
    assert 'name = "b"' in texts["b"]


def test_what_the_file_said_of_memory_reaches_the_emitter() -> None:
    given: dict[str, Any] = {"name": "db", "type": "hvm", "vcpu_count": 1, "maxmem_kib": GIB}
    source = GuestSource(kind="xl", place="db.cfg", text='name = "db"\n')
    reading = ParsedGuest(memory_kib=GIB // 2, source=source, **given)
    placement = Placement(pnode_of={"db": (0,), "web": (1,)})

    db, web = written_guests(a_request(a_guest(GIB), a_guest(GIB, name="web"), db=reading), placement)

    assert (db.memory_kib, db.maxmem_kib, db.source) == (GIB // 2, GIB, source)
    assert (web.memory_kib, web.maxmem_kib, web.source) == (GIB, GIB, None)


@pytest.mark.parametrize("form", ["xl", "libxl"])
def test_no_guest_is_written_where_the_placement_breaks_a_rule(form: str) -> None:
    request = a_request(a_guest(GIB, name="a"), a_guest(5 * GIB, name="b"))

    with pytest.raises(EmissionError, match=r'no configuration is written:\npnode 1 has room for 4 GiB.*guest "b"'):
        emitted(request, form, a=(0,), b=(1,))


def test_the_format_of_2013_writes_a_broken_placement() -> None:
    text = emitted(a_request(a_guest(GIB, 5 * GIB)), "rfc", db=(0, None))["db"]

    assert json.loads(text)["vnode_to_pnode"] == [0, 4294967295]


def test_all_guests_that_would_be_refused_are_named_at_once() -> None:
    request = a_request(a_guest(GIB, name="a", type="pv"), a_guest(GIB, name="b"), a_guest(GIB, name="c", type="pvh"))

    with pytest.raises(EmissionError, match=r'^guest "a": PV vNUMA.*\nguest "c": libxl fails to start pvh'):
        emitted(request, "xl", a=(0,), b=(0,), c=(0,))


def test_one_text_stands_for_itself_and_several_for_an_object_by_name() -> None:
    assert join({"a": '{"x": 1}\n'}, "libxl") == '{"x": 1}\n'
    assert json.loads(join({"a": '{"x": 1}', "b": "{}"}, "libxl")) == {"a": {"x": 1}, "b": {}}


def test_xl_reads_one_guest_from_a_file() -> None:
    refuse_joining(1, "xl")
    refuse_joining(40, "rfc")
    with pytest.raises(EmissionError, match=r"^2 guests do not go into one xl file; name a folder for them$"):
        join({"a": "", "b": ""}, "xl")


def test_only_the_format_of_2013_takes_what_is_broken() -> None:
    assert [name for name, each in FORMATS.items() if each.takes_broken] == ["rfc"]


def test_scripts_of_several_guests_are_one_script() -> None:
    requests = [Request(instance=an_instance(a_host(8 * GIB), a_guest(GIB, name=name))) for name in ("a", "b")]
    scripts: dict[str, str] = {}
    for request, name in zip(requests, ("a", "b"), strict=True):
        scripts |= emit_guests(request, Placement(pnode_of={name: (0,)}), (), "shell")

    lines = join(scripts, "shell").splitlines()
    assert lines[0] == "#!/bin/sh"
    assert [line.split()[2] for line in lines if line.startswith("xl")] == ["a", "b"]
    assert sum(line.startswith("#!") or line == "set -e" for line in lines) == 2


def test_guests_on_sets_are_written_first() -> None:
    guests = (a_guest(GIB, name="vnuma"), a_guest(GIB, GIB, name="spread", form="set", one_to_one=True))
    request = Request(instance=an_instance(a_host(8 * GIB, 8 * GIB), *guests))
    placement = Placement(pnode_of={"vnuma": (0,), "spread": (0, 1)}, sets=("spread",))

    assert list(emit_guests(request, placement, (), "shell")) == ["spread", "vnuma"]


def test_guests_without_a_place_are_left_out_with_their_pcpus_and_sets() -> None:
    host = a_host(8 * GIB, 8 * GIB)
    guests = (a_guest(GIB, name="in"), a_guest(GIB, GIB, name="half"), a_guest(GIB, name="out"))
    request = Request(instance=an_instance(host, *guests))
    placement = Placement(
        pnode_of={"in": (1,), "half": (0, None), "out": (None,)}, pcpu_of={"in": (4,), "out": (None,)}
    )

    left, placed = placed_only(request, placement)
    assert [guest.name for guest in left.instance.guests] == ["in"]
    assert placed == Placement(pnode_of={"in": (1,)}, pcpu_of={"in": (4,)})


def test_what_a_format_refuses_wherever_a_guest_stands_is_known_before_it_is_placed() -> None:
    fine, wrong = a_guest(GIB, name="fine"), a_guest(GIB + 1, name="odd")
    refusals = refusals_of_any_placement(Request(instance=an_instance(a_host(GIB), fine, wrong)), "xl")

    assert len(refusals) == 1
    assert refusals[0].startswith('guest "odd": ')
