"""Reads and writes placements as JSON: an answer of ``placer solve --format json``, or its ``placement`` alone."""

from __future__ import annotations

from placer.formats.text.json_fields import Fields
from placer.formats.text.json_text import parse_json
from placer.formats.text.msgspec_errors import quote
from placer.instance import Placement
from placer.instance.units import MAX_CPU


def read_placement(text: str, place: str) -> Placement:
    """
    Read a placement.

    Parameters
    ----------
    text
        An object with the key ``placement``: guest name -> for each vnode the id of its pnode, or null. Optional keys
        are ``pcpus``: guest name -> for each vcpu the id of the pcpu that it owns, or null; ``sets``: names of the
        guests that are spread over a set of pnodes; and ``apart``: names of those whose memory and vcpus placer took
        apart. Other keys, as an answer has them, are ignored.
    place
        The file's name for messages.

    Raises
    ------
    InputError
        With the JSON path, if the text holds no placement. Whether the placement fits an instance is checked by
        :meth:`Placement.faults`.
    """
    answer = Fields.of(parse_json(text, place), place)
    if answer.value.get("placement") is None:  # null is what an answer without a placement says
        status = f" (status {quote(answer.value['status'])[1:-1]})" if "status" in answer.value else ""
        raise answer.fault(f'no placement in it{status}, expected a key "placement": guest name -> pnode ids')
    placement = Fields.of(answer.value["placement"], place, "$.placement")
    pcpus = Fields.of(answer.value.get("pcpus") or {}, place, "$.pcpus")
    return Placement(
        pnode_of={name: _ids(placement, name, "pnode") for name in placement.value},
        pcpu_of={name: _ids(pcpus, name, "pcpu") for name in pcpus.value},
        sets=_names(answer, "sets"),
        apart=_names(answer, "apart"),
    )


def _names(answer: Fields, key: str) -> tuple[str, ...]:
    names = answer.value.get(key) or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise answer.fault(f"expected a list of names of guests, got {quote(names)}", key)
    return tuple(names)


def placement_object(placement: Placement) -> dict[str, list[int | None]]:
    """
    Give the value of the key ``placement``, as :func:`read_placement` reads it.

    Returns
    -------
    dict
        Guest name -> for each vnode the id of its pnode, None where it has none.

    Examples
    --------
    >>> placement_object(Placement(pnode_of={"db": (0, None)}))
    {'db': [0, None]}
    """
    return {name: list(pnodes) for name, pnodes in placement.pnode_of.items()}


def pcpus_object(placement: Placement) -> dict[str, list[int | None]]:
    """
    Give the value of the key ``pcpus``, as :func:`read_placement` reads it.

    Returns
    -------
    dict
        Name of a guest with dedicated vcpus -> for each vcpu the pcpu that it owns, None where it owns none.
    """
    return {name: list(pcpus) for name, pcpus in placement.pcpu_of.items()}


def _ids(fields: Fields, name: str, what: str) -> tuple[int | None, ...]:
    ids = fields.value[name]
    if not isinstance(ids, list):
        raise fields.fault(f"expected a list of {what} ids, got {quote(ids)}", name)
    for i, each in enumerate(ids):
        known = each is None or (isinstance(each, int) and not isinstance(each, bool))
        if not known or not 0 <= (each or 0) <= MAX_CPU:
            raise fields.fault(f"expected a {what} id from 0 to {MAX_CPU}, or null, got {quote(each)}", f"{name}[{i}]")
    return tuple(ids)
