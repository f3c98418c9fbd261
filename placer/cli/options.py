"""Options that several commands share."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal

import typer

from placer.instance import MOST_VNODES, shorten

HOST_FORMS = (
    "text of `xl info -n` or `numactl -H`, XML of hwloc (lstopo) or `virsh capabilities`, JSON of a host or instance, "
    "or a sysfs folder such as /sys"
)
Host = Annotated[
    str | None,
    typer.Option(
        "--host",
        metavar="HOST",
        help=f"The host: {HOST_FORMS}. The files are then its guests.",
    ),
]
Guests = Annotated[
    list[str],
    typer.Argument(
        metavar="GUEST...",
        help="The guests: xl.cfg, libxl's JSON, libvirt's domain XML, or a flavour of OpenStack as JSON; - is standard "
        "input.",
    ),
]
Reserve = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE|ID=SIZE,...",
        help="Memory to leave free on every pnode (1GiB) or on some (0=2GiB,3=512MiB); replaces the host's own.",
    ),
]
Free = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE|ID=SIZE,...",
        help="Memory that is free for guests on every pnode (8GiB) or on some (0=8GiB,1=6GiB), instead of what the "
        "host says.",
    ),
]
Running = Annotated[
    str | None,
    typer.Option(
        "--running",
        metavar="FILE",
        help="What runs on the host, as `xl list -l` prints it: its vcpus load the pcpus they are bound to.",
    ),
]
VcpuList = Annotated[
    str | None,
    typer.Option(
        "--vcpu-list",
        metavar="FILE",
        help="What `xl vcpu-list` prints: to which pcpus the running vcpus are bound now, those of Domain-0 too.",
    ),
]
Pools = Annotated[
    str | None,
    typer.Option(
        "--pools",
        metavar="FILE",
        help="What `xl cpupool-list -c` prints: guests stay in the cpupool that their pool= names, else in Pool-0.",
    ),
]
Objective = Annotated[
    str | None,
    typer.Option(
        "--objective",
        metavar="NAME|FILE",
        help="What counts, instead of what the instance says. distance: nearness before free cores; cores-first: the "
        "other way round; default: both weighed against each other. pack, spread: fill the pnodes used, or keep the "
        "fullest as empty as can be, as the last tier. Or a file with an objective as JSON.",
    ),
]
Hint = Annotated[
    str | None,
    typer.Option(
        "--hint",
        metavar="PLACEMENT",
        help="Start the search from a placement: what `--format json` wrote. It may break rules, and guests may be "
        "missing or too many.",
    ),
]
Keep = Annotated[
    str | None,
    typer.Option(
        "--keep",
        metavar="PLACEMENT",
        help="Move as few vnodes away from this placement as may be: a tier right before shape. The search starts from "
        "it, unless --hint names another.",
    ),
]
FreePnodes = Annotated[bool, typer.Option("--free-pnodes", help="Place vnodes anew that the input fixes to a pnode.")]


def _number(value: float) -> float:
    if value != value:  # noqa: PLR0124 - true of nan alone, which passes every comparison
        raise typer.BadParameter("expected a number of seconds")
    return value


TimeLimit = Annotated[
    float,
    typer.Option(
        "--time-limit",
        min=0.0,
        callback=_number,
        metavar="SECONDS",
        help="Seconds after which the best so far is the answer.",
    ),
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
Log = Annotated[
    bool,
    typer.Option("--log", help="Show the steps with their times, and the solver's own log, on stderr."),
]
DumpModel = Annotated[
    str | None,
    typer.Option(
        "--dump-model",
        metavar="FILE",
        help="Write the CP-SAT model of the first tier that anything can change: .pb is a binary protocol buffer, "
        ".txt or .pbtxt a text. It is built for that also where the strategy solves without one.",
    ),
]
Pin = Annotated[
    bool,
    typer.Option(
        "--pin",
        help="With a format that starts guests: bind every vcpu to the pcpus of its pnode (cpus= as a list), as far as "
        "its own hard affinity allows them.",
    ),
]
InPlace = Annotated[
    bool,
    typer.Option(
        "--in-place",
        help="Write each guest back to the file it came from; with the format of that file: xl, libxl, libvirt.",
    ),
]
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


def vnodes_choice(text: str | None) -> tuple[int, int] | Literal["fewest"] | None:
    """Read ``--vnodes``."""
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
        help="How many vnodes a guest file that states none may get (1-4): the number that costs least, the fewest "
        "among equals. auto (the default): one, without vnuma, where that fits the host without other guests, else any "
        "number. fewest: as few as fit so.",
    ),
]
VnumaOption = Annotated[
    Vnuma,
    typer.Option(
        help="auto: a guest that states no vnodes and fits one pnode is written without vnuma, since Xen cannot save "
        "or migrate a guest that has it. always: it gets one row of vnuma."
    ),
]
