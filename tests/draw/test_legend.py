"""The legend explains what occurs, and nothing else."""

from __future__ import annotations

from placer.draw.legend import MEANINGS, legend
from placer.draw.scene import Block, Box, Label, Part, Shape
from placer.draw.shown import Shown
from placer.draw.svg import STYLE

GUESTS = (Shown(name="db", facts="1 GiB, on pnode 0"), Shown(name="web", facts="not placed"))


def labels(items: tuple[Shape, ...]) -> list[str]:
    found = []
    for item in items:
        found += labels(item.items) if isinstance(item, Part) else [item.text] if isinstance(item, Label) else []
    return found


def swatches(block: Block) -> list[int]:
    entries = [item for item in block.items if isinstance(item, Part) and item.look == "entry"]
    return [box.fill for entry in entries for box in entry.items if isinstance(box, Box) and box.fill is not None]


def test_each_guest_has_its_number_name_and_figures() -> None:
    assert labels(legend(GUESTS, {0}, set(), 700).items) == ["1 db", "1 GiB, on pnode 0", "2 web", "not placed"]


def test_a_guest_that_is_nowhere_has_no_swatch() -> None:
    assert swatches(legend(GUESTS, {0}, set(), 700)) == [0]


def test_only_what_occurs_is_explained() -> None:
    said = labels(legend(GUESTS, set(), {"free", "core", "card"}, 700).items)
    assert said[4:] == [MEANINGS["free"], MEANINGS["core"]]


def test_everything_that_is_explained_has_a_style() -> None:
    assert all(f".{look}{{" in STYLE for look in MEANINGS)


def test_what_a_guest_costs_is_folded_below_its_figures_and_never_cut() -> None:
    costs = "reads 50 % at 10, 50 % at 20, 0.67 vcpus beside each on its core"
    costly = (Shown(name="db", facts="1 GiB, 8 vcpus", costs=costs), GUESTS[1])
    drawn, plain = legend(costly, set(), set(), 700), legend(GUESTS, set(), set(), 700)
    name, facts, first, second, *rest = labels(drawn.items)
    assert (name, facts, f"{first} {second}") == ("1 db", "1 GiB, 8 vcpus", costs)
    assert rest == ["2 web", "not placed"]
    assert drawn.height > plain.height
