"""``placer check``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from placer.cli import options

if TYPE_CHECKING:
    from placer.audit.running import Running as FoundRunning
    from placer.formats.xl.numa_dump import NumaDump as Dump
    from placer.instance import Instance, Placement
    from placer.solving.result import Result

InstanceFile = Annotated[
    str | None, typer.Argument(metavar="INSTANCE", help="The instance; - is standard input.", show_default=False)
]
PlacementFile = Annotated[
    str | None,
    typer.Argument(
        metavar="PLACEMENT",
        help="The placement, as `placer solve --format json` prints it; - is standard input.",
        show_default=False,
    ),
]
AllowUnplaced = Annotated[bool, typer.Option("--allow-unplaced", help="Do not report vnodes without a pnode.")]
Keep = Annotated[
    str | None,
    typer.Option(
        "--keep",
        metavar="OLD",
        help="An earlier placement: count the vnodes that left their pnode in it, as a cost right before "
        "device_pnodes and shape.",
    ),
]
TimeLimit = Annotated[
    float,
    typer.Option(
        "--time-limit",
        min=0.0,
        callback=options.number,
        metavar="SECONDS",
        help="Seconds for the search that says how far a placement is from the least cost; 0 searches for nothing.",
    ),
]
Host = Annotated[
    str | None,
    typer.Option("--host", metavar="HOST", help=f"The host whose running guests are checked: {options.HOST_FORMS}."),
]
Running = Annotated[
    str | None,
    typer.Option(
        "--running", metavar="FILE", help="The running guests with their configurations, as `xl list -l` prints them."
    ),
]
Plan = Annotated[
    str | None,
    typer.Option(
        "--placement",
        metavar="FILE",
        help="The planned placement of the running guests, as `placer solve --format json` prints it. Guests that are "
        "not in the plan are compared with their own configurations, as all guests are without a plan.",
    ),
]
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose",
        "-v",
        help="Of running guests: also each pnode of every guest that is where it was meant to be, and what is usual.",
    ),
]


def check(
    instance: InstanceFile = None,
    placement: PlacementFile = None,
    allow_unplaced: AllowUnplaced = False,
    keep: Keep = None,
    reserve: options.Reserve = None,
    objective: options.Objective = None,
    free_pnodes: options.FreePnodes = False,
    time_limit: TimeLimit = 10.0,
    host: Host = None,
    running: Running = None,
    numa_dump: options.NumaDump = None,
    vcpu_list: options.VcpuList = None,
    pools: options.Pools = None,
    plan: Plan = None,
    verbose: Verbose = False,
) -> None:
    """
    Check a placement, or the guests that run on a host.

    INSTANCE and PLACEMENT: report every rule that the placement breaks, every
    cost, recomputed from the instance alone, and how far it is from the least.

    --host with what placer snapshot --pages took, or with --numa-dump and
    --running or --vcpu-list: report every guest whose memory or vcpus are not
    where they were meant to be. Give both where you can: xl list -l leaves out
    guests that xl did not start.
    """
    from placer.cli.outputs import write_stdout
    from placer.cli.stdin import refuse_two_stdin
    from placer.errors import InputError

    refuse_two_stdin([instance, placement, keep, objective, host, running, numa_dump, vcpu_list, pools, plan])
    if any(file is not None for file in (host, running, numa_dump, vcpu_list, pools, plan)):
        if any(given is not None for given in (instance, keep, reserve, objective)) or allow_unplaced or free_pnodes:
            raise InputError(
                "INSTANCE PLACEMENT with their options, or --host, --running and --numa-dump; not both", place="usage"
            )
        text, good = _check_running(host, running, numa_dump, vcpu_list, pools, plan, verbose=verbose)
    else:
        text, good = _check_placement(
            instance,
            placement,
            keep,
            allow_unplaced=allow_unplaced,
            reserve=reserve,
            objective=objective,
            free_pnodes=free_pnodes,
            time_limit_s=time_limit,
        )
    write_stdout(text)
    raise typer.Exit(0 if good else 1)


def _check_placement(
    instance: str | None,
    placement: str | None,
    keep: str | None,
    *,
    allow_unplaced: bool,
    reserve: str | None,
    objective: str | None,
    free_pnodes: bool,
    time_limit_s: float,
) -> tuple[str, bool]:
    """Give the report on a placement, and whether it keeps every rule."""
    from msgspec.structs import replace

    from placer.check import check as check_rules
    from placer.cli.inputs import read_request
    from placer.cli.previous import read_earlier
    from placer.errors import InputError
    from placer.formats.native.placement_json import read_placement
    from placer.formats.text.files import place_of, read_text
    from placer.instance.apart import as_placed
    from placer.instance.previous import moved, restricted_to
    from placer.job.settled import settled
    from placer.report.verdict import render_verdict

    if instance is None or placement is None:
        expected = "expected INSTANCE and PLACEMENT, or for running guests --host with a snapshot, or with other files"
        raise InputError(expected, place="usage")
    request = settled(read_request([instance], host=None, reserve=reserve, free=free_pnodes, objective=objective))
    given = read_placement(read_text(placement), place_of(placement))
    faults = given.faults(request.instance)
    if faults:
        raise InputError("; ".join(faults), place=place_of(placement))
    old = read_earlier(keep)
    verdict = check_rules(request.instance, given, allow_unplaced=allow_unplaced, keep=old)
    strays = [violation.message for violation in verdict.violations if violation.rule in {"set_room", "set_affinity"}]
    if strays:  # where the host has no better one a placement may let memory stray; then it is said, and is no fault
        loose = replace(request.instance, sets_may_stray=True)
        verdict = check_rules(loose, given, allow_unplaced=allow_unplaced, keep=old)
    best = None
    if time_limit_s and not verdict.violations:
        best = _best(request.instance, given, old, allow_unplaced=allow_unplaced, time_limit_s=time_limit_s)
    was = None if old is None else restricted_to(old, as_placed(request.instance, given.counts(), given.apart))
    text = render_verdict(verdict, request.instance, moved=None if was is None else moved(was, given), best=best)
    text += "".join(f"\nmay stray: {message}\n" for message in strays)
    return text, not verdict.violations


def _best(
    instance: Instance, given: Placement, old: Placement | None, *, allow_unplaced: bool, time_limit_s: float
) -> Result:
    """Search for a better placement, from this one on, for the bounds that are proved on the way."""
    from placer.cli.running import run
    from placer.solving.pipeline import solve

    return run(
        lambda stop, on_progress: solve(
            instance,
            time_limit_s=time_limit_s,
            allow_unplaced=allow_unplaced,
            hint=given,
            keep=old,
            stop=stop,
            on_progress=on_progress,
        ),
        quiet=True,
    )


def _check_running(
    host: str | None,
    running: str | None,
    numa_dump: str | None,
    vcpu_list: str | None,
    pools: str | None,
    plan: str | None,
    *,
    verbose: bool,
) -> tuple[str, bool]:
    """Give the report on the running guests, and whether all of them are where they were meant to be."""
    from dataclasses import replace

    from placer.audit.audit import audit
    from placer.formats.native.placement_json import read_placement
    from placer.formats.text.files import place_of, read_text
    from placer.report.audit import render_audit

    found, dump, notes = _read_running(host, running, numa_dump, vcpu_list, pools)
    given = None if plan is None else read_placement(read_text(plan), place_of(plan))
    findings = audit(found.host, found.guests, dump, given, seen=found.seen)
    findings = replace(findings, notes=(*notes, *findings.notes))
    return render_audit(findings, verbose=verbose), findings.good()


def _read_running(
    host: str | None, running: str | None, numa_dump: str | None, vcpu_list: str | None, pools: str | None
) -> tuple[FoundRunning, Dump, tuple[str, ...]]:
    """Read what runs and where its memory lies, from a snapshot or from one file each, with notes on the snapshot."""
    from placer.api.reading import holds_snapshot, opened, read_host, read_running
    from placer.api.snapshots import read_snapshot
    from placer.errors import InputError
    from placer.formats.text.files import place_of, read_text
    from placer.formats.xl.numa_dump import read_numa_dump

    source = None if host is None else opened(host)
    if source is not None and holds_snapshot(source):
        shot = read_snapshot(source, pools=pools, running=running, vcpu_list=vcpu_list, numa_dump=numa_dump)
        if shot.toolstack != "xl":
            instead = "placer show says of this host who is not where it was meant to be, and why"
            raise InputError(f"a check of running guests reads what Xen says; {instead}", place=shot.place)
        if shot.dump is None:
            why = "; ".join(note for note in shot.notes if "where memory lies" in note)
            needed = "a check of running guests needs their pages: take the snapshot with placer snapshot --pages"
            raise InputError(f"{needed}{why and f' ({why})'}", place=shot.place)
        return shot.running, shot.dump, shot.notes
    if source is None or numa_dump is None or (running is None and vcpu_list is None):
        needed = "a check of running guests needs --host with a snapshot, or --host, --numa-dump, and --running or "
        raise InputError(f"{needed}--vcpu-list or both", place="usage")
    found = read_running(read_host(source, pools=pools), running, vcpu_list)
    return found, read_numa_dump(read_text(numa_dump, "replace"), place_of(numa_dump)), ()
