"""The parts of blocks keep what they are given, and print without the guests."""

from __future__ import annotations

from collections import Counter

import numpy as np

from placer.fleet.moves.block import Block, Item, Option


def test_an_item_is_a_whole_guest_that_may_come_unless_said_otherwise() -> None:
    item = Item(3, 0, 2, 4, 20.0)
    assert (item.share, item.comes) == (1.0, True)
    block = Block(
        hosts=(0,),
        pnodes=1,
        items=(item,),
        wide=(),
        comes=(),
        options=(Option((), np.zeros((1, 2), dtype=np.int64)),),
        exact=True,
        steps=(1, 1),
        room=np.zeros((1, 1, 2), dtype=np.int64),
        counts=(Counter(),),
    )
    assert "Counter" not in repr(block)
