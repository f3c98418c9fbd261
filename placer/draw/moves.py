"""A plan of moves as the states of its host: now, and after each stage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from placer.check import check, mean_access_distance
from placer.draw.content import of_placement
from placer.draw.headline import Headline
from placer.draw.picture import Picture, Table
from placer.draw.states import State, picture_of_states
from placer.instance import Guest, Host, Placement, format_size
from placer.rebalance.plan import Plan, Step
from placer.rebalance.stated_plan import StatedPlan, stated_plan
from placer.report.rebalance import COST_COLUMNS, cost_rows, headline_of, kind_in_words, notes_of, step_ends

MOST_STEPS = 12
"""Most steps of a stage that its caption names."""

Where = dict[str, tuple[int | None, ...]]
"""Guest -> the ids of the pnodes of its vnodes."""


def picture_of_plan(plan: Plan) -> Picture:
    """Draw a plan with the notes of its report."""
    return picture_of_moves(stated_plan(plan, headline_of(plan), tuple(notes_of(plan))))


def picture_of_moves(plan: StatedPlan) -> Picture:
    """
    Draw a plan of moves; without one the host as it is, with the reason.

    What leaves in the next stage is marked in each state, and what came in the last one. A guest that is saved or shut
    down is on no pnode meanwhile.
    """
    states = list(_Replay(plan).states())
    lines = (*plan.reason.splitlines(), *(["nothing moves"] if len(states) == 1 and not plan.reason else []))
    headline = Headline(title=plan.headline, lines=lines)
    return picture_of_states(headline, states, _tables(plan), stepwise=len(states) > 2)


class _Replay:
    """The guests and where they are, stage after stage."""

    def __init__(self, plan: StatedPlan) -> None:
        self._plan = plan
        self._held = _held(plan)
        self._guests = {guest.name: guest for guest in plan.before.guests}
        self._later = {**self._guests, **{guest.name: guest for guest in plan.guests}}
        self._where: Where = dict(plan.placed.pnode_of)

    def states(self) -> Iterator[State]:
        yield self._state("now", [])
        for number, stage in enumerate(self._plan.stages, 1):
            most = self._most(stage)
            for step in stage:
                self._take(step)
            lines = [_words(step) for step in stage[:MOST_STEPS]]
            lines += [f"and {len(stage) - MOST_STEPS} more steps"] if len(stage) > MOST_STEPS else []
            yield self._state(f"after stage {number}", [*lines, *most])

    def _take(self, step: Step) -> None:
        """Take a step: afterwards the guest is where it leads."""
        if step.kind != "repin":
            self._guests[step.guest] = self._later[step.guest]
            self._where[step.guest] = self._after(step)

    def _after(self, step: Step) -> tuple[int | None, ...]:
        """Give the pnode of each vnode after a step: all on one, or as the end state says."""
        guest, end = self._later[step.guest], self._plan.placement
        if step.after is None:
            return (None,) * len(guest.vnodes)
        if len(step.after) == 1 or end is None:
            return (step.after[0],) * len(guest.vnodes)
        return end.pnode_of[step.guest]

    def _state(self, caption: str, lines: list[str]) -> State:
        """Judge and collect a state."""
        instance = replace(self._plan.before, guests=tuple(self._guests.values()), rules=())
        placement = Placement(pnode_of={name: self._where[name] for name in self._guests})
        verdict = check(instance, placement, allow_unplaced=True)
        mean = mean_access_distance(verdict)
        out = [name for name, of in self._where.items() if None in of]
        said = [f"not running: {', '.join(out)}"] if out else []
        said += [] if mean is None or out else [f"mean access distance {mean:.2f}"]
        content = of_placement(instance, placement, verdict, self._held)
        return State(caption=caption, content=content, lines=(*lines, *said))

    def _most(self, stage: tuple[Step, ...]) -> list[str]:
        """
        Say how much pnodes hold at most while a stage runs, whatever the order of its steps.

        That is what they hold before it and all that arrives, as a migration gives its memory back at its end.
        """
        held, arriving = Counter[int](), Counter[int]()
        for name, guest in self._guests.items():
            held.update(_memory(guest, self._where[name]))
        for step in stage:
            if step.kind != "repin" and step.after is not None:
                arriving.update(_memory(self._later[step.guest], self._after(step)))
        room = {pnode.id: pnode.memory_kib for pnode in self._plan.before.host.pnodes}
        said = []
        for p in sorted(arriving):
            most = min(held[p] + arriving[p], room[p])
            said.append(f"pnode {p} {format_size(most)} of {format_size(room[p])}")
        return [f"guests hold at most, while it runs: {', '.join(said)}"] if said else []


def _memory(guest: Guest, pnodes: tuple[int | None, ...]) -> Counter[int]:
    found = Counter[int]()
    for vnode, pnode in zip(guest.vnodes, pnodes, strict=True):
        if pnode is not None:
            found[pnode] += vnode.memory_kib
    return found


def _words(step: Step) -> str:
    before, after = step_ends(step)
    ends = "" if step.kind == "repin" else f" {before} -> {after}"
    size = f", {format_size(step.kib)}" if step.kib else ""
    return f"{kind_in_words(step)} {step.guest}{ends}{size}"


def _held(plan: StatedPlan) -> dict[int, dict[int, int]]:
    """Give what the domains that never move hold, by their domids."""
    of = {domain.name: domain.domid for domain in plan.before.host.domains}
    return {domid: dict(plan.held[name]) for name, domid in of.items() if domid is not None and name in plan.held}


def _tables(plan: StatedPlan) -> list[Table]:
    """Give the tables of the text report."""
    tables = []
    if plan.after is not None:
        tables.append(Table(title="Costs", columns=COST_COLUMNS, rows=cost_rows(plan.now, plan.after)))
    rows: list[tuple[object, ...]] = []
    for number, stage in enumerate(plan.stages, 1):
        for step in stage:
            size = format_size(step.kib) if step.kib else ""
            rows.append((step.guest, number, kind_in_words(step), *step_ends(step), size))
    if rows:
        columns = ("guest", ">stage", "move", ">from", ">to", ">memory")
        tables.append(Table(title="Steps (those of one stage may run in any order)", columns=columns, rows=rows))
    tables.append(_held_table(plan))
    if plan.notes:
        tables.append(Table(title="Assumed and noted", columns=("note",), rows=[(note,) for note in plan.notes]))
    return tables


def _held_table(plan: StatedPlan) -> Table:
    """Give what guests hold on each pnode now and afterwards."""
    host: Host = plan.before.host
    later = {guest.name: guest for guest in (*plan.before.guests, *plan.guests)}
    now, then = Counter[int](), Counter[int]()
    for guest in plan.before.guests:
        now.update(_memory(guest, plan.placed.pnode_of[guest.name]))
    for name, pnodes in (plan.placement or plan.placed).pnode_of.items():
        then.update(_memory(later[name], pnodes))
    rows = [
        (pnode.id, format_size(pnode.memory_kib), format_size(now[pnode.id]), format_size(then[pnode.id]))
        for pnode in host.pnodes
    ]
    return Table(title="Memory of guests that may move", columns=(">pnode", ">for them", ">now", ">after"), rows=rows)
