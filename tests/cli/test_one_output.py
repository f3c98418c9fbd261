"""Where the one text of a command goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from placer.cli.one_output import output_path, write
from placer.errors import InputError


def test_nothing_and_a_dash_are_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert (output_path(None, force=False), output_path("-", force=False)) == (None, None)
    write("said\n", None)
    assert capsys.readouterr().out == "said\n"


def test_a_file_that_is_there_is_replaced_only_by_force(tmp_path: Path) -> None:
    there = tmp_path / "there.txt"
    write("old", output_path(str(there), force=False))
    assert there.read_text() == "old"
    with pytest.raises(InputError, match="exists; --force replaces it"):
        output_path(str(there), force=False)
    write("new", output_path(str(there), force=True))
    assert there.read_text() == "new"
