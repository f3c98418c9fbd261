"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

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
VnumaOption = Annotated[
    Vnuma,
    typer.Option(
        help="auto: a guest that states no vnodes and fits one pnode is written without vnuma, since Xen cannot save "
        "or migrate a guest that has it. always: it gets one row of vnuma."
    ),
]
