"""Which pcpus share a core."""

from __future__ import annotations

from placer.formats.xl.cores import cores_by_pnode, pnode_with

ROWS = [(0, (0, 0, 0)), (1, (0, 0, 0)), (2, (0, 0, 1)), (3, (0, 0, 1)), (4, (8, 1, 0)), (5, (7, 1, 0))]
"""Each pcpu with its node, socket and core."""


def test_siblings_share_node_socket_and_core() -> None:
    notes: list[str] = []
    assert cores_by_pnode(ROWS, [0, 8], False, notes) == {0: [(0, 1), (2, 3)], 8: [(4,)]}
    assert notes == ["pcpus 5 are on no listed node and are left out"]


def test_where_every_pcpu_is_a_core_there_are_no_siblings() -> None:
    assert cores_by_pnode(ROWS[:4], [0], True, []) == {0: [(0,), (1,), (2,), (3,)]}


def test_a_pnode_states_cores_only_where_pcpus_share_one() -> None:
    assert pnode_with(3, 5, [(2, 3), (0, 1)]).cores == ((0, 1), (2, 3))
    assert pnode_with(3, 5, [(1,), (0,)]).pcpus == (0, 1)
    assert pnode_with(3, 5, [(1,), (0,)]).cores == ()
