"""Plans of fleets, as text and as JSON."""

from __future__ import annotations

from msgspec import to_builtins

from placer.fleet.model.fleet import Fleet
from placer.fleet.plan.plan import FleetPlan, PlanTier
from placer.formats.native.placement_json import pcpus_object, placement_object
from placer.formats.text.json_layout import lay_out
from placer.instance.note import name_some
from placer.report.fleet import VALUES, value_words
from placer.report.tables import headline, table

MOST_ROWS = 40
"""Most hosts that a report lists. Chosen, not tuned: a screen; JSON has them all."""


def render_plan(plan: FleetPlan, fleet: Fleet, *, colour: bool = False) -> str:
    """
    Write a plan: its status, what it costs and what is proved, and where the guests are.

    Parameters
    ----------
    colour
        Whether it goes to a terminal.
    """
    count = sum(len(host.guests) for host in plan.hosts.values())
    head = (
        f"{plan.status}: {count} guest{'' if count == 1 else 's'} on {len(plan.hosts)} of {len(fleet.host_entry)} hosts"
    )
    lines = [headline(head, good=not plan.unplaced, colour=colour)]
    lines += [f"{_tier(tier)}\n" for tier in plan.tiers]
    lines.append(f"{_distances(plan)}\n")
    if plan.unplaced:
        lines.append(f"not placed: {name_some(plan.unplaced)}\n")
    if plan.relaxed:
        lines.append(f"left out of the bounds: {', '.join(plan.relaxed)}\n")
    if len(plan.hosts) <= MOST_ROWS:
        rows = [(name, len(host.guests), host.distance, name_some(host.guests)) for name, host in plan.hosts.items()]
        lines.append("\n" + table("Hosts", ("host", ">guests", ">mean distance", "names"), rows, colour=colour))
    lines.append(f"({plan.wall_time_s:.2f} s)\n")
    return "".join(lines)


def _tier(tier: PlanTier) -> str:
    value, bound = value_words(tier.tier, tier.value), value_words(tier.tier, tier.bound)
    proved = "proved the least" if tier.value == tier.bound else f"{bound} proved the least that is possible"
    return f"{VALUES[tier.tier]}: {value}, {proved}"


def _distances(plan: FleetPlan) -> str:
    """Say how good the placements on the hosts are, given which guests each has."""
    proved = sum(host.proved for host in plan.hosts.values())
    weights = [(sum(g.vcpu_count for g in host.model.guests), host.distance) for host in plan.hosts.values()]
    vcpus = sum(weight for weight, distance in weights if distance is not None)
    mean = sum(weight * distance for weight, distance in weights if distance is not None) / vcpus if vcpus else None
    shown = "" if mean is None else f"mean access distance {mean:.2f}; "
    which = f"{plan.distinct} of them distinct"
    return f"{shown}pnodes are the best for the guests of {proved} of {len(plan.hosts)} hosts, proved ({which})"


def plan_json(plan: FleetPlan) -> str:
    """Write a plan as one JSON object, which :func:`placer.fleet.files.plan_json.read_plan` reads back."""
    document = {
        "status": str(plan.status),
        "tiers": [{"tier": each.tier, "value": each.value, "bound": each.bound} for each in plan.tiers],
        "hosts": {
            name: {
                "placement": placement_object(host.placement),
                **({"pcpus": pcpus_object(host.placement)} if host.placement.pcpu_of else {}),
                **({"sets": list(host.placement.sets)} if host.placement.sets else {}),
                **({"apart": list(host.placement.apart)} if host.placement.apart else {}),
                "proved": host.proved,
                "mean_access_distance": host.distance,
            }
            for name, host in plan.hosts.items()
        },
        "unplaced": list(plan.unplaced),
        "left_out": list(plan.relaxed),
        "distinct_hosts": plan.distinct,
        "certificate": to_builtins(plan.certificate),
        "wall_time_s": round(plan.wall_time_s, 6),
    }
    return lay_out(document) + "\n"
