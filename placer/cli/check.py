"""``placer check``."""

from __future__ import annotations

from typing import Annotated

import typer

from placer.cli import options


def check(
    instance: Annotated[
        str | None, typer.Argument(metavar="INSTANCE", help="The instance; - is standard input.", show_default=False)
    ] = None,
    placement: Annotated[
        str | None,
        typer.Argument(
            metavar="PLACEMENT",
            help="What `placer solve --format json` printed; - is standard input.",
            show_default=False,
        ),
    ] = None,
    allow_unplaced: Annotated[bool, typer.Option("--allow-unplaced", help="Let vnodes be without a pnode.")] = False,
    keep: Annotated[
        str | None,
        typer.Option(
            "--keep",
            metavar="OLD",
            help="An earlier placement: count the vnodes that moved away from it, before shape.",
        ),
    ] = None,
    reserve: options.Reserve = None,
    objective: options.Objective = None,
    free_pnodes: options.FreePnodes = False,
    host: Annotated[
        str | None,
        typer.Option(
            "--host", metavar="HOST", help=f"The host whose running guests are checked: {options.HOST_FORMS}."
        ),
    ] = None,
    running: Annotated[
        str | None,
        typer.Option("--running", metavar="FILE", help="What `xl list -l` prints: the guests and what they were told."),
    ] = None,
    numa_dump: Annotated[
        str | None,
        typer.Option(
            "--numa-dump",
            metavar="FILE",
            help="What `xl dmesg` prints after `xl debug-keys u`: where their memory lies. Save it a second after the "
            "key: Xen prints it slowly.",
        ),
    ] = None,
    vcpu_list: options.VcpuList = None,
    pools: options.Pools = None,
    plan: Annotated[
        str | None,
        typer.Option(
            "--placement",
            metavar="FILE",
            help="Where they were meant to be: what `placer solve --format json` printed. Without it, and for guests "
            "that are not in it, that is what they were started with.",
        ),
    ] = None,
) -> None:
    """
    Judge a placement, or what runs.

    INSTANCE and PLACEMENT: every rule that the placement breaks and every cost it has, recomputed from the instance
    alone. --host, --running and --numa-dump: whether every guest of the host is where it was meant to be.
    """
    from placer.cli.outputs import write_stdout
    from placer.errors import InputError

    if [instance, placement, keep, objective, host, running, numa_dump, vcpu_list, pools, plan].count("-") > 1:
        raise InputError("standard input (-) can be read once only", place="usage")
    if any(file is not None for file in (host, running, numa_dump, vcpu_list, pools, plan)):
        if any(given is not None for given in (instance, keep, reserve, objective)) or allow_unplaced or free_pnodes:
            raise InputError(
                "INSTANCE PLACEMENT with their options, or --host, --running and --numa-dump; not both", place="usage"
            )
        if host is None or running is None or numa_dump is None:
            raise InputError("what runs takes all of --host, --running and --numa-dump", place="usage")
        text, good = _judge_running(host, running, numa_dump, vcpu_list, pools, plan)
    elif instance is None or placement is None:
        raise InputError(
            "expected INSTANCE and PLACEMENT, or --host, --running and --numa-dump for what runs", place="usage"
        )
    else:
        text, good = _judge_placement(
            instance,
            placement,
            keep,
            allow_unplaced=allow_unplaced,
            reserve=reserve,
            objective=objective,
            free_pnodes=free_pnodes,
        )
    write_stdout(text)
    raise typer.Exit(0 if good else 1)


def _judge_placement(
    instance: str,
    placement: str,
    keep: str | None,
    *,
    allow_unplaced: bool,
    reserve: str | None,
    objective: str | None,
    free_pnodes: bool,
) -> tuple[str, bool]:
    from placer.check import check as judge
    from placer.cli.inputs import read_request
    from placer.cli.previous import read_earlier
    from placer.errors import InputError
    from placer.formats.native.placement_json import read_placement
    from placer.formats.text.files import place_of, read_text
    from placer.instance.previous import moved, restricted_to
    from placer.job.settled import settled
    from placer.report.verdict import render_verdict

    request = settled(read_request([instance], host=None, reserve=reserve, free=free_pnodes, objective=objective))
    given = read_placement(read_text(placement), place_of(placement))
    faults = given.faults(request.instance)
    if faults:
        raise InputError("; ".join(faults), place=place_of(placement))
    old = read_earlier(keep)
    verdict = judge(request.instance, given, allow_unplaced=allow_unplaced, keep=old)
    gone = None if old is None else moved(restricted_to(old, request.instance), given)
    return render_verdict(verdict, gone), not verdict.violations


def _judge_running(
    host: str, running: str, numa_dump: str, vcpu_list: str | None, pools: str | None, plan: str | None
) -> tuple[str, bool]:
    from placer.api.reading import read_host, read_running
    from placer.audit.audit import audit
    from placer.formats.native.placement_json import read_placement
    from placer.formats.text.files import place_of, read_text
    from placer.formats.xl.numa_dump import read_numa_dump
    from placer.report.audit import render_audit

    found = read_running(read_host(host, pools=pools), running, vcpu_list)
    dump = read_numa_dump(read_text(numa_dump), place_of(numa_dump))
    given = None if plan is None else read_placement(read_text(plan), place_of(plan))
    findings = audit(found.host, found.guests, dump, given)
    return render_audit(findings), findings.good()
