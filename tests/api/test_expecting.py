"""The library's way to say which guests are expected."""

from __future__ import annotations

import pytest

import placer
from tests.support.building import GIB, a_guest, a_host


def test_shapes_of_a_file_or_of_guests_that_came_go_into_the_objective() -> None:
    instance = placer.Instance(host=a_host(4 * GIB, 4 * GIB), guests=(a_guest(GIB),))
    text = '{"guests": [{"memory_kib": "1GiB", "vcpu_count": 1, "vnodes": 1}]}'
    shapes = placer.read_expected(placer.Text(text))
    assert shapes == placer.learnt(instance.guests)
    valued = placer.with_expected(instance, shapes)
    assert valued.objective.future is not None
    assert placer.parse_instance(placer.dump_instance(valued)) == valued


def test_shapes_that_were_claimed_are_learnt_as_those_of_guests_are() -> None:
    claimed = [placer.ClaimedShape(memory_kib=GIB, vcpus=1, vnodes=1, count=3)]
    assert placer.learnt(claimed) == placer.learnt([a_guest(GIB, name=name) for name in "abc"])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"guests": [{"memory_kib": "4GB", "vcpu_count": 1}]}', r"guests\[0\]\.memory_kib: expected a size"),
        ('{"guests": [{"memory_kib": "4GiB"}]}', "vcpu_count"),
        ('{"guests": [{"memory_kib": "4GiB", "vcpu_count": 1, "wieght": 2}]}', "wieght"),
        ('{"guests": []}', "guests holds 0 shapes"),
        ("[]", "object"),
        ("", "e.json"),
    ],
)
def test_a_fault_in_a_file_of_shapes_is_named_with_its_place(text: str, fault: str) -> None:
    with pytest.raises(placer.InputError, match=fault):
        placer.read_expected(placer.Text(text, place="e.json"))
