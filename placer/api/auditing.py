"""Auditing: whether the guests that run are where they were meant to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import placer.audit  # noqa: F401 - importing it later would hide the function of that name in placer
from placer.errors import expect
from placer.formats.text.files import Source, read_source
from placer.instance import Placement

if TYPE_CHECKING:
    from placer.audit.findings import AuditReport
    from placer.audit.running import Running


def audit(running: Running, numa_dump: Source, plan: Placement | None = None) -> AuditReport:
    """
    Compare where running guests are with where they were meant to be.

    Parameters
    ----------
    running
        What :func:`read_running` read.
    numa_dump
        What ``xl dmesg`` prints after ``xl debug-keys u``: where their memory lies.
    plan
        Where its guests were meant to be; for other guests, and without a plan, that is what they were started with.

    Returns
    -------
    AuditReport
        ``good()`` says whether all is as planned; ``guests`` has the faults of each, in words.

    Raises
    ------
    InputError
        With the place of the fault; if the dump does not know a guest, has other vnodes for it, or names pnodes that
        the host does not have.
    """
    from placer.audit.audit import audit as compare
    from placer.audit.running import Running
    from placer.formats.xl.numa_dump import read_numa_dump

    expect("running", running, Running)
    expect("plan", plan, Placement, type(None))
    dump = read_numa_dump(*read_source(numa_dump, "replace"))
    return compare(running.host, running.guests, dump, plan, seen=running.seen)
