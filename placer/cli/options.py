"""Options that several commands share, with their help."""

from __future__ import annotations

from typing import Annotated

import typer

HOST_FORMS = (
    "a snapshot (`placer snapshot`: all that runs there is in it too), text of `xl info -n` or `numactl -H`, XML of "
    "hwloc (lstopo) or `virsh capabilities`, JSON of a host or instance, or a sysfs folder such as /sys"
)
Host = Annotated[
    str | None,
    typer.Option(
        "--host",
        metavar="HOST",
        help=f"The host: {HOST_FORMS}. The files on the command line are then its guests.",
    ),
]
Guests = Annotated[
    list[str],
    typer.Argument(
        metavar="GUEST...",
        help="Files of the guests: xl.cfg, libxl's JSON, libvirt's domain XML, or an OpenStack flavour as JSON; a "
        "folder means its files that end in .cfg, .json or .xml; - is standard input.",
    ),
]
Reserve = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE|ID=SIZE,...",
        help="Memory to keep free on every pnode (1GiB) or on some (0=2GiB,3=512MiB), instead of the reserve that the "
        "host file states.",
    ),
]
Free = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE|ID=SIZE,...",
        help="Free memory of every pnode (8GiB) or of some (0=8GiB,1=6GiB), instead of the amount that the host file "
        "states.",
    ),
]
Running = Annotated[
    str | None,
    typer.Option(
        "--running",
        metavar="FILE",
        help="The running guests, as `xl list -l` prints them: their vcpus load the pcpus that they are bound to.",
    ),
]
VcpuList = Annotated[
    str | None,
    typer.Option(
        "--vcpu-list",
        metavar="FILE",
        help="The pcpus that running vcpus are bound to now, those of Domain-0 included, as `xl vcpu-list` prints "
        "them.",
    ),
]
NumaDump = Annotated[
    str | None,
    typer.Option(
        "--numa-dump",
        metavar="FILE",
        help="The pnodes that hold the memory of each running guest, as `xl dmesg` prints them after `xl debug-keys "
        "u`. Wait a second after the key: Xen prints slowly. What guests hold that are placed anew counts as free.",
    ),
]
Pools = Annotated[
    str | None,
    typer.Option(
        "--pools",
        metavar="FILE",
        help="The cpupools, as `xl cpupool-list -c` prints them: a guest runs in the pool that its pool= names, else "
        "in the first, which has id 0.",
    ),
]
Objective = Annotated[
    str | None,
    typer.Option(
        "--objective",
        metavar="NAME|FILE",
        help="The costs to minimise, instead of those that the instance states. distance: access distance before core "
        "sharing; cores-first: core sharing before access distance; room-first: with --expect, room for the guests "
        "that are expected before both; default: all in one tier, weighed against each other. pack or spread as the "
        "last tier: fill the pnodes in use, or keep the fullest pnode as empty as possible. Or a file with an "
        "objective as JSON.",
    ),
]
Expect = Annotated[
    str | None,
    typer.Option(
        "--expect",
        metavar="FILE|learnt",
        help="Shapes of the guests that are expected later, as JSON: what a placement leaves free counts by what it "
        "can still hold of them (term future_capacity). learnt: the shapes of all guests that were ever claimed in the "
        "file of --claims.",
    ),
]
Hint = Annotated[
    str | None,
    typer.Option(
        "--hint",
        metavar="PLACEMENT",
        help="An earlier placement to start the search from, as `--format json` writes it. It may break rules, lack "
        "guests of the instance and contain others.",
    ),
]
Keep = Annotated[
    str | None,
    typer.Option(
        "--keep",
        metavar="PLACEMENT",
        help="An earlier placement, as `--format json` writes it: move as few vnodes as possible away from it, as a "
        "tier right before device_pnodes and shape. The search starts from it, unless --hint names another.",
    ),
]
FreePnodes = Annotated[
    bool, typer.Option("--free-pnodes", help="Also place the vnodes that the input fixes to a pnode.")
]


def number(value: float) -> float:
    """Refuse nan."""
    if value != value:  # noqa: PLR0124 - true of nan alone, which no bound of min= refuses
        raise typer.BadParameter("expected a number of seconds")
    return value


TimeLimit = Annotated[
    float,
    typer.Option(
        "--time-limit",
        min=0.0,
        callback=number,
        metavar="SECONDS",
        help="Seconds after which the search ends with the best placement found so far. solve counts them from the "
        "start of the command, or from the end of reading where something comes from standard input.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=256,
        help="Threads of the solver; by default chosen by the size of the problem. With one worker and the same seed "
        "the placement is the same each time; with more workers it may differ, but not the costs of an OPTIMAL one.",
    ),
]
Seed = Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Seed of all random choices.")]
AllowUnplaced = Annotated[
    bool,
    typer.Option(
        "--allow-unplaced",
        help="If not all guests fit, leave as few of them unplaced as possible, then as little memory and as few "
        "vcpus. Configurations are written of the guests that are placed, and the others are named.",
    ),
]
Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet",
        "-q",
        help="Print no progress and no notes, neither on stderr nor in the report: errors alone. As JSON an answer "
        "keeps its notes.",
    ),
]
Log = Annotated[
    bool,
    typer.Option("--log", help="Log the steps of the search with their times, and CP-SAT's own log, on stderr."),
]
DumpModel = Annotated[
    str | None,
    typer.Option(
        "--dump-model",
        metavar="FILE",
        help="Write the CP-SAT model of the first tier whose cost is open: .pb is a binary protocol buffer, .txt or "
        ".pbtxt a text. The model is built for that even if the strategy solves without it.",
    ),
]
Pin = Annotated[
    bool,
    typer.Option(
        "--pin",
        help="Bind every vcpu to the pcpus of its pnode that its own hard affinity allows (cpus= as a list). For "
        "formats that start guests.",
    ),
]
InPlace = Annotated[
    bool,
    typer.Option(
        "--in-place",
        help="Write each guest back to the file that it came from, in the format of that file: xl, libxl or libvirt.",
    ),
]
ClaimsFile = Annotated[
    str | None,
    typer.Option(
        "--claims",
        metavar="FILE",
        help="Place beside the guests that others are starting: the file has what they will take of this host, and "
        "gets what these guests take, in one step with a last look at their room. It is made if missing, and lies on a "
        "local disk. placer claims lists, confirms and ends what is in it.",
    ),
]
Expires = Annotated[
    float | None,
    typer.Option(
        "--expires",
        min=0,
        metavar="SECONDS",
        help="With --claims: how long to keep the room of a guest that no snapshot shows and nobody confirms; 600 "
        "unless stated.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace existing files.")]
