"""The head of a picture: what is drawn, its status, costs, bounds and gaps, and broken rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from placer.assignment import Status
from placer.check import Verdict, mean_access_distance
from placer.draw.reads import Flows, Reads, away_permille
from placer.formats.native.answer_json import StatedAnswer, StatedTier
from placer.instance import Host, Instance, format_size
from placer.instance.note import counted
from placer.report.text import STATUS_WORDS
from placer.report.units import gap, with_units

MOST_BROKEN = 8
"""Most broken rules that are written out."""


@dataclass(frozen=True, kw_only=True)
class Headline:
    """
    The head of a picture.

    Parameters
    ----------
    title
        In one line.
    lines
        What stands below.
    """

    title: str
    lines: tuple[str, ...]


def of_host(host: Host, flows: Collection[Flows] = ()) -> Headline:
    """Say what a host has, and what its domains read of other pnodes, as far as that is known."""
    pcpus = sum(len(pnode.pcpus) for pnode in host.pnodes)
    free = format_size(sum(pnode.memory_kib for pnode in host.pnodes))
    has = f"{counted(len(host.pnodes), 'pnode')}, {counted(pcpus, 'pcpu')}, {free} free"
    known = [each for each in flows if each]
    return Headline(title=f"{host.name or 'host'}: {has}", lines=tuple(away_lines(known, "domain")))


def of_unplaced(instance: Instance, answer: StatedAnswer | None) -> Headline:
    """Say which guests are to be placed, and why none is, where an answer says that."""
    lines = [f"{guests_line(instance)} to place", *([] if answer is None else reason_lines(answer))]
    return Headline(title=of_host(instance.host).title, lines=tuple(lines))


def reason_lines(answer: StatedAnswer) -> list[str]:
    """Say the status of an answer without a placement, and its reason."""
    status = [f"{answer.status}: {STATUS_WORDS[Status(answer.status)]}"] if answer.status else []
    return [*status, *answer.reason.splitlines()]


def of_answer(
    instance: Instance, verdict: Verdict, answer: StatedAnswer, bounds: Sequence[int | None], reads: Reads | None = None
) -> Headline:
    """
    Say how good a placement is: figures of ``check``, and the bounds that its answer states.

    Parameters
    ----------
    reads
        Of the placement, for what reads memory of other pnodes.
    """
    lines = [guests_line(instance), *answer_lines(instance, verdict, answer, bounds, reads)]
    return Headline(title=of_host(instance.host).title, lines=tuple(lines))


def answer_lines(
    instance: Instance, verdict: Verdict, answer: StatedAnswer, bounds: Sequence[int | None], reads: Reads | None
) -> list[str]:
    """Say how good a placement is, with the arguments of :func:`of_answer`."""
    lines = [status_line(verdict, answer)]
    lines += [] if reads is None else away_lines(reads.flows.values())
    lines += tier_lines(instance, verdict, bounds)
    if other_costs(verdict, answer):
        lines.append("the answer states other costs than these, so its status and bounds are left out")
    broken = [f"{violation.rule}: {violation.message}" for violation in verdict.violations]
    lines += broken if len(broken) <= MOST_BROKEN else broken[: MOST_BROKEN - 1]
    return lines + ([f"and {len(broken) - MOST_BROKEN + 1} more broken rules"] if len(broken) > MOST_BROKEN else [])


def tier_lines(instance: Instance, verdict: Verdict, bounds: Sequence[int | None]) -> list[str]:
    """Say the cost of each tier with its terms, and its bound and gap where there is one."""
    lines, mean = [], mean_access_distance(verdict)
    for t, (terms, cost, bound) in enumerate(zip(verdict.terms, verdict.costs, bounds, strict=True), 1):
        words = ", ".join(with_units(name, value, instance, mean) for name, value in terms.items())
        proved = "" if bound is None else f", bound {bound}, gap {gap(cost, bound)}"
        lines.append(f"tier {t}: cost {cost}{proved}: {words}")
    return lines


def away_lines(every: Collection[Flows], what: str = "guest") -> list[str]:
    """Say how many guests read memory of other pnodes than those of their vcpus, and how much; nothing if none does."""
    away = [flows for flows in every if away_permille(flows)]
    total = sum(flow for flows in every for flow in flows.values())
    if not away:
        return []
    there = sum(flow for flows in away for (p, q), flow in flows.items() if p != q)
    words = "reads" if len(away) == 1 else "read"
    count = f"{len(away)} of {counted(len(every), what)}"
    return [f"{count} {words} memory of other pnodes: {100 * there / total:.1f} % of all accesses"]


def other_costs(verdict: Verdict, answer: StatedAnswer) -> bool:
    """Whether an answer states a cost that its placement does not have: it is of another instance or objective."""
    pairs = zip(verdict.terms, answer.tiers, strict=False)
    return any(
        name in terms and terms[name] != value for terms, stated in pairs for name, value in stated.terms.items()
    )


def bounds_of(verdict: Verdict, tiers: Sequence[StatedTier]) -> list[int | None]:
    """Give the bound of each tier as far as stated tiers are those of the placement, one after the other."""
    bounds: list[int | None] = [None] * len(verdict.costs)
    for t, (terms, cost, stated) in enumerate(zip(verdict.terms, verdict.costs, tiers, strict=False)):
        if stated.terms != terms or stated.cost != cost:
            break
        bounds[t] = stated.bound
    return bounds


def guests_line(instance: Instance) -> str:
    """Say how many guests an instance has, and how large they are together."""
    vcpus = sum(guest.vcpu_count for guest in instance.guests)
    memory = format_size(sum(guest.memory_kib for guest in instance.guests))
    return f"{counted(len(instance.guests), 'guest')} with {counted(vcpus, 'vcpu')} and {memory}"


def status_line(verdict: Verdict, answer: StatedAnswer) -> str:
    """Say the status, the mean distance, and what is proved or broken."""
    mean = mean_access_distance(verdict)
    distance = "" if mean is None else f"mean access distance {mean:.2f}; "
    count = len(verdict.violations)
    if count:
        return f"{distance}{count} rule{'s are' if count > 1 else ' is'} broken"
    if answer.status is None or other_costs(verdict, answer):
        return f"{distance}all rules hold"
    left_out = verdict.costs[0]
    words = (
        f"{left_out} of {counted(len(verdict.access), 'guest')} not placed"
        if left_out
        else STATUS_WORDS[Status(answer.status)]
    )
    return f"{answer.status}: {distance}{words}"
