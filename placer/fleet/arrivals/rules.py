"""Rules between guests of a fleet whose guests come and go: what is where, and what may still come."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace

from placer.errors import InputError
from placer.fleet.arrivals.register import Register
from placer.fleet.model.fleet import Fleet
from placer.fleet.model.rules import HOST, FleetRule
from placer.instance import shorten


class LiveRules:
    """
    The rules of a fleet, with how many members of each are on each host, or in each group.

    Parameters
    ----------
    fleet
        Its rules, and the groups of its hosts.
    """

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.rules: list[FleetRule] = []
        self._of: dict[str, list[int]] = defaultdict(list)
        self._held: list[Counter[str]] = []
        for rule in fleet.rules:
            self.add(rule, {})

    def add(self, rule: FleetRule, host_of: Mapping[str, str]) -> bool:
        """Add a rule between guests, some of which are on hosts; whether they keep it."""
        held: Counter[str] = Counter()
        for guest in dict.fromkeys(each for name in rule.members for each in self.fleet.guests_named(name)):
            self._of[guest].append(len(self.rules))
            if guest in host_of:
                held[self.fleet.group_of(host_of[guest], rule.within)] += 1
        self.rules.append(rule)
        self._held.append(held)
        return len(held) <= 1 if rule.limit is None else all(count <= rule.limit for count in held.values())

    def of(self, guest: str) -> tuple[int, ...]:
        """Give the positions of the rules of a guest."""
        return tuple(self._of.get(guest, ()))

    def join(self, guest: str, like: str) -> None:
        """Make a guest a member of every rule of another, or of an entry of guests."""
        names = {like, *self.fleet.guests_named(like)}
        for i in sorted({i for name in names for i in self._of.get(name, ())}):
            rule = self.rules[i]
            self.rules[i] = replace(rule, **{rule.kind: (*rule.members, guest)})
            self._of[guest].append(i)

    def forbids(self, guest: str, host: str) -> int | None:
        """Give the position of the first rule that keeps a guest from a host; None where it may come."""
        for i in self._of.get(guest, ()):
            limit, held = self.rules[i].limit, self._held[i]
            group = self.fleet.group_of(host, self.rules[i].within)
            if (held and group not in held) if limit is None else held[group] >= limit:
                return i
        return None

    def put(self, guest: str, host: str) -> None:
        """Note that a guest is on a host."""
        for i in self._of.get(guest, ()):
            self._held[i][self.fleet.group_of(host, self.rules[i].within)] += 1

    def remove(self, guest: str, host: str) -> None:
        """Note that a guest is gone from a host; it stays a member of its rules."""
        for i in self._of.get(guest, ()):
            group = self.fleet.group_of(host, self.rules[i].within)
            self._held[i][group] -= 1
            if not self._held[i][group]:
                del self._held[i][group]

    def cut(self, count: int) -> None:
        """Drop the rules that were added last, so that so many are left."""
        for positions in self._of.values():
            positions[:] = [i for i in positions if i < count]
        del self.rules[count:], self._held[count:]

    def forget(self, guest: str, *, but: Collection[int] = ()) -> None:
        """Let a guest that is on no host be a member of no rule any more, but for some by their positions."""
        positions = self._of.pop(guest, [])
        if but:
            self._of[guest] = [i for i in positions if i in but]
        for i in positions:
            if i in but:
                continue
            rule = self.rules[i]
            left = tuple(name for name in rule.members if name != guest)
            if left:
                self.rules[i] = replace(rule, **{rule.kind: left})

    def among(self, known: Iterable[str]) -> tuple[FleetRule, ...]:
        """Give the rules as far as they name guests, or entries of guests, that are known."""
        names = set(known)
        kept = []
        for rule in self.rules:
            members = tuple(name for name in rule.members if name in names)
            if members:
                kept.append(replace(rule, **{rule.kind: members}))
        return tuple(kept)

    def words(self, i: int) -> str:
        """Name a rule in a message."""
        rule = self.rules[i]
        where = "" if rule.within == HOST else f" within {rule.within}"
        return (
            f"{rule.kind} {', '.join(map(shorten, rule.members[:3]))}{' ...' if len(rule.members) > 3 else ''}{where}"
        )


def check_new(rule: FleetRule, guest: str, register: Register) -> None:
    """
    Refuse a rule for a guest that comes: it names the guest, and otherwise guests of the fleet.

    Raises
    ------
    InputError
        With what is wrong.
    """
    place = f"rules: {rule.kind}"
    if guest not in rule.members:
        raise InputError(f'expected guest "{shorten(guest)}" among its members', place=place)
    for name in rule.members:
        if name != guest and not register.knows(name):
            raise InputError(f'no guest "{shorten(name)}" in the fleet', place=place)
    kinds = register.fleet.group_kinds
    if rule.within != HOST and rule.within not in kinds:
        known = ", ".join(sorted({HOST, *kinds}))
        raise InputError(
            f'no host is in a group "{shorten(rule.within)}", expected one of {known}', place="rules: within"
        )
