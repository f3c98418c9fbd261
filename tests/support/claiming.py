"""A host of two pnodes, guests for it, snapshots of what runs there, and clocks, for tests of claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import placer
from placer.claims.claim import Claim
from placer.claims.moments import Moment
from placer.claims.observed import Observed
from placer.formats.base import RunningFacts
from placer.formats.sighting import SeenDomain, Sighting, Taken
from placer.instance import Domain

GIB = 1 << 20
UUID = "abcdef01-2222-4333-8444-{:012}"
NOW = Moment(boot_id="m1", at_s=1000.0, time_s=1_800_000_000.0)
"""A moment on the machine that holds the file; the host of these tests is another machine unless it says ``m1``."""


class HandClock:
    """A clock that only moves by hand."""

    def __init__(self, now: Moment = NOW) -> None:
        self.now = now

    def __call__(self) -> Moment:
        return self.now

    def later(self, seconds: float) -> None:
        self.now = replace(self.now, at_s=self.now.at_s + seconds, time_s=self.now.time_s + seconds)


def two_pnodes(gib: int = 8, **more: object) -> placer.Host:
    """Two pnodes with two pcpus each."""
    pnodes = tuple(placer.Pnode(id=p, memory_kib=gib * GIB, pcpus=(2 * p, 2 * p + 1)) for p in (0, 1))
    return placer.Host(pnodes=pnodes, name="xen1", **more)  # type: ignore[arg-type]


def a_guest(name: str, gib: int = 6, **more: object) -> placer.Guest:
    """A guest of one vnode and one vcpu."""
    return placer.Guest(name=name, vnodes=(placer.Vnode(memory_kib=gib * GIB, vcpus=(0,)),), **more)  # type: ignore[arg-type]


def seen(number: int, name: str, *, built: bool = False, uuid: bool = True) -> SeenDomain:
    """A domain whose uuid has its own number."""
    return SeenDomain(domid=number, name=name, uuid=UUID.format(number) if uuid else None, built=built)


def a_sighting(
    *domains: SeenDomain,
    at_s: float | None = None,
    boot: str = "m1",
    whole: bool = True,
    building: tuple[int, ...] = (),
    lazy: bool = False,
    gone: Mapping[int, int] | None = None,
) -> Sighting:
    """A snapshot of the host, which holds the file itself; ``at_s`` is its uptime, None for files without a time."""
    taken = (
        None if at_s is None else Taken(host="xen1", boot_id=boot, uptime_s=at_s, time_s=NOW.time_s + at_s - NOW.at_s)
    )
    return Sighting(
        domains=domains, whole=whole, taken=taken, building=frozenset(building), lazy=lazy, gone_kib=gone or {}
    )


def a_request(
    *guests: placer.Guest,
    host: placer.Host | None = None,
    sighting: Sighting | None = None,
    held: Mapping[int, Mapping[int, int]] | None = None,
    uuids: Mapping[str, str] | None = None,
    vnodes: int = 1,
) -> placer.Request:
    """A request as it was read, on a host as it was seen."""
    facts = None if sighting is None else RunningFacts(sighting=sighting, memory_kib=held)
    instance = placer.Instance(host=host or two_pnodes(), guests=guests)
    readings = {
        guest.name: placer.ParsedGuest(
            name=guest.name,
            type="hvm",
            vcpu_count=1,
            memory_kib=guest.memory_kib,
            maxmem_kib=guest.memory_kib,
            vnodes=guest.vnodes,
            uuid=(uuids or {}).get(guest.name),
        )
        for guest in guests
    }
    return placer.Request(instance=instance, readings=readings, running=facts)


def a_claim(name: str = "web", number: int | None = 7, pnode: int = 0, gib: int = 6, **more: object) -> Claim:
    """A claim that was made 100 s ago, and lasts 600 s."""
    given: dict[str, object] = {
        "guest": name,
        "uuid": None if number is None else UUID.format(number),
        "pnodes": (pnode,),
        "memory_kib": {pnode: gib * GIB},
        "overhead_kib": {pnode: 1024},
        "domain": Domain(name=name, affinity=((2 * pnode, 2 * pnode + 1),)),
        "lasts_s": 600.0,
        "boot_id": "m1",
        "claimed_s": 900.0,
        "expires_s": 1500.0,
        "host_boot": "m1",
    }
    return Claim(**(given | more))  # type: ignore[arg-type]


def observed_at(at_s: float | None, *domains: SeenDomain, **more: object) -> Observed:
    """What a snapshot of that moment shows."""
    held = more.pop("held", {})
    return Observed(sighting=a_sighting(*domains, at_s=at_s, **more), at_s=at_s, held_kib=held)  # type: ignore[arg-type]


def a_file(folder: Path) -> str:
    return str(folder / "xen1.claims")
