"""Why an answer has no placement."""

from __future__ import annotations

from placer.assignment import Solution, Status
from placer.assignment.context import SearchContext
from placer.instance import Instance
from placer.lowering.lowered import Lowered
from placer.solving.vnode_counts import nearest_number


def no_placement_reason(
    instance: Instance,
    lowered: Lowered,
    solution: Solution,
    context: SearchContext,
    *,
    strategy: str,
    kept: bool,
    time_limit_s: float,
) -> str:
    """
    Say why there is no placement, or what was tried in vain.

    Parameters
    ----------
    instance
        With its flexible guests.
    lowered, solution
        What was solved, and what a strategy said of it; both of the fewest vnodes where guests are flexible.
    context
        Whose limits the explanation names.
    strategy
        Its name.
    kept
        Whether a placement was to be kept.
    time_limit_s
        As it was asked for.

    Returns
    -------
    str
        Of several lines.
    """
    # Only here, where it is needed: explanations bring every strategy along.
    from placer.explain import TIME_LIMIT_S, explain_infeasible, explain_unknown

    if solution.status is not Status.INFEASIBLE:
        return explain_unknown(
            lowered.problem,
            solution,
            context,
            strategy=strategy,
            time_limit_s=time_limit_s,
            tiers=instance.with_fewest_vnodes().tiers(kept=kept),
            allow_unplaced=lowered.allow_unplaced,
        )
    ranges = {guest.name: guest.flexible.counts for guest in instance.guests if guest.flexible}
    several = any(len(counts) > 1 for counts in ranges.values())
    nearest = {guest.name: nearest_number(guest, instance.host) for guest in instance.guests if guest.flexible}
    reason = explain_infeasible(
        instance.split_into(nearest),
        time_limit_s=min(TIME_LIMIT_S, context.left_s() / 2),
        stop=context.stop,
        one_of_many_cuts=several,
        problem=None if instance.flexible else lowered.problem,
    )
    if not several:
        return reason
    names = ", ".join(f'guest "{name}" {counts[0]} to {counts[-1]}' for name, counts in ranges.items())
    taken = ", ".join(f'"{name}" in {k}' for name, k in nearest.items() if k > ranges[name][0])
    sets = all(guest.form == "set" for guest in instance.guests if guest.flexible)
    number = "number of pnodes" if sets else "number of vnodes"
    return f"no {number} fits ({names}); with {taken or 'the fewest'}:\n{reason}"
