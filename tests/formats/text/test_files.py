"""What is read as text, and what is refused under the name of its file."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from placer.errors import InputError
from placer.formats.text.files import place_of, read_text


def test_a_missing_file_and_a_directory_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.json: no such file$"):
        read_text(str(tmp_path / "gone.json"))
    with pytest.raises(InputError, match=r"is a directory, expected a file$"):
        read_text(str(tmp_path))


def test_8_mib_are_read_and_a_byte_more_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.cfg"
    path.write_bytes(b"#" * 8_388_608)
    assert len(read_text(str(path))) == 8_388_608
    path.write_bytes(b"#" * 8_388_609)
    with pytest.raises(InputError, match=r"long\.cfg: larger than 8 MiB, expected a text file$"):
        read_text(str(path))


def test_a_file_larger_than_8_mib_is_refused_without_reading_on(tmp_path: Path) -> None:
    path = tmp_path / "disk.img"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(InputError, match=r"disk\.img: larger than 8 MiB"):
        read_text(str(path))


def test_only_utf_8_is_text_and_its_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "notepad.cfg"
    path.write_bytes(b"\xef\xbb\xbfname = 'd\xc3\xa9'")
    assert read_text(str(path)) == "name = 'dé'"
    path.write_bytes(b"name = 'd\xe9'")
    with pytest.raises(InputError, match=r"notepad\.cfg: expected UTF-8 text, got byte 0xe9 at offset 9$"):
        read_text(str(path))


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"vcpus = 1")))
    assert read_text("-") == "vcpus = 1"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b" \n\t")))
    with pytest.raises(InputError, match=r"^<stdin>: is empty$"):
        read_text("-")
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError, match=r"^<stdin>: cannot be read: standard input is closed$"):
        read_text("-")
    assert (place_of("-"), place_of("a.cfg")) == ("<stdin>", "a.cfg")
