"""Which vcpus of a libvirt domain are online; what libvirt takes was asked of its test driver (9.0.0)."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.libvirt.vcpus import read_online_vcpus, read_vcpu_count
from placer.formats.text.xml_text import parse_xml


def online(inner: str) -> tuple[int, tuple[int, ...] | None]:
    root = parse_xml(f"<domain>{inner}</domain>", "d.xml")
    count = read_vcpu_count(root)
    return count, read_online_vcpus(root, count)


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("", (1, None)),
        ("<vcpu>4</vcpu>", (4, None)),
        ("<vcpu current='4'>4</vcpu>", (4, None)),
        ("<vcpu current='3'>4</vcpu>", (4, (0, 1, 2))),
        (
            "<vcpu current='3'>4</vcpu><vcpus><vcpu id='2' enabled='yes'/><vcpu id='0' enabled='yes'/></vcpus>",
            (4, (0, 2)),
        ),
    ],
)
def test_online_are_the_first_ones_or_those_that_are_enabled(inner: str, expected: object) -> None:
    assert online(inner) == expected


@pytest.mark.parametrize(
    ("inner", "message"),
    [
        ("<vcpu>0</vcpu>", "at least 1 vcpu"),
        ("<vcpu current='5'>4</vcpu>", "expected current from 0 to 4"),
        ("<vcpu current='0'>4</vcpu>", "expected current of at least 1"),
        ("<vcpu current='-1'>4</vcpu>", "expected current from 0 to 4"),
        ("<vcpu>2</vcpu><vcpus><vcpu id='2' enabled='yes'/></vcpus>", "expected id from 0 to 1"),
        ("<vcpu>2</vcpu><vcpus><vcpu id='1' enabled='no'/></vcpus>", "at least 1 vcpu that is enabled"),
        ("<vcpu>2</vcpu><vcpus><vcpu id='0' enabled='on'/></vcpus>", "enabled to be yes or no"),
        ("<vcpu>2</vcpu><vcpus><vcpu id='0' enabled='yes'/><vcpu id='0' enabled='yes'/></vcpus>", "listed twice"),
    ],
)
def test_faults_are_named_with_their_line(inner: str, message: str) -> None:
    with pytest.raises(InputError, match=rf"^d.xml:1: .*{message}"):
        online(inner)
