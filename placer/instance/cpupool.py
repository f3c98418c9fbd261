"""A cpupool: pcpus on which only the guests in the pool run."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from placer.instance.checked import Checked
from placer.instance.guest import Name
from placer.instance.guest_checks import check_name
from placer.instance.units import CpuSet, format_cpuset

DEFAULT_POOL = "Pool-0"
"""The cpupool that Xen creates at boot, in which a guest runs that names no pool."""


class Cpupool(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    A cpupool of Xen: pcpus on which only the guests in the pool run.

    Parameters
    ----------
    name
        Unique on its host. A guest that names no pool runs in ``Pool-0``, if the host has it.
    pcpus
        Its pcpus, each in no other pool. May be empty.

    Raises
    ------
    InstanceError
        If the name holds a control character.
    """

    name: Name
    pcpus: CpuSet = ()

    if TYPE_CHECKING:  # what the constructor takes; it makes tuples of it

        def __init__(
            self,
            *,
            name: str,
            pcpus: Iterable[int] = (),
        ) -> None: ...

    def __post_init__(self) -> None:
        check_name(self.name)


def check_cpupools(cpupools: tuple[Cpupool, ...], known: Collection[int]) -> None:
    """Refuse two pools of one name, a pcpu in two pools or twice in one, and a pcpu that the host does not have."""
    pool_of: dict[int, str] = {}
    names: set[str] = set()
    for pool in cpupools:
        if pool.name in names:
            raise ValueError(f'two cpupools have the name "{pool.name}"')
        names.add(pool.name)
        missing = [pcpu for pcpu in pool.pcpus if pcpu not in known]
        if missing:
            raise ValueError(f'cpupool "{pool.name}": no pcpu {format_cpuset(missing)} on this host')
        for pcpu in pool.pcpus:
            if pcpu in pool_of:
                raise ValueError(
                    f'pcpu {pcpu} is in cpupool "{pool_of[pcpu]}" and again in "{pool.name}", expected in one'
                )
            pool_of[pcpu] = pool.name
