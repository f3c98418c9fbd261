"""Guests that came to a fleet, as text and as JSON."""

from __future__ import annotations

import json

from placer.fleet.arrivals.arrival import Arrival
from placer.instance import Placement
from placer.report.fleet_add import arrivals_json, render_arrivals

PLACED = Arrival(
    guest="db",
    host="h1",
    pnodes=(0, 1),
    placement=Placement(pnode_of={"db": (0, 1)}, pcpu_of={"db": (3, 7), "x": (1,)}),
)
REFUSED = Arrival(guest="big", why=("2 hosts: no room", "1 host: no label ssd"))


def test_a_row_for_each_guest_and_the_reasons_of_others() -> None:
    assert render_arrivals([PLACED, REFUSED]).splitlines() == [
        "1 of 2 guests placed",
        "",
        "Guests",
        "  guest  host  pnodes",
        "  db     h1    0, 1",
        "",
        'guest "big" has no place:',
        "  2 hosts: no room",
        "  1 host: no label ssd",
    ]
    assert render_arrivals([PLACED]).startswith("1 of 1 guest placed\n")


def test_json_has_hosts_pnodes_and_pcpus_of_the_guest_alone() -> None:
    assert json.loads(arrivals_json([PLACED, REFUSED])) == {
        "placed": {"db": {"host": "h1", "pnodes": [0, 1], "pcpus": [3, 7]}},
        "unplaced": {"big": ["2 hosts: no room", "1 host: no label ssd"]},
    }
