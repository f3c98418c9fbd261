"""Free memory, distances and what a process holds, as virsh and the script print them."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.snapshot.node_memory import read_distances, read_free, read_freecell, read_held, stated
from placer.formats.text.files import Text
from placer.instance.units import MAX_KIB

FREECELL = """\
    0:       2048 KiB
    8:    4194304 KiB
--------------------
Total:    4196352 KiB

"""
NODES = "node 0 distances: 10 21\nnode 0 free: 2048 kB\nnode 8 distances: 21 10\nnode 8 free: 4096 kB\n"


def test_free_memory_is_read_by_node() -> None:
    assert read_freecell(Text(FREECELL)) == {0: 2048, 8: 4194304}
    assert read_free(Text(NODES)) == {0: 2048, 8: 4096}
    assert read_held(Text("node 1 held: 5 kB\n")) == {1: 5}
    assert stated({0: 2048, 8: 1}) == "0=2048KiB,8=1KiB"


def test_distances_are_a_matrix_by_the_ids_of_nodes_or_none() -> None:
    assert read_distances(Text(NODES)) == ((10, 21), (21, 10))
    shell_order = "node 0 distances: 10 20 30\nnode 10 distances: 30 20 10\nnode 2 distances: 20 10 20\n"
    assert read_distances(Text(shell_order)) == ((10, 20, 30), (20, 10, 20), (30, 20, 10))
    assert read_distances(Text(NODES.replace("10 21", "10"))) is None
    assert read_distances(Text("")) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0: 1 KiB\n0: 2 KiB", "here:2: lists node 0 again"),
        ("nonsense", 'here:1: expected a line of virsh freecell --all, got "nonsense"'),
        ("70000: 1 KiB", "here:1: expected a line of virsh freecell --all"),
        (f"0: {MAX_KIB + 1} KiB", "here:1: expected a line of virsh freecell --all"),
    ],
)
def test_what_virsh_does_not_print_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}"):
        read_freecell(Text(text, "here"))
