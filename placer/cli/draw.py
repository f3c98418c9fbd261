"""``placer draw``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from placer.cli import options
from placer.cli.pictures import PictureFormat

Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT [ANSWER]... | GUEST...",
        help=f"An instance; a host: {options.HOST_FORMS}; a plan of moves, as `placer rebalance --format json` "
        "prints it; or a fleet, and behind it its plan. Behind an instance, where its guests are: answers as "
        "`placer solve --format json` prints them, or placements alone; several are drawn beside each other. With "
        "--host the guests. - is standard input.",
        show_default=False,
    ),
]
Answers = Annotated[
    list[str] | None,
    typer.Option("--answer", metavar="FILE", help="With --host: where the guests are; may be repeated."),
]
Only = Annotated[
    str | None, typer.Option("--only", metavar="NAME", help="Of a fleet: draw this host, with its guests.")
]
OutputFile = Annotated[
    str,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="The file to write: .svg, .png, or .html for a page with the picture and the tables of its figures. "
        "- is standard output.",
    ),
]
Format = Annotated[
    PictureFormat | None,
    typer.Option(
        help="The format, instead of that of the suffix; for standard output. png needs the package resvg-py, which "
        "the extra png installs."
    ),
]


NO_INSTANCE = "is no instance, expected one beside an answer or --objective; guest files need --host"


def draw(
    files: Inputs,
    host: options.Host = None,
    answer: Answers = None,
    output: OutputFile = "-",
    format: Format = None,
    running: options.Running = None,
    vcpu_list: options.VcpuList = None,
    numa_dump: options.NumaDump = None,
    pools: options.Pools = None,
    free: options.Free = None,
    reserve: options.Reserve = None,
    objective: options.Objective = None,
    only: Only = None,
    force: options.Force = False,
) -> None:
    """
    Draw a host, or where the guests of an instance are on it, as SVG, PNG or a page of HTML.

    Pnodes by nearness; of each its memory to scale, whose it is, its pcpus
    and whose vcpus they run, devices, cpupools and huge pages; the distances;
    what reads memory of other pnodes; and how good the placement is, with what
    is proved of that. Of several answers what differs is marked.
    """
    from placer.cli.outputs import refuse_existing, write_files, write_stdout
    from placer.cli.pictures import drawn, picture_format
    from placer.cli.stdin import refuse_two_stdin

    answers = [*(answer or ()), *(files[1:] if host is None else ())]
    inputs = files[:1] if host is None else files
    refuse_two_stdin([*inputs, *answers, host, running, vcpu_list, numa_dump, pools, objective])
    chosen = picture_format(output, format)
    if output != "-":
        refuse_existing([Path(output)], force=force)
    beside = {"running": running, "vcpu_list": vcpu_list, "numa_dump": numa_dump, "pools": pools}
    what = _what(inputs, host, beside, free=free, reserve=reserve, objective=objective)
    text = drawn(what, _stated(what, inputs[0], answers), chosen, only)
    if output == "-":
        write_stdout(text)
    else:
        write_files({Path(output): text})


def _stated(what: Any, source: str, answers: list[str]) -> Any:
    """Read the answers to an instance, or the plan of a fleet; None where there is none."""
    from placer.cli.pictures import read_answers, read_fleet_plan
    from placer.job.request import Request

    if isinstance(what, Request):
        return read_answers(answers, what.instance) if answers else None
    from placer.errors import InputError
    from placer.fleet.model.fleet import Fleet
    from placer.formats.text.files import place_of

    if isinstance(what, Fleet):
        return read_fleet_plan(answers, source)
    if answers:
        raise InputError(NO_INSTANCE, place=place_of(source))
    return None


def _what(
    files: list[str],
    host: str | None,
    beside: dict[str, str | None],
    *,
    free: str | None,
    reserve: str | None,
    objective: str | None,
) -> Any:
    """Read what is drawn: guests of files on a host, an instance, a fleet, a plan of moves, or a host alone."""
    from placer.api.reading import opened, read_host
    from placer.cli.inputs import read_request
    from placer.cli.pictures import fleet_of, instance_of, moves_of
    from placer.errors import InputError
    from placer.formats.text.files import place_of
    from placer.job.settled import settled

    if host is not None:
        return settled(
            read_request(
                files,
                host=host,
                free_memory=free,
                reserve=reserve,
                running=beside["running"],
                vcpu_list=beside["vcpu_list"],
                numa_dump=beside["numa_dump"],
                pools=beside["pools"],
                objective=objective,
            )
        )
    given = opened(files[0])
    whole = fleet_of(given) or moves_of(given)
    if whole is not None:
        if any(option is not None for option in (*beside.values(), free, reserve, objective)):
            said = "options of a host or an instance change nothing in a fleet or in a plan of moves"
            raise InputError(said, place="usage")
        return whole
    request = instance_of(given, beside, free=free, reserve=reserve, objective=objective)
    if request is not None:
        return request
    if objective is not None:
        raise InputError(NO_INSTANCE, place=place_of(files[0]))
    return read_host(given, free=free, reserve=reserve, **beside)
