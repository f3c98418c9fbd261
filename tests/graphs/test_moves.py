"""The graph of moves, and the groups that wait for each other."""

from __future__ import annotations

from placer.graphs.moves import circle, move_graph, waiting_groups


def test_what_comes_waits_for_what_leaves_and_a_swap_is_one_group() -> None:
    graph = move_graph({"a": [0], "b": [1], "c": [2], "d": [3]}, {"a": [1], "b": [0], "c": [0], "d": [2]})
    assert waiting_groups(graph) == [["a", "b"], ["c"], ["d"]]  # c comes when b's swap is over, d when c has left
    assert set(circle(graph)) == {"a", "b"}


def test_moves_in_a_line_have_no_circle() -> None:
    graph = move_graph({"a": [0], "b": [1]}, {"a": [1], "b": [2]})
    assert waiting_groups(graph) == [["b"], ["a"]]
    assert circle(graph) == []
