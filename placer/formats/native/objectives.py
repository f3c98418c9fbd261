"""Replaces the objective of an instance by a named one or one from a file (option ``--objective``)."""

from __future__ import annotations

import os
from typing import get_args

from msgspec.structs import replace

from placer.errors import InputError
from placer.formats.native.instance_json import parse_objective
from placer.formats.text.files import place_of, read_text
from placer.instance import Objective
from placer.instance.instance import Shape
from placer.instance.objective_terms import ORDERS

SHAPES = tuple(shape for shape in get_args(Shape) if shape != "none")
NAMES = (*ORDERS, *SHAPES)
"""Names of objectives, as ``--objective`` accepts them."""


def choose_objective(stated: Objective, choice: str) -> Objective:
    """
    Choose the objective to solve with.

    Parameters
    ----------
    stated
        The objective of the instance.
    choice
        One of :data:`NAMES`, else a file with an objective as JSON. ``default`` ignores the objective of the instance;
        the name of an order changes only its tiers, the name of a shape only its shape.

    Raises
    ------
    InputError
        If ``choice`` is neither a name nor a file, or the file holds no objective.

    Examples
    --------
    >>> choose_objective(Objective(core_sharing_price=2.5), "spread")
    Objective(core_sharing_price=2.5, future=None, shape='spread', tiers='default')
    """
    if choice == "default":
        return Objective()
    if choice in ORDERS:
        return replace(stated, tiers=choice)
    if choice in SHAPES:
        return replace(stated, shape=choice)
    if choice != "-" and not os.path.exists(choice):  # noqa: PTH110 - Path.exists fails on names that are too long
        raise InputError(f"no such file; expected a file, or one of {', '.join(NAMES)}", place=choice)
    return parse_objective(read_text(choice), place_of(choice))
