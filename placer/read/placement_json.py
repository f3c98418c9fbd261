"""Placements from JSON: the answer that ``placer solve --format json`` prints, or its ``placement`` alone."""

from __future__ import annotations

from placer.instance import Placement
from placer.instance.units import MAX_CPU
from placer.read.faults import quote
from placer.read.json_fields import Fields
from placer.read.json_text import parse_json


def read_placement(text: str, place: str) -> Placement:
    """
    Read a placement.

    Parameters
    ----------
    text
        An object with the key ``placement``: guest name -> list of pnode ids, null where a vnode has none.
        Other keys, as an answer has them, say nothing about it.
    place
        The file's name for messages.

    Raises
    ------
    InputError
        With the JSON path, if it holds no placement. Whether it fits an instance is for
        :meth:`Placement.faults` to say.
    """
    answer = Fields.of(parse_json(text, place), place)
    if answer.value.get("placement") is None:  # null is what an answer without a placement says
        status = f" (status {quote(answer.value['status'])[1:-1]})" if "status" in answer.value else ""
        raise answer.fault(f'no placement in it{status}, expected a key "placement": guest name -> pnode ids')
    placement = Fields.of(answer.value["placement"], place, "$.placement")
    return Placement(pnode_of={name: _pnodes(placement, name) for name in placement.value})


def _pnodes(placement: Fields, name: str) -> tuple[int | None, ...]:
    pnodes = placement.value[name]
    if not isinstance(pnodes, list):
        raise placement.fault(f"expected a list of pnode ids, got {quote(pnodes)}", name)
    for v, pnode in enumerate(pnodes):
        known = pnode is None or (isinstance(pnode, int) and not isinstance(pnode, bool))
        if not known or not 0 <= (pnode or 0) <= MAX_CPU:
            raise placement.fault(
                f"expected a pnode id from 0 to {MAX_CPU}, or null, got {quote(pnode)}", f"{name}[{v}]"
            )
    return tuple(pnodes)
