"""How local memory accesses are, from where memory lies and where vcpus run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from placer.audit.audit import AuditReport
from placer.audit.expected import pnodes_of
from placer.instance import Domain, Host


@dataclass(frozen=True, kw_only=True)
class Locality:
    """
    Where some vcpus run and how far their accesses go, each reading its domain's memory evenly.

    Parameters
    ----------
    vcpus
        How many; one that may run on k pnodes is 1/k of a vcpu on each.
    local
        The part of their accesses that stays on their pnode, 0 to 1; None where there is none.
    mean_distance
        Mean distance of an access; None where there is none.
    """

    vcpus: float
    local: float | None
    mean_distance: float | None


def guest_locality(domain: Domain, memory_kib: Mapping[int, int], host: Host) -> Locality:
    """
    Follow the accesses of one domain.

    Parameters
    ----------
    memory_kib
        Pnode id -> its memory there, in KiB.
    """
    return _sum(_runs(domain, memory_kib, host))


def pnode_localities(findings: AuditReport) -> dict[int, Locality]:
    """Follow the accesses of the vcpus on each pnode, by its id, over all domains whose memory is known."""
    host = findings.host
    runs: dict[int, list[_Run]] = {pnode.id: [] for pnode in host.pnodes}
    for domain in host.domains:
        dumped = None if domain.domid is None else findings.dump.domains.get(domain.domid)
        for run in _runs(domain, dumped.memory_kib if dumped else {}, host):
            runs[run.pnode].append(run)
    return {pnode: _sum(each) for pnode, each in runs.items()}


@dataclass(frozen=True)
class _Run:
    pnode: int
    vcpus: float
    local: float | None
    distance: float


def _runs(domain: Domain, memory_kib: Mapping[int, int], host: Host) -> Iterable[_Run]:
    total = sum(memory_kib.values())
    for mask in domain.affinity:
        pnodes = pnodes_of(mask, host)
        for pnode in sorted(pnodes):
            row = host.distances[host.position_of[pnode]]
            far = sum(kib * row[host.position_of[q]] for q, kib in memory_kib.items())
            known = total > 0
            yield _Run(
                pnode,
                1 / len(pnodes),
                memory_kib.get(pnode, 0) / total if known else None,
                far / total if known else 0,
            )


def _sum(runs: Iterable[_Run]) -> Locality:
    runs = list(runs)
    known = [run for run in runs if run.local is not None]
    weight = sum(run.vcpus for run in known)
    return Locality(
        vcpus=sum(run.vcpus for run in runs),
        local=sum(run.vcpus * (run.local or 0) for run in known) / weight if weight else None,
        mean_distance=sum(run.vcpus * run.distance for run in known) / weight if weight else None,
    )
