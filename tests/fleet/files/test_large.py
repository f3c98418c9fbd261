"""Large files of fleets are read, and what cannot be one is refused unread."""

from __future__ import annotations

from pathlib import Path

import pytest

from placer.errors import InputError
from placer.fleet.files.large import read_large


def test_64_mib_are_the_most(tmp_path: Path) -> None:
    path = tmp_path / "fleet.json"
    with path.open("wb") as file:
        file.write(b"{")
        file.truncate(9 * 2**20)
    assert read_large(str(path)) == ("{" + "\0" * (9 * 2**20 - 1), str(path))
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(InputError, match=r"fleet\.json: larger than 64 MiB, expected a text file"):
        read_large(str(path))
