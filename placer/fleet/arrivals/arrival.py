"""The answer to a guest that came."""

from __future__ import annotations

from dataclasses import dataclass

from placer.instance import Instance, Placement


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """
    Where a guest that came is placed, or why it is not.

    Parameters
    ----------
    guest
        Its name.
    host
        The name of its host; None where it fits nowhere.
    pnodes
        Ids of the pnodes of its vnodes; empty where it fits nowhere.
    instance, placement
        Its host with all guests of the fleet there, and their placement, for :func:`placer.emit`; None where it fits
        nowhere.
    why
        Where it fits nowhere: a sentence for each reason, with the number of hosts.
    """

    guest: str
    host: str | None = None
    pnodes: tuple[int, ...] = ()
    instance: Instance | None = None
    placement: Placement | None = None
    why: tuple[str, ...] = ()

    @property
    def own(self) -> Placement:
        """The placement of the guest alone."""
        pcpus = {} if self.placement is None else self.placement.pcpu_of
        return Placement(
            pnode_of={self.guest: self.pnodes} if self.host is not None else {},
            pcpu_of={guest: owned for guest, owned in pcpus.items() if guest == self.guest},
        )
