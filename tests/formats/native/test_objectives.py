"""What another objective keeps of the one that an instance states."""

from __future__ import annotations

from pathlib import Path

import pytest

from placer.errors import InputError
from placer.formats.native.objectives import choose_objective
from placer.instance import Objective

STATED = Objective(core_sharing_price=3, shape="none", tiers=({"vdistance": 2},))


def test_the_name_of_an_order_keeps_price_and_shape() -> None:
    for order in ("distance", "cores-first", "room-first"):
        chosen = choose_objective(STATED, order)
        assert (chosen.tiers, chosen.core_sharing_price, chosen.shape) == (order, 3, "none")


def test_the_name_of_a_shape_keeps_the_rest() -> None:
    for shape in ("pack", "spread"):
        chosen = choose_objective(STATED, shape)
        assert (chosen.tiers, chosen.core_sharing_price, chosen.shape) == (({"vdistance": 2},), 3, shape)


def test_default_forgets_what_is_stated() -> None:
    assert choose_objective(STATED, "default") == Objective()


def test_a_file_stands_for_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "objective.json"
    path.write_text('{"shape": "spread"}', encoding="utf-8")
    chosen = choose_objective(STATED, str(path))
    assert (chosen.tiers, chosen.core_sharing_price, chosen.shape) == ("default", None, "spread")


def test_what_is_no_name_and_no_file_is_refused_with_the_names(tmp_path: Path) -> None:
    expected = "no such file; expected a file, or one of default, distance, cores-first, room-first, pack, spread"
    for choice in ("nearest", "x" * 5000):
        with pytest.raises(InputError, match=f"^{choice}: {expected}$"):
            choose_objective(STATED, choice)
    path = tmp_path / "objective.json"
    path.write_text('{"shape": "round"}', encoding="utf-8")
    with pytest.raises(
        InputError, match=r'objective\.json: \$\.shape: expected one of pack, spread, none, got "round"$'
    ):
        choose_objective(STATED, str(path))
