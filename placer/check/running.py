"""The load of running vcpus on each pnode."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

from placer.instance import Domain, Host
from placer.instance.once import once_for_host


def running_vcpus(host: Host, domains: Iterable[Domain] | None = None) -> list[int]:
    """
    Sum over the running vcpus 1/k for each pnode, k the number of pnodes on which the vcpu may run; rounded down.

    A vcpu may run on the pnodes of the pcpus to which it is bound within its domain's cpupool; on those of the whole
    pool if it is bound to no pcpu, or to none of the pool. A vcpu that may run only on dedicated pcpus of the host does
    not count, nor does one that is offline.

    Parameters
    ----------
    domains
        Some of the host's domains; None for all.

    Returns
    -------
    list of int
        By position of the pnode.
    """
    load, owned = [Fraction(0) for _ in host.pnodes], set(host.dedicated_pcpus or ())
    masks = [(mask, d.pool) for d in (host.domains if domains is None else domains) for mask in d.online_affinity]
    for (mask, pool), count in Counter(masks).items():
        pcpus = may_run_on(mask, pool, host)
        may = [p for p, pnode in enumerate(host.pnodes) if not set(pnode.pcpus).isdisjoint(pcpus)]
        for p in may if not owned.issuperset(pcpus) else ():
            load[p] += Fraction(count, len(may))
    return list(map(math.floor, load))


@once_for_host
def running_in_pool(host: Host, pool: str | None) -> tuple[int, ...]:
    """Give :func:`running_vcpus` of the domains whose effective cpupool this is."""
    return tuple(running_vcpus(host, [domain for domain in host.domains if host.effective_pool(domain.pool) == pool]))


@once_for_host
def bound_alone(host: Host) -> frozenset[int]:
    """Give each pcpu that is the only one on which some running vcpu may run, by its mask within its cpupool."""
    masks = {(mask, domain.pool) for domain in host.domains for mask in domain.affinity}
    every = (may_run_on(mask, pool, host) for mask, pool in masks)
    return frozenset(pcpu for pcpus in every if len(pcpus) == 1 for pcpu in pcpus)


def may_run_on(mask: tuple[int, ...] | None, pool: str | None, host: Host) -> frozenset[int]:
    """Give the pcpus of a running vcpu within its cpupool; the whole pool where its mask has none of them."""
    pcpus = host.pcpus_of_effective_pool(pool)
    return pcpus.intersection(mask or pcpus) or pcpus
