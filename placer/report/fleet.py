"""Bounds and certificates of fleets, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from placer.fleet.bound.certificate import BoundClaim
from placer.fleet.bound.verdict import Proof
from placer.formats.text.json_layout import lay_out
from placer.instance import Placement, format_size
from placer.instance.note import name_some

if TYPE_CHECKING:
    from placer.fleet.bound.result import FleetBound
    from placer.fleet.bound.steps import TierBound

VALUES = {
    "unplaced_guests": "guests that are not placed",
    "unplaced": "their memory and vcpus",
    "hosts": "hosts that hold a guest",
    "spread": "use of the fullest pnode",
}


def claim_words(claim: BoundClaim, *, in_use: int = 0) -> str:
    """
    Say what a claim means.

    Parameters
    ----------
    in_use
        The number of hosts that hold a guest already.
    """
    if claim.tier == "requests":
        return f"no more than the first {claim.bound} of these requests can be held together"
    if claim.tier == "hosts":
        said = f"no assignment uses fewer than {claim.bound + in_use} hosts"
    else:
        said = f"every assignment has {_least(claim.tier, claim.bound)}"
    held = [f"{VALUES[tier]} at {value_words(tier, value)}" for tier, value in claim.held.items() if value]
    return f"{said}, with {' and '.join(held)}" if held else said


def value_words(tier: str, value: int, *, in_use: int = 0) -> str:
    """Write the value of a tier with its unit."""
    if tier == "unplaced":
        return format_size(value)
    if tier == "spread":
        return f"{value / 10:.1f} %"
    return str(value + (in_use if tier == "hosts" else 0))


def _least(tier: str, bound: int) -> str:
    if tier == "unplaced_guests":
        return f"{bound} or more guests that are not placed"
    if tier == "unplaced":
        return f"{format_size(bound)} or more of memory and vcpus (1 MiB each) that are not placed"
    return f"a pnode of which {value_words(tier, bound)} or more are used"


def render_bound(found: FleetBound) -> str:
    """Write the bounds of a fleet: what is proved, what was found, and what the bounds leave out."""
    lines: list[str] = []
    if found.requests is not None:
        asked = found.requests
        if asked.most < asked.count:
            lines.append(f"no more than the first {asked.most} of {asked.count} requests can be held together")
        if asked.held:
            which = f"all {asked.count} requests" if asked.held == asked.count else f"the first {asked.held} of them"
            lines.append(f"{which} fit by vcpus and memory")
        elif asked.most:
            lines.append("no filling that holds the first of them was found in the time given")
    for tier in found.tiers:
        lines.append(_tier_line(tier, found.in_use))
    if found.relaxed:
        lines.append(f"left out: {', '.join(found.relaxed)}")
    lines.append(f"({found.wall_time_s:.2f} s)")
    return "\n".join(lines) + "\n"


def _tier_line(tier: TierBound, in_use: int) -> str:
    value, bound = (value_words(tier.tier, each, in_use=in_use) for each in (tier.value, tier.bound))
    if tier.value == tier.bound:
        return f"{VALUES[tier.tier]}: {value}, proved the least"
    return f"{VALUES[tier.tier]}: {value} found, {bound} proved the least that is possible"


def bound_json(found: FleetBound) -> str:
    """Write the bounds of a fleet as one JSON object, with the certificate under its key."""
    from msgspec import to_builtins

    document = {
        "tiers": [{"tier": each.tier, "value": each.value, "bound": each.bound} for each in found.tiers],
        "requests": None
        if found.requests is None
        else {"count": found.requests.count, "most": found.requests.most, "held": found.requests.held},
        "hosts_in_use": found.in_use,
        "left_out": list(found.relaxed),
        "certificate": to_builtins(found.certificate),
        "wall_time_s": round(found.wall_time_s, 6),
    }
    return lay_out(document) + "\n"


def certificate_json(found: FleetBound) -> str:
    """Write the certificate alone."""
    from msgspec import to_builtins

    return lay_out(to_builtins(found.certificate)) + "\n"


def render_proofs(proofs: Sequence[Proof], *, in_use: int, relaxed: Sequence[str]) -> str:
    """Write which claims of a certificate are proved."""
    lines = []
    for proof in proofs:
        words = claim_words(proof.claim, in_use=in_use)
        if proof.holds:
            lines.append(f"proved: {words}{_searched_words(proof)}")
        elif proof.proved is None:
            lines.append(f"not proved: {words}")
        else:
            proved = value_words(proof.claim.tier, proof.proved, in_use=in_use)
            lines.append(f"not proved: {words}; the prices prove {proved}")
    if relaxed:
        lines.append(f"left out: {', '.join(relaxed)}")
    return "\n".join(lines or ["nothing is claimed"]) + "\n"


def _searched_words(proof: Proof) -> str:
    """Say what rests on a search."""
    names = proof.claim.searched
    if not names:
        return ""
    return f"; the most that hosts like {name_some(names)} hold was searched here again, by CP-SAT"


def render_faults(faults: Sequence[str], placements: Mapping[str, Placement]) -> str:
    """Say whether a plan keeps every rule, or what is wrong with it."""
    guests = sum(len(placement.pnode_of) for placement in placements.values())
    if not faults:
        return f"{guests} guests on {len(placements)} hosts: all rules hold\n"
    return "".join(f"broken: {fault}\n" for fault in faults)
