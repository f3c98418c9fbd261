"""A placement as JSON."""

from __future__ import annotations

from placer.instance import Placement


def placement_object(placement: Placement) -> dict[str, list[int | None]]:
    """
    Give the value of the key ``placement``, which ``read_placement`` takes back.

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
    Give the value of the key ``pcpus``, which is read back as well.

    Returns
    -------
    dict
        Name of a guest with dedicated vcpus -> for each vcpu the pcpu that it owns, None where it owns none.
    """
    return {name: list(pcpus) for name, pcpus in placement.pcpu_of.items()}
