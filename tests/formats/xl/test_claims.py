"""What ``xl info`` says of claims."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.xl.claims import claimed_mib, claims_note
from placer.formats.xl.info import read_xl_info

TEXT = """\
host                   : h
free_memory            : {free}
{claims}nr_nodes               : 2
cpu_topology           :
cpu:    core    socket     node
  0:       0        0        0
  1:       0        1        1
numa_info              :
node:    memsize    memfree    distances
   0:      4096       1000      10,21
   1:      4096       3000      21,10
"""


def claimed(free: int | str, claims: int | str | None) -> int:
    line = "" if claims is None else f"outstanding_claims     : {claims}\n"
    return read_xl_info(TEXT.format(free=free, claims=line), "host.txt").host.claimed_kib // 1024


@pytest.mark.parametrize(
    ("free", "claims", "expected"),
    [
        (1500, 2500, 2500),
        (1500, 2498, 2500),  # memfree is rounded down on each pnode: free_memory is what xl says guests may take
        (4000, 0, 0),
        (4001, 0, 0),  # rounded down once, and on each pnode
        (3990, 0, 0),  # a domain went between the two hypercalls
        (4003, 2, 0),
        (1500, None, 2500),  # cut from the text
    ],
)
def test_a_limit_is_there_only_where_free_memory_says_less(free: int, claims: int | None, expected: int) -> None:
    assert claimed(free, claims) == expected


def test_without_free_memory_the_claims_count() -> None:
    assert claimed_mib({"outstanding_claims": "700"}, 4000, "host.txt") == 700
    assert claimed_mib({}, 4000, "host.txt") == 0


@pytest.mark.parametrize("text", ["-1", "x", "", "1" * 12])
def test_anything_but_mib_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"host\.txt: outstanding_claims: expected a number of MiB, got"):
        claimed(1500, text)
    with pytest.raises(InputError, match=r"host\.txt: free_memory: expected a number of MiB, got"):
        claimed(text, 1)


def test_the_note_says_how_much_is_left_and_what_to_do() -> None:
    reading = read_xl_info(TEXT.format(free=1500, claims="outstanding_claims : 2500\n"), "host.txt")
    assert claims_note(2500, 4000) in reading.notes
    assert "all guests together get at most 1500 MiB; once those are built, xl info -n says" in claims_note(2500, 4000)
