"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

Host = Annotated[
    str | None,
    typer.Option(
        "--host",
        metavar="HOST",
        help="The host: text of `xl info -n`, or JSON of a host. The files are then its guests.",
    ),
]
Guests = Annotated[
    list[str],
    typer.Argument(metavar="GUEST...", help="The guests: xl.cfg, or libxl's JSON; - is standard input."),
]
Reserve = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE|ID=SIZE,...",
        help="Memory to leave free on every pnode (1GiB) or on some (0=2GiB,3=512MiB); replaces the host's own.",
    ),
]
FreePnodes = Annotated[bool, typer.Option("--free-pnodes", help="Place vnodes anew that the input fixes to a pnode.")]
TimeLimit = Annotated[
    float,
    typer.Option("--time-limit", min=0.0, metavar="SECONDS", help="Seconds after which the best so far is the answer."),
]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=256,
        help="Threads of the solver; by default chosen by size. One worker and the same seed give the same placement; "
        "more give the same costs where OPTIMAL, perhaps another placement.",
    ),
]
Seed = Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Seed of everything random.")]
AllowUnplaced = Annotated[
    bool,
    typer.Option(
        "--allow-unplaced",
        help="Where not all fits, leave as little unplaced as can be: fewest guests first, then memory and vcpus.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]
Force = Annotated[bool, typer.Option("--force", help="Replace files that exist.")]


class Memory(StrEnum):
    """Which memory of a guest whose memory is below its maxmem."""

    maxmem = "maxmem"
    memory = "memory"


class Vnuma(StrEnum):
    """When a guest that states no vnodes is written with vnuma."""

    auto = "auto"
    always = "always"


MemoryOption = Annotated[
    Memory | None,
    typer.Option(
        help="For guests whose memory is below their maxmem: which of the two to place and to write as both. "
        "Without it they are placed with maxmem, and the xl and libxl formats refuse them."
    ),
]
VnumaOption = Annotated[
    Vnuma,
    typer.Option(
        help="auto: a guest that states no vnodes and fits one pnode is written without vnuma, since Xen cannot save "
        "or migrate a guest that has it. always: it gets one row of vnuma."
    ),
]
