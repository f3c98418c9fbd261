"""Claims as text and JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import placer
from placer.report.claims import claims_json, claims_table
from tests.support.claiming import GIB, UUID

CLAIMED = placer.ClaimedGuest(
    name="web",
    uuid=UUID.format(7),
    state="claimed",
    pnodes=(0, 2),
    memory_kib={0: 6 * GIB, 1: 0, 2: 1024},
    left_s=83.4,
    domid=None,
)
RUNNING = placer.ClaimedGuest(
    name="db", uuid=None, state="running", pnodes=(1,), memory_kib={1: GIB}, left_s=None, domid=12
)


def test_each_guest_has_a_row() -> None:
    assert claims_table([CLAIMED, RUNNING]) == (
        "Claims\n"
        "  guest  state    left  domain  takes of pnodes\n"
        "  web    claimed  84 s       -  0: 6 GiB, 2: 1 MiB\n"
        "  db     running     -      12  1: 1 GiB\n"
    )


def test_json_has_every_figure() -> None:
    (first, second) = json.loads(claims_json([CLAIMED, RUNNING]))["claims"]
    assert first == {
        "name": "web",
        "uuid": UUID.format(7),
        "state": "claimed",
        "pnodes": [0, 2],
        "memory_kib": {"0": 6 * GIB, "1": 0, "2": 1024},
        "left_s": 83.4,
        "domid": None,
    }
    assert (second["left_s"], second["domid"]) == (None, 12)


def test_longer_times_are_in_minutes_rounded_up() -> None:
    for left_s, shown in ((119.0, "119 s"), (120.0, "2 min"), (899.5, "15 min")):
        assert f" {shown} " in claims_table([replace(CLAIMED, left_s=left_s)])


def test_claims_of_a_fleet_name_their_hosts() -> None:
    of_fleet = replace(RUNNING, host="node3")
    assert claims_table([of_fleet]) == (
        "Claims\n"
        "  guest  host   state    left  domain  takes of pnodes\n"
        "  db     node3  running     -      12  1: 1 GiB\n"
    )
    first, second = json.loads(claims_json([of_fleet, CLAIMED]))["claims"]
    assert (first["host"], "host" in second) == ("node3", False)
