"""A host: its pnodes, their memory and pcpus, and the distances between them."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from placer.instance.checked import Checked
from placer.instance.cpupool import Cpupool, check_cpupools, default_pool
from placer.instance.device import Device, check_devices
from placer.instance.distances import UNREACHABLE, Matrix, check_bandwidth, check_slit, distances
from placer.instance.domain import Domain
from placer.instance.pnode import Pnode, repeated
from placer.instance.units import Cpu, CpuSet, Kib, format_cpuset, shorten

MAX_RUNNING_VCPUS = 100_000
"""Most vcpus over all domains of a host: keeps sums of costs in 64 bits."""
MAX_PNODES = 1024
"""Most pnodes of a host, the most that Linux can be built for; Xen stops at 64. Limits the matrix of distances."""

Bandwidth = Annotated[int, Meta(ge=0, le=1_000_000_000)]
"""In KiB/s nearly a TiB/s; 20 x the largest still fits 64 bits. Chosen, not tuned."""


class Host(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """
    A host to place guests on.

    Parameters
    ----------
    pnodes
        1 to 1024, in the order of the rows of ``slit``.
    slit
        Distances; row = the node of the pcpu, column = the node of the memory. It may be asymmetric. A negative number,
        255 or more means unreachable. None: 10 on the diagonal and 20 off it.
    bandwidth
        The bandwidth with which the pcpus of a pnode (row) read the memory of a pnode (column), in any unit; 0 means
        unreachable. If given, distances are 10 x the row's diagonal entry / the entry, halves up, 1 to 254. For an
        all-zero row, of a pnode without pcpus, and for pairs that ``slit`` marks unreachable, ``slit`` is kept.
    name
        The name of the host.
    devices
        PCI devices and the like, with the pnodes to which they are attached.
    domains
        The guests that already run on the host.
    cpupools
        The division of its pcpus among guests. Empty: any guest may run on any pcpu.
    overcommit
        The most vcpus for each pcpu of a pnode, running vcpus included; dedicated vcpus and the pcpus that they own do
        not count. None: any number.
    dedicated_pcpus
        The pcpus that only dedicated vcpus own and run on. None: any pcpu may be owned, or shared.
    offline_pcpus
        Pcpus of no pnode that are offline, or may be: nothing runs on them, but the masks of guest files may name them.
    low_zone_kib
        Memory of the first pnode that Xen gives out last of all, in KiB: guests spread over a set of pnodes find
        none of it before all pnodes are full. None: not a host of Xen, where sets need no room to spare.
    claimed_kib
        Part of the pnodes' free memory that Xen keeps for domains being built (``outstanding_claims`` of xl info), on
        pnodes that nobody knows yet, in KiB: all guests together take at most the rest.

    Raises
    ------
    InstanceError
        If two pnodes share an id or a pcpu; ``slit`` or ``bandwidth`` is not square; two domains, devices or cpupools
        share a name; two cpupools share a pcpu; or a domain, device, cpupool or ``dedicated_pcpus`` names a pcpu, pnode
        or cpupool that the host does not have.
    """

    pnodes: tuple[Pnode, ...]
    slit: tuple[tuple[int, ...], ...] | None = None
    bandwidth: tuple[tuple[Bandwidth, ...], ...] | None = None
    name: str = ""
    devices: tuple[Device, ...] = ()
    domains: tuple[Domain, ...] = ()
    cpupools: tuple[Cpupool, ...] = ()
    overcommit: Annotated[float, Meta(gt=0, le=1000)] | None = None
    dedicated_pcpus: CpuSet | None = None
    offline_pcpus: CpuSet = ()
    low_zone_kib: Kib | None = None
    claimed_kib: Kib = 0

    if TYPE_CHECKING:  # what the constructor takes; it makes tuples of it

        def __init__(
            self,
            *,
            pnodes: Iterable[Pnode],
            slit: Iterable[Iterable[int]] | None = None,
            bandwidth: Iterable[Iterable[int]] | None = None,
            name: str = "",
            devices: Iterable[Device] = (),
            domains: Iterable[Domain] = (),
            cpupools: Iterable[Cpupool] = (),
            overcommit: float | None = None,
            dedicated_pcpus: Iterable[int] | None = None,
            offline_pcpus: Iterable[int] = (),
            low_zone_kib: int | None = None,
            claimed_kib: int = 0,
        ) -> None: ...

    def __post_init__(self) -> None:
        if not 1 <= len(self.pnodes) <= MAX_PNODES:
            raise ValueError(f"{len(self.pnodes)} pnodes, expected 1 to {MAX_PNODES}")
        twice = repeated([pnode.id for pnode in self.pnodes])
        if twice:
            raise ValueError(f"two pnodes have the id {twice[0]}")
        twice = repeated([pcpu for pnode in self.pnodes for pcpu in pnode.pcpus])
        if twice:
            owners = [pnode.id for pnode in self.pnodes if twice[0] in pnode.pcpus]
            raise ValueError(f"pcpu {twice[0]} is on pnodes {owners[0]} and {owners[1]}, expected on one")
        if self.slit is not None:
            check_slit(self.slit, len(self.pnodes))
        if self.bandwidth is not None:
            check_bandwidth(self.bandwidth, len(self.pnodes))
        check_devices(self.devices, self.position_of)
        check_cpupools(self.cpupools, self.position_of_pcpu)
        _check_domains(self.domains, self)
        _check_dedicated(self.dedicated_pcpus or (), self.position_of_pcpu)
        _check_offline(self.offline_pcpus, self.position_of_pcpu)

    @cached_property
    def distances(self) -> Matrix:
        """The distances by position; 255 is unreachable (:func:`placer.instance.distances.distances`)."""
        return distances(len(self.pnodes), self.slit, self.bandwidth)

    @cached_property
    def largest_distance(self) -> int:
        """The largest finite distance of the host, which is also that of each access to or from an unplaced vnode."""
        return max((d for row in self.distances for d in row if d < UNREACHABLE), default=UNREACHABLE)

    @cached_property
    def smallest_distance(self) -> int:
        """The smallest distance of the host, the least that an access can cost."""
        return min(d for row in self.distances for d in row)

    @cached_property
    def position_of(self) -> dict[int, int]:
        """Pnode id -> its position in ``pnodes``."""
        return {pnode.id: p for p, pnode in enumerate(self.pnodes)}

    @cached_property
    def position_of_pcpu(self) -> dict[int, int]:
        """Pcpu -> the position of its pnode."""
        return {pcpu: p for p, pnode in enumerate(self.pnodes) for pcpu in pnode.pcpus}

    def pnodes_of_pcpus(self, pcpus: Iterable[int]) -> frozenset[int]:
        """Give the ids of the pnodes to which pcpus of this host are local."""
        return frozenset(self.pnodes[self.position_of_pcpu[pcpu]].id for pcpu in pcpus)

    @cached_property
    def page_sizes(self) -> tuple[int, ...]:
        """The sizes of huge pages that some pnode lists, in KiB, smallest first."""
        return tuple(sorted({pool.page_size for pnode in self.pnodes for pool in pnode.huge_pages}))

    @property
    def unclaimed_kib(self) -> int:
        """Free memory of all pnodes that nobody has claimed, in KiB."""
        return max(0, sum(pnode.memory_kib for pnode in self.pnodes) - self.claimed_kib)

    @cached_property
    def known_pcpus(self) -> frozenset[int]:
        """The pcpus that a mask may name: those of the pnodes, and those that are offline or may be."""
        return frozenset(self.position_of_pcpu).union(self.offline_pcpus)

    @cached_property
    def threads_per_core(self) -> int:
        """The most pcpus of a core."""
        return max((len(core) for pnode in self.pnodes for core in pnode.core_groups), default=1)

    @property
    def vcpus_per_pcpu(self) -> Fraction | None:
        """The limit ``overcommit``, exactly as its decimals say; None for no limit."""
        return None if self.overcommit is None else Fraction(str(self.overcommit))

    @cached_property
    def pcpus_of_pool(self) -> dict[str | None, frozenset[int]]:
        """Name of a cpupool -> its pcpus; None -> all pcpus, for guests in no cpupool."""
        pools: dict[str | None, frozenset[int]] = {None: frozenset(self.position_of_pcpu)}
        return pools | {pool.name: frozenset(pool.pcpus) for pool in self.cpupools}

    def effective_pool(self, stated: str | None) -> str | None:
        """Return the effective cpupool: that of id 0 if none is given, None if the host does not list it."""
        name = default_pool(self.cpupools) if stated is None else stated
        return name if name in self.pcpus_of_pool else None

    def pcpus_of_effective_pool(self, stated: str | None) -> frozenset[int]:
        """Return the pcpus of the effective cpupool; all pcpus if the host does not list it."""
        return self.pcpus_of_pool[self.effective_pool(stated)]

    def check_pool(self, who: str, stated: str | None) -> None:
        """Refuse a cpupool that the host does not list; a host that lists none may have any."""
        if self.cpupools and stated is not None and stated not in self.pcpus_of_pool:
            known = ", ".join(pool.name for pool in self.cpupools)
            raise ValueError(f'{who} pool: no cpupool "{shorten(stated)}" on this host, expected one of {known}')

    @cached_property
    def running_vcpu_count(self) -> int:
        """Number of vcpus that are online over all domains."""
        return sum(len(domain.online_affinity) for domain in self.domains)


def _check_dedicated(pcpus: tuple[Cpu, ...], position_of_pcpu: dict[int, int]) -> None:
    missing = [pcpu for pcpu in pcpus if pcpu not in position_of_pcpu]
    if missing:
        raise ValueError(f"dedicated_pcpus: no pcpu {format_cpuset(missing)} on this host")
    twice = repeated(pcpus)
    if twice:
        raise ValueError(f"dedicated_pcpus: {format_cpuset(twice)} are listed twice")


def _check_offline(pcpus: tuple[Cpu, ...], position_of_pcpu: dict[int, int]) -> None:
    both = [pcpu for pcpu in pcpus if pcpu in position_of_pcpu]
    if both:
        raise ValueError(f"offline_pcpus: {format_cpuset(both)} are pcpus of a pnode too")
    twice = repeated(pcpus)
    if twice:
        raise ValueError(f"offline_pcpus: {format_cpuset(twice)} are listed twice")


def _check_domains(domains: tuple[Domain, ...], host: Host) -> None:
    names: set[str] = set()
    for domain in domains:
        if domain.name in names:
            raise ValueError(f'two domains have the name "{domain.name}"')
        names.add(domain.name)
        host.check_pool(f'domain "{domain.name}"', domain.pool)
        for vcpu, mask in enumerate(domain.affinity):
            missing = [pcpu for pcpu in mask or () if pcpu not in host.position_of_pcpu]
            if missing:
                raise ValueError(
                    f'domain "{domain.name}" affinity of vcpu {vcpu}: no pcpu {format_cpuset(missing)} on this host'
                )
    count = sum(len(domain.affinity) for domain in domains)
    if count > MAX_RUNNING_VCPUS:
        raise ValueError(f"the domains have {count} vcpus, expected at most {MAX_RUNNING_VCPUS}")
