from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.libxl.online import read_online_vcpus
from placer.formats.text.json_fields import Fields


@pytest.mark.parametrize(
    ("build_info", "online"),
    [
        ({}, None),
        ({"avail_vcpus": [0, 1, 2, 3]}, None),
        ({"avail_vcpus": [0, 3, 9]}, (0, 3)),
        ({"avail_vcpus": []}, (0,)),  # libxl starts vcpu 0 where none is named (libxl__domain_build_info_setdefault)
    ],
)
def test_online_are_the_vcpus_of_avail_vcpus(build_info: dict[str, object], online: object) -> None:
    assert read_online_vcpus(Fields(build_info, "a.json", "$"), 4) == online


def test_a_vcpu_is_a_number() -> None:
    with pytest.raises(InputError, match=r"avail_vcpus\[0\]"):
        read_online_vcpus(Fields({"avail_vcpus": [-1]}, "a.json", "$"), 4)
