"""A file of claims is made whole or not at all, and by one of many."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import placer
from placer.claims.making import make
from placer.claims.tables import APPLICATION, VERSION, Owner

XEN1 = Owner(name="xen1", pnodes=(0, 1))


def test_the_file_is_in_wal_mode_with_its_version_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    make(tmp_path / "c", XEN1, 5)
    assert [path.name for path in tmp_path.iterdir()] == ["c"]
    connection = sqlite3.connect(tmp_path / "c")
    found = [
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "application_id", "user_version")
    ]
    assert found == ["wal", APPLICATION, VERSION]
    assert connection.execute("SELECT count(*) FROM claims").fetchone() == (0,)
    connection.close()


def test_of_many_that_make_it_at_once_one_does_and_the_others_keep_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: make(tmp_path / "c", XEN1, 5), range(8)))
    first = (tmp_path / "c").stat().st_ino
    make(tmp_path / "c", XEN1, 5)
    assert (tmp_path / "c").stat().st_ino == first
    assert [path.name for path in tmp_path.iterdir()] == ["c"]


def test_where_it_cannot_be_made_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(placer.InputError, match=r"nothing/c: cannot be made: No such file or directory"):
        make(tmp_path / "nothing" / "c", XEN1, 5)
    with pytest.raises(placer.InputError, match=r"file/c: cannot be made: Not a directory"):
        make(tmp_path / "file" / "c", XEN1, 5)
