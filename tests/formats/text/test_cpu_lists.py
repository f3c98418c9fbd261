from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.text.cpu_lists import CpuLists, bits, parse_bitmap


@pytest.mark.parametrize(
    ("text", "cpus"),
    [
        ("0x0", ()),
        ("00000000,000000ff", (0, 1, 2, 3, 4, 5, 6, 7)),
        ("0xf0000000,,,,,,,0x00000101", (0, 8, 252, 253, 254, 255)),
        ("0x3ffff000,,0x003ffff0", (*range(4, 22), *range(76, 94))),
        (" ff\n", tuple(range(8))),
        ("0x80000000," + "," * 2046, (65535,)),
    ],
)
def test_words_are_32_bits_highest_first_and_an_empty_one_is_zero(text: str, cpus: tuple[int, ...]) -> None:
    assert bits(parse_bitmap(text, "host.xml:4")) == cpus


def test_an_infinite_bitmap_holds_every_higher_cpu() -> None:
    bitmap = parse_bitmap("0xf...f,0xfffffffc", "host.xml:4")
    assert [cpu for cpu in (0, 1, 2, 31, 32, 65535) if bitmap >> cpu & 1] == [2, 31, 32, 65535]
    assert parse_bitmap("0xf...f", "host.xml:4") >> 500 & 1


@pytest.mark.parametrize(
    "text", ["0-3", "0xg", "0x123456789", "-1", "1 2", ",".join(["0x000000ff"] * 6000), "f...f", "0xf...fff"]
)
def test_what_is_no_bitmap_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(InputError, match=r'^host.xml:4: expected a bitmap such as "0x000000ff,0x00000001", got "'):
        parse_bitmap(text, "host.xml:4")


def test_a_bitmap_beyond_the_last_cpu_is_refused() -> None:
    with pytest.raises(InputError, match="cpu ids of at most 65535"):
        parse_bitmap("0x1," + "," * 2047, "host.xml:4")


def test_lists_are_read_and_faults_named_with_their_file() -> None:
    lists = CpuLists("/sys")
    assert lists.of_list("0-2,8") == (0, 1, 2, 8)
    assert lists.of_bitmap("5") == (0, 2)
    with pytest.raises(InputError, match=r'^cpulist: expected a cpu set such as "0-7,64-71", got "0-"'):
        lists.of_list("0-", "cpulist")
    with pytest.raises(InputError, match=r"^/sys: expected a finite bitmap"):
        lists.of_bitmap("0xf...f")


def test_the_lists_of_one_file_have_a_limit_altogether() -> None:
    lists = CpuLists("/sys")
    for _ in range(40):
        lists.of_list("0-49999")  # 2 million cpus in all
    with pytest.raises(InputError, match=r"^/sys: its cpu lists name more than 2000000 cpus"):
        lists.of_bitmap("1")
