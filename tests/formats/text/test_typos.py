"""Which keys look like a slip."""

from __future__ import annotations

from placer.formats.text.typos import typo_notes

KNOWN = ("vnuma", "vcpus", "memory")


def test_only_a_key_close_to_a_known_one_is_asked_about() -> None:
    assert typo_notes(["memroy", "disk", "vcpu"], KNOWN) == [
        "memroy is not read; is memory meant?",
        "vcpu is not read; is vcpus meant?",
    ]


def test_a_known_key_is_not_asked_about_though_it_is_close_to_another() -> None:
    assert typo_notes(["cpus", "cpu"], ["cpu", "cpus"]) == []


def test_capitals_are_a_slip_too_and_long_keys_are_cut() -> None:
    assert typo_notes(["VNUMA"], KNOWN) == ["VNUMA is not read; is vnuma meant?"]
    assert typo_notes(["a" * 50], ["a" * 51]) == [f"{'a' * 40} is not read; is {'a' * 51} meant?"]


def test_where_nothing_is_known_nothing_is_asked() -> None:
    assert typo_notes(["vnuam"], []) == []
