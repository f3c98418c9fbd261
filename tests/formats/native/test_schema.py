"""The schema of the instance format, beside the reader that it describes."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from placer.errors import InputError
from placer.formats.native.schema import instance_schema
from tests.support.instance_documents import SCHEMA, document, parse


def test_the_schema_is_a_schema_with_closed_key_sets_and_words_for_every_key() -> None:
    schema = instance_schema()
    Draft202012Validator.check_schema(schema)

    assert set(schema["$defs"]) == {
        "Instance",
        "Host",
        "Pnode",
        "HugePages",
        "Cpupool",
        "Device",
        "Domain",
        "Guest",
        "Flexible",
        "Topology",
        "Vnode",
        "Rule",
        "VnodeOf",
        "Objective",
        "FutureCapacity",
    }
    for name, definition in schema["$defs"].items():
        assert definition["additionalProperties"] is False, name
        assert "Parameters" not in definition["description"], name
    for name in ("Pnode", "Cpupool", "Device", "Domain", "Guest", "Flexible", "Topology", "Vnode", "Rule", "VnodeOf"):
        for key, field in schema["$defs"][name]["properties"].items():
            assert field.get("description"), (name, key)


AGREED_GOOD = [
    document(),
    document(hard_affinity="0-5"),
    document(hard_affinity=["0", None, [1, 2]], soft_affinity=None),
    document(overhead_kib=" 1.5 TiB "),
    document(pool="rt"),
    document(traffic=[[0, 1], [1, 0]], vdistances=None, pnodes=[0, 4], memory_only_pnodes=True),
    {**document(), "objective": {"core_sharing_price": 2.5, "shape": "none"}},
    {**document(), "guests": []},
    {**document(), "rules": []},
]
AGREED_BAD: list[object] = [
    [],
    None,
    {},
    {"host": {"pnodes": []}},
    {**document(), "rule": []},
    {**document(), "objective": {"shape": "round"}},
    {**document(), "objective": {"core_sharing_price": -1}},
    document(name=""),
    document(name="x" * 256),
    document(type="kvm"),
    document(vnodes={}),
    document(vnodes=[{"vcpus": "0"}]),
    document(vnodes=[{"memory_kib": "8GB"}]),
    document(vnodes=[{"memory_kib": -1}]),
    document(vnodes=[{"memory_kib": True}]),
    document(vnodes=[{"memory_kib": 1, "vcpus": "0-"}]),
    document(vnodes=[{"memory_kib": 1, "vcpus": 0}]),
    document(vnodes=[{"memory_kib": 1, "vcpus": [-1]}]),
    document(vnodes=[{"memory_kib": 1, "vcpus": [65536]}]),
    document(hard_affinity="node:0"),
    document(hard_affinity=[7]),
    document(hard_affinity=0),
    document(pnodes="0"),
    document(memory_only_pnodes=1),
    document(traffic=[[-1]]),
    document(vdistances=[[256]]),
]


@pytest.mark.parametrize("value", AGREED_GOOD)
def test_schema_and_reader_accept_the_same_documents(value: object) -> None:
    SCHEMA.validate(value)
    parse(value)


@pytest.mark.parametrize("value", AGREED_BAD)
def test_schema_and_reader_refuse_the_same_documents(value: object) -> None:
    assert not SCHEMA.is_valid(value)
    with pytest.raises(InputError, match=r"^x\.json: \$"):
        parse(value)


def test_words_of_a_docstring_are_put_as_readers_of_json_expect() -> None:
    guest = instance_schema()["$defs"]["Guest"]
    assert guest["description"] == "A guest to place."
    assert guest["properties"]["pnodes"]["description"].startswith("Ids of the pnodes it may use; null for all.")
    size = instance_schema()["$defs"]["Vnode"]["properties"]["memory_kib"]
    assert size["description"] == 'Its memory, in KiB. Written as a number of KiB, or a size such as "8GiB".'
