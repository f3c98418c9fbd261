"""Reads answers as JSON, with or without a placement: what ``placer solve --format json`` prints."""

from __future__ import annotations

from dataclasses import dataclass

from placer.formats.native.placement_json import read_placement
from placer.formats.text.json_fields import Fields
from placer.formats.text.json_text import parse_json
from placer.formats.text.msgspec_errors import quote
from placer.instance import Placement

STATUSES = ("OPTIMAL", "FEASIBLE", "INFEASIBLE", "UNKNOWN")


@dataclass(frozen=True, kw_only=True)
class StatedTier:
    """
    A tier as an answer states it.

    Parameters
    ----------
    bound
        None where nothing is proved.
    terms
        Name of each term -> its value without weight.
    """

    cost: int
    bound: int | None
    terms: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class StatedAnswer:
    """
    What an answer states.

    Parameters
    ----------
    placement
        None where nothing was placed.
    status
        One of :data:`STATUSES`; None for a placement alone.
    reason
        Why nothing was placed, or what the search tried; empty where nothing is said.
    tiers
        Highest first; none for a placement alone.
    strategy
        The name of the strategy that answered; empty where none is stated.
    """

    placement: Placement | None
    status: str | None = None
    reason: str = ""
    tiers: tuple[StatedTier, ...] = ()
    strategy: str = ""


def read_answer(text: str, place: str) -> StatedAnswer:
    """
    Read an answer, or a placement alone.

    Parameters
    ----------
    text
        As :func:`.placement_json.read_placement` takes it, or an answer whose ``placement`` is null.
    place
        The file's name for messages.

    Raises
    ------
    InputError
        With the JSON path, if it is neither, or a figure in it is no number.
    """
    answer = Fields.of(parse_json(text, place), place)
    status = answer.value.get("status")
    if status is not None and status not in STATUSES:
        raise answer.fault(f"expected one of {', '.join(STATUSES)}, got {quote(status)}", "status")
    nothing = answer.value.get("placement") is None and status is not None
    return StatedAnswer(
        placement=None if nothing else read_placement(text, place),
        status=str(status) if status is not None else None,
        reason=_text(answer, "reason"),
        tiers=_tiers(answer),
        strategy=_text(answer, "strategy"),
    )


def _tiers(answer: Fields) -> tuple[StatedTier, ...]:
    listed = answer.value.get("tiers") or []
    if not isinstance(listed, list):
        raise answer.fault(f"expected a list, got {quote(listed)}", "tiers")
    tiers = []
    for t, value in enumerate(listed):
        tier = Fields.of(value, answer.place, f"$.tiers[{t}]")
        terms = Fields.of(tier.value.get("terms"), answer.place, f"$.tiers[{t}].terms")
        bound = None if tier.value.get("bound") is None else _number(tier, "bound")
        named = {name: _number(terms, name) for name in terms.value}
        tiers.append(StatedTier(cost=_number(tier, "cost"), bound=bound, terms=named))
    return tuple(tiers)


def _text(fields: Fields, key: str) -> str:
    """Give a text; empty where there is none."""
    value = fields.value.get(key)
    if value is not None and not isinstance(value, str):
        raise fields.fault(f"expected a text or null, got {quote(value)}", key)
    return value or ""


def _number(fields: Fields, key: str) -> int:
    value = fields.value.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise fields.fault(f"expected an integer, got {quote(value)}", key)
    return value
