"""The rules between guests, one function each: what a placement breaks, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from placer.check.positions import Positions
from placer.check.rules import Violation
from placer.instance import Domain, Instance, Pnode, Rule, VnodeOf, format_cpuset, guest_of, in_words, listed
from placer.instance.rules import Member


def broken_relations(instance: Instance, where: Positions) -> Iterator[Violation]:
    """Give each broken rule between guests, in the order of the rules."""
    for rule in instance.rules:
        for message in RELATIONS[rule.kind](rule, instance, where):
            names = tuple(dict.fromkeys(map(guest_of, rule.members)))
            yield Violation(rule=rule.kind, message=message, guests=names)


def apart(rule: Rule, instance: Instance, where: Positions) -> Iterator[str]:
    """No pnode holds vnodes of two of the members."""
    places = [(member, stands_on(member, where)) for member in rule.members]
    for p in sorted(set().union(*(sites for _, sites in places))):
        here = tuple(member for member, sites in places if p in sites)
        if len(here) > 1:
            yield f"pnode {instance.host.pnodes[p].id} holds {listed(here)}, which are to stay apart"


def together(rule: Rule, instance: Instance, where: Positions) -> Iterator[str]:
    """One pnode holds all members that have a pnode."""
    places = set().union(*(stands_on(member, where) for member in rule.members))
    if len(places) > 1:
        ids = format_cpuset(instance.host.pnodes[p].id for p in places)
        yield f"{listed(rule.members)} stand on pnodes {ids}, they are to stand together on one"


def exclusive(rule: Rule, instance: Instance, where: Positions) -> Iterator[str]:
    """No pnode of the member holds a vnode of another guest or has a running guest bound to it."""
    (member,) = rule.members
    for p in sorted(stands_on(member, where)):
        pnode = instance.host.pnodes[p]
        others = [f'guest "{name}"' for name, sites in where.items() if p in sites and name != guest_of(member)]
        others += [f'running guest "{domain.name}"' for domain in instance.host.domains if is_bound_to(domain, pnode)]
        if others:
            yield f"pnode {pnode.id} of {in_words(member)} is to be exclusive, it also holds {' and '.join(others)}"


def stands_on(member: Member, where: Positions) -> set[int]:
    """Positions of the pnodes that hold a vnode of the member."""
    sites = where[guest_of(member)]
    chosen = sites[member.vnode : member.vnode + 1] if isinstance(member, VnodeOf) else sites
    return {p for p in chosen if p is not None}


def is_bound_to(domain: Domain, pnode: Pnode) -> bool:
    """Tell whether every vcpu of a running guest has a mask and one of these masks has a pcpu of the pnode."""
    here = set(pnode.pcpus)
    return None not in domain.affinity and any(not here.isdisjoint(mask or ()) for mask in domain.affinity)


RELATIONS: dict[str, Callable[[Rule, Instance, Positions], Iterator[str]]] = {
    "apart": apart,
    "together": together,
    "exclusive": exclusive,
}
"""The rules between guests, by name."""
