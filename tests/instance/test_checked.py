"""What a struct made in code refuses, and how it says so."""

from __future__ import annotations

import ast
import inspect
import pydoc
from inspect import signature
from typing import Any

import msgspec
import pytest
from msgspec import Struct
from msgspec.structs import fields

import placer
from placer import instance
from placer.errors import InstanceError, PlacerError
from placer.instance import Device, Guest, Host, Instance, Objective, Placement, Pnode, Rule, Vnode
from placer.instance.checked import plain_type
from tests.support.calls import counted_calls

STRUCTS = [kind for name in instance.__all__ if isinstance(kind := getattr(instance, name), type(Vnode))]
HOST = Host(pnodes=(Pnode(id=0, memory_kib=4),))

NEEDED: dict[tuple[str, str], object] = {
    ("Cpupool", "name"): "a",
    ("Device", "id"): "a",
    ("Device", "pnode"): 0,
    ("Domain", "name"): "a",
    ("Flexible", "memory_kib"): 1,
    ("Flexible", "vcpu_count"): 1,
    ("Guest", "name"): "a",
    ("Host", "pnodes"): HOST.pnodes,
    ("HugePages", "page_size"): 2048,
    ("HugePages", "total"): 1,
    ("Instance", "host"): HOST,
    ("Instance", "guests"): (),
    ("Placement", "pnode_of"): {},
    ("Pnode", "id"): 0,
    ("Pnode", "memory_kib"): 1,
    ("Vnode", "memory_kib"): 1,
    ("VnodeOf", "guest"): "a",
    ("VnodeOf", "vnode"): 0,
}
"""A value that each required field takes."""


def said(kind: Any, **values: Any) -> str:
    with pytest.raises(InstanceError) as raised:
        kind(**values)
    return str(raised.value)


def test_all_public_structs_are_seen() -> None:
    names = "Cpupool Device Domain Flexible Guest Host HugePages Instance Objective Placement Pnode Rule"
    assert sorted(kind.__name__ for kind in STRUCTS) == [*names.split(), "Topology", "Vnode", "VnodeOf"]


@pytest.mark.parametrize(("kind", "field"), [(kind, field.name) for kind in STRUCTS for field in fields(kind)], ids=str)
def test_a_value_of_a_wrong_type_is_refused_for_every_field_of_every_struct(kind: type[Struct], field: str) -> None:
    needed = {other.name: NEEDED[kind.__name__, other.name] for other in fields(kind) if other.required}
    with pytest.raises(PlacerError, match=rf"^{kind.__name__}\.{field}: expected .*, got b'x'$"):
        kind(**needed | {field: b"x"})


@pytest.mark.parametrize(
    ("kind", "values", "fault"),
    [
        (Vnode, {"memory_kib": 1, "vcpus": "0-3"}, "Vnode.vcpus: expected tuple[int, ...], got '0-3'"),
        (Vnode, {"memory_kib": 1, "vcpus": [0, "a"]}, "Vnode.vcpus[1]: expected int, got 'a'"),
        (Vnode, {"memory_kib": None}, "Vnode.memory_kib: expected int, got None"),
        (Vnode, {"memory_kib": True}, "Vnode.memory_kib: expected int, got True"),
        (Vnode, {"memory_kib": 1, "pnode": 1.0}, "Vnode.pnode: expected int | None, got 1.0"),
        (Pnode, {"id": -1, "memory_kib": 1}, "Pnode.id: expected int >= 0, got -1"),
        (Device, {"id": "", "pnode": 0}, "Device.id: expected str of length >= 1, got ''"),
        (Guest, {"name": "a", "vnodes": (3,)}, "Guest.vnodes[0]: expected Vnode, got 3"),
        (Guest, {"name": "a", "type": "xen"}, "Guest.type: expected Literal['hvm', 'pvh', 'pv'], got 'xen'"),
        (Host, {"pnodes": HOST.pnodes, "slit": (("x",),)}, "Host.slit[0][0]: expected int, got 'x'"),
        (Rule, {"apart": ("a", 3)}, "Rule.apart[1]: expected str | VnodeOf, got 3"),
        (Objective, {"core_sharing_price": "3"}, "Objective.core_sharing_price: expected float | None, got '3'"),
        (Placement, {"pnode_of": {"a": ("b",)}}, "Placement.pnode_of[...][0]: expected int | None, got {'a': ('b',)}"),
        (
            Objective,
            {"tiers": ({"access_distance": -1},)},
            "Objective.tiers[0][...]: expected int >= 1, got {'access_distance': -1}",
        ),
        (Placement, {"pnode_of": {3: (0,)}}, "Placement.pnode_of: expected str as key, got {3: (0,)}"),
    ],
)
def test_a_fault_names_the_field_what_was_expected_and_what_was_found(kind: Any, values: Any, fault: str) -> None:
    assert said(kind, **values) == fault


