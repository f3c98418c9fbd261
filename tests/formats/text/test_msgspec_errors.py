"""Messages about faults of a JSON value: place, what was expected, what was found."""

from __future__ import annotations

import msgspec
import pytest

from placer.formats.text.msgspec_errors import name_fault, quote
from placer.instance import Instance

PNODES = {"pnodes": [{"id": 0, "memory_kib": 1}]}


def fault_of(document: object) -> str:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(document, Instance)
    return str(name_fault(caught.value, document, "x.json", Instance))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"guests": []}, 'x.json: $: key "host" is missing'),
        (
            {"host": PNODES, "guests": [], "guest": 1},
            'x.json: $: unknown key "guest", expected one of host, guests, rules, objective',
        ),
        (
            {"host": PNODES, "guests": ["db"], "rules": []},
            "x.json: $.guests[0]: expected an object with the keys name, ",
        ),
        ({"host": {"pnodes": 7}, "guests": []}, "x.json: $.host.pnodes: expected list, got 7"),
        (
            {"host": PNODES, "guests": [{"name": "db", "type": "kvm"}]},
            'x.json: $.guests[0].type: expected one of hvm, pvh, pv, got "kvm"',
        ),
        (
            {"host": {"pnodes": [{"id": 0, "memory_kib": [1]}]}, "guests": []},
            "x.json: $.host.pnodes[0].memory_kib: expected int, got a list",
        ),
    ],
)
def test_a_fault_is_named_by_its_path_with_what_was_expected_and_found(document: object, message: str) -> None:
    assert fault_of(document).startswith(message)


def test_an_unknown_name_of_a_term_is_an_unknown_key() -> None:
    document = {"host": PNODES, "guests": [], "objective": {"tiers": [{"nearness": 1}]}}
    message = fault_of(document)
    assert message.startswith("x.json: $.objective.tiers[0]: unknown key 'nearness', expected one of access_distance, ")


def test_a_complaint_of_an_instance_about_a_rule_has_the_place_of_the_rule() -> None:
    guests = [{"name": name, "vnodes": [{"memory_kib": 1, "vcpus": [0]}]} for name in ("a", "b")]
    message = fault_of({"host": PNODES, "guests": guests, "rules": [{"apart": ["a", "b"]}, {"exclusive": "c"}]})
    assert message.startswith("x.json: $.rules[1].exclusive: ")


def test_a_value_is_quoted_short_and_without_control_characters() -> None:
    assert [quote(value) for value in ([1], {"a": 1}, None, True, "a\x1bb")] == [
        "a list",
        "an object",
        "null",
        "true",
        r'"a\u001bb"',
    ]
    assert quote("x" * 100) == '"' + "x" * 56 + "..."


def test_a_complaint_of_an_instance_about_a_guest_has_the_place_of_the_guest() -> None:
    """The name that begins another is not taken for it."""
    whole = {"memory_kib": 1, "vcpu_count": 1}
    guests: list[dict[str, object]] = [
        {"name": "a", "flexible": whole},
        {"name": 'a" x', "flexible": whole | {"most": 3}, "form": "set"},
    ]
    assert fault_of({"host": PNODES, "guests": guests}).startswith("x.json: $.guests[1].flexible.most: ")
    guests[0] = {"name": "a", "flexible": whole, "pnodes": [7]}
    assert fault_of({"host": PNODES, "guests": guests}).startswith('x.json: $.guests[0]: guest "a" pnodes: no pnode 7')
