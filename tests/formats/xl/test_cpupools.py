"""What `xl cpupool-list -c` says of a host's cpupools, and what a guest's pool= means."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from placer.errors import InputError
from placer.formats.xl.cpupools import pool_named, pool_notes, pool_that_meets, read_xl_cpupools
from placer.instance import Cpupool, Domain, Host
from tests.support.building import GIB, a_host

HOST = a_host(GIB, GIB, pcpus=4)
HEADING = "Name               CPU list"
PRINTED = f"""\
{HEADING}
Pool-0             0,1,2,3
Pool-node1         4,5,6
"""
POOLS = (Cpupool(name="Pool-0", pcpus=(0, 1, 2, 3), id=0), Cpupool(name="Pool-node1", pcpus=(4, 5, 6)))


def read(*rows: str, host: Host = HOST) -> tuple[Cpupool, ...]:
    return read_xl_cpupools("\n".join([HEADING, *rows]) + "\n", "pools.txt", host).cpupools


def test_each_row_is_a_pool_and_replaces_those_the_host_had() -> None:
    assert read_xl_cpupools(PRINTED, "pools.txt", HOST).cpupools == POOLS
    had = replace(HOST, cpupools=(Cpupool(name="old", pcpus=(7,)),))
    assert read_xl_cpupools(PRINTED, "pools.txt", had) == replace(HOST, cpupools=POOLS)


@pytest.mark.parametrize(
    ("row", "pool"),
    [
        ("rt 0-2,5", Cpupool(name="rt", pcpus=(0, 1, 2, 5))),
        ("rt", Cpupool(name="rt")),
        ("rt                 ", Cpupool(name="rt")),
        ("two words          1,2", Cpupool(name="two words", pcpus=(1, 2))),
        ("eighteen-letters-x 7", Cpupool(name="eighteen-letters-x", pcpus=(7,))),
        ("a-name-of-more-than-19-letters 6,7", Cpupool(name="a-name-of-more-than-19-letters", pcpus=(6, 7))),
        ("7                  6", Cpupool(name="7", pcpus=(6,))),
    ],
)
def test_a_row_is_a_name_and_its_pcpus(row: str, pool: Cpupool) -> None:
    assert read("first 3", row) == (Cpupool(name="first", pcpus=(3,), id=0), pool)


FAULTS = {
    "nothing": ("", r'^pools\.txt:1: expected the text that "xl cpupool-list -c" prints'),
    "without -c": (
        "Name               CPUs   Sched     Active   Domain count\nPool-0               8    credit2       y  1\n",
        r'^pools\.txt:1: expected the text that "xl cpupool-list -c" prints',
    ),
    "no pool": (HEADING + "\n", r"^pools\.txt: lists no cpupool"),
    "a name that runs into its pcpus": (
        f"{HEADING}\na-name-of-more-than-19-letters6,7\n",
        r'^pools\.txt:2: expected a row "Name CPU list", got "a-name.*"; put a blank behind a name of 19 characters',
    ),
    "no list": (f"{HEADING}\nrt  0;1\n", r'^pools\.txt:2: expected a row "Name CPU list", got "rt  0;1"$'),
    "backwards": (f"{HEADING}\n\nrt  3-1\n", r'^pools\.txt:3: range "3-1" runs backwards$'),
    "a large id": (f"{HEADING}\nrt  0-99999999\n", r"^pools\.txt:2: expected cpu ids of at most 65535"),
    "no such pcpu": (f"{HEADING}\nrt  7,8\n", r'^pools\.txt: cpupool "rt": no pcpu 8 on this host$'),
    "in two pools": (f"{HEADING}\na  1\nb  1\n", r'^pools\.txt: pcpu 1 is in cpupool "a" and again in "b"'),
    "twice": (f"{HEADING}\na  1\na  2\n", r'^pools\.txt: two cpupools have the name "a"$'),
    "a control character": (f"{HEADING}\na\x1bb  1\n", r"^pools\.txt:2: name 'a\\x1bb' holds a control character$"),
    "a long name": (
        f"{HEADING}\n{'x' * 300}  1\n",
        r"^pools\.txt:2: expected a name of at most 255 characters, got 300$",
    ),
}


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_by_its_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_xl_cpupools(text, "pools.txt", HOST)


def test_a_running_domain_in_a_pool_that_is_not_listed_is_refused() -> None:
    host = replace(HOST, domains=(Domain(name="old", pool="gone"),))
    with pytest.raises(InputError, match=r'^pools\.txt: domain "old" pool: no cpupool "gone" on this host'):
        read_xl_cpupools(PRINTED, "pools.txt", host)


def test_pcpus_in_no_pool_are_noted() -> None:
    assert pool_notes(read_xl_cpupools(PRINTED, "pools.txt", HOST)) == (
        "pcpus 7 are in no cpupool, so that no guest runs on them",
    )
    assert pool_notes(replace(HOST, cpupools=(Cpupool(name="all", pcpus=tuple(range(8))),))) == ()


def test_the_first_row_is_the_pool_of_guests_that_name_none_whatever_its_name() -> None:
    host = read_xl_cpupools(f"{HEADING}\nPool-node0  0-3\nPool-0  4-7\n", "pools.txt", HOST)
    assert host.effective_pool(None) == pool_named("0", host) == "Pool-node0"
    assert pool_named("1", host) == pool_named("Pool-0", host) == "Pool-0"
    assert host.pcpus_of_effective_pool(None) == {0, 1, 2, 3}


def test_digits_are_a_number_and_those_of_the_first_two_rows_are_known() -> None:
    host = replace(HOST, cpupools=(*POOLS, Cpupool(name="7")))
    assert pool_named("Pool-node1", host) == "Pool-node1"
    assert pool_named("0", host) == pool_named("00", HOST) == "Pool-0"
    assert pool_named("1", host) == pool_named("01", host) == "Pool-node1"
    assert pool_named("7", HOST) == "7"
    numbered = replace(HOST, cpupools=(*POOLS, Cpupool(name="rt", id=7)))
    assert pool_named("7", numbered) == "rt"
    unordered = replace(HOST, cpupools=(Cpupool(name="rt"), Cpupool(name="Pool-0")))
    assert pool_named("0", unordered) == "Pool-0"
    with pytest.raises(ValueError, match=r'no cpupool "1" on this host, it has rt, Pool-0; digits are'):
        pool_named("1", unordered)
    for stated, why in (
        ("other", 'no cpupool "other" on this host, it has Pool-0, Pool-node1, 7'),
        (
            "7",
            "it has Pool-0, Pool-node1, 7; digits are a cpupool's number, which xl cpupool-list does not print: "
            "write its name",
        ),
        ("", "expected the name of a cpupool, got 0 characters"),
        ("x" * 256, "expected the name of a cpupool, got 256 characters"),
    ):
        with pytest.raises(ValueError, match=re.escape(why) + "$"):
            pool_named(stated, host)


@pytest.mark.parametrize(
    ("sets", "pool"),
    [
        ([(5,), None], "Pool-node1"),
        ([(5,), (0, 4)], "Pool-node1"),
        ([(3, 4)], None),  # it may be in either, and that of id 0 is the one to assume
        ([None, None], None),
        ([(7,)], None),  # in no pool: the lists are of different times
        ([(0,), (4,)], None),
    ],
)
def test_where_vcpus_are_tells_the_pool_of_their_domain(sets: list[tuple[int, ...] | None], pool: str | None) -> None:
    assert pool_that_meets(sets, replace(HOST, cpupools=POOLS)) == pool
    assert pool_that_meets(sets, HOST) is None


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_list_is_read_or_refused_with_its_name(data: st.DataObject) -> None:
    a, b = sorted(data.draw(st.lists(st.integers(0, len(PRINTED)), min_size=2, max_size=2)))
    damaged = PRINTED[:a] + data.draw(st.text(max_size=8) | st.sampled_from(["\n", "9999999", "-", ","])) + PRINTED[b:]
    try:
        read_xl_cpupools(damaged, "pools.txt", HOST)
    except InputError as error:
        assert str(error).startswith("pools.txt")
