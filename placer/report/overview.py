"""The report of ``placer show``: guests x pnodes, how good that is, and what would be best."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from placer.assignment import Status
from placer.audit.expected import Places, pnodes_of
from placer.audit.findings import GuestFinding
from placer.audit.locality import guest_locality, pnode_localities
from placer.check.costs import sharing_price
from placer.instance import Host, format_cpuset, format_size
from placer.instance.note import name_some
from placer.instance.units import KIB_PER_GIB
from placer.rebalance.overview import Overview
from placer.rebalance.plan import State
from placer.report.overview_notes import meant_anywhere, notes_of
from placer.report.tables import headline, table
from placer.report.units import gap

MOST_COLUMNS = 8
"""Most pnodes with a column of their own; on a larger host each guest lists its pnodes. Chosen: they fit a terminal."""
NAMED_MOVES = 10
GUESTS = "Guests: GiB / vcpus on each pnode (a vcpu that may run on k pnodes counts 1/k on each)"
PNODES = "Pnodes (of all domains)"
PNODE_COLUMNS = (">pnode", ">memory held", ">free", ">vcpus", ">pcpus", ">shared pairs", ">local", ">distance")


def render_overview(found: Overview, *, colour: bool = False, quiet: bool = False, drawing: str = "") -> str:
    """
    Write the report: what is now, what would be best and the moves to it, guests, pnodes, and notes.

    Parameters
    ----------
    drawing
        Lines that show what runs, for a terminal.
    """
    parts = [headline(title_of(found), good=not any(guest.faults for guest in found.findings.guests), colour=colour)]
    parts += [f"{line}\n" for line in (*now_lines(found), *best_lines(found))]
    if drawing:
        parts.append(f"\n{drawing}")
    if found.findings.guests:
        parts.append("\n" + table(GUESTS, *guest_rows(found), colour=colour))
    parts.append("\n" + table(PNODES, PNODE_COLUMNS, pnode_rows(found), colour=colour))
    parts += [f"note: {note}\n" for note in ([] if quiet else notes_of(found))]
    return "".join(parts)


def pnodes_of_guest(guest: GuestFinding, host: Host) -> dict[int, tuple[int, float]]:
    """
    Give what a guest has on each pnode.

    Returns
    -------
    dict
        Pnode id -> its memory there in KiB, strays left out, and its vcpus: one that may run on k pnodes counts 1/k.
    """
    vcpus = shares((pnodes_of(mask, host) for mask in guest.domain.affinity), host)
    much = {pnode for pnode, kib in guest.found_kib.items() if kib > guest.free_kib}
    held = {pnode: kib for pnode, kib in guest.found_kib.items() if kib and (pnode in much or not much)}
    return {pnode: (held.get(pnode, 0), vcpus[pnode]) for pnode in vcpus if held.get(pnode) or vcpus[pnode]}


def shares(places: Iterable[Places], host: Host) -> dict[int, float]:
    """Count vcpus on each pnode, by its id: one that may run on k pnodes counts 1/k on each."""
    vcpus = dict.fromkeys(host.position_of, 0.0)
    for pnodes in places:
        for pnode in pnodes:
            vcpus[pnode] += 1 / len(pnodes)
    return vcpus


def held_kib(found: Overview, pnode: int) -> int | None:
    """Sum the memory that all domains hold on a pnode, given by its id, in KiB; None where no list of them was read."""
    if not found.held_known:
        return None
    held: list[Mapping[int, int]] = [domain.memory_kib for domain in found.findings.dump.domains.values()]
    held += [left.memory_kib for left in found.snapshot.left_out if left.settled and left.memory_kib is not None]
    return sum(each.get(pnode, 0) for each in held)


def title_of(found: Overview) -> str:
    """Name the host, its guests, and the time of the snapshot."""
    guests, facts = found.findings.guests, found.snapshot.facts
    taken = f", taken {facts.time}" if facts.time else ""
    name = f"{found.host.name or found.snapshot.place}{taken}"
    if not guests and not found.snapshot.nothing_runs:
        return f"{name}: no guest is known"
    vcpus = sum(len(guest.domain.affinity) for guest in guests)
    size = format_size(sum(sum(guest.found_kib.values()) for guest in guests))
    count = f"{len(guests)} guest{'s' * (len(guests) != 1)}"
    return f"{name}: {count} with {vcpus} vcpus and {size}"


def now_lines(found: Overview) -> list[str]:
    """Say how good what runs is."""
    if found.snapshot.nothing_runs:
        return ["now: no guest runs"]
    if not found.findings.guests and not found.snapshot.domains_known:
        return ["now: not known, no list of the domains was read"]
    line = f"now: {_mean(found.mean_distance)}, {_pairs(sum(found.shared_pairs.values()))}"
    if found.unbound:
        every = len(found.unbound) == len(found.findings.guests)
        count = "any guest" if every else f"{len(found.unbound)} of {len(found.findings.guests)} guests"
        line += f" if vcpus spread over all pnodes where it is not known what they are bound to, as of {count}"
    near = found.near
    if near is not None and any(each.repin for each in found.residents):
        line += f"; with each vcpu bound near its memory, which moves no memory: {_of_state(near, found)}"
    return [line]


def best_lines(found: Overview) -> list[str]:
    """Say what would be best, what is proved of that, and which moves lead there."""
    best, moves = found.best, found.moves
    if best is None or best.state is None:
        searched = "nothing was searched for" if best is None else "nothing was found in the time"
        return [f"best: not known, {searched}"] if found.running is not None else []
    proved = best.status is Status.OPTIMAL
    line = f"best: {_of_state(best.state, found)}; {_proof(best.state, proved=proved, moves=bool(moves))}"
    if not moves:
        return [line, ("moves: none, the guests are on the best pnodes" if proved else "moves: none") + _binds(found)]
    named = [f"{name} {format_cpuset(a)} -> {format_cpuset(b)}" for name, (a, b) in moves.items()]
    more = f", and {len(named) - NAMED_MOVES} more" if len(named) > NAMED_MOVES else ""
    count = f"{len(moves)} of {len(found.residents)} guests"
    return [line, f"moves: {count}: {', '.join(named[:NAMED_MOVES])}{more}; {_plans(found)}"]


def _binds(found: Overview) -> str:
    """Say what is left to do where no memory moves: vcpus are bound near it."""
    names = [each.name for each in found.residents if each.repin and not each.pcpus]
    return f"; placer rebalance binds the vcpus of {name_some(names)} near their memory" if names else ""


def _proof(state: State, *, proved: bool, moves: bool) -> str:
    """Say what is proved: all, all but the number of moves, or all but the terms from the first unproved tier on."""
    if proved:
        return "proved that no placement of these guests costs less" + (" and that fewer moves do not reach it" * moves)
    for cost, bound, terms in zip(state.costs, state.bounds or (None,) * len(state.costs), state.terms, strict=True):
        if cost != bound:
            names = " + ".join(terms)
            lower = f"{names} may be {gap(cost, bound)} lower" if bound is not None else f"{names} may be lower"
            return f"found, without proof: {lower}" if _is_main(terms) else f"found, proved but for this: {lower}"
    return "proved that no placement of these guests costs less; fewer moves may reach it"


def _is_main(terms: Mapping[str, int]) -> bool:
    """Whether a tier is that of nearness and free cores, or one before it."""
    return not {"access_distance", "core_sharing", "unplaced", "unplaced_guests"}.isdisjoint(terms)


def _plans(found: Overview) -> str:
    """Say which command plans the moves."""
    restarts = sum(each.kinds == ("restart",) for each in found.residents if each.name in found.moves)
    option = f" --restarts {restarts}" if restarts else ""
    option += "".join(f" --unpin {each.name}" for each in found.residents if each.pcpus and each.name in found.moves)
    return f"placer rebalance{option} plans them in a safe order" + (
        " once the pages are known" if found.assumed else ""
    )


def _of_state(state: State, found: Overview) -> str:
    terms = {name: value for tier in state.terms for name, value in tier.items()}
    price = 2 * sharing_price(found.running.instance) if found.running else 0
    pairs = _pairs(terms.get("core_sharing", 0) // price) if price else "no shared cores"
    return f"{_mean(state.mean_distance)}, {pairs}"


def _mean(distance: float | None) -> str:
    return "mean access distance not known" if distance is None else f"mean access distance {distance:.2f}"


def _pairs(count: int) -> str:
    return f"{count} pair{'s' * (count != 1)} of vcpus share a core"


def guest_rows(found: Overview) -> tuple[list[str], list[list[object]]]:
    """Give the columns of the table of guests, and its rows: what each guest has where, and what it was meant to."""
    host, moves = found.host, found.moves
    ids = [pnode.id for pnode in host.pnodes]
    own_columns = len(ids) <= MOST_COLUMNS
    rows: list[list[object]] = []
    for guest in found.findings.guests:
        there = pnodes_of_guest(guest, host)
        shown = [_cell(there.get(pnode)) for pnode in ids]
        if not own_columns:
            shown = [", ".join(f"{pnode}: {_cell(there[pnode])}" for pnode in there)]
        name = guest.domain.name
        rows.append(
            [
                name,
                len(guest.domain.affinity),
                format_size(sum(guest.found_kib.values())),
                *shown,
                _meant(guest, host),
                guest_locality(guest.domain, guest.found_kib, host).mean_distance if guest.affinity_known else None,
                *([format_cpuset(moves[name][1]) if name in moves else ""] if moves else []),
            ]
        )
    pnodes = (
        [f">pnode {pnode}" if i == 0 else f">{pnode}" for i, pnode in enumerate(ids)] if own_columns else ["pnodes"]
    )
    columns = ["guest", ">vcpus", ">memory", *pnodes, ">meant", ">distance", *([">best"] if moves else [])]
    return columns, rows


def _cell(there: tuple[int, float] | None) -> str:
    if there is None:
        return ""
    return f"{_number(there[0] / KIB_PER_GIB)}/{_number(there[1])}"


def _number(value: float) -> str:
    """Write a number with as many decimals as it needs, at most one; of one below that, say so."""
    if 0 < value < 0.05:
        return "<.1"
    return f"{value:.1f}".removesuffix(".0")


def _meant(guest: GuestFinding, host: Host) -> str:
    """Give the pnodes that a guest was meant for; of one that is elsewhere, with its memory and vcpus there."""
    if meant_anywhere(guest, host):
        return "any"
    meant_kib = guest.expected.memory_kib
    if not guest.faults or meant_kib is None:
        return format_cpuset(guest.expected.pnodes)
    vcpus = shares(guest.expected.pnodes_of, host)
    return ", ".join(f"{pnode}: {_cell((kib, vcpus[pnode]))}" for pnode, kib in sorted(meant_kib.items()))


def pnode_rows(found: Overview) -> list[tuple[object, ...]]:
    """Give the cells below :data:`PNODE_COLUMNS` of each pnode, of all domains there."""
    localities = pnode_localities(found.findings)
    return [
        (
            pnode.id,
            None if (held := held_kib(found, pnode.id)) is None else format_size(held),
            format_size(pnode.memory_kib),
            _number(localities[pnode.id].vcpus),
            len(pnode.pcpus),
            found.shared_pairs[pnode.id],
            _percent(localities[pnode.id].local),
            localities[pnode.id].mean_distance,
        )
        for pnode in found.host.pnodes
    ]


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.0f} %"
