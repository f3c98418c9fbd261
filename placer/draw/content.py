"""The figures of a picture: whose memory and vcpus are on which pnode."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from placer.check import Verdict
from placer.check.running import may_run_on
from placer.draw.reads import Flows, Reads, by_distance, mean_from, reads_away, reads_of
from placer.draw.running import running_facts, running_flows, running_shares, running_where
from placer.draw.shown import HeldKib, Share, Shown
from placer.instance import Guest, Host, Instance, Placement, format_size
from placer.instance.note import counted, pnodes_in_words
from placer.report.pnodes import PnodeFigures, pnode_figures


@dataclass(frozen=True, kw_only=True)
class Content:
    """
    All figures of a picture.

    Parameters
    ----------
    host
        The host.
    guests
        Guests of the instance, then running domains; their numbers are their positions here.
    shares
        For each pnode by position what is on it, domains first.
    figures
        For each pnode those of the report; None without a placement.
    owners
        Pcpu -> the guests with a vcpu that owns it, or may run nowhere else; one entry for each vcpu.
    reads
        Whose vcpus share cores, and how far they read; None without a placement.
    flows
        Number of a guest -> where it reads; of a running domain, where that is known.
    """

    host: Host
    guests: tuple[Shown, ...] = ()
    shares: tuple[tuple[Share, ...], ...] = ()
    figures: tuple[PnodeFigures, ...] | None = None
    owners: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    reads: Reads | None = None
    flows: Mapping[int, Flows] = field(default_factory=dict)


def of_host(host: Host, held: HeldKib | None = None, guests: Iterable[Guest] = ()) -> Content:
    """
    Collect the figures of a host and of guests that are not placed.

    Parameters
    ----------
    held
        Where its domains hold memory, if that is known.
    """
    waiting = [Shown(name=guest.name, facts=_size(guest), where="not placed") for guest in guests]
    return _collected(host, waiting, [[] for _ in host.pnodes], {}, held or {})


def of_placement(instance: Instance, placement: Placement, verdict: Verdict, held: HeldKib | None = None) -> Content:
    """
    Collect the figures of a placement.

    Parameters
    ----------
    instance
        With the vnodes that the placement has (:func:`placer.instance.apart.as_placed`).
    verdict
        What ``check`` says of it.
    """
    host, reads = instance.host, reads_of(instance, placement)
    shares: list[list[Share]] = [[] for _ in host.pnodes]
    owners: dict[int, list[int]] = defaultdict(list)
    shown = []
    for number, guest in enumerate(instance.guests):
        pnodes = placement.pnode_of[guest.name]
        for p, share in _shares(number, guest, pnodes, host).items():
            if reads_away(p, reads.flows[guest.name]):
                share.away = mean_from(p, reads.flows[guest.name], host)
            shares[p].append(share)
        for pcpu in placement.pcpu_of.get(guest.name, ()):
            if pcpu is not None:
                owners[pcpu].append(number)
        costs = _costs(reads.flows[guest.name], reads.beside[guest.name], host)
        where = _where(guest, pnodes, verdict)
        shown.append(Shown(name=guest.name, facts=_size(guest), where=where, costs=costs))
    found = _collected(host, shown, shares, owners, held or {})
    flows = {number: reads.flows[guest.name] for number, guest in enumerate(instance.guests)}
    figures = tuple(pnode_figures(instance, placement))
    return replace(found, figures=figures, reads=reads, flows={**found.flows, **flows})


def _shares(number: int, guest: Guest, pnodes: tuple[int | None, ...], host: Host) -> dict[int, Share]:
    """Give what a guest has on each pnode, by position."""
    of: dict[int, Share] = {}
    for v, (vnode, pnode) in enumerate(zip(guest.vnodes, pnodes, strict=True)):
        if pnode is None:
            continue
        share = of.setdefault(host.position_of[pnode], Share(guest=number))
        share.memory_kib += guest.ordinary_kib(vnode)
        share.vcpus += guest.online_on(vnode)
        share.vnodes.append(v)
        size = guest.page_size_of(vnode)
        if size:
            share.pages_kib[size] += vnode.memory_kib
    return of


def _where(guest: Guest, pnodes: tuple[int | None, ...], verdict: Verdict) -> str:
    placed = {pnode for pnode in pnodes if pnode is not None}
    if not placed:
        return "not placed"
    mean = verdict.access[guest.name].mean_distance
    distance = "" if mean is None else f"mean distance {mean:.2f}, "
    return f"{distance}{'in part on ' * (None in pnodes)}{pnodes_in_words(placed)}"


def _costs(flows: Flows, beside: float | None, host: Host) -> str:
    """Say what costs: reads that go further than others, and cores that are shared."""
    reads = by_distance(flows, host)
    shares = f"{beside:.2g} vcpus beside each on its core" if beside else ""
    return ", ".join(filter(None, [reads and f"reads {reads}", shares]))


def _size(guest: Guest) -> str:
    return f"{format_size(guest.memory_kib)}, {counted(guest.vcpu_count, 'vcpu')}"


def _collected(
    host: Host, guests: list[Shown], placed: list[list[Share]], owners: Mapping[int, list[int]], held: HeldKib
) -> Content:
    """Add the running domains."""
    shown, running = list(guests), [list[Share]() for _ in host.pnodes]
    every: dict[int, list[int]] = defaultdict(list, {pcpu: list(numbers) for pcpu, numbers in owners.items()})
    flows: dict[int, Flows] = {}
    for domain in host.domains:
        memory = held.get(-1 if domain.domid is None else domain.domid, {})
        may = [may_run_on(mask, domain.pool, host) for mask in domain.online_affinity]
        for p, share in running_shares(len(shown), may, memory, host).items():
            running[p].append(share)
        for pcpus in may:
            if len(pcpus) == 1:
                every[next(iter(pcpus))].append(len(shown))
        flows[len(shown)] = running_flows(may, memory, host)
        facts, where = running_facts(may, memory), running_where(may, host)
        shown.append(
            Shown(name=domain.name, facts=facts, where=where, costs=_costs(flows[len(shown)], None, host), runs=True)
        )
    return Content(
        host=host,
        guests=tuple(shown),
        shares=tuple((*ran, *new) for ran, new in zip(running, placed, strict=True)),
        owners={pcpu: tuple(numbers) for pcpu, numbers in every.items()},
        flows=flows,
    )
