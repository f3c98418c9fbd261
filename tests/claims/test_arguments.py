"""What claims are asked with."""

from __future__ import annotations

import pytest

import placer
from placer.claims.arguments import as_request, seconds
from tests.support.claiming import a_guest, a_request, two_pnodes


def test_an_instance_becomes_a_request_and_a_request_stays() -> None:
    instance = placer.Instance(host=two_pnodes(), guests=(a_guest("web"),))
    assert as_request(instance).instance == instance
    request = a_request(a_guest("web"))
    assert as_request(request) is request
    with pytest.raises(placer.InputError, match=r"^request: expected placer\.Request or placer\.Instance, got int"):
        as_request(3)


@pytest.mark.parametrize("wrong", [-1, 1e9, True, "1", None, float("nan")])
def test_seconds_are_a_number_in_range(wrong: object) -> None:
    assert seconds("wait_s", 3) == 3.0
    with pytest.raises(placer.InputError, match=r"^wait_s: expected seconds from 0 to 2592000, got"):
        seconds("wait_s", wrong)