def test_a_missing_and_an_unknown_field_and_a_value_without_a_name_are_refused_too() -> None:
    assert said(Vnode, vcpus=(0,)) == "Vnode: memory_kib is missing"
    fields = "memory_kib, vcpus, pnode, pnodes, vcpus_of, memory_of, page_size"
    assert said(Vnode, memory=1) == f"Vnode: no field memory, expected one of {fields}"
    with pytest.raises(InstanceError, match=r"^Vnode: 8 without a name, expected keywords only$"):
        Vnode(8)  # type: ignore[call-arg]


def test_what_a_struct_says_of_itself_is_a_fault_of_the_input_as_well_and_keeps_its_words() -> None:
    assert said(Guest, name="db") == "0 vnodes, expected 1 to 1024, or memory_kib and vcpu_count in flexible"
    assert said(Guest, name="db", vnodes=({"memory_kib": 1, "vcpus": (0, 0)},)) == (
        "vcpu 0 stands twice on vnode 0, expected once"
    )
    pnodes = [{"id": 3, "memory_kib": 1, "pcpus": [0, 0]}]
    assert said(Host, pnodes=pnodes) == "Host.pnodes[0]: pcpus 0 are listed twice in pnode 3"
    assert issubclass(InstanceError, ValueError)


def test_lists_and_sets_become_tuples_and_structs_stay_the_same_objects() -> None:
    vnode = Vnode(memory_kib=1, vcpus=[0, 1])
    guest = Guest(name="a", vnodes=[vnode], pnodes={0})
    assert (vnode.vcpus, guest.pnodes) == ((0, 1), (0,))
    assert guest.vnodes[0] is vnode
    assert hash(guest) == hash(Guest(name="a", vnodes=(vnode,), pnodes=(0,)))
    assert Instance(host=HOST, guests=()).host is HOST


def test_a_file_is_checked_by_msgspec_alone() -> None:
    """The constructor is not called for what is read: reading a big instance pays nothing for it."""
    with counted_calls(type(Vnode).__call__) as calls:
        assert msgspec.convert({"memory_kib": 3, "vcpus": [1]}, Vnode).vcpus == (1,)
        assert not calls
        Vnode(memory_kib=3)
        assert calls.total() == 1


@pytest.mark.parametrize("kind", STRUCTS)
def test_help_shows_plain_types(kind: type[Struct]) -> None:
    first = pydoc.plain(pydoc.render_doc(kind)).splitlines()[3]
    assert first.startswith(f" |  {kind.__name__}(*, ")
    assert not any(word in first for word in ("Annotated", "Meta", "typing.", "pattern", "msgspec"))


def test_a_signature_has_the_types_and_the_defaults_of_the_fields() -> None:
    assert str(signature(placer.Vnode)) == (
        "(*, memory_kib: int, vcpus: tuple[int, ...] = (), pnode: int | None = None, "
        "pnodes: tuple[int, ...] | None = None, vcpus_of: int | None = None, memory_of: int | None = None, "
        "page_size: int | None = None)"
    )
    assert str(signature(Placement)).endswith(
        "pcpu_of: dict[str, tuple[int | None, ...]] = {}, sets: tuple[str, ...] = (), apart: tuple[str, ...] = ())"
    )
    assert plain_type(dict[str, tuple[int | None, ...]]) == "dict[str, tuple[int | None, ...]]"


@pytest.mark.parametrize("kind", STRUCTS)
def test_what_type_checkers_are_told_of_a_constructor_are_the_fields(kind: type[Struct]) -> None:
    """Checkers read a signature that takes any iterable; structs without a collection need none."""
    (tree,) = ast.parse(inspect.getsource(kind)).body
    told = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "__init__"]
    for signature_of in told:
        assert [argument.arg for argument in signature_of.args.kwonlyargs] == list(kind.__struct_fields__)
    collections = [field for field in fields(kind) if "tuple[" in plain_type(field.type).removeprefix("dict[str, ")]
    assert bool(told) == (bool(collections) and kind.__name__ not in {"Placement", "Objective"})


def test_ranges_stand_for_their_numbers() -> None:
    assert placer.Pnode(id=0, memory_kib=4, pcpus=range(4), cores=[range(2), range(2, 4)]).core_groups == (
        (0, 1),
        (2, 3),
    )
