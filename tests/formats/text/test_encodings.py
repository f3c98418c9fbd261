"""Bytes by their code: 0xe9 is é in ISO-8859-1 and no UTF-8."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placer.errors import InputError
from placer.formats.text.encodings import as_declared, carried, carry_as, decode, encode, without_carried

LATIN_1 = b"<?xml version='1.0' encoding='ISO-8859-1'?><name>caf\xe9 \xc3\xa9</name>"


@given(st.binary(max_size=40))
def test_any_bytes_but_nul_are_carried_through_as_they_were(data: bytes) -> None:
    if b"\0" in data:
        with pytest.raises(InputError, match=r"expected (UTF-8 )?text, got byte 0x"):
            decode(data, "file", "carry")
    elif not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        assert encode(decode(data, "file", "carry")) == data


def test_bytes_that_are_no_utf_8_are_refused_replaced_or_carried() -> None:
    with pytest.raises(InputError, match=r"^file: expected UTF-8 text, got byte 0xe9 at offset 3$"):
        decode(b"caf\xe9", "file", "refuse")
    assert decode(b"caf\xe9", "file", "replace") == "caf\ufffd"
    assert carried(decode(b"caf\xe9", "file", "carry")) == "byte 0xe9"
    assert carried(decode("café".encode(), "file", "carry")) is None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf_16_is_refused_however_odd_bytes_are_taken(encoding: str) -> None:
    data = "\ufeffname".encode(encoding) if encoding.endswith("be") else "name".encode(encoding)
    with pytest.raises(InputError, match="expected UTF-8 text, got byte 0xf"):
        decode(data, "file", "carry")


def test_a_text_in_which_all_counts_names_the_line_of_the_byte() -> None:
    assert without_carried("a\nb", "file") == "a\nb"
    with pytest.raises(InputError, match=r"^file:2: expected UTF-8 text, got byte 0xff$"):
        without_carried(decode(b"a\nb\xff", "file", "carry"), "file")


def test_half_a_character_that_is_no_byte_is_written_as_an_escape() -> None:
    assert encode("a\ud800") == rb"a\ud800"


def test_xml_is_read_and_written_in_the_encoding_that_it_declares() -> None:
    text, encoding = as_declared(decode(LATIN_1, "vm.xml", "carry"), "vm.xml")
    assert text.endswith("<name>café Ã©</name>")
    assert encode(carry_as(text, encoding)) == LATIN_1
    assert encode(carry_as(text + "€", encoding)) == LATIN_1 + b"&#8364;"


@pytest.mark.parametrize("head", ["", "<?xml version='1.0'?>", '<?xml version="1.0" encoding="UTF-8"?>'])
def test_utf_8_is_what_xml_has_otherwise(head: str) -> None:
    assert as_declared(head + "<name>café</name>", "vm.xml") == (head + "<name>café</name>", None)
    with pytest.raises(InputError, match=r"^vm.xml:1: expected UTF-8 text, got byte 0xe9"):
        as_declared(head + decode(b"<name>\xe9</name>", "", "carry"), "vm.xml")


@pytest.mark.parametrize("encoding", ["utf-7", "UTF-16", "unicode_escape", "rot13", "zip", "punycode", "none-such"])
def test_an_encoding_in_which_ascii_is_something_else_is_refused(encoding: str) -> None:
    with pytest.raises(InputError, match=f"^vm.xml: XML in the encoding {encoding}, expected UTF-8 or one that"):
        as_declared(f"<?xml version='1.0' encoding='{encoding}'?><a/>", "vm.xml")


def test_bytes_that_the_declared_encoding_does_not_have_are_refused() -> None:
    text = "<?xml version='1.0' encoding='ascii'?>" + decode(b"<!-- \xe9 -->", "", "carry")
    with pytest.raises(InputError, match=r"^vm.xml: expected ascii text as it declares, got byte 0xe9 at offset 43"):
        as_declared(text, "vm.xml")
