"""A virtual NUMA node of a guest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

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
    page_size
        Size of the huge pages of its memory, in KiB. None: that of its guest.
    """

    memory_kib: Kib
    vcpus: CpuSet = ()
    pnode: Cpu | None = None
    page_size: Kib | None = None

    if TYPE_CHECKING:  # what the constructor takes; it makes tuples of it

        def __init__(
            self,
            *,
            memory_kib: int,
            vcpus: Iterable[int] = (),
            pnode: int | None = None,
            page_size: int | None = None,
        ) -> None: ...
