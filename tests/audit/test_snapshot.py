"""Which domains were coming or going while a snapshot was taken, by every way in which it can show."""

from __future__ import annotations

import pytest

from placer.audit.snapshot import unsettled_domains, unsettled_notes
from placer.formats.snapshot.domain_states import DomainState

BOTH = {1: "db", 2: "web"}


def state(domid: int, *, dying: bool = False, paused: bool = False, ran: bool = True) -> DomainState:
    return DomainState(domid=domid, name=f"guest {domid}", memory_mib=1, dying=dying, paused=paused, ran=ran)


SETTLED = {0: state(0), 1: state(1), 2: state(2)}


@pytest.mark.parametrize(
    ("configured", "listed", "states", "dumped", "found"),
    [
        (BOTH, BOTH, SETTLED, frozenset({0, 1, 2}), {}),
        (BOTH, None, None, None, {}),
        (BOTH, BOTH, SETTLED | {2: state(2, dying=True)}, None, {2: "is being taken down"}),
        (BOTH, {1: "db", 2: "domain 2"}, None, None, {2: "is being taken down"}),
        (BOTH, BOTH, {0: state(0), 1: state(1)}, None, {2: "ended while the snapshot was taken"}),
        (BOTH, {1: "db"}, SETTLED, None, {2: "ended while the snapshot was taken"}),
        (
            {1: "db"},
            BOTH,
            SETTLED | {2: state(2, paused=True, ran=False)},
            None,
            {2: "is being created, or is paused and never ran"},
        ),
        ({1: "db"}, BOTH, SETTLED, None, {}),
        ({1: "db"}, {1: "db"}, SETTLED, None, {2: "started while the snapshot was taken, or has no vcpus yet"}),
        (BOTH, BOTH, SETTLED | {2: state(2, paused=True, ran=False)}, None, {}),
        (
            BOTH,
            BOTH,
            SETTLED,
            frozenset({0, 1}),
            {2: "is not in the NUMA dump: it started or ended while the snapshot was taken"},
        ),
    ],
    ids=[
        "all well", "one list alone", "dying", "its name is gone", "gone at the end", "gone in between", "being built",
        "of another toolstack", "new at the end", "paused on purpose", "not in the dump",
    ],
)  # fmt: skip
def test_a_domain_that_comes_or_goes_is_found(
    configured: dict[int, str],
    listed: dict[int, str] | None,
    states: dict[int, DomainState] | None,
    dumped: frozenset[int] | None,
    found: dict[int, str],
) -> None:
    assert unsettled_domains(configured, listed, states, dumped) == found


def test_domains_of_one_kind_are_one_note() -> None:
    notes = unsettled_notes({1: "is being taken down", 2: "is being taken down", 3: "ended"}, {1: "db", 2: "web"})
    assert notes[0].startswith("is being taken down: db (1), web (2); its memory is not counted as free")
    assert notes[1].startswith("ended: domain (3); ")
