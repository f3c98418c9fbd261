"""The rows of the tables, and what is said of those that placer did not write."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

import placer
from placer.claims.tables import SCHEMA, ClaimedShape, Owner, rows_of

PATH = Path("c")


def test_the_tables_can_be_made_and_hold_one_claim_for_each_guest_and_uuid() -> None:
    connection = sqlite3.connect(":memory:")
    for statement in SCHEMA:
        connection.execute(statement)
    connection.execute("INSERT INTO claims (guest, uuid, content) VALUES ('a', 'u', '')")
    for guest, uuid in (("a", "v"), ("b", "u")):
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("INSERT INTO claims (guest, uuid, content) VALUES (?, ?, '')", (guest, uuid))
    connection.execute("INSERT INTO claims (guest, uuid, content) VALUES ('c', NULL, ''), ('d', NULL, '')")
    connection.close()


def test_rows_are_read() -> None:
    assert rows_of(Owner, [('{"name": "xen1", "pnodes": [0, 1]}',)], PATH, "host") == [
        Owner(name="xen1", pnodes=(0, 1))
    ]
    shape = ClaimedShape(memory_kib=1024, vcpus=2, vnodes=1, count=3)
    assert rows_of(ClaimedShape, [(1024, 2, 1, 3)], PATH, "shapes") == [shape]


@pytest.mark.parametrize(
    "row", ["", "{}", '{"name": 3, "pnodes": []}', '{"name": "a", "pnodes": [], "more": 1}', None, b"\xff", 7]
)
def test_a_row_that_placer_did_not_write_is_named(row: object) -> None:
    good = ('{"name": "xen1", "pnodes": [0, 1]}',)
    with pytest.raises(placer.InputError, match=r"^c: is damaged: row 2 of its table host: "):
        rows_of(Owner, [good, (row,)], PATH, "host")


@pytest.mark.parametrize("row", [(1, 2, 1, 0), (-1, 2, 1, 1), ("x", 2, 1, 1), (None, 2, 1, 1)])
def test_a_shape_that_placer_did_not_write_is_named(row: tuple[object, ...]) -> None:
    with pytest.raises(placer.InputError, match=r"^c: is damaged: row 1 of its table shapes: "):
        rows_of(ClaimedShape, [row], PATH, "shapes")
