"""The model as a file: read back and solved, it costs what enumeration finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format
from ortools.sat import cp_model_pb2
from ortools.sat.python import cp_model

from placer.assignment.cpsat.export import write_model
from placer.errors import InputError
from placer.lowering.lower import lower
from tests.support.oracle import best
from tests.support.random_instances import random_instance


def read(path: Path) -> cp_model.CpModel:
    text = path.read_text() if path.suffix != ".pb" else str(cp_model_pb2.CpModelProto.FromString(path.read_bytes()))
    model = cp_model.CpModel()
    if hasattr(model.proto, "parse_text_format"):
        assert model.proto.parse_text_format(text)
    else:  # up to 9.14 it is a message of the protobuf library
        text_format.Parse(text, model.proto)
    return model


@pytest.mark.parametrize("ending", [".pb", ".txt", ".pbtxt"])
def test_the_file_solved_elsewhere_costs_what_the_first_tier_costs_at_least(tmp_path: Path, ending: str) -> None:
    seen = {True: 0, False: 0}
    for seed in range(12):
        instance, allow_unplaced = random_instance(seed), seed % 2 == 0
        if any(guest.dedicated for guest in instance.guests):
            continue  # their slots come into the model as they are found to be missing
        path = tmp_path / f"{seed}{ending}"
        write_model(lower(instance, allow_unplaced=allow_unplaced).problem, path)
        expected = best(instance, allow_unplaced)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        status = solver.solve(read(path))
        seen[expected is not None] += 1
        if expected is None:
            assert status == cp_model.INFEASIBLE, seed
        else:
            assert status == cp_model.OPTIMAL, seed
            assert solver.objective_value == (expected[0][0] if allow_unplaced else expected[0][2]), seed
    assert seen[True] >= 6
    assert seen[False] >= 1
    assert {path.suffix for path in tmp_path.iterdir()} == {ending}


def test_a_file_that_is_there_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "model.txt"
    path.write_text("old")
    write_model(lower(random_instance(1)).problem, path)
    assert path.read_text().startswith("variables")
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    problem = lower(random_instance(1)).problem
    with pytest.raises(InputError, match=r"model\.json: expected a name that ends in one of \.pb, \.txt, \.pbtxt"):
        write_model(problem, tmp_path / "model.json")
    with pytest.raises(InputError, match=r"none/model\.pb: cannot be written: No such file or directory"):
        write_model(problem, tmp_path / "none" / "model.pb")
    (tmp_path / "folder.pb").mkdir()
    with pytest.raises(InputError, match=r"folder\.pb: cannot be written: Is a directory"):
        write_model(problem, tmp_path / "folder.pb")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.pb"]
