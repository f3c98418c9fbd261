"""``placer fleet``: its commands."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from placer.cli import options
from placer.cli.fleet_add import add
from placer.cli.fleet_options import FleetFile, Report
from placer.cli.fleet_rebalance import rebalance
from placer.cli.fleet_solve import solve
from placer.cli.one_output import Output, output_path, write
from placer.cli.places import in_fleet, places

app = typer.Typer(
    help="Many hosts: which host and which pnodes each guest gets, and the proof of how good that is.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

RequestFiles = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[REQUESTS]...",
        help="Tables (CSV) of requests in their order, one after the other, with the columns flavor_vcpus, flavor_ram "
        "(GiB) and numa.",
        show_default=False,
    ),
]


class Aim(StrEnum):
    """What counts after unplaced guests."""

    hosts = "hosts"
    spread = "spread"
    none = "none"


@app.command(name="import")
def import_(
    hosts: Annotated[
        list[str],
        typer.Argument(
            metavar="HOST...",
            help=f"The hosts: {options.HOST_FORMS}; a table (.csv) with the columns CPU1, RAM1, CPU2, RAM2 and so on, "
            "the free pcpus and GiB of each pnode; or a folder of such files. A host has the name of its file.",
        ),
    ],
    guests: Annotated[
        list[str] | None,
        typer.Option(
            "--guest",
            metavar="FILE",
            help="Guests: files or a folder as for `placer import`, or a table (.csv) of requests. May be repeated.",
        ),
    ] = None,
    cpu_ratio: Annotated[
        float | None,
        typer.Option("--cpu-ratio", metavar="N", help="The most vcpus for each pcpu; without it 1 with --aim hosts."),
    ] = None,
    aim: Annotated[
        Aim,
        typer.Option(
            help="What counts after unplaced guests. hosts: the fewest that hold a guest. spread: the lowest use of "
            "memory on the fullest pnode. none: nothing."
        ),
    ] = Aim.hosts,
    output: Output = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """Write hosts and guests as one fleet; what was assumed on the way goes to stderr."""
    from placer.api.fleet_import import import_fleet
    from placer.cli.stdin import refuse_two_stdin
    from placer.fleet.files.fleet_json import dump_fleet

    refuse_two_stdin([*hosts, *(guests or ())])
    path = output_path(output, force=force)
    with places({"cpu_ratio": "--cpu-ratio"}):
        found = import_fleet(hosts, guests or (), cpu_ratio=cpu_ratio, aim=aim.value)
    for note in () if quiet else found.notes:
        print(f"note: {note}", file=sys.stderr)
    write(dump_fleet(found.fleet), path)


app.command()(solve)
app.command()(add)
app.command()(rebalance)


@app.command()
def bound(
    fleet: FleetFile,
    requests: RequestFiles = None,
    certificate: Annotated[
        str | None,
        typer.Option(
            "--certificate", metavar="FILE", help="Write the proof there, for `placer fleet check`: prices as integers."
        ),
    ] = None,
    format: Annotated[
        Report, typer.Option(help="text: a report. json: the bounds with their certificate.")
    ] = Report.text,
    output: Output = None,
    time_limit: options.TimeLimit = 60.0,
    force: options.Force = False,
) -> None:
    """
    Say what a fleet can do at best, whoever places its guests.

    Without REQUESTS: the fewest guests that stay unplaced, and the fewest hosts
    for all others. With them: how many of them can be held at all, in order.
    """
    from placer.api.fleets import bound_fleet, read_fleet
    from placer.cli.outputs import refuse_existing, write_files
    from placer.cli.stdin import refuse_two_stdin
    from placer.report.fleet import bound_json, certificate_json, render_bound

    refuse_two_stdin([fleet, *(requests or ())])
    path, proof = output_path(output, force=force), output_path(certificate, force=force)
    if path is not None and proof is not None:
        refuse_existing([path, proof], force=force)
    with places(in_fleet(fleet)):
        found = bound_fleet(read_fleet(fleet), requests=requests or (), time_limit_s=time_limit)
    if proof is not None:
        write_files({proof: certificate_json(found)})
    write(bound_json(found) if format is Report.json else render_bound(found), path)


@app.command()
def check(
    fleet: FleetFile,
    result: Annotated[
        str,
        typer.Argument(
            metavar="PLAN|CERTIFICATE",
            help="What `placer fleet solve --format json` wrote; or what `placer fleet bound` wrote: its JSON, or the "
            "certificate alone.",
        ),
    ],
    requests: RequestFiles = None,
) -> None:
    """
    Check a plan and its proof from the fleet alone, without a solver but for what the proof says was searched.

    The plan: names, rules between guests, and all rules of placements on every
    host. The certificate: its bounds, recomputed in integers. Ends with 0 where
    all is right, and with 1 where a rule is broken or a bound is not proved.
    """
    from placer.api.fleets import check_certificate, check_plan, read_certificate, read_fleet
    from placer.cli.outputs import write_stdout
    from placer.cli.stdin import refuse_two_stdin
    from placer.errors import InputError
    from placer.fleet.files.large import read_large
    from placer.fleet.files.plan_json import read_plan
    from placer.fleet.problem.problem import lower_fleet
    from placer.fleet.problem.relaxed import relaxed
    from placer.formats.text.files import Text
    from placer.report.fleet import render_faults, render_proofs

    refuse_two_stdin([fleet, result, *(requests or ())])
    hosts, source = read_fleet(fleet), Text(*read_large(result))
    placements = read_plan(source)
    certificate = read_certificate(source)
    if requests and all(claim.tier != "requests" for claim in certificate.claims):
        raise InputError("is a table of requests, and the certificate claims nothing of requests", place=requests[0])
    with places({**in_fleet(fleet), "claims": f"{source.place}: claims"}):
        proofs = check_certificate(hosts, certificate, requests=requests or ())
        in_use = lower_fleet(hosts).hosts_in_use
    faults = () if placements is None else check_plan(hosts, placements)
    judged = "" if placements is None else render_faults(faults, placements)
    write_stdout(judged + render_proofs(proofs, in_use=in_use, relaxed=relaxed(hosts)))
    raise typer.Exit(0 if not faults and all(proof.holds for proof in proofs) else 1)


@app.command()
def schema() -> None:
    """Print the JSON Schema of fleet files."""
    import json

    from placer.cli.outputs import write_stdout
    from placer.fleet.files.fleet_schema import fleet_schema

    write_stdout(json.dumps(fleet_schema(), indent=2) + "\n")
