"""The sockets, dies, cores and threads that a guest sees, and how its vcpus are divided without cutting them."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, prod
from typing import Annotated

from msgspec import Meta

from placer.instance.checked import Checked

Count = Annotated[int, Meta(ge=1, le=4096)]
LEVELS = ("sockets", "dies", "clusters", "cores", "threads")
"""From the largest to the smallest, as QEMU orders them; in each the vcpus of one unit are contiguous."""
RARE_LEVELS = ("dies", "clusters")
"""Not written where there is one in each unit: not every machine and release knows them."""


class Topology(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    The sockets, dies, cores and threads that a guest sees.

    Vcpus are numbered thread after thread, core after core, and so on, as QEMU numbers them
    (``x86_topo_ids_from_idx`` in include/hw/i386/topology.h).

    Parameters
    ----------
    sockets
        Number of sockets.
    dies
        Dies of a socket.
    clusters
        Clusters of a die.
    cores
        Cores of a cluster.
    threads
        Threads of a core.

    Examples
    --------
    >>> Topology(sockets=2, cores=4, threads=2).vcpu_count
    16
    """

    sockets: Count = 1
    dies: Count = 1
    clusters: Count = 1
    cores: Count = 1
    threads: Count = 1

    @property
    def vcpu_count(self) -> int:
        """Number of vcpus."""
        return prod(self.counts)

    @property
    def counts_by_level(self) -> dict[str, int]:
        """How many of each of :data:`LEVELS` the next larger one has."""
        return {level: getattr(self, level) for level in LEVELS}

    @property
    def counts(self) -> tuple[int, ...]:
        """The numbers of :attr:`counts_by_level`, in its order."""
        return tuple(self.counts_by_level.values())

    @property
    def units(self) -> tuple[int, ...]:
        """The vcpus of a socket, a die, a cluster, a core and a thread."""
        return tuple(prod(self.counts[i + 1 :]) for i in range(len(LEVELS)))

    def fitted(self, owners: Sequence[int | None]) -> Topology:
        """
        Give a topology of which no socket has vcpus in two vnodes, with the largest units of this one that allow it.

        Parameters
        ----------
        owners
            The vnode of each vcpu.

        Examples
        --------
        >>> Topology(cores=3, threads=2).fitted([0, 0, 0, 0, 1, 1])
        Topology(sockets=3, dies=1, clusters=1, cores=1, threads=2)
        """
        cuts = [i for i in range(1, len(owners)) if owners[i] != owners[i - 1]]
        size = gcd(*cuts, self.vcpu_count)
        if size % self.units[0] == 0:
            return self
        if size % self.threads:  # a core is cut
            threads = gcd(size, self.threads)
            return Topology(sockets=self.vcpu_count // size, cores=size // threads, threads=threads)
        level = next(i for i, unit in enumerate(self.units) if size % unit == 0)
        inside = {name: getattr(self, name) for name in LEVELS[level + 1 :]}
        return Topology(sockets=self.vcpu_count // size, **{LEVELS[level]: size // self.units[level]}, **inside)

    def cut_cores(self, owners: Sequence[int | None]) -> int:
        """
        Count the cores that have vcpus in two vnodes.

        Examples
        --------
        >>> Topology(cores=2, threads=2).cut_cores([0, 0, 0, 1])
        1
        """
        cores = [owners[i : i + self.threads] for i in range(0, len(owners), self.threads)]
        return sum(len(set(core)) > 1 for core in cores)

    def in_words(self) -> str:
        """
        Write it as people do.

        Examples
        --------
        >>> Topology(sockets=2, cores=4, threads=2).in_words()
        '2 sockets x 4 cores x 2 threads'
        """
        said = {name: n for name, n in self.counts_by_level.items() if name not in RARE_LEVELS or n > 1}
        return " x ".join(f"{n} {name if n > 1 else name[:-1]}" for name, n in said.items())


def shares(vcpu_count: int, k: int, topology: Topology | None = None) -> list[int]:
    """
    Divide vcpus into k contiguous parts: whole sockets where there are so many, else whole dies, and so on.

    The parts are as equal as whole units go, larger parts first. Where k is a multiple of the number of units, each
    unit is divided by itself. A core is cut only where there are fewer cores than parts.

    Returns
    -------
    list of int
        Number of vcpus of each part.

    Examples
    --------
    >>> shares(6, 2), shares(6, 2, Topology(cores=3, threads=2))
    ([3, 3], [4, 2])
    >>> shares(12, 4, Topology(sockets=2, cores=3, threads=2))
    [4, 2, 4, 2]
    """
    return _divided(vcpu_count, k, topology.units if topology else (1,))


def _divided(vcpu_count: int, k: int, units: Sequence[int]) -> list[int]:
    unit, *smaller = units
    n = vcpu_count // unit
    if k <= n or not smaller:
        return [(n // k + (part < n % k)) * unit for part in range(k)]
    if k % n == 0:
        return _divided(unit, k // n, smaller) * n
    return _divided(vcpu_count, k, smaller)
