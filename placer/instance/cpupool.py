"""A cpupool: pcpus on which only the guests in the pool run."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from placer.instance.checked import Checked
from placer.instance.guest import Name
from placer.instance.guest_checks import check_name
from placer.instance.units import Cpu, CpuSet, format_cpuset

DEFAULT_POOL = "Pool-0"
"""The name that Xen gives the cpupool of id 0, which it makes at boot."""


class Cpupool(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    A cpupool of Xen: pcpus on which only the guests in the pool run.

    Parameters
    ----------
    name
        Unique on its host.
    pcpus
        Its pcpus, each in no other pool. May be empty.
    id
        Its number in Xen; None where it is not known. A guest that names no pool runs in the one of id 0, whatever its
        name (``xl cpupool-numa-split`` renames it): where no pool says so, in ``Pool-0``, else in the first.

    Raises
    ------
    InstanceError
        If the name holds a control character.
    """

    name: Name
    pcpus: CpuSet = ()
    id: Cpu | None = None

    if TYPE_CHECKING:  # what the constructor takes; it makes tuples of it

        def __init__(
            self,
            *,
            name: str,
            pcpus: Iterable[int] = (),
            id: int | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        check_name(self.name)


def check_cpupools(cpupools: tuple[Cpupool, ...], known: Collection[int]) -> None:
    """Refuse two pools of one name, a pcpu in two pools or twice in one, and a pcpu that the host does not have."""
    pool_of: dict[int, str] = {}
    names: set[str] = set()
    ids: set[int | None] = set()
    for pool in cpupools:
        if pool.name in names:
            raise ValueError(f'two cpupools have the name "{pool.name}"')
        if pool.id is not None and pool.id in ids:
            raise ValueError(f"two cpupools have the id {pool.id}")
        names.add(pool.name)
        ids.add(pool.id)
        missing = [pcpu for pcpu in pool.pcpus if pcpu not in known]
        if missing:
            raise ValueError(f'cpupool "{pool.name}": no pcpu {format_cpuset(missing)} on this host')
        for pcpu in pool.pcpus:
            if pcpu in pool_of:
                raise ValueError(
                    f'pcpu {pcpu} is in cpupool "{pool_of[pcpu]}" and again in "{pool.name}", expected in one'
                )
            pool_of[pcpu] = pool.name


def default_pool(cpupools: tuple[Cpupool, ...]) -> str | None:
    """Name the cpupool of guests that name none: that of id 0, else ``Pool-0``, else the first; None without pools."""
    by_id = [pool.name for pool in cpupools if pool.id == 0]
    by_name = [pool.name for pool in cpupools if pool.name == DEFAULT_POOL and pool.id is None]
    unnumbered = [pool.name for pool in cpupools if pool.id is None]
    return next(iter(by_id + by_name + unnumbered), None)
