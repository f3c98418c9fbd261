"""A virtual NUMA node of a guest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from placer.instance.checked import Checked
from placer.instance.units import Cpu, CpuSet, Kib


class Vnode(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    A virtual NUMA node of a guest.

    Parameters
    ----------
    memory_kib
        Its memory, in KiB.
    vcpus
        Ids of the guest's vcpus on it. May be empty.
    pnode
        Id of the pnode that must hold it; None leaves that to placer.
    pnodes
        Ids of the pnodes that may hold it; None for those that its guest may use. A pnode without pcpus that ``pnode``
        or ``pnodes`` names may hold it if it has no vcpus, whatever its guest says of ``memory_only_pnodes``.
    vcpus_of
        For vcpus that run on another pnode than the memory they belong to: number of the vnode in which the guest sees
        the vcpus of this one, which has no memory. None: they are its own.
    memory_of
        For memory that lies on another pnode than the vnode in which the guest sees it, as that of a memory device:
        number of that vnode. It has no vcpus. None: the memory is its own.
    page_size
        Size of the huge pages of its memory, in KiB. None: that of its guest.
    """

    memory_kib: Kib
    vcpus: CpuSet = ()
    pnode: Cpu | None = None
    pnodes: tuple[Cpu, ...] | None = None
    vcpus_of: Annotated[int, Meta(ge=0)] | None = None
    memory_of: Annotated[int, Meta(ge=0)] | None = None
    page_size: Kib | None = None

    if TYPE_CHECKING:  # what the constructor takes; it makes tuples of it

        def __init__(
            self,
            *,
            memory_kib: int,
            vcpus: Iterable[int] = (),
            pnode: int | None = None,
            pnodes: Iterable[int] | None = None,
            vcpus_of: int | None = None,
            memory_of: int | None = None,
            page_size: int | None = None,
        ) -> None: ...

    @property
    def is_seen(self) -> bool:
        """Whether it is a vnode that the guest sees, not vcpus or memory of one that lie elsewhere."""
        return self.vcpus_of is None and self.memory_of is None

    @property
    def is_empty(self) -> bool:
        """Whether it has neither memory nor vcpus, as a node that stands for a device: it lies nowhere."""
        return not self.memory_kib and not self.vcpus

    def names(self, pnode: int) -> bool:
        """Whether it names a pnode itself: as its own, or as one of those that may hold it."""
        return pnode == self.pnode or (self.pnodes is not None and pnode in self.pnodes)
