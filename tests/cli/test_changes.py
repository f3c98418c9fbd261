"""Changes from the options of ``placer whatif``."""

from __future__ import annotations

import pytest

from placer.cli.changes import ChangeOptions, changes_of
from placer.errors import InputError, PlacerError
from placer.job.request import Request, from_instance
from placer.job.settled import settled
from tests.support.building import GIB, a_guest, a_host, an_instance


def asked(*memory_kib: int) -> Request:
    return settled(from_instance(an_instance(a_host(*memory_kib), a_guest(GIB)), place="asked"))


def other(name: str) -> Request:
    return asked(GIB, 2 * GIB, 3 * GIB) if name == "three.json" else asked(GIB)


def free_gib(request: Request) -> list[int]:
    return [pnode.memory_kib // GIB for pnode in request.instance.host.pnodes]


def test_each_part_of_each_option_is_a_change_of_its_own() -> None:
    options = ChangeOptions(
        reserve=("1GiB,2GiB", "0=3GiB"), free=("1=+32GiB, 1=-1GiB",), without=("0,1",), hosts=("three.json",)
    )
    pairs = changes_of(options, asked(8 * GIB, 8 * GIB), other)
    assert [change.title for change, _ in pairs] == [
        "reserve 1GiB",
        "reserve 2GiB",
        "reserve 0=3GiB",
        "free 1=+32GiB",
        "free 1=-1GiB",
        "without pnode 0",
        "without pnode 1",
        "host three.json",
    ]
    assert [free_gib(request) for _, request in pairs[3:]] == [[8, 40], [8, 7], [0, 8], [8, 0], [1, 2, 3]]
    assert [pnode.reserve_kib // GIB for pnode in pairs[2][1].instance.host.pnodes] == [3, 0]


def test_a_change_that_is_given_twice_is_one_row() -> None:
    options = ChangeOptions(reserve=("1GiB, 1GiB", "1GiB"), without=("0", "0"), hosts=("three.json", "three.json"))
    assert [change.title for change, _ in changes_of(options, asked(8 * GIB, 8 * GIB), other)] == [
        "reserve 1GiB",
        "without pnode 0",
        "host three.json",
    ]


def test_together_they_are_one_more() -> None:
    options = ChangeOptions(
        reserve=("0=1GiB,1=2GiB",), free=("+1GiB",), without=("2",), hosts=("three.json",), together=True
    )
    change, request = changes_of(options, asked(8 * GIB, 8 * GIB, 8 * GIB), other)[-1]
    assert change.title == "all together"
    assert free_gib(request) == [2, 3, 0]
    assert [pnode.reserve_kib // GIB for pnode in request.instance.host.pnodes] == [1, 2, 0]


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (ChangeOptions(), r"^usage: expected a change: --reserve, --free, --without or --host$"),
        (
            ChangeOptions(without=("0,x",)),
            r'^--without: "x": expected the number of a pnode, or several with commas; --together has',
        ),
        (
            ChangeOptions(without=("",)),
            r'^--without: "": expected the number of a pnode, or several with commas; --together has',
        ),
        (ChangeOptions(without=("5",)), r"^--without: no pnode 5 on this host, expected one of 0-1$"),
        (ChangeOptions(free=("0=-9GiB",)), r'^--free: "0=-9GiB": pnode 0 has 8 GiB, '),
        (ChangeOptions(reserve=("1GiB,",)), r'^--reserve: "": expected SIZE'),
        (
            ChangeOptions(reserve=("1GiB,1=2GiB",), together=True),
            r"^usage: --together: --reserve is given more than once for pnode 1, expected once$",
        ),
        (ChangeOptions(hosts=("a", "b"), together=True), r"^usage: --together takes one --host, got 2$"),
        (
            ChangeOptions(without=("0", "1"), together=True),
            r"^--together: without: without pnodes 0-1 no pnode of this host has free memory$",
        ),
        (
            ChangeOptions(without=("1",), free=("1=+1GiB",), together=True),
            r"^--together: free: no pnode 1 on this host, expected one of 0$",
        ),
    ],
)
def test_what_is_no_change_of_the_host_is_refused_with_its_option(options: ChangeOptions, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        changes_of(options, asked(8 * GIB, 8 * GIB), other)


def test_all_faults_are_told_at_once() -> None:
    options = ChangeOptions(reserve=("7=1GiB",), without=("9",), free=("x",))
    with pytest.raises(PlacerError, match=r"--reserve: no pnode 7.*\n--free: .*\n--without: no pnode 9"):
        changes_of(options, asked(8 * GIB), other)
