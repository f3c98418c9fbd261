"""A snapshot of a host: the host, all that runs on it, and which of its domains were coming or going."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from placer.audit.left_out import LeftOut
from placer.audit.running import Running
from placer.formats.base import ParsedGuest, ParsedHost
from placer.formats.snapshot.domain_states import DomainState
from placer.formats.snapshot.facts import Facts
from placer.formats.snapshot.host_part import Toolstack
from placer.formats.xl.numa_dump import NumaDump
from placer.instance.note import name_some


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """
    All that one file says of a host.

    Parameters
    ----------
    place
        The file's name for messages.
    toolstack
        What the host was asked with.
    facts
        When, where and by whom it was taken.
    host
        The host with its cpupools and all running domains, what is known of these beside their vcpus
        (``host.running``; ``memory_kib`` has what each holds on each pnode), and all notes.
    guests
        The configuration of each running guest that has one and was neither coming nor going, with its domid and its
        source; vnodes are fixed on the pnodes that the configuration names.
    running
        The same host and guests as an audit takes them.
    dump
        Where the memory of each domain lies; None where that was not asked, or cannot be read.
    memory_kib
        Domid -> all memory of a domain, in KiB, where ``xl list`` or its configuration states it.
    notes
        What is missing, odd, assumed or was coming and going, a sentence each; among those of ``host`` too.
    unsettled
        Domid -> what was happening to a domain that is not among ``guests`` for that reason.
    halted
        Domid -> why a domain that is there does not run, in words: it is paused, has crashed or has shut down.
    left_out
        The domains that may hold memory and are neither among ``guests`` nor in ``running``.
    name_of
        Domid -> the name of a domain that some list has.
    assumed
        What is taken to hold for lack of a part, each as what follows an "if".
    whole
        Whether the last line of the file is there.
    domains_known
        Whether some list of the domains was read.
    nothing_runs
        Whether it is known that nothing runs on the host but Domain-0, and that nothing was coming or going.
    """

    place: str
    toolstack: Toolstack
    facts: Facts
    host: ParsedHost
    guests: tuple[ParsedGuest, ...]
    running: Running
    dump: NumaDump | None = None
    memory_kib: Mapping[int, int]
    notes: tuple[str, ...] = ()
    unsettled: Mapping[int, str]
    halted: Mapping[int, str] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    name_of: Mapping[int, str] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    whole: bool = True
    domains_known: bool = True
    nothing_runs: bool = False


def unsettled_domains(
    configured: Mapping[int, str],
    listed: Mapping[int, str] | None,
    states: Mapping[int, DomainState] | None,
    dumped: frozenset[int] | None,
) -> dict[int, str]:
    """
    Find the domains that were coming or going while the snapshot was taken.

    Parameters
    ----------
    configured
        Domid -> name of the guests that ``xl list -l`` prints, which is asked first.
    listed
        Domid -> name of the domains of ``xl vcpu-list``; None where that was not read.
    states
        Domid -> state, as ``xl list`` prints it, which is asked last; None where that was not read.
    dumped
        The domids of the NUMA dump; None where that was not read.

    Returns
    -------
    dict
        Domid -> what was happening, in words.
    """
    found: dict[int, str] = {}
    for domid in sorted({*configured, *(listed or {}), *(states or {})} - {0}):
        state = states.get(domid) if states is not None else None
        if (state is not None and state.dying) or (listed or {}).get(domid) == f"domain {domid}":
            found[domid] = "is being taken down"
        elif (states is not None and state is None) or (
            listed is not None and domid in configured and domid not in listed
        ):
            found[domid] = "ended while the snapshot was taken"
        elif state is not None and state.being_built and domid not in configured:
            found[domid] = "is being created, or is paused and never ran"
        elif listed is not None and domid not in listed and domid not in configured:
            found[domid] = "started while the snapshot was taken, or has no vcpus yet"
        elif dumped is not None and domid not in dumped:
            found[domid] = "is not in the NUMA dump: it started or ended while the snapshot was taken"
    return found


def unsettled_notes(unsettled: Mapping[int, str], name_of: Mapping[int, str]) -> list[str]:
    """Name the domains that were coming or going, and say what that means: a sentence for each kind."""
    by_kind: dict[str, list[str]] = {}
    for domid, what in unsettled.items():
        by_kind.setdefault(what, []).append(f"{name_of.get(domid, 'domain')} ({domid})")
    meaning = "its memory is not counted as free, and it is not judged; take the snapshot again once it is settled"
    return [f"{what}: {name_some(names)}; {meaning}" for what, names in by_kind.items()]
