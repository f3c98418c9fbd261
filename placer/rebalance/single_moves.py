"""Every move of one guest alone, and what it changes: costs of its own, and the loads of pools."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np

from placer.assignment import ConvexLoad, Flow, IntArray, Linear, Problem
from placer.lowering.moves import ABSENT, MOVING
from placer.rebalance.end_problem import EndProblem

MOST_WAYS = 64
"""Most ways in which one guest may move; a guest of several vnodes has many. Chosen, not tuned."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SingleMoves:
    """
    Every move of one guest alone.

    Parameters
    ----------
    base
        ``[n]``, the assignment without moves.
    rows
        ``[moves, n]``, the assignment with that move alone, guest after guest.
    first
        ``[guests + 1]``, the first move of each guest, and the number of moves.
    table
        ``[pools, loads]``, what a load of each pool costs.
    load, loads
        ``[pools]`` and ``[moves, pools]``: the loads without moves, and the change by each.
    alone
        ``[moves]``, the change of cost by each, that of the loads left out.
    """

    base: IntArray
    rows: IntArray
    first: IntArray
    table: IntArray
    load: IntArray
    loads: IntArray
    alone: IntArray


def single_moves(ends: EndProblem, problem: Problem, main: int) -> SingleMoves | None:
    """
    Give every move of one guest.

    Parameters
    ----------
    problem
        That of ``ends``.
    main
        The tier whose costs are added up.

    Returns
    -------
    SingleMoves or None
        None where a guest has too many, or where the cost of several moves is not the sum of theirs but for the loads.
    """
    if ends.gates or not _adds_up(problem, main):  # what a gate takes depends on whether anything arrives
        return None
    base, m = ends.problem.hint, len(ends.running.instance.host.pnodes)
    if base is None or not problem.feasible(base[None, :])[0]:
        return None
    rows: list[IntArray] = []
    first = [0]
    for i, mover in enumerate(ends.moved_items):
        sites = [np.flatnonzero(problem.allowed[v, :m]).tolist() for v in mover.later.tolist()]
        if prod(map(len, sites)) > MOST_WAYS:
            return None
        for chosen in product(*sites):
            if mover.changes or tuple(base[mover.now].tolist()) != chosen:
                row = base.copy()
                row[mover.now] = m + ABSENT
                row[mover.later] = chosen
                row[problem.n - len(ends.moved_items) + i] = m + MOVING
                rows.append(row)
        first.append(len(rows))
    if not rows:
        return None
    tried = np.array(rows)
    change = problem.evaluate(tried) - problem.evaluate(base[None, :])
    if change[:, :main].any():
        return None
    table, load, loads = _loads(problem, main, base, tried)
    pools = np.arange(len(table))
    apart = (table[pools, load + loads] - table[pools, load]).sum(axis=1)
    return SingleMoves(
        base=base, rows=tried, first=np.array(first), table=table, load=load, loads=loads, alone=change[:, main] - apart
    )


def _adds_up(problem: Problem, main: int) -> bool:
    """Whether the cost of moves is a sum over guests, but for convex loads, and is in the main tier first."""
    group_of = np.zeros(problem.n, dtype=np.int64)
    for g, items in enumerate(problem.groups):
        group_of[items] = g
    for term in problem.tiers[main]:
        if isinstance(term, Flow):
            own = group_of[term.items]
            if (term.flow * (own[:, None] != own)).any():
                return False
        elif not isinstance(term, Linear | ConvexLoad):  # by kind: only of these it is known how they add up
            return False
    return not any(isinstance(term, ConvexLoad) for terms in problem.tiers[:main] for term in terms)


def _loads(problem: Problem, main: int, base: IntArray, rows: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Give the tables of all pools of the tier, one below the other, the loads now, and their change by each row."""
    terms = [term for term in problem.tiers[main] if isinstance(term, ConvexLoad)]
    widest = max((term.table.shape[1] for term in terms), default=1)
    tables = [np.pad(term.table, ((0, 0), (0, widest - term.table.shape[1])), mode="edge") for term in terms]
    now = [term.loads(base[None, :])[0] for term in terms]
    change = [term.loads(rows) - load for term, load in zip(terms, now, strict=True)]
    none = np.zeros((0, widest), dtype=np.int64)
    return (
        np.concatenate([none, *tables]),
        np.concatenate([none[:, 0], *now]),
        np.concatenate([np.zeros((len(rows), 0), dtype=np.int64), *change], axis=1),
    )
