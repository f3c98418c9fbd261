"""Domains that were coming or going."""

from __future__ import annotations

import pytest

from placer.audit.left_out import LeftOut, left_out_of_xl
from placer.formats.snapshot.domain_states import DomainState
from placer.formats.xl.numa_dump import DumpedDomain, NumaDump

STATES = {4: DomainState(domid=4, name="db", memory_mib=512)}
DUMP = NumaDump(free_kib={}, domains={4: DumpedDomain(domid=4, memory_kib={0: 7}, pnode_of=None)})


@pytest.mark.parametrize(
    ("domid", "states", "listed", "dump", "memory_kib"),
    [
        (4, STATES, {4}, DUMP, {0: 7}),
        (4, STATES, {4}, None, None),
        (4, None, None, None, None),
        (5, None, {5}, DUMP, None),
        (4, None, {5}, DUMP, {0: 7}),
    ],
)
def test_a_domain_that_may_still_hold_memory_is_left_out_with_what_it_is_known_to_hold(
    domid: int,
    states: dict[int, DomainState] | None,
    listed: set[int] | None,
    dump: NumaDump | None,
    memory_kib: dict[int, int] | None,
) -> None:
    (left,) = left_out_of_xl({domid: "is being taken down"}, {4: "db", 5: "web"}, states, listed, dump)
    assert (left.name, left.domid, left.why, left.settled) == (
        {4: "db", 5: "web"}[domid],
        domid,
        "is being taken down",
        False,
    )
    assert left.memory_kib == memory_kib


@pytest.mark.parametrize(("states", "dump"), [(STATES, DUMP), (STATES, None), (None, DUMP)])
def test_a_domain_that_the_last_list_no_longer_has_holds_nothing(
    states: dict[int, DomainState] | None, dump: NumaDump | None
) -> None:
    assert left_out_of_xl({9: "ended while the snapshot was taken"}, {}, states, {4}, dump) == ()


def test_memory_on_a_pnode_is_known_or_not() -> None:
    assert LeftOut(name="a", why="", memory_kib={0: 3}).may_hold_kib(0) == 3
    assert LeftOut(name="a", why="", memory_kib={0: 3}).may_hold_kib(1) == 0
    assert LeftOut(name="a", why="").may_hold_kib(1) is None
