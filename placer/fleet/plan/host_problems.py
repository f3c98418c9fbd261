"""What is to be placed on each host: an instance; hosts and guests that are equal but for their names share one."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from placer.fleet.model.fleet import Fleet
from placer.fleet.plan.assigning import Assignment
from placer.fleet.problem.loads import limited_host, settled, settled_on
from placer.instance import Guest, Host, Instance, Rule, VnodeOf
from placer.instance.rules import Member, guest_of


@dataclass
class HostProblem:
    """
    An instance, and the hosts that it stands for.

    Parameters
    ----------
    instance
        A host without a name, and its guests under names of their own.
    hosts
        For each host it stands for, its guests in the order of the instance.
    """

    instance: Instance
    hosts: dict[str, tuple[str, ...]]


_Key = tuple[int, tuple[int, ...], tuple[Rule, ...]]


class HostProblems:
    """
    Collects the distinct problems of a fleet.

    Parameters
    ----------
    fleet
        Hosts and guests.
    """

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.placed = {placed.guest: placed for placed in fleet.placed}
        self._hosts: dict[Host, int] = {}
        self._shapes: dict[Guest, int] = {}
        self._host_of_entry: dict[int, int] = {}
        self._shape_of_entry: dict[int, int] = {}

    def of(self, assignment: Assignment, hosts: list[str] | None = None) -> list[HostProblem]:
        """Give the distinct problems of some hosts, or of all that hold a guest."""
        found: dict[_Key, HostProblem] = {}
        for host in assignment.guests_on if hosts is None else hosts:
            shapes = sorted((self._shape(guest), guest) for guest in assignment.guests_on.get(host, ()))
            names = tuple(guest for _, guest in shapes)
            here = self._host(host)
            rules = self._rules(names)
            key = (here, tuple(shape for shape, _ in shapes), rules)
            if key not in found:
                found[key] = HostProblem(self._instance(here, key[1], rules), {})
            found[key].hosts[host] = names
        return list(found.values())

    def _instance(self, host: int, shapes: tuple[int, ...], rules: tuple[Rule, ...]) -> Instance:
        known_hosts, known_shapes = list(self._hosts), list(self._shapes)
        return Instance(
            host=known_hosts[host],
            guests=[
                replace(settled_on(known_shapes[shape], known_hosts[host]), name=f"g{i}")
                for i, shape in enumerate(shapes)
            ],
            rules=rules,
            objective=self.fleet.objective,
        )

    def _host(self, name: str) -> int:
        entry = self.fleet.host_entry[name]
        if entry not in self._host_of_entry:
            self._host_of_entry[entry] = self._hosts.setdefault(limited_host(self.fleet, entry), len(self._hosts))
        return self._host_of_entry[entry]

    def _shape(self, guest: str) -> int:
        entry, placed = self.fleet.guest_entry[guest], self.placed.get(guest)
        if placed is not None and placed.pnodes is not None:
            return self._known(on_pnodes(settled(self.fleet.guests[entry].guest), placed.pnodes))
        if entry not in self._shape_of_entry:
            self._shape_of_entry[entry] = self._known(settled(self.fleet.guests[entry].guest))
        return self._shape_of_entry[entry]

    def _known(self, guest: Guest) -> int:
        return self._shapes.setdefault(replace(guest, name="shape"), len(self._shapes))

    def _rules(self, names: tuple[str, ...]) -> tuple[Rule, ...]:
        """Give the rules of pnodes as far as their members are here, under the names of the instance."""
        here = {name: f"g{i}" for i, name in enumerate(names)} if self.fleet.pnode_rules else {}
        rules = []
        for rule in self.fleet.pnode_rules:
            members = [_renamed(member, here) for member in rule.members if guest_of(member) in here]
            if rule.kind == "exclusive" and members:
                rules.append(Rule(exclusive=members[0]))
            elif len(members) > 1:
                rules.append(Rule(**{rule.kind: tuple(members)}))  # type: ignore[arg-type]
        return tuple(rules)


def _renamed(member: Member, names: dict[str, str]) -> Member:
    return VnodeOf(guest=names[member.guest], vnode=member.vnode) if isinstance(member, VnodeOf) else names[member]


def on_pnodes(guest: Guest, pnodes: tuple[int, ...]) -> Guest:
    """Fix the vnodes of a guest on the pnodes where they are."""
    cut = guest.split_into(len(pnodes))
    vnodes = [replace(vnode, pnode=pnode) for vnode, pnode in zip(cut.vnodes, pnodes, strict=True)]
    return replace(cut, vnodes=tuple(vnodes))
