"""What the readers of hosts and guests return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from placer.formats.sighting import Sighting
from placer.instance import GuestType, Host, Topology, Vnode
from placer.instance.guest import CpuPolicy, ThreadPolicy
from placer.instance.note import Note

Masks = tuple[tuple[int, ...] | None, ...]
"""For each vcpu the ids of the pcpus that it may run on, None where it may run on any."""
MAX_NAME = 255
"""Most characters of a name of a host, guest or cpupool, as in instances."""
SourceKind = Literal["xl", "libxl", "libvirt", "flavor"]


@dataclass(frozen=True, kw_only=True)
class RunningFacts:
    """
    What is known of the domains that run on a host beside their vcpus, for guests that run already and are placed anew.

    Parameters
    ----------
    affinity_known
        Whether ``xl vcpu-list`` was read.
    not_in_vcpu_list
        Names of the domains of ``xl list -l`` that the ``xl vcpu-list`` read does not have.
    uuid_of
        Domid -> uuid, where ``xl list -l`` states it.
    memory_kib
        Domid -> pnode id -> the memory that the domain holds there, in KiB; None where no NUMA dump was read.
    stated_free
        Ids of the pnodes whose free memory the user states, with that of such guests if it is to be used again.
    sighting
        The domains as such, for claims; None where no list of them was read.
    """

    affinity_known: bool = True
    not_in_vcpu_list: tuple[str, ...] = ()
    uuid_of: Mapping[int, str] = field(default_factory=dict)
    memory_kib: Mapping[int, Mapping[int, int]] | None = None
    stated_free: frozenset[int] = frozenset()
    sighting: Sighting | None = None


@dataclass(frozen=True, kw_only=True)
class ListedPcpus:
    """
    The pcpus that a file lists, of which some are offline.

    Parameters
    ----------
    cores
        Pnode id -> its cores with all of their listed pcpus.
    online_count
        How many of them are online.
    note
        What the reader says of that among its notes; it no longer holds once a list of the cpupools is read.
    """

    cores: Mapping[int, Sequence[tuple[int, ...]]]
    online_count: int
    note: str


@dataclass(frozen=True, kw_only=True)
class ParsedHost:
    """
    A host as a file states it.

    Parameters
    ----------
    host
        The host.
    notes
        What the reader assumed, repaired or left out: a sentence for each, for the report.
    running
        What is known of its domains; None where no list of them was read.
    listed
        The pcpus that the file lists, where some are offline; None where it lists online ones alone.
    free_notes
        Why free memory may change though no guest starts or ends, a sentence each; said where claims rely on it.
    """

    host: Host
    notes: tuple[str, ...] = ()
    running: RunningFacts | None = None
    listed: ListedPcpus | None = None
    free_notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GuestSource:
    """
    The file a guest came from, so that an emitter can write the same file with only the placement changed.

    Parameters
    ----------
    kind
        ``xl`` (xl.cfg), ``libxl`` (JSON of a libxl_domain_config or libxl_domain_build_info), ``libvirt`` (domain
        XML) or ``flavor`` (OpenStack's).
    place
        The file's name for messages; ``<stdin>`` for standard input.
    text
        The text of the file; for ``libxl`` the JSON text of this one guest; empty for ``flavor``: no emitter writes
        flavours. Bytes that are no UTF-8 are carried (``surrogateescape``).
    encoding
        The encoding that XML declares, in which it is written again; None for UTF-8.
    """

    kind: SourceKind
    place: str
    text: str
    encoding: str | None = None

    @property
    def of_qemu(self) -> bool:
        """Whether QEMU runs the guest, and not Xen."""
        return self.kind in {"libvirt", "flavor"}


@dataclass(frozen=True, kw_only=True)
class Binding:
    """
    Something of a guest that its file binds to pnodes, for notes where a placement differs.

    Parameters
    ----------
    what
        The element in words, such as ``its emulatorpin (pcpus 8-9)``.
    pnodes
        Ids of the pnodes that it names.
    cell
        The cell that it concerns; None for the whole guest.
    way
        What placer does with it, and the way out.
    replaced
        Whether the guest is written with the pnodes of the placement in its place.
    preferred
        Whether it is no more than a preference, which is for one pnode.
    """

    what: str
    pnodes: tuple[int, ...]
    cell: int | None = None
    way: str
    replaced: bool = False
    preferred: bool = False


@dataclass(frozen=True, kw_only=True)
class ParsedGuest:
    """
    A guest as a file states it; the vnodes of a file without vnodes are chosen later.

    Parameters
    ----------
    name, type
        As in the file.
    vcpu_count
        Number of vcpus, including vcpus that start offline (``maxvcpus``).
    memory_kib, maxmem_kib
        Memory that the guest starts with, and memory that it may grow to, in KiB.
    vnodes
        The vnodes; None where the file states none.
    online_vcpus
        The vcpus that it starts with; None for all.
    topology
        Sockets, cores and threads that the guest sees; None where the file states none.
    pnodes
        Ids of the pnodes that the guest may use; None for any.
    pool
        The cpupool that the file names; None where it names none.
    hard_affinity, soft_affinity
        For each vcpu the ids of its pcpus, None for any; None where the file states no mask at all.
    vdistances
        The distances that the file asks for: row = from vnode, column = to vnode. None where it asks for none.
    cpu_policy, dedicated_vcpus, thread_policy, one_to_one
        As in :class:`placer.Guest`.
    devices
        Ids of the host's devices that the guest is assigned.
    assigned
        The devices that its file assigns to it, as the file names them, whether or not the host lists them.
    overhead_kib
        Memory that the hypervisor needs for the guest besides the guest's own, in KiB.
    stubdomain_kib
        Memory of its stub domain, which lies on a pnode that libxl chooses, in KiB.
    spread
        Whether its memory is interleaved over all of ``pnodes``, so that it is a set of these pnodes.
    filled
        Whether its memory is bound to ``pnodes``, of which each is filled as far as it has room.
    bindings
        What the file binds besides memory and vcpus, and the nodesets that a placement changes.
    page_size
        Size of the huge pages of its memory, in KiB; None for ordinary memory, and where vnodes state their own.
    notes
        What the reader assumed or found remarkable: a sentence for each, for the report.
    source
        The file, for the emitters; None for a guest that comes from no file.
    domid, uuid
        Of a guest that was running when its file was printed, and of one whose file states it; None for others.
    """

    name: str
    type: GuestType
    vcpu_count: int
    memory_kib: int
    maxmem_kib: int
    vnodes: tuple[Vnode, ...] | None = None
    online_vcpus: tuple[int, ...] | None = None
    topology: Topology | None = None
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
    assigned: tuple[str, ...] = ()
    overhead_kib: int = 0
    stubdomain_kib: int = 0
    spread: bool = False
    filled: bool = False
    bindings: tuple[Binding, ...] = ()
    page_size: int | None = None
    notes: tuple[str, ...] = ()
    source: GuestSource | None = None
    domid: int | None = None
    uuid: str | None = None


def online_note(online: int, vcpu_count: int) -> Note:
    """Say that a guest starts with fewer vcpus than it may have, for its notes."""
    then = "vcpus online, and only they count as load; affinity must hold for all (online_vcpus in an instance)"
    return Note(f"it starts with {online} of its {vcpu_count} {then}", kind=f"it starts with some of its {then}")
