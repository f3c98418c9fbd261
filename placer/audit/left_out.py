"""Domains that run and are neither planned nor judged, as too little is known of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from placer.formats.snapshot.domain_states import DomainState
from placer.formats.xl.numa_dump import NumaDump


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """
    A domain that may hold memory, and is neither planned nor judged.

    Parameters
    ----------
    name
        Its name, or its uuid where the name is not known.
    why
        What is missing of it, or was happening to it, behind its name in a sentence.
    domid
        Its number; None where that is not known.
    memory_kib
        Pnode id -> its memory there, in KiB; None where that is not known: it may be on any pnode.
    settled
        Whether it runs, so that it holds its memory as long as it is not moved; else it was coming or going.
    """

    name: str
    why: str
    domid: int | None = None
    memory_kib: Mapping[int, int] | None = None
    settled: bool = False

    def may_hold_kib(self, pnode: int) -> int | None:
        """Give its memory on a pnode, in KiB; None where that is not known."""
        return None if self.memory_kib is None else self.memory_kib.get(pnode, 0)


def left_out_of_xl(
    unsettled: Mapping[int, str],
    name_of: Mapping[int, str],
    states: Mapping[int, DomainState] | None,
    listed: Collection[int] | None,
    dump: NumaDump | None,
) -> tuple[LeftOut, ...]:
    """
    Give the domains that were coming or going and may hold memory.

    Parameters
    ----------
    unsettled
        Domid -> what was happening to it.
    name_of
        Domid -> its name.
    states
        What ``xl list`` says, which is asked last: a domain that it does not have holds nothing any more. None where
        that was not read.
    listed
        The domids of ``xl vcpu-list``; None where that was not read.
    dump
        Where memory lies; None where that was not read.
    """
    dumped = {} if dump is None else dump.domains
    gone = set()
    for domid in unsettled:
        ended_last = states is not None and domid not in states
        ended_before = states is None and listed is not None and dump is not None and domid not in {*listed, *dumped}
        if ended_last or ended_before:
            gone.add(domid)
    return tuple(
        LeftOut(
            name=name_of.get(domid, f"domain {domid}"),
            why=why,
            domid=domid,
            memory_kib=dumped[domid].memory_kib if domid in dumped else None,
        )
        for domid, why in unsettled.items()
        if domid not in gone
    )
