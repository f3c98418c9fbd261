"""A domain: a guest that already runs on the host."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from placer.instance.checked import Checked
from placer.instance.guest import Name
from placer.instance.guest_checks import MAX_VCPUS, check_name, check_online
from placer.instance.units import Cpu, CpuSet


class Domain(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    A guest that already runs on the host: the free memory does not include its memory, and its vcpus load pcpus.

    Parameters
    ----------
    name
        Unique on its host.
    domid
        Its domain id in Xen.
    affinity
        For each of its vcpus the pcpus to which it is bound, by hard or soft affinity; None for any.
    online_vcpus
        The vcpus that are online and load pcpus; None for all.
    pool
        The cpupool in which it runs; None means that of id 0.

    Raises
    ------
    InstanceError
        If a vcpu is bound to no pcpu, there are more than 4096, or the name holds a control character.
    """

    name: Name
    domid: Cpu | None = None
    affinity: tuple[CpuSet | None, ...] = ()
    online_vcpus: CpuSet | None = None
    pool: Name | None = None

    if TYPE_CHECKING:  # what the constructor takes; it makes tuples of it

        def __init__(
            self,
            *,
            name: str,
            domid: int | None = None,
            affinity: Iterable[Iterable[int] | None] = (),
            online_vcpus: Iterable[int] | None = None,
            pool: str | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.affinity) > MAX_VCPUS:
            raise ValueError(f"{len(self.affinity)} vcpus, expected at most {MAX_VCPUS}")
        if () in self.affinity:
            raise ValueError(f"affinity of vcpu {self.affinity.index(())} is empty, expected pcpus or null")
        check_online(self.online_vcpus, len(self.affinity))

    @property
    def online_affinity(self) -> tuple[CpuSet | None, ...]:
        """The affinity of the vcpus that are online."""
        return self.affinity if self.online_vcpus is None else tuple(self.affinity[vcpu] for vcpu in self.online_vcpus)
