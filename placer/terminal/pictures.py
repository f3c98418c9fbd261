"""What commands draw on a terminal: a placement, and what runs."""

from __future__ import annotations

from placer.check import check
from placer.draw.content import of_host, of_placement
from placer.job.met import with_met_whole
from placer.job.request import Request
from placer.rebalance.overview import Overview
from placer.solving.result import Result
from placer.terminal.host import host_picture
from placer.terminal.screen import Screen


def picture_of_result(result: Result, request: Request, screen: Screen) -> str:
    """
    Draw where a result places the guests; empty where it places nothing.

    Parameters
    ----------
    request
        What was solved, with the vnodes that the solve chose.
    """
    if result.placement is None:
        return ""
    held = None if request.running is None else request.running.memory_kib
    met, where = with_met_whole(request, result.placement)
    verdict = check(request.instance, result.placement, allow_unplaced=True)
    return host_picture(of_placement(met.instance, where, verdict, held), screen)


def picture_of_overview(found: Overview, screen: Screen) -> str:
    """Draw what runs on a host."""
    held = {domid: domain.memory_kib for domid, domain in found.findings.dump.domains.items()}
    return host_picture(of_host(found.host, held), screen)
