"""The tier ``spread``: every pnode filled to at most so many thousandths of the memory that it offers."""

from __future__ import annotations

from dataclasses import replace

from placer.fleet.problem.problem import FleetProblem, HostType

WHOLE = 1000


def spread_over(problem: FleetProblem, thousandths: int) -> FleetProblem:
    """Let every pnode hold at most so many thousandths of what it offers; what is placed there stays."""
    return replace(problem, types=tuple(_capped(each, thousandths) for each in problem.types))


def least_spread(problem: FleetProblem) -> int:
    """Give the thousandths of the fullest pnode as it is now, rounded up."""
    return max(
        (
            -(-WHOLE * (offered - kib) // offered)
            for each in problem.types
            for (_, kib), offered in zip(each.pnodes, each.offered, strict=True)
            if offered
        ),
        default=0,
    )


def _capped(host: HostType, thousandths: int) -> HostType:
    pnodes = tuple(
        (vcpus, max(0, offered * thousandths // WHOLE - (offered - kib)))
        for (vcpus, kib), offered in zip(host.pnodes, host.offered, strict=True)
    )
    return replace(host, pnodes=pnodes)
