"""Reads the placements of a plan from its JSON."""

from __future__ import annotations

from dataclasses import dataclass

from placer.errors import InputError
from placer.fleet.files.large import MOST_CONTAINERS, read_large
from placer.formats.native.placement_json import read_placement
from placer.formats.text.files import Source
from placer.formats.text.json_fields import Fields
from placer.formats.text.json_text import parse_json
from placer.formats.text.msgspec_errors import quote
from placer.instance import Placement, shorten

MOST = 1 << 62
"""Largest value of a tier that is read."""


def read_plan(source: Source) -> dict[str, Placement] | None:
    """
    Read where a plan places guests.

    Returns
    -------
    dict or None
        Host -> the placement of its guests; None where the file has no hosts, as a certificate has none.

    Raises
    ------
    InputError
        With the JSON path of the fault.
    """
    text, place = read_large(source)
    whole = Fields.of(parse_json(text, place, most_containers=MOST_CONTAINERS), place)
    return _placements(whole)


@dataclass(frozen=True, kw_only=True)
class StatedFleetPlan:
    """
    A plan as it is stated.

    Parameters
    ----------
    placements
        Host -> the placement of its guests.
    status
        OPTIMAL or FEASIBLE; empty where none is stated.
    tiers
        Of each tier its name, its value, and the bound that is proved, highest first.
    unplaced
        Guests without a place.
    """

    placements: dict[str, Placement]
    status: str = ""
    tiers: tuple[tuple[str, int, int], ...] = ()
    unplaced: tuple[str, ...] = ()


def read_stated_plan(source: Source) -> StatedFleetPlan:
    """
    Read a plan with what it states of itself.

    Raises
    ------
    InputError
        With the JSON path of the fault, or if the file is no plan.
    """
    text, place = read_large(source)
    whole = Fields.of(parse_json(text, place, most_containers=MOST_CONTAINERS), place)
    placements = _placements(whole)
    if placements is None:
        raise whole.fault('no plan of a fleet in it, expected a key "hosts": host -> placement')
    tiers = [
        (tier.text("tier") or "", tier.number("value", MOST) or 0, tier.number("bound", MOST) or 0)
        for tier in whole.children("tiers")
    ]
    unplaced = whole.value.get("unplaced") or []
    if not isinstance(unplaced, list) or not all(isinstance(name, str) for name in unplaced):
        raise whole.fault(f"expected a list of names of guests, got {quote(unplaced)}", "unplaced")
    return StatedFleetPlan(
        placements=placements, status=whole.text("status") or "", tiers=tuple(tiers), unplaced=tuple(unplaced)
    )


def _placements(whole: Fields) -> dict[str, Placement] | None:
    import json

    place = whole.place
    hosts = whole.child("hosts")
    if hosts is None:
        return None
    placements = {}
    for name, value in hosts.value.items():
        here = f'{place}: $.hosts["{shorten(name)}"]'
        if not isinstance(value, dict) or "placement" not in value:
            raise InputError("expected an object with the key placement", place=here)
        kept = {key: value[key] for key in ("placement", "pcpus", "sets", "apart") if key in value}
        placements[name] = read_placement(json.dumps(kept), here)
    return placements
