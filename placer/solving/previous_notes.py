"""Notes on an earlier placement (``--hint``, ``--keep``) that a solve starts from."""

from __future__ import annotations

from placer.assignment.registry import STRATEGIES
from placer.check import check
from placer.instance import Instance, Placement
from placer.instance.previous import as_earlier_apart, differences, restricted_to
from placer.lowering.lowered import placement_of
from placer.lowering.pcpus import slot_matching
from placer.lowering.previous import earlier_sites


def notes_on(earlier: Placement, instance: Instance, *, strategy: str) -> list[str]:
    """
    Say where an earlier placement and an instance differ, which rules it breaks, and whether the search can use it.

    Parameters
    ----------
    strategy
        Name of the strategy that will search.
    """
    instance = as_earlier_apart(instance, earlier)
    lines = differences(earlier, instance)
    if not STRATEGIES[strategy].searches:
        return [*lines, f"not used: the strategy {strategy} does not search"]
    known = restricted_to(earlier, instance)
    if instance.flexible:  # with as many vnodes as each guest had
        instance = instance.split_into({name: count for name, count in known.counts().items() if count})
        known = restricted_to(earlier, instance)
    if all(pnode is None for pnodes in known.pnode_of.values() for pnode in pnodes):
        return [*lines, "not used: it has a pnode for no vnode of the instance"]
    # dedicated vcpus get pcpus anew: the guest, the host or its other guests may have changed
    assigned = placement_of(instance, earlier_sites(instance, known), slot_matching(instance))
    broken = check(instance, assigned, allow_unplaced=True).violations
    if broken:
        lines.append(
            "it breaks rules of the instance, so only parts of it can be kept: " + "; ".join(b.message for b in broken)
        )
    return lines
