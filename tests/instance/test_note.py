"""Notes of one kind become one line, and nothing is said twice."""

from __future__ import annotations

import pickle

from placer.instance.note import Note, about, counted, grouped, name_some, pnodes_in_words


def test_one_guest_keeps_its_figures_and_several_share_a_line() -> None:
    runs = [about(name, Note(f"runs as domain {i}", kind="runs")) for i, name in enumerate("abcdefgh", 1)]

    assert grouped(runs[:1]) == ['guest "a" runs as domain 1']
    assert grouped(runs) == ["each of 8 guests runs: a, b, c, d, e, f and 2 more"]


def test_a_line_stands_where_the_first_of_its_kind_stood() -> None:
    notes = [about("a", "x", joint=": "), "host", about("a", "y"), about("b", "x", joint=": "), about("b", "z")]

    assert grouped(notes) == ["each of 2 guests: x: a, b", "host", 'guest "a" y', 'guest "b" z']


def test_nothing_is_said_twice() -> None:
    assert grouped(["host", about("a", "x"), "host", about("a", "x")]) == ["host", 'guest "a" x']


def test_one_guest_alone_keeps_every_note_of_a_kind() -> None:
    notes = [about("a", Note(f"has cell {i}", kind="has cells")) for i in range(2)]

    assert grouped(notes) == notes
    assert grouped([*notes, about("b", Note("has cell 0", kind="has cells"))]) == ["each of 2 guests has cells: a, b"]


def test_a_joint_is_part_of_the_kind_and_a_name_is_not() -> None:
    assert len(grouped([about("a", "x"), about("b", "x", joint=": ")])) == 2
    assert grouped([about("each of 2", "x"), about("x", "x")]) == ["each of 2 guests x: each of 2, x"]


def test_notes_survive_pickling() -> None:
    note = about("a", Note("x 1", kind="x"))
    copy = pickle.loads(pickle.dumps(note))

    assert (copy, copy.guest, copy.kind) == (note, "a", " x")


def test_six_names_are_named_before_the_rest_is_counted() -> None:
    assert name_some(list("abcdef")) == "a, b, c, d, e, f"
    assert name_some(list("abcdefg")) == "a, b, c, d, e, f and 1 more"


def test_one_thing_is_no_plural() -> None:
    assert (counted(1, "pnode"), counted(2, "pnode"), counted(0, "vcpu")) == ("1 pnode", "2 pnodes", "0 vcpus")
    assert (pnodes_in_words((3, 3)), pnodes_in_words((5, 1, 0))) == ("pnode 3", "pnodes 0-1,5")
