"""The fleet as it is after guests came and left."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from placer.fleet.arrivals.choosing import Chooser
from placer.fleet.arrivals.register import Register
from placer.fleet.model.entries import FleetGuest
from placer.fleet.model.fleet import Fleet, Placed
from placer.instance import Rule
from placer.instance.rules import guest_of


def fleet_now(register: Register, chooser: Chooser) -> Fleet:
    """
    Give a fleet as it is now.

    Parameters
    ----------
    register
        Its guests.
    chooser
        Where they are, and their rules.
    """
    first = register.fleet
    kept = [left for each in first.guests if (left := _without(each, register.gone)) is not None]
    known = {name for each in kept for name in each.each}
    kept += [entry for name, entry in register.placed.items() if name not in known]
    names = {name for each in kept for name in (each.name, *each.each)}
    residents = chooser.residents
    placed = [
        Placed(guest=guest, host=host, pnodes=residents.on[host][guest].pnodes)
        for guest, host in residents.host_of.items()
    ]
    return replace(
        first,
        guests=tuple(kept),
        placed=tuple(placed),
        rules=chooser.rules.among(names),
        pnode_rules=tuple(rule for each in first.pnode_rules if (rule := _left(each, names)) is not None),
    )


def _without(entry: FleetGuest, gone: Collection[str]) -> FleetGuest | None:
    """Give an entry without the guests that are gone; None where none is left."""
    if not any(name in gone for name in entry.each):
        return entry
    left = tuple(name for name in entry.each if name not in gone)
    return replace(entry, count=1, names=left) if left else None


def _left(rule: Rule, names: Collection[str]) -> Rule | None:
    members = tuple(member for member in rule.members if guest_of(member) in names)
    if len(members) == len(rule.members):
        return rule
    if rule.kind == "exclusive" or len(members) < 2:
        return None
    return Rule(**{rule.kind: members})  # type: ignore[arg-type]
