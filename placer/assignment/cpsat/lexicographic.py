"""
The tiers, one after the other, each minimised with the higher ones held: lexicographic optimisation.

A pass builds the model and goes through the tiers. A tier whose cost meets its bound is proved and only held by a row
``cost <= c``; any other is minimised. With time left and a tier unproved, another pass follows with the better
assignment as its hint. Where a solution leaves a member without a slot, rows against that are added and the tier is
solved again, as in logic-based Benders decomposition (Hooker and Ottosson 2003).
"""

from __future__ import annotations

from ortools.sat.python import cp_model

from placer.assignment import IntArray, Problem, Solution, Status
from placer.assignment.bounds.elementary import forced_sites, residual_capacity_bound
from placer.assignment.context import SearchContext
from placer.assignment.cpsat.affine import Affine
from placer.assignment.cpsat.encoding import encode
from placer.assignment.cpsat.minimise import Outcome, minimise
from placer.assignment.cpsat.parameters import is_small, workers_for
from placer.assignment.cpsat.slot_cuts import SlotCuts
from placer.assignment.cpsat.variables import Variables
from placer.assignment.group_assignments import near_assignments
from placer.assignment.heuristics.tabu_search import tabu_search
from placer.assignment.root import solve_root
from placer.assignment.structure.term_index import TermIndex
from placer.errors import Defect

POLISH_PATIENCE = 100
"""
Moves without gain after which tabu search ends that starts from an answer of CP-SAT.

Chosen, not tuned: it trades time of the solver for a better hint. The tabu search at the root, which starts from
nothing, has up to three times as many.
"""

NEAR_SHARE = 0.2
"""Part of the time of a tier for a model without all assignments. Chosen, not tuned: it ends in tenths of a second."""


def cpsat(
    problem: Problem,
    context: SearchContext,
    *,
    known: Solution | None = None,
    polish_patience: int | None = POLISH_PATIENCE,
) -> Solution:
    """
    Minimise tier after tier with CP-SAT, each with the higher tiers held at their costs, warm-started by tabu search.

    Parameters
    ----------
    known
        Bounds of every tier, and an assignment to begin with if one is known; None calls
        :func:`~placer.assignment.root.solve_root` for both.
    polish_patience
        Moves without gain after which tabu search ends that starts from each answer of CP-SAT; None leaves the
        answers as they are.

    Returns
    -------
    Solution
        OPTIMAL, FEASIBLE, INFEASIBLE (proved), or UNKNOWN where time ends before the first assignment.

    Raises
    ------
    Defect
        If CP-SAT contradicts a known assignment, refuses the model, or an assignment breaks a rule.
    """
    return Search(TermIndex(problem), context, polish_patience).run(known)


