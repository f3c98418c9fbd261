"""Options about guests whose files leave their form open: how many vnodes, with vnuma or without, which memory."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal

import typer

from placer.instance import MOST_VNODES, shorten


class Memory(StrEnum):
    """The memory to place of a guest whose memory is below its maxmem."""

    maxmem = "maxmem"
    memory = "memory"


class Vnuma(StrEnum):
    """When a guest whose file states no vnodes, and that gets one, is written with vnuma."""

    auto = "auto"
    always = "always"


MemoryOption = Annotated[
    Memory | None,
    typer.Option(
        help="For guests whose memory is below their maxmem: which of the two to place, and to write as both. Without "
        "this option a guest without vnuma is placed with its memory and keeps both; a guest with vnuma is placed with "
        "its maxmem, and the xl and libxl formats refuse it."
    ),
]


Migratable = Annotated[
    bool,
    typer.Option(
        "--migratable",
        help="Give no guest vnuma whose file states no vnodes, because Xen can neither save nor migrate such guests: "
        "one that is larger than a pnode is spread over a set of pnodes instead (so are pv and pvh guests anyway).",
    ),
]


def vnodes_choice(text: str | None) -> tuple[int, int] | Literal["fewest"] | None:
    """
    Read the value of ``--vnodes``.

    Returns
    -------
    pair of int, "fewest" or None
        The least and the most vnodes; the word; None for ``auto`` or no value.

    Raises
    ------
    typer.BadParameter
        If the text is none of these.
    """
    if text is None or text == "auto":
        return None
    if text == "fewest":
        return "fewest"
    found = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3}))?", text)
    least, most = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= least <= most <= MOST_VNODES:
        raise typer.BadParameter(
            f'expected auto, fewest, or how many, such as 2 or 1-4, up to {MOST_VNODES}, got "{shorten(text)}"',
            param_hint="--vnodes",
        )
    return least, most


Vnodes = Annotated[
    str | None,
    typer.Option(
        "--vnodes",
        metavar="N|MIN-MAX|auto|fewest",
        help="How many vnodes a guest may get whose file states none. N or MIN-MAX (such as 1-4): the number in that "
        "range that costs least, of equals the smallest. fewest: the smallest number that fits the host without other "
        "guests. auto (the default): one vnode, without vnuma, if a pnode has its memory and a pcpu for each vcpu, "
        "else any number.",
    ),
]
VnumaOption = Annotated[
    Vnuma,
    typer.Option(
        help="For a guest whose file states no vnodes and that gets one. auto: it is written without vnuma, because "
        "Xen can neither save nor migrate a guest with vnuma. always: it is written with one row of vnuma."
    ),
]
