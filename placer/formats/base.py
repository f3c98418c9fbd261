"""What the readers of hosts and guests hand on."""

from __future__ import annotations

from dataclasses import dataclass

from placer.instance import GuestType, Host, Vnode
from placer.instance.guest import CpuPolicy, ThreadPolicy

Masks = tuple[tuple[int, ...] | None, ...]


@dataclass(frozen=True, kw_only=True)
class ParsedHost:
    """
    A host as a file states it.

    Parameters
    ----------
    host
        The host.
    notes
        What was assumed, repaired or left out, a sentence each, for the report.
    """

    host: Host
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GuestSource:
    """
    The file a guest came from, so that an emitter can give it back with only the placement changed.

    Parameters
    ----------
    kind
        ``xl`` (xl.cfg), ``libxl`` (JSON of a libxl_domain_config or libxl_domain_build_info), ``libvirt`` (domain
        XML) or ``flavor`` (OpenStack's).
    place
        The file's name for messages; ``-`` was standard input.
    text
        Its text; for ``libxl`` the JSON text of this one guest; empty for ``flavor``, which is not given back.
    """

    kind: str
    place: str
    text: str

    @property
    def of_qemu(self) -> bool:
        """Whether QEMU runs such guests, and not Xen."""
        return self.kind in {"libvirt", "flavor"}


@dataclass(frozen=True, kw_only=True)
class ParsedGuest:
    """
    A guest as a file states it, before it has vnodes.

    Parameters
    ----------
    name, type
        As in the file.
    vcpu_count
        Its vcpus, those that start offline too (``maxvcpus``).
    memory_kib, maxmem_kib
        What it starts with and may grow to, in KiB.
    vnodes
        Its vnodes; None where the file states none.
    pnodes
        Ids of the pnodes it may use; None for any.
    pool
        The cpupool it asks for, None where it asks for none.
    hard_affinity, soft_affinity
        A mask per vcpu, None for any; None where the file states none.
    vdistances
        The distances that the file asks for, None where it asks for none.
    cpu_policy, dedicated_vcpus, thread_policy, one_to_one
        As of a guest of an instance.
    devices
        Ids of the host's devices that it is assigned.
    overhead_kib
        What the hypervisor needs for it besides its memory, in KiB.
    notes
        What was assumed or is remarkable, a sentence each, for the report.
    source
        The file, for the emitters.
    """

    name: str
    type: GuestType
    vcpu_count: int
    memory_kib: int
    maxmem_kib: int
    vnodes: tuple[Vnode, ...] | None = None
    pnodes: tuple[int, ...] | None = None
    pool: str | None = None
    hard_affinity: Masks | None = None
    soft_affinity: Masks | None = None
    vdistances: tuple[tuple[int, ...], ...] | None = None
    cpu_policy: CpuPolicy = "shared"
    dedicated_vcpus: tuple[int, ...] = ()
    thread_policy: ThreadPolicy = "prefer"
    one_to_one: bool = False
    devices: tuple[str, ...] = ()
    overhead_kib: int = 0
    notes: tuple[str, ...] = ()
    source: GuestSource | None = None
