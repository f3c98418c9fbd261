"""Sizes worked by hand from 1 MiB = 1024 KiB; sets counted out."""

from __future__ import annotations

import pytest

from placer.instance.units import format_cpuset, format_size, parse_cpuset, parse_size, shorten


@pytest.mark.parametrize(
    ("text", "kib"),
    [
        ("0KiB", 0),
        ("0", 0),
        (" 0.0 ", 0),
        ("00", 0),
        ("3 MiB", 3072),
        (" 0.25GiB ", 262_144),
        ("2TiB", 2_147_483_648),
        ("8192TiB", 2**43),
    ],
)
def test_a_size_is_read_in_kib(text: str, kib: int) -> None:
    assert parse_size(text) == kib


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("8", 'expected a size such as "8GiB" or "512MiB", got "8"'),
        ("-0", 'expected a size such as "8GiB" or "512MiB", got "-0"'),
        ("8GB", 'expected a size such as "8GiB" or "512MiB", got "8GB"'),
        ("-1GiB", 'expected a size such as "8GiB" or "512MiB", got "-1GiB"'),
        ("٣GiB", 'expected a size such as "8GiB" or "512MiB", got "٣GiB"'),
        ("0.3KiB", 'expected a whole number of KiB, got "0.3KiB"'),
        ("8193TiB", 'expected at most .*, got "8193TiB"'),
    ],
)
def test_a_size_in_another_unit_or_out_of_bounds_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        parse_size(text)


def test_a_size_is_written_in_the_largest_unit_that_it_fills() -> None:
    written = [format_size(kib) for kib in (0, 1023, 1024, 10 * 1024, 1024**2 - 1, 1024**2, 1024**3 * 5 // 2)]
    assert written == ["0 KiB", "1023 KiB", "1 MiB", "10 MiB", "1024 MiB", "1 GiB", "2.5 TiB"]


def test_what_is_taken_out_of_a_set_stays_out_wherever_it_stands() -> None:
    assert parse_cpuset("^2-3,0-4, 4, 9") == (0, 1, 4, 9)
    assert parse_cpuset("") == ()
    assert format_cpuset((9, 4, 1, 0, 4)) == "0-1,4,9"
    assert format_cpuset(()) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0,,1", 'expected a cpu set such as "0-7,64-71", got "0,,1"'),
        ("0-65536", 'expected cpu ids of at most 65535, got "0-65536"'),
        ("0,7-5", 'range "7-5" runs backwards'),
    ],
)
def test_a_set_that_is_none_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        parse_cpuset(text)


def test_a_long_quotation_is_cut_to_its_limit() -> None:
    assert shorten("x" * 60) == "x" * 60
    assert shorten("abcdefgh", 6) == "abc..."
    assert shorten(b"B\xfcro".decode("utf-8", "surrogateescape"), 4) == "B\ufffdro"
    assert shorten("a\tb\x1b]0;x\x07\x9b\n") == "a\tb\ufffd]0;x\ufffd\ufffd\ufffd"
