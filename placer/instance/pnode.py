"""A physical NUMA node: its memory, pcpus and cores."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from placer.instance.checked import Checked
from placer.instance.huge_pages import HugePages, check_sizes
from placer.instance.units import Cpu, CpuSet, Kib, format_cpuset


class Pnode(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    A physical NUMA node of the host.

    Parameters
    ----------
    id
        Its number on the host. Ids may be sparse.
    memory_kib
        Memory free for guests, in KiB, without huge pages; 0 for a node without memory.
    reserve_kib
        Memory of the node that no guest may take, in KiB.
    pcpus
        Host-wide ids of the pcpus local to this node; empty for a memory-only node.
    cores
        The pcpus grouped by core, SMT siblings together. Empty: each pcpu counts as a core.
    huge_pages
        Its pools of huge pages, one for each page size.

    Raises
    ------
    InstanceError
        If a pcpu or a page size is listed twice, or the cores are not a partition of the pcpus.
    """

    id: Cpu
    memory_kib: Kib
    reserve_kib: Kib = 0
    pcpus: CpuSet = ()
    cores: tuple[CpuSet, ...] = ()
    huge_pages: tuple[HugePages, ...] = ()

    if TYPE_CHECKING:  # what the constructor takes; it makes tuples of it

        def __init__(
            self,
            *,
            id: int,
            memory_kib: int,
            reserve_kib: int = 0,
            pcpus: Iterable[int] = (),
            cores: Iterable[Iterable[int]] = (),
            huge_pages: Iterable[HugePages] = (),
        ) -> None: ...

    def __post_init__(self) -> None:
        twice = repeated(self.pcpus)
        if twice:
            raise ValueError(f"pcpus {format_cpuset(twice)} are listed twice in pnode {self.id}")
        check_sizes(f"pnode {self.id}", self.huge_pages)
        core_groups = [pcpu for core in self.cores for pcpu in core]
        if self.cores and (sorted(core_groups) != sorted(self.pcpus) or not all(self.cores)):
            raise ValueError(
                f"the cores of pnode {self.id} hold pcpus {format_cpuset(core_groups) or 'none'}, "
                f"expected each of its pcpus {format_cpuset(self.pcpus) or '(none)'} in exactly one core"
            )

    def pages_of(self, page_size: int) -> int:
        """Number of free huge pages of a size; 0 where it has no such pool."""
        return sum(pool.free_pages for pool in self.huge_pages if pool.page_size == page_size)

    @property
    def free_kib(self) -> int:
        """Free memory with that in huge pages, in KiB."""
        return self.memory_kib + sum(pool.page_size * pool.free_pages for pool in self.huge_pages)

    @property
    def core_groups(self) -> tuple[tuple[Cpu, ...], ...]:
        """The cores; each pcpu by itself if the host states no cores."""
        return self.cores or tuple((pcpu,) for pcpu in self.pcpus)

    @property
    def core_count(self) -> int:
        """Number of cores; of pcpus if the host states no cores."""
        return len(self.cores) or len(self.pcpus)


def repeated(numbers: tuple[Cpu, ...] | list[int]) -> list[int]:
    seen: set[int] = set()
    return sorted({number for number in numbers if number in seen or seen.add(number)})  # type: ignore[func-returns-value]
