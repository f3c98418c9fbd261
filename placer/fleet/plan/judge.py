"""The judge of plans: names, rules of the fleet, and on every host all rules of a placement, from the fleet alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from msgspec.structs import replace

from placer.check import check
from placer.errors import InstanceError
from placer.fleet.model.fleet import Fleet
from placer.fleet.plan.rulebook import broken_rules
from placer.fleet.problem.loads import limited_host, settled_on
from placer.instance import Instance, Placement, Rule, shorten
from placer.instance.rules import guest_of


def judge(fleet: Fleet, placements: Mapping[str, Placement]) -> list[str]:
    """
    Say what keeps a plan from being one of the fleet.

    Parameters
    ----------
    placements
        Host -> the placement of its guests. Guests that no host has are not placed, which is no fault.

    Returns
    -------
    list of str
        A sentence for each fault.
    """
    faults = [f'no host "{shorten(host)}" in the fleet' for host in placements if host not in fleet.host_entry]
    placements = {host: each for host, each in placements.items() if host in fleet.host_entry}
    times = Counter(guest for each in placements.values() for guest in each.pnode_of)
    faults += [f'no guest "{shorten(guest)}" in the fleet' for guest in times if guest not in fleet.guest_entry]
    faults += [f'guest "{guest}" is on {count} hosts, expected one' for guest, count in times.items() if count > 1]
    if faults:
        return faults
    host_of = {guest: host for host, each in placements.items() for guest in each.pnode_of}
    for placed in fleet.placed:
        if host_of.get(placed.guest) != placed.host:
            faults.append(f'guest "{placed.guest}" runs on host "{placed.host}", and is not there')
        elif placed.pnodes is not None and placements[placed.host].pnode_of[placed.guest] != placed.pnodes:
            faults.append(f'guest "{placed.guest}" is not on the pnodes where it runs')
    for host, placement in placements.items():
        faults += _on_host(fleet, host, placement)
    return faults + broken_rules(fleet, host_of)


def _on_host(fleet: Fleet, name: str, placement: Placement) -> list[str]:
    entry = fleet.host_entry[name]
    faults = []
    for guest in placement.pnode_of:
        if not fleet.may_use(fleet.guest_entry[guest], name):
            faults.append(f'guest "{guest}" may not use host "{name}"')
    host = fleet.hosts[entry].host
    guests = [replace(settled_on(fleet.guests[fleet.guest_entry[g]].guest, host), name=g) for g in placement.pnode_of]
    here = set(placement.pnode_of)
    try:
        instance = Instance(
            host=replace(limited_host(fleet, entry), name=name),
            guests=guests,
            rules=[rule for each in fleet.pnode_rules if (rule := within(each, here))],
        )
        wrong = placement.faults(instance)
        if wrong:
            return [*faults, *(f'host "{name}": {fault}' for fault in wrong)]
        verdict = check(instance, placement)
    except InstanceError as error:
        return [*faults, f'host "{name}": {error}']
    return [*faults, *(f'host "{name}": {violation.message}' for violation in verdict.violations)]


def within(rule: Rule, guests: set[str]) -> Rule | None:
    """Give a rule of pnodes as far as its members are on a host; None where it says nothing there."""
    members = tuple(member for member in rule.members if guest_of(member) in guests)
    if rule.kind == "exclusive":
        return rule if members else None
    return Rule(**{rule.kind: members}) if len(members) > 1 else None  # type: ignore[arg-type]
