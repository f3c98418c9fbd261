"""A fleet: hosts, guests to place on them, what runs there, and the rules between guests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from placer.errors import InstanceError
from placer.fleet.model.entries import MOST_COPIES, FleetGuest, FleetHost
from placer.fleet.model.rules import HOST, FleetRule
from placer.instance import Objective, Rule, shorten
from placer.instance.checked import Checked
from placer.instance.guest import Name
from placer.instance.rules import check_rules, guest_of
from placer.instance.units import Cpu

Aim = Literal["hosts", "spread", "none"]
MOST_RATIO = 1000
"""Most vcpus for each pcpu. Chosen: far above any in use; more is a slip."""


class Placed(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    A guest of the fleet that runs already, and stays on its host.

    Parameters
    ----------
    guest
        Its name.
    host
        The host's name. Its free memory is stated as if the guest were not there: the guest takes its part of it.
    pnodes
        Ids of the pnodes of its vnodes; None leaves them to placer.
    """

    guest: Name
    host: Name
    pnodes: tuple[Cpu, ...] | None = None

    if TYPE_CHECKING:  # what the constructor takes; it makes tuples of it

        def __init__(self, *, guest: str, host: str, pnodes: Iterable[int] | None = None) -> None: ...


class Fleet(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """
    Hosts and the guests to place on them together.

    Parameters
    ----------
    hosts
        The hosts. At most a million.
    guests
        The guests, at most a million. Several whose numbers of vnodes are open have up to 4 vnodes where nothing else
        is said.
    placed
        The guests among them that run already, and stay on their hosts.
    rules
        Rules between guests at the level of hosts, or of groups of hosts.
    pnode_rules
        Rules between guests at the level of pnodes, as an instance has them. They hold where members share a host.
    cpu_ratio
        The most vcpus for each pcpu of a pnode, running vcpus included; a host's own ``overcommit`` takes its place.
        None: 1 where the aim is ``hosts``, which would pack vcpus until memory ends; otherwise no limit.
    aim
        What counts after unplaced guests and their resources. ``hosts``: the fewest hosts that hold a guest.
        ``spread``: the lowest use of memory on the fullest pnode. ``none``: nothing.
    objective
        The objective of each host.

    Raises
    ------
    InstanceError
        If two hosts or two guests share a name, or a guest, host, group or label is named that the fleet does not have.
    """

    hosts: tuple[FleetHost, ...]
    guests: tuple[FleetGuest, ...] = ()
    placed: tuple[Placed, ...] = ()
    rules: tuple[FleetRule, ...] = ()
    pnode_rules: tuple[Rule, ...] = ()
    cpu_ratio: Annotated[float, Meta(gt=0, le=MOST_RATIO)] | None = None
    aim: Aim = "hosts"
    objective: Objective = Objective()

    if TYPE_CHECKING:  # what the constructor takes; it makes tuples of it

        def __init__(
            self,
            *,
            hosts: Iterable[FleetHost],
            guests: Iterable[FleetGuest] = (),
            placed: Iterable[Placed] = (),
            rules: Iterable[FleetRule] = (),
            pnode_rules: Iterable[Rule] = (),
            cpu_ratio: float | None = None,
            aim: Aim = "hosts",
            objective: Objective = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        if not self.hosts:
            raise ValueError("a fleet without hosts, expected at least one")
        for kind, entries in (("hosts", self.hosts), ("guests", self.guests)):
            total = sum(len(entry.names or ()) or entry.count for entry in entries)
            if total > MOST_COPIES:
                raise ValueError(f"{kind}: {total} in all, expected at most {MOST_COPIES}")
            _check_names(kind, entries)
        for i, guest in enumerate(self.guests):
            self._check_guest(guest, f"guests[{i}]")
        self._check_placed()
        for i, rule in enumerate(self.rules):
            self._check_rule(rule, f"rules[{i}]")
        _check_pnode_rules(self.pnode_rules, self.guests)

    @cached_property
    def host_entry(self) -> dict[str, int]:
        """Name of a host -> the position of its entry."""
        return {name: i for i, entry in enumerate(self.hosts) for name in entry.each}

    @cached_property
    def guest_entry(self) -> dict[str, int]:
        """Name of a guest -> the position of its entry."""
        return {name: i for i, entry in enumerate(self.guests) for name in entry.each}

    @cached_property
    def group_kinds(self) -> frozenset[str]:
        """The kinds of groups that some host is in."""
        return frozenset(kind for entry in self.hosts for kind in entry.groups)

    @property
    def ratio(self) -> float | None:
        """The limit of vcpus for each pcpu that counts, None for no limit."""
        return 1.0 if self.cpu_ratio is None and self.aim == "hosts" else self.cpu_ratio

    def guests_named(self, name: str) -> tuple[str, ...]:
        """Give the guests that a member of a rule stands for."""
        entry = self._guests_of_entry.get(name)
        return (name,) if entry is None else self.guests[entry].each

    def hosts_named(self, name: str) -> tuple[str, ...]:
        """Give the hosts that a name stands for: a host, or all hosts of an entry."""
        entry = self._hosts_of_entry.get(name)
        return (name,) if entry is None else self.hosts[entry].each

    def group_of(self, host: str, within: str) -> str:
        """Give the group of a kind that a host is in; the host itself where it is in none."""
        if within == HOST:
            return host
        group = self.hosts[self.host_entry[host]].groups.get(within)
        return f"{HOST} {host}" if group is None else group

    def may_use(self, guest: int, host: str) -> bool:
        """Whether guests of an entry may use a host, by its labels and their list of hosts."""
        wanted = self.guests[guest]
        if not set(wanted.labels) <= set(self.hosts[self.host_entry[host]].labels):
            return False
        return wanted.hosts is None or host in self.allowed_names[guest]

    @cached_property
    def allowed_names(self) -> tuple[frozenset[str], ...]:
        """For each entry of guests the hosts of its list; empty for one without a list."""
        lists = (entry.hosts or () for entry in self.guests)
        return tuple(frozenset(host for name in names for host in self.hosts_named(name)) for names in lists)

    @cached_property
    def _guests_of_entry(self) -> dict[str, int]:
        return {entry.name: i for i, entry in enumerate(self.guests)}

    @cached_property
    def _hosts_of_entry(self) -> dict[str, int]:
        return {entry.name: i for i, entry in enumerate(self.hosts)}

    def _check_guest(self, guest: FleetGuest, place: str) -> None:
        for j, name in enumerate(guest.hosts or ()):
            if name not in self._hosts_of_entry and name not in self.host_entry:
                raise ValueError(f'{place}.hosts[{j}]: no host "{shorten(name)}" in the fleet')

    def _check_placed(self) -> None:
        seen: set[str] = set()
        for i, placed in enumerate(self.placed):
            place = f"placed[{i}]"
            if placed.guest not in self.guest_entry:
                raise ValueError(f'{place}.guest: no guest "{shorten(placed.guest)}" in the fleet')
            if placed.guest in seen:
                raise ValueError(f'{place}.guest: guest "{shorten(placed.guest)}" is placed twice, expected once')
            seen.add(placed.guest)
            if placed.host not in self.host_entry:
                raise ValueError(f'{place}.host: no host "{shorten(placed.host)}" in the fleet')
            guest = self.guests[self.guest_entry[placed.guest]].guest
            host = self.hosts[self.host_entry[placed.host]].host
            if placed.pnodes is None:
                continue
            if not guest.allows_vnode_count(len(placed.pnodes)):
                what = f'{len(placed.pnodes)} pnodes for guest "{shorten(placed.guest)}"'
                raise ValueError(f"{place}.pnodes: {what}, expected one a vnode")
            for pnode in placed.pnodes:
                if pnode not in host.position_of:
                    raise ValueError(f'{place}.pnodes: no pnode {pnode} on host "{shorten(placed.host)}"')

    def _check_rule(self, rule: FleetRule, place: str) -> None:
        for j, name in enumerate(rule.members):
            if name not in self._guests_of_entry and name not in self.guest_entry:
                raise ValueError(f'{place}.{rule.kind}[{j}]: no guest "{shorten(name)}" in the fleet')
        if rule.within != HOST and rule.within not in self.group_kinds:
            known = ", ".join(sorted({HOST, *self.group_kinds}))
            raise ValueError(f'{place}.within: no host is in a group "{shorten(rule.within)}", expected one of {known}')


def _check_names(kind: str, entries: tuple[FleetHost | FleetGuest, ...]) -> None:
    """Refuse a name that two hosts have, or two guests; an entry of several has a name of its own."""
    owner: dict[str, int] = {}
    for i, entry in enumerate(entries):
        for name in _names(entry):
            if name in owner:
                what = kind.removesuffix("s")
                raise ValueError(
                    f'{kind}[{i}]: two {kind} have the name "{shorten(name)}", {what} {owner[name]} has it too'
                )
            owner[name] = i


def _names(entry: FleetHost | FleetGuest) -> Iterator[str]:
    yield from entry.each
    if entry.name not in entry.each:
        yield entry.name


def _check_pnode_rules(rules: tuple[Rule, ...], guests: tuple[FleetGuest, ...]) -> None:
    """Refuse rules of pnodes that no instance could have: they name single guests."""
    if not rules:
        return
    named = {guest_of(member) for rule in rules for member in rule.members}
    try:
        known = tuple(replace(entry.guest, name=name) for entry in guests for name in entry.each if name in named)
        check_rules(rules, known)
    except InstanceError:
        raise
    except ValueError as error:
        raise ValueError(f"pnode_{error}".replace("in the instance", "in the fleet")) from None
