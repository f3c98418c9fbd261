"""The locality of memory accesses, from the pnodes of memory and vcpus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from placer.audit.expected import pnodes_of
from placer.audit.findings import AuditReport
from placer.instance import Domain, Host


@dataclass(frozen=True, kw_only=True)
class Locality:
    """
    How many vcpus run in a place, and the distances of their memory accesses.

    Each vcpu is taken to read the memory of its domain evenly, as in the cost term access_distance.

    Parameters
    ----------
    vcpus
        Number of vcpus; a vcpu that may run on k pnodes counts 1/k on each.
    local
        Share of the accesses that stay on the pnode of their vcpu, 0 to 1; None without accesses.
    mean_distance
        Mean distance of an access; None without accesses.
    """

    vcpus: float
    local: float | None
    mean_distance: float | None


def guest_locality(domain: Domain, memory_kib: Mapping[int, int], host: Host) -> Locality:
    """
    Give the locality of one domain.

    Parameters
    ----------
    memory_kib
        Pnode id -> memory of the domain there, in KiB.
    """
    return _sum(_runs(domain, memory_kib, host))


def pnode_localities(findings: AuditReport) -> dict[int, Locality]:
    """Give the locality of the vcpus on each pnode, by pnode id; domains of unknown memory count as vcpus only."""
    host = findings.host
    runs: dict[int, list[_Run]] = {pnode.id: [] for pnode in host.pnodes}
    for domain in host.domains:
        dumped = None if domain.domid is None else findings.dump.domains.get(domain.domid)
        for run in _runs(domain, dumped.memory_kib if dumped else {}, host):
            runs[run.pnode].append(run)
    return {pnode: _sum(each) for pnode, each in runs.items()}


@dataclass(frozen=True)
class _Run:
    """One vcpu on one of the pnodes that it may run on."""

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
