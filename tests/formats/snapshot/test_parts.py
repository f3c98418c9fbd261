"""A snapshot is split into its parts; what is cut off, mixed or not of it is seen."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.snapshot.parts import is_snapshot, split_parts
from tests.support.snapshots import TAG, snapshot

TWO = snapshot({"xl-info": "host : xen1\n", "xl-list": "[]"})
"""Lines 2 to 5 are the first part, 6 to 8 the second, 9 is the end."""


def test_parts_have_their_text_at_its_line_with_command_and_exit_code() -> None:
    parts = split_parts(TWO, "xen1.txt")
    assert list(parts.parts) == ["xl-info", "xl-list"]
    info = parts.parts["xl-info"]
    assert (info.command, info.line, info.code, info.good) == ("xl info -n", 2, 0, True)
    assert info.text.content.split("\n") == ["", "", "host : xen1"]  # it is line 3 of the file
    assert (parts.tag, parts.whole, parts.notes) == (TAG, True, ())


def test_a_failed_command_keeps_its_exit_code_and_what_it_said() -> None:
    text = snapshot({"xl-info": "", "xl-list": ""}, codes={"xl-info": 1}, said={"xl-info": "libxl: denied\nmore"})
    parts = split_parts(text, "xen1.txt").parts
    assert (parts["xl-info"].said, parts["xl-info"].good) == (("libxl: denied", "more"), False)
    assert parts["xl-info"].why == "xl info -n failed with exit code 1: libxl: denied"
    assert parts["xl-list"].why == "xl list -l printed nothing"


def test_every_prefix_is_read_up_to_its_end_and_says_that_it_is_cut_off() -> None:
    lines = TWO.splitlines(keepends=True)
    for count in range(1, len(lines)):
        parts = split_parts("".join(lines[:count]), "xen1.txt")
        assert not parts.whole
        assert parts.notes[-1].endswith("the snapshot is cut off here")
        assert [part.code is None for part in parts.parts.values()] == [
            *[False] * (count > 4),
            *[True] * (1 < count <= 4 or 5 < count <= 7),
            *[False] * (count == 8),
        ]


@pytest.mark.parametrize("prefix", ["xen1: ", "> ", "[2026-11-29 13:32:01] "])
def test_lines_may_stand_behind_something_of_one_width(prefix: str) -> None:
    behind = "".join(prefix + line for line in TWO.splitlines(keepends=True))
    assert is_snapshot(behind)
    parts = split_parts(behind, "xen1.txt")
    assert parts.parts == split_parts(TWO, "xen1.txt").parts
    assert parts.notes == (
        f"xen1.txt: the first {len(prefix)} characters of each line are not of the snapshot, and left out",
    )


def test_lines_of_dos_and_a_login_above_it_are_read() -> None:
    dos = split_parts(TWO.replace("\n", "\r\n"), "xen1.txt")
    assert dos.parts == split_parts(TWO, "xen1.txt").parts
    above = split_parts("Welcome to xen1\n\n" + TWO, "xen1.txt")
    assert above.parts["xl-info"].line == 4
    assert above.notes == ("xen1.txt: 2 lines above the snapshot are skipped",)


def test_a_line_in_no_part_is_named() -> None:
    lines = TWO.splitlines(keepends=True)
    parts = split_parts("".join([*lines[:5], "libxl: warning\n", *lines[5:]]), "xen1.txt")
    assert parts.notes == ('xen1.txt:6: a line stands in no part, and not read: "libxl: warning"',)


OTHER = snapshot({"xl-info": "host : xen2\n", "xl-list": "[]"}, tag="xen2/99aa/7")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            TWO + OTHER,
            r"xen1\.txt:10: a second snapshot, of xen2/99aa/7, below one of xen1/3f2a9c1e/4402; give one file",
        ),
        (
            "".join(TWO.splitlines(keepends=True)[:5] + OTHER.splitlines(keepends=True)[5:]),
            r"xen1\.txt:6: a line of the snapshot xen2/99aa/7 in one of xen1/3f2a9c1e/4402: parts of two hosts",
        ),
        (
            TWO.replace("begin xl-list", "begin xl-info"),
            r"xen1\.txt:6: the part xl-info is there twice, first at line 2",
        ),
        (
            TWO.replace(f"#@ {TAG} end xl-info 0\n", ""),
            r"xen1\.txt:5: the part xl-list begins within xl-info; lines are",
        ),
        (
            TWO.replace(f"#@ {TAG} begin xl-list xl list -l\n", ""),
            r"xen1\.txt:7: the end of the part xl-list, that does not",
        ),
        (
            TWO.replace("end xl-info 0", "end xl-info x"),
            r'xen1\.txt:5: expected an exit code behind "end xl-info", got "x"',
        ),
        (TWO.replace("begin xl-info", "begin XL"), r"xen1\.txt:2: expected the name of a part"),
        (TWO.replace("snapshot 1", "snapshot 2"), r"xen1\.txt:1: a snapshot of format 2, expected 1"),
        (
            "".join(f"{i + 9}: {line}" for i, line in enumerate(TWO.splitlines(keepends=True))),
            r'xen1\.txt:2: a marker behind something of another width than the first line has before it: "10: #@ xen1',
        ),
        ("host : xen1\n", r"xen1\.txt: no first line of a snapshot"),
    ],
)
def test_what_is_mixed_or_lacks_lines_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}"):
        split_parts(text, "xen1.txt")


def test_parts_about_domains_are_given_by_domain() -> None:
    parts = split_parts(snapshot({"virsh-dumpxml/3": "<a/>", "virsh-dumpxml/7": "<b/>"}), "kvm1.txt")
    assert [part.text.content.strip() for part in parts.about("virsh-dumpxml").values()] == ["<a/>", "<b/>"]
    assert list(parts.about("virsh-dumpxml")) == ["3", "7"]


def test_long_names_are_cut_in_messages() -> None:
    tag = TAG.replace("xen1", "x" * 2000)
    with pytest.raises(InputError) as mixed:
        split_parts(TWO.replace(TAG, tag, 2), "xen1.txt")
    assert 0 < len(str(mixed.value)) < 300
    with pytest.raises(InputError) as twice:
        split_parts(TWO.replace("xl-list", "l" * 2000).replace("xl-info", "l" * 2000), "xen1.txt")
    assert 0 < len(str(twice.value)) < 300
