"""The answer of ``placer show`` as JSON."""

from __future__ import annotations

from placer.audit.findings import GuestFinding
from placer.audit.locality import guest_locality, pnode_localities
from placer.formats.native.placement_json import placement_object
from placer.formats.text.json_layout import lay_out
from placer.rebalance.overview import Overview
from placer.rebalance.plan import State
from placer.report.overview import held_kib, pnodes_of_guest, shares
from placer.report.overview_notes import notes_of


def overview_json(found: Overview) -> str:
    """
    Write an overview as one JSON object.

    Returns
    -------
    str
        ``now`` with the mean distance of a memory access and the pairs of vcpus that share a core, ``near_memory`` the
        costs with each vcpu near its memory, ``best`` the proved costs of the best placement with its moves; null where
        nothing is known. ``guests`` and ``pnodes`` are rows; memory in KiB by pnode.
    """
    facts = found.snapshot.facts
    document = {
        "host": found.host.name,
        "taken": facts.time or None,
        "boot_id": facts.boot_id or None,
        "toolstack": found.snapshot.toolstack,
        "memory_assumed": found.assumed,
        "now": {
            "mean_access_distance": found.mean_distance,
            "shared_pairs": sum(found.shared_pairs.values()),
        },
        "near_memory": None if found.near is None else _state(found.near),
        "best": _best(found),
        "guests": [_guest(guest, found) for guest in found.findings.guests],
        "pnodes": _pnodes(found),
        "notes": notes_of(found),
        "wall_time_s": round(found.wall_time_s, 6),
    }
    return lay_out(document) + "\n"


def _best(found: Overview) -> dict[str, object] | None:
    best = found.best
    if best is None or best.state is None or best.placement is None:
        return None
    moves = [{"guest": name, "from": list(a), "to": list(b)} for name, (a, b) in found.moves.items()]
    return {
        "status": str(best.status),
        **_state(best.state),
        "moves": moves,
        "placement": placement_object(best.placement),
    }


def _state(state: State) -> dict[str, object]:
    bounds = state.bounds or (None,) * len(state.costs)
    return {
        "mean_access_distance": state.mean_distance,
        "tiers": [
            {"cost": cost, "bound": bound, "terms": terms}
            for cost, bound, terms in zip(state.costs, bounds, state.terms, strict=True)
        ],
    }


def _guest(guest: GuestFinding, found: Overview) -> dict[str, object]:
    locality = guest_locality(guest.domain, guest.found_kib, found.host)
    meant = guest.expected.memory_kib
    return {
        "name": guest.domain.name,
        "domid": guest.domain.domid,
        "vcpus": len(guest.domain.affinity),
        "memory_kib": {str(pnode): kib for pnode, kib in guest.found_kib.items()},
        "vcpus_on": {
            str(pnode): round(vcpus, 6) for pnode, (_, vcpus) in pnodes_of_guest(guest, found.host).items() if vcpus
        },
        "meant_kib": None if meant is None else {str(pnode): kib for pnode, kib in meant.items()},
        "meant_pnodes": sorted(guest.expected.pnodes),
        "vcpus_meant_on": {
            str(pnode): round(vcpus, 6)
            for pnode, vcpus in shares(guest.expected.pnodes_of, found.host).items()
            if vcpus
        },
        "as_meant": not guest.faults,
        "faults": list(guest.faults),
        "seen_away": None if guest.seen is None else list(guest.away.vcpus),
        "local": locality.local if guest.affinity_known else None,
        "mean_access_distance": locality.mean_distance if guest.affinity_known else None,
    }


def _pnodes(found: Overview) -> list[dict[str, object]]:
    localities = pnode_localities(found.findings)
    return [
        {
            "id": pnode.id,
            "held_kib": held_kib(found, pnode.id),
            "free_kib": pnode.memory_kib,
            "vcpus": round(localities[pnode.id].vcpus, 6),
            "pcpus": len(pnode.pcpus),
            "shared_pairs": found.shared_pairs[pnode.id],
            "local": localities[pnode.id].local,
            "mean_access_distance": localities[pnode.id].mean_distance,
        }
        for pnode in found.host.pnodes
    ]
