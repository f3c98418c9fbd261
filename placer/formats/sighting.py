"""What a host's outputs say of its domains as such: which there are, when that was so, and which are built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Taken:
    """
    When and on which host a snapshot was taken, by that host's own clocks.

    Parameters
    ----------
    host
        The name of the host; empty where it is not known.
    boot_id
        The boot of its kernel.
    uptime_s
        Seconds from that boot (``/proc/uptime``) to the first command of the snapshot; None where it is not known.
    time_s
        The same moment by the clock on the wall, in seconds since 1970; None where it is not known.
    """

    host: str = ""
    boot_id: str = ""
    uptime_s: float | None = None
    time_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class SeenDomain:
    """
    A domain as the lists show it.

    Parameters
    ----------
    domid, name
        As listed.
    uuid
        Its uuid in lower case; None where no list states it.
    built
        Whether all of its memory was allocated before the host was asked what is free.
    """

    domid: int
    name: str
    uuid: str | None = None
    built: bool = False


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """
    The domains of a host at some moment.

    Parameters
    ----------
    domains
        All but Domain-0, those being created among them where they are listed.
    whole
        Whether every domain is listed, each with its uuid: one that is not among them was not there.
    taken
        When; None for outputs that do not say it.
    lazy
        Whether a guest takes its memory as it uses it, as those of QEMU do, so that none is ever known to be built.
    gone_kib
        Pnode id -> what was free when the host was asked, and no longer when the memory of its domains was looked up,
        in KiB.
    building
        Domids of those that were being built, at the start or at the end.
    """

    domains: tuple[SeenDomain, ...] = ()
    whole: bool = False
    taken: Taken | None = None
    lazy: bool = False
    gone_kib: Mapping[int, int] = field(default_factory=dict)
    building: frozenset[int] = frozenset()
