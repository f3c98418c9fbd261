"""A guest: its vnodes, and the rules and preferences that it states for them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from placer.instance.checked import Checked
from placer.instance.flexible import Flexible, parts, set_parts
from placer.instance.guest_checks import check_form, check_name, check_stated, check_vcpus
from placer.instance.topology import Topology
from placer.instance.units import Cpu, CpuSet, Kib
from placer.instance.vnode import Vnode

GuestType = Literal["hvm", "pvh", "pv"]
Form = Literal["vnuma", "parts", "whole", "set"]
CpuPolicy = Literal["shared", "dedicated", "mixed"]
ThreadPolicy = Literal["prefer", "require", "isolate"]
Weight = Annotated[int, Meta(ge=0, le=1_000_000)]
"""An entry of a traffic matrix: 1024 x 1024 of the largest, times 1000 x 4096 vcpus, still fit 64 bits."""
Distance = Annotated[int, Meta(ge=0, le=255)]
Name = Annotated[str, Meta(min_length=1, max_length=255, extra_json_schema={"pattern": r"^[^\x00-\x1f\x7f-\x9f]*$"})]

MAX_VNODES = 1024
"""Most vnodes of one guest, as many as the xl of the 2013 RFC took. Xen itself stops at 32."""


class Guest(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """
    A guest to place.

    Parameters
    ----------
    name
        Unique in its instance; without control characters, which no xl.cfg can hold.
    vnodes
        1 to 1024 vnodes; none beside ``flexible``. Their vcpus are 0 to n - 1, each on one vnode.
    flexible
        Memory and vcpus alone, if placer chooses the number of vnodes.
    type
        Its type in Xen. pv and pvh guests are placed too, but Xen starts only hvm guests with vNUMA.
    form
        The form in which it is written. ``vnuma``: its vnodes as they are. ``parts``: vnodes into which placer split
        it, merged into one where they share a pnode. ``whole``: one vnode, written without vnuma, so that the overhead
        lies on its pnode. ``set``, beside ``flexible``: without vnuma, its memory in equal parts on the pnodes of a set
        and each vcpu free on all of them; its vnodes are the parts, each on a pnode of its own with its share of the
        overhead.
    online_vcpus
        The vcpus that are online and load the host; None for all. The others may come online at any time: every rule
        but ``overcommit`` holds for them too.
    topology
        Sockets, dies, cores and threads that it sees, of all its vcpus; None where nothing is said. placer cuts no core
        if it divides such a guest into no more vnodes than it has cores.
    hard_affinity, soft_affinity
        For each vcpu the pcpus on which it must, or should rather, run; None for any. None: no vcpu has a mask.
    pnodes
        Ids of the pnodes it may use; None for all. Vcpus apart from their memory are bound by their affinity alone.
    pool
        The cpupool in which its vcpus run; None for that of id 0, if the host lists it.
    memory_only_pnodes
        Whether its vnodes without vcpus may stand on pnodes without pcpus that they do not name themselves.
    memory_apart
        Whether placer may put its memory on other pnodes than its vcpus where no placement on pnodes with both exists.
    one_to_one
        Whether each of its vnodes stands on a pnode of its own.
    cpu_policy
        Whether its vcpus share pcpus (``shared``), own one pcpu each (``dedicated``), or some of them do (``mixed``).
    dedicated_vcpus
        The vcpus of a ``mixed`` guest that own a pcpu.
    thread_policy
        The cores of dedicated vcpus on a host with SMT. ``prefer``: full cores where possible. ``require``: all cores
        that a vnode uses but one carry two or more of its vcpus. ``isolate``: each vcpu has a core that no other vcpu
        uses.
    traffic
        How much the vcpus of vnode v (row) use the memory of vnode w (column), in any unit.
        None: every vcpu reads the guest's memory evenly.
    vdistances
        The distances between its vnodes that it should see; differences cost.
    devices
        Ids of the host's devices that are assigned to it.
    overhead_kib
        Memory that the hypervisor needs for it besides its own, in KiB.
    page_size
        Size of the huge pages of its memory, in KiB. None: ordinary memory.

    Raises
    ------
    InstanceError
        If a vcpu is on no vnode or on two, a list or matrix has the wrong length, the name has a control character,
        memory is no whole number of its huge pages, or policies of dedicated vcpus contradict each other.
    """

    name: Name
    vnodes: tuple[Vnode, ...] = ()
    flexible: Flexible | None = None
    type: GuestType = "hvm"
    form: Form = "vnuma"
    online_vcpus: CpuSet | None = None
    topology: Topology | None = None
    hard_affinity: tuple[CpuSet | None, ...] | None = None
    soft_affinity: tuple[CpuSet | None, ...] | None = None
    pnodes: tuple[Cpu, ...] | None = None
    pool: Name | None = None
    memory_only_pnodes: bool = False
    memory_apart: bool = False
    one_to_one: bool = False
    cpu_policy: CpuPolicy = "shared"
    dedicated_vcpus: CpuSet = ()
    thread_policy: ThreadPolicy = "prefer"
    traffic: tuple[tuple[Weight, ...], ...] | None = None
    vdistances: tuple[tuple[Distance, ...], ...] | None = None
    devices: tuple[Name, ...] = ()
    overhead_kib: Kib = 0
    page_size: Kib | None = None

    if TYPE_CHECKING:  # what the constructor takes; it makes tuples of it

        def __init__(
            self,
            *,
            name: str,
            vnodes: Iterable[Vnode] = (),
            flexible: Flexible | None = None,
            type: GuestType = "hvm",
            form: Form = "vnuma",
            online_vcpus: Iterable[int] | None = None,
            topology: Topology | None = None,
            hard_affinity: Iterable[Iterable[int] | None] | None = None,
            soft_affinity: Iterable[Iterable[int] | None] | None = None,
            pnodes: Iterable[int] | None = None,
            pool: str | None = None,
            memory_only_pnodes: bool = False,
            memory_apart: bool = False,
            one_to_one: bool = False,
            cpu_policy: CpuPolicy = "shared",
            dedicated_vcpus: Iterable[int] = (),
            thread_policy: ThreadPolicy = "prefer",
            traffic: Iterable[Iterable[int]] | None = None,
            vdistances: Iterable[Iterable[int]] | None = None,
            devices: Iterable[str] = (),
            overhead_kib: int = 0,
            page_size: int | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        check_name(self.name)
        check_form(self, MAX_VNODES)
        check_vcpus([vnode.vcpus for vnode in self.vnodes])
        check_stated(self)
        if self.pnodes == ():
            raise ValueError("pnodes is empty, expected at least one id or null")

    @cached_property
    def vcpu_count(self) -> int:
        """Number of vcpus over all vnodes."""
        return self.flexible.vcpu_count if self.flexible else sum(len(vnode.vcpus) for vnode in self.vnodes)

    @property
    def core_count(self) -> int:
        """Number of cores that it sees: of its topology, else one for each vcpu."""
        return self.vcpu_count // self.topology.threads if self.topology else self.vcpu_count

    @property
    def seen_vnodes(self) -> int:
        """Number of vnodes that the guest sees; those of vcpus or memory apart come after them."""
        return sum(vnode.is_seen for vnode in self.vnodes)

    @cached_property
    def online(self) -> frozenset[int]:
        """The vcpus that are online: by ``online_vcpus``, else all."""
        return frozenset(range(self.vcpu_count) if self.online_vcpus is None else self.online_vcpus)

    def online_on(self, vnode: Vnode) -> int:
        """Count the vcpus of a vnode that are online."""
        return len(vnode.vcpus) if self.online_vcpus is None else len(self.online.intersection(vnode.vcpus))

    @cached_property
    def dedicated(self) -> frozenset[int]:
        """The vcpus that own a pcpu, by ``cpu_policy``."""
        return frozenset(range(self.vcpu_count) if self.cpu_policy == "dedicated" else self.dedicated_vcpus)

    @cached_property
    def memory_kib(self) -> int:
        """Memory over all vnodes, in KiB."""
        return self.flexible.memory_kib if self.flexible else sum(vnode.memory_kib for vnode in self.vnodes)

    def page_size_of(self, vnode: Vnode) -> int | None:
        """Give the size of the huge pages of a vnode, in KiB; None for ordinary memory."""
        return vnode.page_size or self.page_size

    def ordinary_kib(self, vnode: Vnode) -> int:
        """Give the memory of a vnode that is not in huge pages, in KiB."""
        return 0 if self.page_size_of(vnode) else vnode.memory_kib

    def allows_vnode_count(self, count: int) -> bool:
        """Whether it may have so many vnodes."""
        return count in self.flexible.counts if self.flexible else count == len(self.vnodes)

    @property
    def has_own_affinity(self) -> bool:
        """Whether its affinity is placer's to write, so that its overhead lands on the pnodes it stands on."""
        return self.form in {"whole", "set"}

    def overhead_share_kib(self, vnode: Vnode) -> int:
        """Give the overhead that lands with one of its vnodes, in whole pages of 4 KiB; 0 if it lands elsewhere."""
        here = self.has_own_affinity and vnode.is_seen
        return -(-self.overhead_kib // (4 * self.seen_vnodes)) * 4 if here else 0

    def homes(self, pnodes: tuple[int | None, ...]) -> tuple[frozenset[int], ...]:
        """
        Give the pnodes whose pcpus the vcpus of each vnode may use: its own, or all pnodes of a set.

        Parameters
        ----------
        pnodes
            For each vnode the id of its pnode, None for none.
        """
        alone = tuple(frozenset() if pnode is None else frozenset((pnode,)) for pnode in pnodes)
        return (frozenset().union(*alone),) * len(alone) if self.form == "set" else alone

    def _by_affinity(self) -> list[int]:
        """Give its vcpus, those with the same hard affinity one after the other; those without any come last."""
        masks = self.hard_affinity or (None,) * self.vcpu_count
        return sorted(range(self.vcpu_count), key=lambda vcpu: (masks[vcpu] is None, masks[vcpu] or ()))

    def split_into(self, k: int) -> Guest:
        """
        Give a flexible guest k vnodes (:func:`placer.instance.flexible.parts`); any other guest stays as it is.

        Its form is ``parts`` for several vnodes, ``whole`` for one, or ``vnuma`` for one if it says ``always_vnuma``. A
        ``set`` stays one for several (:func:`placer.instance.flexible.set_parts`), with vcpus of the same hard affinity
        in the same part: which vcpus a part has is not seen by the guest.
        """
        if self.flexible is None:
            return self
        if self.form == "set" and k > 1:
            spread = set_parts(self.flexible.memory_kib, self.flexible.vcpu_count, k, self.page_size)
            alike = self._by_affinity()
            vnodes = tuple(Vnode(memory_kib=kib, vcpus=sorted(alike[i] for i in vcpus)) for kib, vcpus in spread)
            return replace(self, vnodes=vnodes, flexible=None, one_to_one=True)
        cut = parts(self.flexible.memory_kib, self.flexible.vcpu_count, k, self.topology, self.page_size)
        vnodes = tuple(Vnode(memory_kib=kib, vcpus=tuple(vcpus)) for kib, vcpus in cut)
        form: Form = "parts" if k > 1 else "vnuma" if self.flexible.always_vnuma else "whole"
        return replace(self, vnodes=vnodes, flexible=None, form=form)
