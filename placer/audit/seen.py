"""Where the vcpus of a guest were seen, beside where its memory lies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from placer.audit.expected import Bound, Places
from placer.formats.xl.vcpu_list import SeenVcpu
from placer.instance import Domain, Host, format_cpuset


@dataclass(frozen=True, kw_only=True)
class Away:
    """
    The vcpus of a guest that were seen on a pnode without their memory.

    Parameters
    ----------
    vcpus
        All of them. One that slept may wake up on another pcpu.
    running
        Those that were running there.
    off_mask
        Those of ``running`` that were on a pcpu besides those they are bound to: with soft affinity alone Xen lets a
        vcpu run elsewhere while its own pcpus are busy.
    """

    vcpus: tuple[int, ...] = ()
    running: tuple[int, ...] = ()
    off_mask: tuple[int, ...] = ()


NOT_AWAY = Away()
"""For a guest of which it is not known where its vcpus were."""


def away_from(near: Sequence[Places], seen: Sequence[SeenVcpu], domain: Domain, host: Host) -> Away:
    """
    Give the vcpus that were seen away from their memory.

    Parameters
    ----------
    near
        For each vcpu the ids of the pnodes with its memory. Where none of them has pcpus, no vcpu can run there.
    seen
        For each vcpu where it was.
    """
    homes = {places: {pcpu for p in host.pnodes if p.id in places for pcpu in p.pcpus} for places in set(near)}
    away = [
        vcpu
        for vcpu, (places, each) in enumerate(zip(near, seen, strict=True))
        if each.pcpu is not None and homes[places] and each.pcpu not in homes[places]
    ]
    running = [vcpu for vcpu in away if seen[vcpu].running]
    off_mask = [vcpu for vcpu in running if not _allows(domain.affinity[vcpu], seen[vcpu].pcpu)]
    return Away(vcpus=tuple(away), running=tuple(running), off_mask=tuple(off_mask))


def off_mask_faults(away: Away, near: Sequence[Places], seen: Sequence[SeenVcpu], domain: Domain) -> list[str]:
    """Say of vcpus that run away from their memory, and besides the pcpus they are bound to, where they run."""
    found: dict[tuple[Bound, Places], list[int]] = defaultdict(list)
    for vcpu in away.off_mask:
        found[domain.affinity[vcpu], near[vcpu]].append(vcpu)
    return [
        f"vcpus {format_cpuset(vcpus)} were seen running on pcpus {_pcpus(vcpus, seen)}, away from their memory on "
        f"pnode {format_cpuset(places)} and from pcpus {format_cpuset(mask or ())}, which they would rather run on"
        for (mask, places), vcpus in found.items()
    ]


def as_seen(domain: Domain, seen: Sequence[SeenVcpu]) -> Domain:
    """Give the domain with each vcpu bound to the pcpu it was seen on; without the vcpus that were seen nowhere."""
    return Domain(name=domain.name, domid=domain.domid, affinity=[(v.pcpu,) for v in seen if v.pcpu is not None])


def _allows(mask: Bound, pcpu: int | None) -> bool:
    return mask is None or pcpu in mask


def _pcpus(vcpus: Sequence[int], seen: Sequence[SeenVcpu]) -> str:
    return format_cpuset({pcpu for vcpu in vcpus if (pcpu := seen[vcpu].pcpu) is not None})
