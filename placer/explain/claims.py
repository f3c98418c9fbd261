"""Memory that is claimed, in explanations: what guests need of the rest, and how much of it they lack."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from msgspec.structs import replace

from placer.instance import Guest, Instance, format_size
from placer.lowering.claims import beside_kib, taken_of


class Claims:
    """
    The limit on all guests together, which needs no search: they take what they take wherever they stand.

    Parameters
    ----------
    instance
        Without flexible guests.
    """

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    @property
    def without(self) -> Instance:
        """The instance without the limit."""
        return replace(self._instance, host=replace(self._instance.host, claimed_kib=0))

    @cached_property
    def limit_kib(self) -> int | None:
        """What is free less claims and overhead, in KiB, below 0 if less is free; None where nothing is claimed."""
        host = self._instance.host
        return self._free_kib - host.claimed_kib - beside_kib(self._instance) if host.claimed_kib else None

    @property
    def _free_kib(self) -> int:
        return sum(pnode.memory_kib for pnode in self._instance.host.pnodes)

    @cached_property
    def words(self) -> list[str]:
        """The limit as a sentence with its figures; none where nothing is claimed."""
        return [] if self.limit_kib is None else [f"the host has {self._room()}"]

    def need_kib(self, g: int) -> int:
        """Give what the guest at position g takes of the limit, in KiB."""
        return need_kib(self._instance.guests[g])

    def lack_kib(self, guests: Iterable[int]) -> int:
        """Give how far guests, by position, pass the limit, in KiB; 0 or less where they do not."""
        if self.limit_kib is None:
            return 0
        need = sum(map(self.need_kib, set(guests)))
        return need - self.limit_kib if need else 0

    def exceeded(self) -> list[str]:
        """Give a line if all guests together pass the limit, else no line."""
        lack = self.lack_kib(range(len(self._instance.guests)))
        if lack <= 0:
            return []
        need = sum(map(need_kib, self._instance.guests))
        return [
            f"the guests need {format_size(need)} in all; the host has {self._room()}: {format_size(lack)} too little"
        ]

    def _room(self) -> str:
        claimed, overhead = self._instance.host.claimed_kib, beside_kib(self._instance)
        less = f" and {format_size(overhead)} of overhead" if overhead else ""
        return (
            f"{format_size(max(0, self.limit_kib or 0))} that is not claimed ({format_size(self._free_kib)} free, less "
            f"{format_size(claimed)} claimed for domains being built and stub domains{less})"
        )


def need_kib(guest: Guest) -> int:
    """Give what a guest takes of all pnodes, in KiB, but for overhead that lies beside its vnodes."""
    return sum(taken_of(guest))
