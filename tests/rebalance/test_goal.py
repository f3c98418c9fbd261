"""Goals that mean nothing on a host are refused."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.instance import Guest, Vnode
from placer.rebalance.goal import Goal, check_goal
from tests.support.running_hosts import host_of

NEW = Guest(name="new", vnodes=[Vnode(memory_kib=1)])
RUNS = Guest(name="a", vnodes=[Vnode(memory_kib=1)])


@pytest.mark.parametrize(
    ("goal", "message"),
    [
        (Goal(moves=-1), "moves: expected 0 or more"),
        (Goal(kib=-1), "gib: expected 0 or more"),
        (Goal(restarts=-1), "restarts: expected 0 or more"),
        (Goal(stay=("c",)), 'stay: no guest "c" runs on this host'),
        (Goal(unpin=("c",)), 'unpin: no guest "c" runs on this host'),
        (Goal(make_room=(RUNS,)), 'make_room: guest "a" runs already'),
        (Goal(make_room=(NEW, NEW)), 'make_room: guest "new" is named twice'),
        (Goal(empty=(7,)), "empty: no pnode 7 on this host, expected one of 0-1"),
        (Goal(empty=(0, 1)), "empty: names every pnode"),
    ],
)
def test_it_says_what_is_wrong(goal: Goal, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_goal(goal, host_of([8, 8], {"a": (4, 0)}))


def test_the_fewest_moves_are_asked_where_room_is_made_or_a_pnode_emptied() -> None:
    assert Goal(empty=(1,)).fewest and Goal(make_room=(NEW,)).fewest and not Goal(moves=3).fewest
    check_goal(Goal(stay=("a",), empty=(1,), make_room=(NEW,)), host_of([8, 8], {"a": (4, 0)}))
