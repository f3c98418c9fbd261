"""Which errors a caller can catch with which name."""

from __future__ import annotations

import pytest

from placer.errors import BatchError, Defect, EmissionError, Faults, InputError, InstanceError, PlacerError, of_each


def test_an_input_error_begins_with_its_place_where_it_has_one() -> None:
    assert str(InputError("pnode 9 is unknown", place="a.json: $.host")) == "a.json: $.host: pnode 9 is unknown"
    assert str(InputError("pnode 9 is unknown")) == "pnode 9 is unknown"
    error = InputError("pnode 9 is unknown", place="a.json: $.host")
    assert (error.message, error.place) == ("pnode 9 is unknown", "a.json: $.host")


@pytest.mark.parametrize("kind", [InputError, EmissionError, InstanceError])
def test_whatever_the_input_can_cause_is_a_placer_error(kind: type[Exception]) -> None:
    with pytest.raises(PlacerError, match=r"^so it is$"):
        raise kind("so it is")


def test_a_defect_is_none_so_that_its_traceback_is_seen() -> None:
    assert not issubclass(Defect, PlacerError)


def test_an_instance_error_is_the_value_error_that_python_calls_it() -> None:
    assert issubclass(InstanceError, InputError)
    assert issubclass(InstanceError, ValueError)


def refuse_odd(number: int) -> int:
    if number % 2:
        raise InputError("is odd", place=str(number))
    return number


def test_every_input_that_cannot_be_read_is_told() -> None:
    assert of_each(refuse_odd, [2, 4]) == [2, 4]
    with pytest.raises(BatchError, match=r"^1: is odd\n3: is odd$"):
        of_each(refuse_odd, [1, 2, 3])


def test_one_fault_alone_is_the_error_itself() -> None:
    with pytest.raises(InputError) as told:
        of_each(refuse_odd, [1, 2])
    assert not isinstance(told.value, BatchError)


def test_faults_within_faults_are_one_list_and_defects_are_none_of_them() -> None:
    faults = Faults()
    for numbers in ([1, 3], [5], [6]):
        with faults.kept():
            of_each(refuse_odd, numbers)
    assert [str(error) for error in faults.errors] == ["1: is odd", "3: is odd", "5: is odd"]
    with pytest.raises(Defect), faults.kept():
        raise Defect("ours")


def test_a_file_of_another_kind_is_not_read_to_its_end() -> None:
    with pytest.raises(BatchError) as told:
        of_each(refuse_odd, range(1, 1001, 2))
    assert len(told.value.errors) == 51
    assert str(told.value.errors[-1]) == "reading ended after 50 faults"
