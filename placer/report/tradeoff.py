"""A line on a trade between access distance and core sharing."""

from __future__ import annotations

from placer.solving.result import Trade


def trade_line(trade: Trade) -> str:
    """
    Say what a trade costs, and then what it gains, with the option that chooses it.

    Examples
    --------
    >>> from placer.instance import Placement
    >>> there = Placement(pnode_of={})
    >>> near = Trade(
    ...     order="distance", placement=there, mean_access_distance=11.5, current_mean_distance=21.5, more_pairs=2
    ... )
    >>> trade_line(near)
    'Trade: with 2 more pairs of vcpus sharing a core the mean access distance would be 11.50 instead of 21.50 (--objective distance)'
    >>> far = Trade(
    ...     order="cores-first", placement=there, mean_access_distance=21.5, current_mean_distance=11.5, more_pairs=-1
    ... )
    >>> trade_line(far)
    'Trade: with a mean access distance of 21.50 instead of 11.50, 1 fewer pair of vcpus would share a core (--objective cores-first)'
    """  # noqa: E501 - a line of the report
    count = abs(trade.more_pairs)
    pairs, option = "pair" if count == 1 else "pairs", f"--objective {trade.order}"
    after, before = f"{trade.mean_access_distance:.2f}", f"{trade.current_mean_distance:.2f}"
    if trade.order == "distance":
        gain = f"the mean access distance would be {after} instead of {before}"
        return f"Trade: with {count} more {pairs} of vcpus sharing a core {gain} ({option})"
    pays = f"a mean access distance of {after} instead of {before}"
    return f"Trade: with {pays}, {count} fewer {pairs} of vcpus would share a core ({option})"
