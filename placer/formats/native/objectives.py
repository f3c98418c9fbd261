"""What counts, by name or from a file, instead of what an instance says."""

from __future__ import annotations

import os

from msgspec.structs import replace

from placer.errors import InputError
from placer.formats.native.instance_json import parse_objective
from placer.formats.text.files import place_of, read_text
from placer.instance import Objective

ORDERS = ("distance", "cores-first")
SHAPES = ("pack", "spread")
NAMES = ("default", *ORDERS, *SHAPES)
"""The objectives that have a name."""


def choose_objective(stated: Objective, choice: str) -> Objective:
    """
    Give an instance another objective.

    Parameters
    ----------
    stated
        That of the instance; the name of an order keeps its price and shape, that of a shape the rest.
    choice
        One of :data:`NAMES` (``default`` forgets what the instance says), else a file of an objective as JSON.

    Raises
    ------
    InputError
        If it is no name and no such file, or the file holds no objective.

    Examples
    --------
    >>> choose_objective(Objective(core_sharing_price=2.5), "spread")
    Objective(core_sharing_price=2.5, shape='spread', tiers='default')
    """
    match choice:
        case "default":
            return Objective()
        case "distance" | "cores-first":
            return replace(stated, tiers=choice)
        case "pack" | "spread":
            return replace(stated, shape=choice)
    if choice != "-" and not os.path.exists(choice):  # noqa: PTH110 - Path.exists fails on names that are too long
        raise InputError(f"no such file; expected a file, or one of {', '.join(NAMES)}", place=choice)
    return parse_objective(read_text(choice), place_of(choice))
