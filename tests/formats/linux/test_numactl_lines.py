from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.linux.numactl_lines import joined_lines


def test_lines_of_numbers_belong_to_the_list_above_them() -> None:
    lines = list(joined_lines("node 0 cpus: 0\n 1\n\n2\nnode 0 size: 5 MB\n  0: 10\n 20\n", "n.txt"))
    assert [(line.text, line.place, line.pieces) for line in lines] == [
        ("node 0 cpus: 0 1 2", "n.txt:1", 3),
        ("node 0 size: 5 MB", "n.txt:5", 1),
        ("0: 10 20", "n.txt:6", 2),
    ]


@pytest.mark.parametrize("text", ["1 2 3\n", "node 0 size: 5 MB\n6\n", "node distances:\n6\n"])
def test_numbers_below_no_list_are_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^n.txt:\d: numbers that continue no line"):
        list(joined_lines(text, "n.txt"))
