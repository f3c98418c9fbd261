"""The options of ``placer rebalance`` alone."""

from __future__ import annotations

from typing import Annotated

import typer

Snapshot = Annotated[
    str | None,
    typer.Argument(
        metavar="SNAPSHOT",
        help="All that runs on the host, as the script of `placer snapshot --pages` prints it; - is standard input. "
        "Or --host, --running, --vcpu-list and --numa-dump one by one.",
        show_default=False,
    ),
]
Host = Annotated[str | None, typer.Option("--host", metavar="HOST", help="The host, as `xl info -n` prints it.")]
Moves = Annotated[int | None, typer.Option("--moves", metavar="N", help="The most guests that move; without it any.")]
Gib = Annotated[
    float | None, typer.Option("--gib", metavar="N", help="The most memory that moves, in GiB; without it any.")
]
Restarts = Annotated[
    int, typer.Option("--restarts", metavar="N", help="The most guests with vnuma that are shut down and started anew.")
]
MakeRoom = Annotated[
    list[str] | None,
    typer.Option(
        "--make-room",
        metavar="GUEST",
        help="A guest's file: it fits afterwards, with the fewest moves. May be repeated.",
    ),
]
Empty = Annotated[
    list[int] | None,
    typer.Option(
        "--empty",
        metavar="PNODE",
        help="A pnode that no guest is on afterwards, with the fewest moves. May be repeated.",
    ),
]
Config = Annotated[
    list[str] | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="The xl.cfg of a guest that --restarts may start anew: the script of --format shell then has it, with its "
        "new pnodes. May be repeated.",
    ),
]
Stay = Annotated[
    list[str] | None, typer.Option("--stay", metavar="NAME", help="A guest that does not move. May be repeated.")
]
Unpin = Annotated[
    list[str] | None,
    typer.Option(
        "--unpin",
        metavar="NAME",
        help="A guest that may move though its own configuration binds it to some pcpus of a pnode: it is bound to all "
        "pcpus of its new pnodes. May be repeated.",
    ),
]
ClaimsFile = Annotated[
    str | None,
    typer.Option(
        "--claims",
        metavar="FILE",
        help="Leave the guests that others are starting what they will take of this host, as the file says, and keep "
        "there the room that the moves take, so that no start takes it while a guest is down. As placer solve has it.",
    ),
]
Expires = Annotated[
    float | None,
    typer.Option(
        "--expires",
        min=0,
        metavar="SECONDS",
        help="With --claims: how long to keep the room of a guest that no snapshot shows where it is moved to; 3600 "
        "unless stated.",
    ),
]
Live = Annotated[
    bool,
    typer.Option(
        "--live",
        help="Save no guest to disk: guests that wait for each other's memory go by way of a third pnode with "
        "room, which takes one move more.",
    ),
]
