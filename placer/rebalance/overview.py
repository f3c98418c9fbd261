"""How good what runs on a host is: as it is, with its vcpus near their memory, and at best."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property

from placer.assignment.context import SearchContext
from placer.audit.assumed import assumed_dump
from placer.audit.audit import audit
from placer.audit.findings import AuditReport
from placer.audit.locality import guest_locality
from placer.audit.snapshot import Snapshot
from placer.check.costs import pairs
from placer.check.running import running_vcpus
from placer.formats.xl.numa_dump import NumaDump
from placer.instance import Host
from placer.rebalance.end_state import EndState, best_end_state, state_now
from placer.rebalance.goal import Goal
from placer.rebalance.observed_snapshot import observed_snapshot
from placer.rebalance.plan import State
from placer.rebalance.running import Resident, RunningHost
from placer.rebalance.steps import moved_guests


@dataclass(frozen=True, kw_only=True)
class Overview:
    """
    The result of :func:`placer.show`.

    Parameters
    ----------
    snapshot
        What was read.
    findings
        Where each guest is beside where it was meant to be.
    assumed
        Whether the snapshot does not say where memory lies, so that it is taken to lie where it was meant to be.
    mean_distance
        Mean distance of a memory access of the guests of which it is known, with their vcpus where they are bound; None
        where it is known of none.
    shared_pairs
        Pnode id -> pairs of vcpus that share a core there, with all vcpus where they are bound.
    running
        The guests whose memory can be planned; None where there are none.
    near
        What these cost with every vcpu bound near its memory: no memory moves for that.
    best
        The least that these guests can cost on this host, each of them free to move, and the fewest moves to it; None
        where nothing was searched for.
    wall_time_s
        Seconds that it took.
    """

    snapshot: Snapshot
    findings: AuditReport
    assumed: bool
    mean_distance: float | None
    shared_pairs: dict[int, int]
    running: RunningHost | None
    near: State | None
    best: EndState | None
    wall_time_s: float

    @property
    def host(self) -> Host:
        """The host with every running domain, each vcpu bound within its cpupool."""
        return self.findings.host

    @property
    def residents(self) -> tuple[Resident, ...]:
        """The guests whose memory can be planned; empty where there are none."""
        return () if self.running is None else self.running.residents

    @property
    def unbound(self) -> tuple[str, ...]:
        """Names of the guests of which it is not known where their vcpus may run."""
        return tuple(guest.domain.name for guest in self.findings.guests if not guest.affinity_known)

    @property
    def held_known(self) -> bool:
        """Whether it is known what domains run, and so how much memory they hold."""
        return self.snapshot.domains_known or self.snapshot.dump is not None

    @cached_property
    def moves(self) -> dict[str, tuple[tuple[int, ...], tuple[int, ...]]]:
        """Name of a guest that moves for the best -> its pnodes before and after, ascending; empty without a best."""
        if self.running is None or self.best is None or self.best.instance is None or self.best.placement is None:
            return {}
        transfers = moved_guests(self.running, self.best.instance, self.best.placement)
        return {each.name: (tuple(sorted(each.leaves)), tuple(sorted(each.comes))) for each in transfers}

    @property
    def notes(self) -> tuple[str, ...]:
        """What limits this, a sentence each."""
        return (*self.snapshot.notes, *self.findings.notes, *(self.running.notes if self.running else ()))


def overview(snapshot: Snapshot, context: SearchContext) -> Overview:
    """
    Judge what runs on a host.

    Parameters
    ----------
    context
        Its time limit is for the search for the best; 0 searches for nothing.

    Raises
    ------
    InputError
        If the parts of the snapshot contradict each other.
    """
    found, dump = snapshot.running, dump_of(snapshot)
    findings = audit(found.host, found.guests, dump, seen=found.seen)
    running = running_now(snapshot)
    best = None
    if running is not None and context.time_limit_s > 0:
        best = best_end_state(_all_free(running), _free_goal(running), context)
    return Overview(
        snapshot=snapshot,
        findings=findings,
        assumed=snapshot.dump is None,
        mean_distance=_mean_distance(findings),
        shared_pairs=shared_pairs(findings.host),
        running=running,
        near=None if running is None else state_now(running),
        best=best,
        wall_time_s=context.elapsed_s(),
    )


def dump_of(snapshot: Snapshot) -> NumaDump:
    """Give where memory lies, or is taken to lie where the snapshot does not say it."""
    found = snapshot.running
    return snapshot.dump or assumed_dump(found.host, found.guests, snapshot.memory_kib)


def running_now(snapshot: Snapshot) -> RunningHost | None:
    """Give the guests that can be planned, where they are; None where there are none."""
    if not snapshot.guests:
        return None
    running = observed_snapshot(snapshot, dump_of(snapshot))
    return running if running.residents else None


def shared_pairs(host: Host) -> dict[int, int]:
    """
    Count on each pnode the pairs of running vcpus that share a core, as the cost term core_sharing does.

    Returns
    -------
    dict
        Pnode id -> pairs.
    """
    found = dict.fromkeys(host.position_of, 0)
    for name, pcpus in host.pcpus_of_pool.items():
        vcpus = running_vcpus(host, [domain for domain in host.domains if host.effective_pool(domain.pool) == name])
        for pnode, count in zip(host.pnodes, vcpus, strict=True):
            cores = sum(not pcpus.isdisjoint(core) for core in pnode.cores) or len(pcpus.intersection(pnode.pcpus))
            found[pnode.id] += pairs(count, cores)
    return found


def _mean_distance(findings: AuditReport) -> float | None:
    bound = [guest for guest in findings.guests if guest.affinity_known]
    each = [guest_locality(guest.domain, guest.found_kib, findings.host) for guest in bound]
    known = [(found.vcpus, found.mean_distance) for found in each if found.mean_distance is not None]
    vcpus = sum(count for count, _ in known)
    return sum(count * mean for count, mean in known) / vcpus if vcpus else None


def _free_goal(running: RunningHost) -> Goal:
    return Goal(restarts=len(running.residents), unpin=tuple(each.name for each in running.residents))


def _all_free(running: RunningHost) -> RunningHost:
    """Let every guest move, by a restart where there is no other way."""
    residents = tuple(dataclasses.replace(each, kinds=each.kinds or ("restart",)) for each in running.residents)
    return dataclasses.replace(running, residents=residents)
