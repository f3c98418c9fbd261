"""Rules in instance files: read, written back, described by the schema, and refused with their JSON path."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from placer.errors import InputError
from placer.formats.native.instance_json import dump_instance, parse_instance
from placer.formats.native.schema import instance_schema
from placer.instance import Rule, VnodeOf


def written(*rules: object) -> dict[str, Any]:
    def guest(name: str, *vcpus: str) -> dict[str, Any]:
        return {"name": name, "vnodes": [{"memory_kib": "1GiB", "vcpus": cpus} for cpus in vcpus], "one_to_one": True}

    return {
        "host": {"pnodes": [{"id": 0, "memory_kib": "8GiB", "pcpus": "0-3"}]},
        "guests": [guest("db", "0", "1"), guest("app", "0")],
        "rules": list(rules),
    }


def fault(*rules: object) -> str:
    with pytest.raises(InputError) as raised:
        parse_instance(json.dumps(written(*rules)), "x.json")
    return str(raised.value)


GOOD = (
    {"apart": ["db", "app"]},
    {"together": [{"guest": "db", "vnode": 1}, "app"]},
    {"exclusive": "db"},
    {"exclusive": {"guest": "db", "vnode": 0}},
)


def test_rules_are_read_and_written_back_and_fit_the_schema() -> None:
    instance = parse_instance(json.dumps(written(*GOOD)), "x.json")
    assert instance.rules == (
        Rule(apart=("db", "app")),
        Rule(together=(VnodeOf(guest="db", vnode=1), "app")),
        Rule(exclusive="db"),
        Rule(exclusive=VnodeOf(guest="db", vnode=0)),
    )
    assert instance.guests[0].one_to_one
    text = dump_instance(instance)
    assert parse_instance(text, "x.json") == instance
    Draft202012Validator(instance_schema()).validate(json.loads(text))


@pytest.mark.parametrize(
    "rule",
    [{}, {"apart": ["db", "app"], "exclusive": "db"}, {"apart": ["db"]}, {"near": ["db", "app"]}, {"exclusive": 3}],
)
def test_the_schema_refuses_what_is_no_rule(rule: object) -> None:
    assert not Draft202012Validator(instance_schema()).is_valid(written(rule))
    assert fault(rule).startswith("x.json: $.rules[0]")


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({}, "x.json: $.rules[0]: expected exactly one of apart, together, exclusive, got none"),
        (
            {"apart": ["db", "app"], "exclusive": "db"},
            "x.json: $.rules[0]: expected exactly one of apart, together, exclusive, got apart and exclusive",
        ),
        ({"apart": ["db"]}, "x.json: $.rules[0]: apart names 1, expected at least 2 members"),
        ({"together": []}, "x.json: $.rules[0]: together names no member, expected at least 2 members"),
        ({"exclusive": "d\x1b[2J"}, r"x.json: $.rules[0]: name 'd\x1b[2J' holds a control character"),
        ({"apart": ["db", 3]}, "x.json: $.rules[0].apart[1]: expected str | object, got 3"),
        ({"apart": ["db", "db"]}, 'x.json: $.rules[0]: apart names guest "db" twice, expected once'),
        ({"apart": ["db", "web"]}, 'x.json: $.rules[0].apart[1]: no guest "web" in the instance'),
        ({"exclusive": "web"}, 'x.json: $.rules[0].exclusive: no guest "web" in the instance'),
        (
            {"together": ["app", {"guest": "db", "vnode": 2}]},
            'x.json: $.rules[0].together[1]: guest "db" vnode 2 does not exist, expected 0 to 1',
        ),
        (
            {"together": ["app", "db"]},
            'x.json: $.rules[0].together[1]: guest "db" has 2 vnodes, expected a guest of one, or a vnode',
        ),
        (
            {"apart": ["db", {"guest": "db", "vnode": 1}]},
            'x.json: $.rules[0].apart: guest "db" and guest "db" vnode 1 share a vnode, expected none in common',
        ),
        (
            {"exclusive": {"guest": "db", "vnod": 1}},
            'x.json: $.rules[0].exclusive: unknown key "vnod", expected one of guest, vnode',
        ),
        ({"exclusive": {"guest": "db", "vnode": "1"}}, 'x.json: $.rules[0].exclusive.vnode: expected int, got "1"'),
    ],
)
def test_a_fault_in_a_rule_is_named_by_its_path(rule: object, message: str) -> None:
    assert fault(rule) == message