class Search:
    """One lexicographic search, with the best assignment, its costs and the bounds proved so far."""

    def __init__(self, index: TermIndex, context: SearchContext, polish_patience: int | None) -> None:
        self.index = index
        self.context = context
        self._patience = polish_patience
        self.best: IntArray | None = None
        self.costs: tuple[int, ...] = ()
        self.bounds: list[int] = []
        self._slow = False
        self._near_tried = 0
        self._needed: dict[tuple[tuple[int, ...], int], list[int]] = {}

    def run(self, known: Solution | None) -> Solution:
        """Search from the given solution, or from that of the root."""
        known = known or solve_root(self.index.problem, self.context)
        if known.status is Status.INFEASIBLE:
            return known
        self._offer(known.site_of)
        self.bounds = list(known.bounds)
        proved = self.best is not None and list(self.costs) == self.bounds
        searched = not proved and self.context.left_s() > 0
        if searched and not self._minimise_tiers():
            return Solution(status=Status.INFEASIBLE, wall_time_s=self.context.elapsed_s())
        if self.best is None:
            return Solution(
                status=Status.UNKNOWN,
                bounds=tuple(self.bounds),
                wall_time_s=self.context.elapsed_s(),
                attempts=f"local search {'and CP-SAT ' * searched}found no placement and no proof that there is none",
            )
        bounds = tuple(self.bounds)
        return Solution(
            status=Solution.status_for(self.costs, bounds),
            site_of=self.best,
            costs=self.costs,
            bounds=bounds,
            wall_time_s=self.context.elapsed_s(),
            attempts="local search and CP-SAT",
        )

    def _minimise_tiers(self) -> bool:
        """Pass over the tiers until all are proved or time is up; False where no assignment keeps the rules."""
        while self._pass():
            proved = self.best is None or self.costs == tuple(self.bounds)
            if proved or self.context.left_s() <= 0 or self.context.deterministic_limit is not None:
                return True
        return False

    def _pass(self) -> bool:
        """Minimise every tier whose bound is below its cost; False where no assignment keeps the rules."""
        first = self.best is None and self.context.deterministic_limit is None
        listed, most = self._listed()
        variables = Variables(self.index, listed)
        tiers = encode(variables)
        self._slots = SlotCuts(variables)
        self._use_forced_sites(variables, len(tiers))
        for t, cost in enumerate(tiers):
            if self.best is not None and self.context.left_s() <= 0:
                return True
            self._use_forced_sites(variables, t)
            if self.best is None or self.costs[t] > self.bounds[t]:
                outcome = self._minimise(variables, t, cost, share=self._share(tiers, t), most=most)
                if most is not None and outcome.site_of is None:
                    if outcome.status == cp_model.INFEASIBLE:
                        self.bounds[t] = max(self.bounds[t], most + 1)
                    self._near_tried += 1
                    return True
                most = None
                if outcome.status == cp_model.INFEASIBLE:
                    if self.best is not None:
                        raise Defect(f"CP-SAT calls tier {t} infeasible beside a known assignment {self.costs}")
                    return False
                self.bounds[t] = max(self.bounds[t], outcome.bound)
                self._offer(outcome.site_of)
                if self.best is None:
                    return True
                self._polish()
                if first:  # beside a known assignment groups have fewer
                    return True
            variables.model.add(cost.expression() <= self.costs[t])
        return True

    def _listed(self) -> tuple[dict[int, IntArray], int | None]:
        """List the assignments of groups, and what the first open tier may cost at most if these are not all."""
        if self.best is None:  # too many to list where no cost is known
            return {}, None
        # a deterministic limit gives one pass alone
        tried = None if self.context.deterministic_limit is not None else self._near_tried
        return near_assignments(self.index, self.context, self.costs, tuple(self.bounds), tried)

    def _share(self, tiers: list[Affine], t: int) -> float:
        """
        Share of the time left for a tier: half while a later tier waits for a solve, else all.

        So every tier gets a solve, and the first, which matters most, the longest. Chosen, not tuned.
        """
        later = range(t + 1, len(tiers))
        if self.best is None:
            return 0.5 if any(tiers[i].terms for i in later) else 1.0
        return 0.5 if any(self.costs[i] > self.bounds[i] for i in later) else 1.0

    def _use_forced_sites(self, variables: Variables, reached: int) -> None:
        """
        Bound the room left on sites in use by the sites that no assignment as good in the higher tiers leaves empty.

        Once the tier of that term is reached, the higher tiers are held, and each such site gets a row: it holds an
        item. Only :class:`ResidualCapacity` has such a bound, as only its cost depends on which sites are in use.
        """
        for t, room in self.index.residual_capacities if self.best is not None else []:
            if self.costs[t] > self.bounds[t] and reached >= t:
                key = self.costs[:t], t
                if key not in self._needed:
                    self._needed[key] = forced_sites(self.index, self.costs, t)
                needed = self._needed[key]
                self.bounds[t] = max(self.bounds[t], residual_capacity_bound(self.index, room, needed))
                for p in needed if reached == t else []:
                    counts = [unit.count[p] for unit in variables.units if p in unit.count]
                    variables.model.add(cp_model.LinearExpr.sum(counts) >= 1)

    def _polish(self) -> None:
        if self._patience is None or self.costs == tuple(self.bounds):
            return
        limit = self.context.left_s() / 10  # chosen, not tuned: the solver keeps nearly all of the time
        self._offer(tabu_search(self.index, self.context, time_limit_s=limit, start=self.best, patience=self._patience))

    def _offer(self, site_of: IntArray | None) -> None:
        if site_of is None:
            return
        problem = self.index.problem
        costs = tuple(problem.evaluate(site_of[None, :])[0].tolist())
        if not problem.feasible(site_of[None, :])[0]:
            raise Defect(f"an assignment that breaks a rule: {site_of.tolist()}")
        if self.best is None or costs < self.costs:
            self.best, self.costs = site_of.copy(), costs
            self.context.keep(problem, site_of)

    def _minimise(self, variables: Variables, t: int, cost: Affine, *, share: float, most: int | None) -> Outcome:
        """Solve until every member has a slot, after each failure with rows against the items that lack one."""
        while True:
            outcome = self._decide(variables, t, cost, share=share, most=most)
            if outcome.site_of is None or not self._slots.bar(outcome.site_of):
                return outcome
            self.bounds[t] = max(self.bounds[t], outcome.bound)
            if self.context.left_s() <= 0:
                return Outcome(int(cp_model.UNKNOWN), None, outcome.bound)

    def _decide(self, variables: Variables, t: int, cost: Affine, *, share: float, most: int | None) -> Outcome:
        """Solve without linear relaxations first, while models are small and that has proved every tier so far."""
        if not self._slow and is_small(variables) and workers_for(variables, self.context) == 1:
            outcome = self._solve(variables, t, cost, share=share, quick=True, most=most)
            if outcome.status in (cp_model.OPTIMAL, cp_model.INFEASIBLE) or self.context.left_s() <= 0:
                return outcome
            self._slow = True
            if outcome.site_of is not None and not self.index.problem.infeasible_sites(outcome.site_of):
                self._offer(outcome.site_of)
            self.bounds[t] = max(self.bounds[t], outcome.bound)
        return self._solve(variables, t, cost, share=share, most=most)

    def _solve(
        self, variables: Variables, t: int, cost: Affine, *, share: float, most: int | None, quick: bool = False
    ) -> Outcome:
        return minimise(
            variables,
            cost,
            self.context,
            tier=t,
            bound=self.bounds[t],
            site_of=self.best if most is None else None,  # it costs more than this model holds
            costs=self.costs,
            share=share if most is None else share * NEAR_SHARE,
            quick=quick,
            after_quick=self._slow,
            most=most,
        )
