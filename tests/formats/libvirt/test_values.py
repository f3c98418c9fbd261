"""Sizes and sets as libvirt's virScaleInteger and virBitmapParse read them, worked by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from placer.errors import InputError
from placer.formats.libvirt.values import set_of, size_of
from placer.formats.text.cpu_lists import bits
from placer.formats.text.xml_text import Node


def memory(unit: str | None = None) -> Node:
    return Node(tag="memory", attributes={} if unit is None else {"unit": unit}, place="db.xml:3")


@pytest.mark.parametrize(
    ("unit", "kib"),
    [
        (None, 3),
        ("k", 3),
        ("KiB", 3),
        ("KB", Fraction(3000, 1024)),
        ("b", Fraction(3, 1024)),
        ("bytes", Fraction(3, 1024)),
        ("m", 3072),
        ("mib", 3072),
        ("MB", Fraction(3_000_000, 1024)),
        ("G", 3_145_728),
    ],
)
def test_a_unit_of_bytes_is_1000_and_any_other_1024(unit: str | None, kib: Fraction) -> None:
    assert size_of(memory(unit), "3") == kib


@pytest.mark.parametrize(
    ("unit", "text", "message"),
    [
        ("pages", "3", 'expected a unit such as "KiB", got "pages"'),
        ("KiB", "-3", r'expected memory from 0 to \d+, got "-3"'),
        ("KiB", "", r'expected memory from 0 to \d+, got ""'),
        ("EiB", "9", "expected memory of at most "),
    ],
)
def test_what_is_no_size_is_refused_with_its_line(unit: str, text: str, message: str) -> None:
    with pytest.raises(InputError, match=f"^db.xml:3: <memory>: {message}"):
        size_of(memory(unit), text)


def test_a_set_is_read_from_left_to_right() -> None:
    assert bits(set_of(memory(), "0-3,^2, 8", "cpus")) == (0, 1, 3, 8)
    assert bits(set_of(memory(), "^2,0-3", "cpus")) == (0, 1, 2, 3)
    assert bits(set_of(memory(), "65535", "cpus")) == (65535,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'expected cpus like "0-7,^3,16", got ""'),
        ("0-3,^1-2", r'expected cpus like "0-7,^3,16", got "0-3,^1-2"'),
        ("65536", 'expected cpus like "0-7,^3,16", got "65536"'),
        ("4,3-1", 'range "3-1" of cpus runs backwards'),
        ("3,^3", 'cpus "3,^3" is empty, expected at least one id'),
    ],
)
def test_a_set_that_libvirt_would_not_read_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        set_of(memory(), text, "cpus")
    assert str(caught.value) == f"db.xml:3: <memory>: {message}"
