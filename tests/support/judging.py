"""Short ways to put placements before the judge, and to read what it says."""

from __future__ import annotations

from placer.check import Verdict, Violation, check
from placer.instance import Guest, Host, Instance, Placement
from tests.support.building import GIB, a_guest, a_host

Pnodes = tuple[int | None, ...]

CROSSED = (a_host(4 * GIB, 2 * GIB), a_guest(2 * GIB, 4 * GIB))
"""
A guest of 2 and 4 GiB on pnodes with 4 and 2 GiB free, distances 10/20: first-fit puts vnode 0 on pnode 0 and
finds no place for vnode 1, the optimum swaps them. Shares of memory: 1000 * 2/6 = 333, 1000 * 4/6 = 667.
"""


def judge(host: Host, guest: Guest, *pnodes: int | None, allow_unplaced: bool = False) -> Verdict:
    instance = Instance(host=host, guests=(guest,))
    return check(instance, Placement(pnode_of={guest.name: pnodes}), allow_unplaced=allow_unplaced)


def term(verdict: Verdict, name: str) -> int:
    return next(tier[name] for tier in verdict.terms if name in tier)


def rules(verdict: Verdict) -> list[str]:
    return [violation.rule for violation in verdict.violations]


def only(verdict: Verdict) -> Violation:
    (violation,) = verdict.violations
    return violation
