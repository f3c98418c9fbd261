"""The table of a what-if, and its JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import placer
from placer.instance import Device
from placer.report.what_if import render_what_if, what_if_json
from placer.whatif.rows import WhatIf
from tests.support.building import GIB, a_guest, a_host, an_instance

HOST = a_host(6 * GIB, 6 * GIB, 8 * GIB)
TWO = an_instance(HOST, a_guest(5 * GIB, name="a"), a_guest(5 * GIB, name="b"))


def found(*changes: placer.Change) -> WhatIf:
    return placer.what_if(TWO, changes, time_limit_s=20)


def test_a_row_has_its_costs_and_below_stand_reasons_moves_and_notes() -> None:
    """On 6, 6 and 8 GiB two guests of 5 GiB leave 1 and 1 GiB free on their pnodes, and 1 and 3 without pnode 0."""
    lines = render_what_if(
        found(placer.Change(without=(0,)), placer.Change(name="more kept", reserve="2GiB")), "two guests"
    ).splitlines()
    assert lines[0] == "two guests"
    assert " ".join(lines[1].split()) == "change status placed mean tier 1 tier 2 tier 3 tier 4 tier 5 gap moves"
    assert " ".join(lines[2].split()) == "as it is OPTIMAL 2 of 2 10.00 0 0 20000 0 2048 0 -"
    assert " ".join(lines[3].split()) == "without pnode 0 OPTIMAL 2 of 2 10.00 0 0 20000 0 4096 0 1"
    assert " ".join(lines[4].split()) == "more kept INFEASIBLE 0 of 2 - - - - - - - -"
    assert lines[5].startswith("tiers 1: unplaced_guests; 2: unplaced; 3: access_distance and core_sharing; 4: ")
    why = lines.index("Why nothing is placed")
    assert lines[why + 1].startswith("- more kept: ")
    moves = lines.index("What moves")
    assert all(line.startswith("  ") for line in lines[why + 2 : moves - 1])
    assert lines[moves + 1] in {"- without pnode 0: a 0 -> 2", "- without pnode 0: b 0 -> 2"}
    assert lines[lines.index("Assumed and noted") + 1].startswith("- asked states no distances")


def test_quiet_leaves_the_notes_out_and_a_table_alone_has_no_other_part() -> None:
    text = render_what_if(found(placer.Change()), "two", quiet=True)
    assert text.count("\n\n") == 0 and "Assumed" not in text


def test_tiers_that_another_host_has_more_are_a_column_between_the_others() -> None:
    other = placer.Host(pnodes=HOST.pnodes, devices=(Device(id="0000:01:00.0", pnode=0),))
    lines = render_what_if(
        found(placer.Change(instead=an_instance(other, *TWO.guests))), "two", quiet=True
    ).splitlines()
    assert "5: device_pnodes; 6: shape" in " ".join(lines[4:6])
    assert lines[2].split()[8:] == ["0", "0", "20000", "0", "-", "2048", "0", "-"]
    assert len(lines[3].split()[-8:]) == 8 and lines[3].split()[-4] != "-"


def test_what_is_not_proved_has_its_gap() -> None:
    row = found(placer.Change()).rows[0]
    open_tiers = (*row.answer.tiers[:2], placer.Tier(cost=20000, bound=15000, terms=row.answer.tiers[2].terms))
    open_row = replace(row, answer=replace(row.answer, tiers=(*open_tiers, *row.answer.tiers[3:])))
    lines = render_what_if(WhatIf(rows=(open_row,)), "two", quiet=True).splitlines()
    assert lines[2].split()[-3:] == ["25.0", "%", "-"]


@pytest.mark.parametrize(("count", "shown"), [(8, 8), (9, 9), (30, 9)])
def test_a_long_reason_is_cut(count: int, shown: int) -> None:
    reason = "\n".join(f"line {i}" for i in range(count))
    row = replace(
        found().rows[0], answer=placer.Result(status=placer.Status.UNKNOWN, strategy="optimal", reason=reason)
    )
    lines = render_what_if(WhatIf(rows=(row,)), "two", quiet=True).splitlines()
    below = lines[lines.index("Why nothing is placed") + 1 :]
    assert below[:2] == ["- as it is: line 0", "  line 1"] and len(below) == shown
    assert below[-1] == (f"  and {count - 8} lines more, which --format json has" if count > 8 else "  line 7")


def test_json_has_every_answer_whole() -> None:
    rows = json.loads(what_if_json(found(placer.Change(without=(0,)), placer.Change(reserve="2GiB"))))["rows"]
    assert [(row["change"], row["status"]) for row in rows] == [
        ("as it is", "OPTIMAL"),
        ("without pnode 0", "OPTIMAL"),
        ("reserve 2GiB", "INFEASIBLE"),
    ]
    (move,) = rows[1]["moves"]
    assert move in ({"guest": "a", "from": [0], "to": [2]}, {"guest": "b", "from": [0], "to": [2]})
    assert rows[1]["placement"][move["guest"]] == [2]
    assert rows[0]["moves"] is rows[2]["moves"] is rows[2]["placement"] is None
    assert rows[2]["reason"]
    assert [tier["cost"] for tier in rows[0]["tiers"]] == [0, 0, 20000, 0, 2048]
