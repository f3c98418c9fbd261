"""Whether free memory is a promise, from command lines and settings as Xen's pages give them."""

from __future__ import annotations

import pytest

from placer.formats.text.files import Text
from placer.formats.xl.dom0_memory import balloon_notes, boot_notes

WITHOUT, NO_MAX = "without dom0_mem=SIZE,max:SIZE", "has no max:SIZE"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (None, None),
        ("placeholder dom0_mem=4096M,max:4096M loglvl=all", None),
        ("dom0_mem=min:1G,4096M,max:4096M", None),
        ("dom0_mem=max:4096M", None),
        ("dom0_mem=4096M", NO_MAX),
        ("loglvl=all no-dom0_mem=4096M", WITHOUT),
        ("", WITHOUT),
    ],
)
def test_the_command_line_of_xen_tells_whether_dom0_balloons(line: str | None, words: str | None) -> None:
    notes = list(boot_notes(line))
    assert [words in note for note in notes if words] == ([True] if words else [])
    assert all(note.startswith("free memory is no promise: ") for note in notes) and len(notes) == (words is not None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("autoballoon: 1\nasked: yes\n", ["autoballoon is on"]),
        ('autoballoon: "on"\nasked: yes\n', ["autoballoon is on"]),
        ("autoballoon: on\nautoballoon: off\nasked: yes\n", []),
        ('autoballoon: "auto"\nasked: yes\n', []),
        ("squeezed: yes\nasked: yes\n", ["squeezed of XAPI"]),
        ("autoballoon: 1\nsqueezed: yes\nasked: yes\n", ["autoballoon is on", "squeezed of XAPI"]),
        ("asked: yes\n", []),
    ],
)
def test_the_programs_of_dom0_tell_whether_they_move_memory(text: str, words: list[str]) -> None:
    notes = list(balloon_notes(Text(text)))
    assert len(notes) == len(words)
    assert all(word in note for word, note in zip(words, notes, strict=True))
    assert list(balloon_notes(None)) == []
