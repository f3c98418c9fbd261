"""A RunningHost made of a snapshot."""

from __future__ import annotations

from dataclasses import replace

from placer.audit.snapshot import Snapshot
from placer.formats.xl.numa_dump import NumaDump
from placer.rebalance.observed import held_by_others, running_host
from placer.rebalance.running import Resident, RunningHost


def observed_snapshot(snapshot: Snapshot, dump: NumaDump) -> RunningHost:
    """
    Put together what a snapshot says runs, with all notes on it, and where its memory lies, or is taken to lie.

    Raises
    ------
    InputError
        As :func:`placer.rebalance.observed.running_host`.
    """
    host = snapshot.running.host
    found = running_host(host, snapshot.guests, dump)
    passing = tuple(left for left in snapshot.left_out if not left.settled)
    known = {*(resident.domid for resident in found.residents), *(left.domid for left in passing)}
    listed = ((domain.domid, domain.name) for domain in host.domains)
    name_of: dict[int | None, str] = dict((*snapshot.name_of.items(), *listed))
    fast = {left.name: dict(left.memory_kib or {}) for left in snapshot.left_out if left.settled}
    return replace(
        found,
        residents=tuple(_as_it_runs(resident, snapshot) for resident in found.residents),
        others=held_by_others(name_of, dump, known) | fast,
        left_out=passing,
        notes=(*snapshot.notes, *found.notes),
        assumed=snapshot.assumed,
        toolstack=snapshot.toolstack,
        facts=snapshot.host.running,
        free_notes=snapshot.host.free_notes,
    )


def _as_it_runs(resident: Resident, snapshot: Snapshot) -> Resident:
    """Let a guest stay that does not run: it answers no call to be saved, and its vcpus are no load."""
    why = snapshot.halted.get(resident.domid or 0)
    return replace(resident, kinds=(), stuck=f"it {why}", repin=False) if why else resident
