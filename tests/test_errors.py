"""Which errors a caller can catch with which name."""

from __future__ import annotations

import pytest

from placer.errors import Defect, EmissionError, InputError, InstanceError, PlacerError


def test_an_input_error_begins_with_its_place_where_it_has_one() -> None:
    assert str(InputError("pnode 9 is unknown", place="a.json: $.host")) == "a.json: $.host: pnode 9 is unknown"
    assert str(InputError("pnode 9 is unknown")) == "pnode 9 is unknown"


@pytest.mark.parametrize("kind", [InputError, EmissionError, InstanceError])
def test_whatever_the_input_can_cause_is_a_placer_error(kind: type[Exception]) -> None:
    with pytest.raises(PlacerError, match=r"^so it is$"):
        raise kind("so it is")


def test_a_defect_is_none_so_that_its_traceback_is_seen() -> None:
    assert not issubclass(Defect, PlacerError)


def test_an_instance_error_is_the_value_error_that_python_calls_it() -> None:
    assert issubclass(InstanceError, InputError)
    assert issubclass(InstanceError, ValueError)
