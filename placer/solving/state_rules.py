"""Rules between guests that are to be placed and guests that run already, as lists of pnodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from placer.instance import Guest, Host, Rule, VnodeOf, guest_of, in_words
from placer.instance.rules import Member

Placed = Mapping[str, tuple[int, ...]]
"""Guest name -> for each of its vnodes the id of its pnode."""


def beside_running(
    guests: Iterable[Guest], rules: Iterable[Rule], running: Placed, exclusive: Iterable[Member], host: Host
) -> tuple[tuple[Guest, ...], tuple[Rule, ...]]:
    """
    Keep new guests off, or on, the pnodes of running ones as the rules say.

    Parameters
    ----------
    rules
        Between new guests, and between new and running ones.
    running
        Where running guests stand.
    exclusive
        Running members whose pnodes no other guest may use.

    Returns
    -------
    guests
        With fewer ``pnodes``, where a rule or an exclusive member bars some.
    rules
        Those between the new guests alone.

    Raises
    ------
    ValueError
        If a rule between new and running guests names one vnode of a new guest, or leaves a new guest no pnode.
    """
    barred = {pnode for member in exclusive for pnode in _pnodes(member, running)}
    ids = [pnode.id for pnode in host.pnodes]
    may_use = {guest.name: set(guest.pnodes if guest.pnodes is not None else ids) - barred for guest in guests}
    between = []
    for rule in rules:
        there = [member for member in rule.members if guest_of(member) in running]
        if not there:
            between.append(rule)
            continue
        here = [member for member in rule.members if guest_of(member) not in running]
        taken = {pnode for member in there for pnode in _pnodes(member, running)}
        for member in here:
            if isinstance(member, VnodeOf):
                raise ValueError(f"{rule.kind} with a running guest takes guests, not vnodes: {in_words(member)}")
            if member in may_use:
                may_use[member] = may_use[member] - taken if rule.kind == "apart" else may_use[member] & taken
        if len(here) > 1:
            between.append(replace(rule, **{rule.kind: tuple(here)}))
    for name, pnodes in may_use.items():
        if not pnodes:
            raise ValueError(f'guest "{name}" has no pnode left beside the running guests and their rules')
    given = tuple(guests)
    return tuple(_limited(guest, may_use[guest.name], ids) for guest in given), tuple(between)


def _pnodes(member: Member, running: Placed) -> tuple[int, ...]:
    pnodes = running[guest_of(member)]
    return (pnodes[member.vnode],) if isinstance(member, VnodeOf) else pnodes


def _limited(guest: Guest, pnodes: set[int], ids: list[int]) -> Guest:
    if guest.pnodes is None and len(pnodes) == len(ids):
        return guest
    return replace(guest, pnodes=tuple(pnode for pnode in ids if pnode in pnodes))
