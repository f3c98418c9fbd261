"""The doors that write: configurations of every format, and answers as JSON."""

from __future__ import annotations

import json

import pytest

import placer
from tests.support.commands import INSTANCES
from tests.support.commands import placer as run

XL = INSTANCES / "xl"


def solved() -> tuple[placer.Request, placer.Result]:
    host = placer.read_host(XL / "host.txt")
    request = placer.assemble(host, placer.read_guests(XL / "db.cfg", host))
    return request, placer.solve(request.instance)


def test_a_file_comes_back_with_the_placement_as_the_command_writes_it() -> None:
    request, answer = solved()
    written = placer.emit(request, answer, "xl")
    ran = run("solve", "--host", str(XL / "host.txt"), str(XL / "db.cfg"), "--format", "xl", "-q")
    assert list(written.values()) == [ran.out]


def test_vnode_to_pnode_is_what_was_placed() -> None:
    """Pnodes are written as Xen counts them, which is their ids here."""
    instance = placer.read_instance(INSTANCES / "rfc-c.json")
    answer = placer.solve(instance)
    assert answer.placement is not None
    arrays = json.loads(placer.emit(instance, answer, "hypercall")["vm"])
    assert tuple(arrays["vnode_to_pnode"]) == answer.placement.pnode_of["vm"]


def test_a_placement_alone_can_be_written() -> None:
    request, answer = solved()
    assert answer.placement is not None
    back = placer.read_placement(placer.Text(placer.to_json(answer, request)))
    assert back == answer.placement
    assert placer.emit(request, back, "libxl") == placer.emit(request, answer, "libxl")


def test_json_is_what_the_command_prints() -> None:
    request, answer = solved()
    written = json.loads(placer.to_json(answer, request))
    printed = json.loads(run("solve", "--host", str(XL / "host.txt"), str(XL / "db.cfg"), "--format", "json", "-q").out)
    for document in (written, printed):
        document.pop("wall_time_s")
        document.pop("trade")  # asked for by the command alone
    assert written == printed


def test_an_answer_without_placement_is_json_but_no_configuration() -> None:
    host = placer.Host(pnodes=(placer.Pnode(id=0, memory_kib=1 << 20, pcpus=(0,)),))
    guest = placer.Guest(name="big", vnodes=(placer.Vnode(memory_kib=2 << 20, vcpus=(0,)),))
    instance = placer.Instance(host=host, guests=(guest,))
    answer = placer.solve(instance)
    assert json.loads(placer.to_json(answer))["status"] == "INFEASIBLE"
    with pytest.raises(placer.InputError, match=r"^answer: expected an answer with a placement, got INFEASIBLE$"):
        placer.emit(instance, answer, "xl")


def test_a_placement_that_breaks_a_rule_is_not_written() -> None:
    instance = placer.read_instance(INSTANCES / "rfc-c.json")
    answer = placer.solve(instance)
    assert answer.placement is not None
    pnodes = answer.placement.pnode_of["vm"]
    crowded = placer.Placement(pnode_of={"vm": (pnodes[0],) * len(pnodes)})
    with pytest.raises(placer.EmissionError, match="the placement breaks rules"):
        placer.emit(instance, crowded, "libxl")


def test_a_placement_of_another_instance_is_refused() -> None:
    instance = placer.read_instance(INSTANCES / "rfc-c.json")
    with pytest.raises(placer.InputError, match=r'^answer: no guest "db" in the instance'):
        placer.emit(instance, placer.Placement(pnode_of={"db": (0,)}), "libxl")


def test_a_format_that_is_not_there_is_refused_with_those_that_are() -> None:
    request, answer = solved()
    with pytest.raises(placer.InputError, match=r"^format: expected one of libxl, xl, .*got 'vmx'$"):
        placer.emit(request, answer, "vmx")
