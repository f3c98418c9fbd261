"""A claim: what a guest will take of its host, and what is known of its start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from placer.claims.moments import Moment
from placer.instance import Domain
from placer.instance.guest import Name
from placer.instance.rules import Member
from placer.instance.units import Cpu, Kib
from placer.solving.started import Started

Seconds = Annotated[float, Meta(ge=-1e12, le=1e12)]


class Pages(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    Huge pages on a pnode.

    Parameters
    ----------
    pnode
        Its id.
    page_size
        In KiB.
    count
        Number of pages.
    """

    pnode: Cpu
    page_size: Kib
    count: Annotated[int, Meta(ge=0)]


class Claim(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    What a guest takes of its host from the moment of its plan on.

    Parameters
    ----------
    guest, uuid
        Name and uuid of the guest; by the uuid, in lower case, its domain is known. None: by its name.
    pnodes
        For each vnode the id of its pnode.
    memory_kib, overhead_kib
        Pnode id -> its memory, without huge pages, and that of the hypervisor for it, in KiB.
    pages
        Its huge pages.
    domain
        The guest as load.
    exclusive
        What no other guest may share a pnode with.
    devices
        Ids of the devices that it is assigned.
    lasts_s
        Seconds that the claim lasts while no domain is known.
    boot_id
        The boot of the machine in which the following seconds count.
    claimed_s, expires_s
        When it was claimed, and until when it lasts.
    confirmed_s
        When somebody said that the domain is built; None for not yet.
    seen_s
        When the newest snapshot that shows the domain was taken; None where none does.
    missing_s
        When the first snapshot since was taken that does not show it any more; None where there is none.
    host_boot
        The boot of the host in which it was planned, or its domain seen; empty where it is not known.
    domid
        The domain; None where it is not known.
    before_domid
        A domain of the guest that ran when this was claimed, and is not the one that is claimed for.
    host
        Name of its host, where the file is of a fleet; empty where it is of one host.
    stated
        What the fleet was told of the guest, as JSON; empty where the file is of one host.
    """

    guest: Name
    uuid: str | None = None
    pnodes: tuple[Cpu, ...]
    memory_kib: dict[int, Kib]
    overhead_kib: dict[int, Kib]
    pages: tuple[Pages, ...] = ()
    domain: Domain
    exclusive: tuple[Member, ...] = ()
    devices: tuple[Name, ...] = ()
    lasts_s: Seconds
    boot_id: str
    claimed_s: Seconds
    expires_s: Seconds
    confirmed_s: Seconds | None = None
    seen_s: Seconds | None = None
    missing_s: Seconds | None = None
    host_boot: str = ""
    domid: Cpu | None = None
    before_domid: Cpu | None = None
    host: str = ""
    stated: str = ""

    @property
    def started(self) -> bool:
        """Whether its domain is known to have been there."""
        return self.seen_s is not None or self.confirmed_s is not None

    def is_of(self, name: str, uuid: str | None) -> bool:
        """Whether a domain is of its guest: by the uuid, in lower case; by the name where one of the two has none."""
        return self.guest == name if None in {self.uuid, uuid} else self.uuid == uuid

    @property
    def taken_kib(self) -> dict[int, int]:
        """Pnode id -> its memory and overhead, without huge pages, in KiB."""
        return {pnode: self.memory_kib.get(pnode, 0) + self.overhead_kib.get(pnode, 0) for pnode in self._pnodes()}

    @property
    def whole_kib(self) -> int:
        """All memory of the guest, in KiB: huge pages with it, overhead without."""
        return sum(self.memory_kib.values()) + sum(pages.page_size * pages.count for pages in self.pages)

    def in_boot(self, now: Moment) -> Claim:
        """
        Give the claim with times that count in the present boot of the machine.

        Seconds of an earlier boot say nothing of now: the claim lasts from now on as long as it did at first, because
        nobody knows how far the start of its guest has come meanwhile.
        """
        if self.boot_id == now.boot_id:
            return self
        return replace(
            self,
            boot_id=now.boot_id,
            claimed_s=0.0,
            expires_s=now.at_s + self.lasts_s,
            confirmed_s=None if self.confirmed_s is None else 0.0,
            seen_s=None if self.seen_s is None else 0.0,
            missing_s=None,
        )

    def _pnodes(self) -> Iterator[int]:
        yield from sorted({*self.memory_kib, *self.overhead_kib})


def claim_of(started: Started, uuid: str | None, now: Moment, *, lasts_s: float, host_boot: str) -> Claim:
    """Make the claim of a guest that is to be started now."""
    return Claim(
        guest=started.domain.name,
        uuid=uuid.lower() if uuid else None,
        pnodes=started.pnodes,
        memory_kib={pnode: kib for pnode, kib in started.taken_kib.items() if kib},
        overhead_kib={pnode: kib for pnode, kib in started.overhead_kib.items() if kib},
        pages=tuple(
            Pages(pnode=pnode, page_size=size, count=count) for (pnode, size), count in started.taken_pages.items()
        ),
        domain=started.domain,
        exclusive=started.exclusive,
        devices=started.devices,
        lasts_s=lasts_s,
        boot_id=now.boot_id,
        claimed_s=now.at_s,
        expires_s=now.at_s + lasts_s,
        host_boot=host_boot,
    )
