"""Boxes by nearness: nothing lies on anything else, and frames hold what is near."""

from __future__ import annotations

from itertools import combinations

from placer.draw.arrangement import alike, arranged, distance_words
from placer.draw.scene import Block, Box, Part
from placer.graphs.nearness import Nearby, nearness
from tests.support.building import a_host, tree_slit


def corners(items: tuple[object, ...], x: float = 0, y: float = 0) -> list[tuple[float, float, float, float]]:
    found = []
    for item in items:
        if isinstance(item, Part):
            found += corners(item.items, x + item.x, y + item.y)
        elif isinstance(item, Box) and item.look == "card":
            found.append((x, y, x + item.width, y + item.height))
    return found


def boxes(count: int) -> list[Block]:
    return [Block(width=100, height=50 + 13 * p % 70, items=()) for p in range(count)]


def test_boxes_stand_apart_within_the_picture() -> None:
    near = nearness(a_host(*[4] * 16, slit=tree_slit((2, 4, 16), (10, 12, 20, 40))))
    block = arranged(near, boxes(16))
    cards = corners(block.items)
    assert len(cards) == 16
    for a, b in combinations(cards, 2):
        assert a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]
    assert max(card[2] for card in cards) < block.width and max(card[3] for card in cards) < block.height


def test_equal_clusters_have_equal_columns_and_no_row_is_nearly_empty() -> None:
    near = nearness(a_host(*[4] * 8, slit=tree_slit((4, 8), (10, 12, 40))))
    even = [Block(width=100, height=90, items=())] * 7
    cards = corners(arranged(near, [*even, *boxes(1)]).items)  # three columns have the better shape, with two gaps
    columns = [len({x for x, *_ in cards[start : start + 4]}) for start in (0, 4)]
    assert columns == [2, 2]


def test_one_pnode_has_no_frame_but_its_own() -> None:
    block = arranged(Nearby(pnodes=(0,)), boxes(1))
    assert (block.width, block.height, corners(block.items)) == (100, 50, [(0, 0, 100, 50)])


def test_boxes_of_a_row_are_equally_high() -> None:
    near = nearness(a_host(*[4] * 4, slit=tree_slit((4,), (10, 12))))
    cards = corners(arranged(near, boxes(4)).items)
    ends = {top: {card[3] for card in cards if card[1] == top} for top in {card[1] for card in cards}}
    assert len(cards) == 4 and all(len(bottoms) == 1 for bottoms in ends.values()) and len(ends) < 4


def test_distances_are_named_in_words() -> None:
    def words(least: int, most: int) -> str:
        return distance_words(Nearby(pnodes=(0, 1), least=least, most=most))

    assert words(12, 12) == "distance 12"
    assert words(12, 30) == "distance 12 to 30"
    assert words(255, 255) == "cannot reach each other"
    assert words(20, 255) == "distance 20 or more, some cannot reach each other"


def test_states_give_each_box_the_same_room() -> None:
    states = [[Block(width=10, height=high, items=()) for high in of] for of in ((5, 9), (7, 3))]
    assert [[box.height for box in of] for of in alike(states)] == [[7, 9], [7, 9]]
