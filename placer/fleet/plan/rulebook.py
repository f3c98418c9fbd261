"""Rules between guests while they are put on hosts: what is where, and what may still come."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from placer.fleet.model.fleet import Fleet
from placer.fleet.model.rules import HOST


class Rulebook:
    """
    Counts the members of each rule on each host, or in each group.

    Parameters
    ----------
    fleet
        Its rules.

    Attributes
    ----------
    bundle_of
        Guest -> all guests that must be on one host with it.
    """

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.rules_of: dict[str, list[int]] = defaultdict(list)
        self.members: list[tuple[str, ...]] = []
        for i, rule in enumerate(fleet.rules):
            named = tuple(dict.fromkeys(guest for name in rule.members for guest in fleet.guests_named(name)))
            self.members.append(named)
            for guest in named:
                self.rules_of[guest].append(i)
        self._held: list[Counter[str]] = [Counter() for _ in fleet.rules]
        self.bundle_of = _bundles(
            members
            for rule, members in zip(fleet.rules, self.members, strict=True)
            if rule.limit is None and rule.within == HOST
        )

    def may(self, guest: str, host: str) -> bool:
        """Whether a guest may come to a host beside what is there."""
        for i in self.rules_of.get(guest, ()):
            rule, held = self.fleet.rules[i], self._held[i]
            group = self.fleet.group_of(host, rule.within)
            if rule.limit is None:
                if held and group not in held:
                    return False
            elif held[group] >= rule.limit:
                return False
        return True

    def may_all(self, guests: Sequence[str], host: str) -> bool:
        """Whether guests may come to a host one after the other."""
        came: list[str] = []
        for guest in guests:
            if not self.may(guest, host):
                break
            self.put(guest, host)
            came.append(guest)
        for guest in came:
            self.remove(guest, host)
        return len(came) == len(guests)

    def put(self, guest: str, host: str) -> None:
        """Note that a guest is on a host."""
        for i in self.rules_of.get(guest, ()):
            self._held[i][self.fleet.group_of(host, self.fleet.rules[i].within)] += 1

    def remove(self, guest: str, host: str) -> None:
        """Note that a guest is gone from a host."""
        for i in self.rules_of.get(guest, ()):
            group = self.fleet.group_of(host, self.fleet.rules[i].within)
            self._held[i][group] -= 1
            if not self._held[i][group]:
                del self._held[i][group]

    def rank(self, guest: str) -> tuple[int, int]:
        """Order guests by how much their rules ask: those kept together first, then the largest rules."""
        rules = self.rules_of.get(guest, ())
        together = any(self.fleet.rules[i].limit is None for i in rules)
        return (0 if together else 1 if rules else 2, -sum(len(self.members[i]) for i in rules))


def _bundles(groups: Iterable[tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Give for each guest all guests that must be on its host, itself included: groups that share a guest are one."""
    bundle: dict[str, list[str]] = {}
    for group in groups:
        merged = list(dict.fromkeys(guest for member in group for guest in bundle.get(member, [member])))
        for guest in merged:
            bundle[guest] = merged
    return {guest: tuple(merged) for guest, merged in bundle.items()}


def broken_rules(fleet: Fleet, host_of: dict[str, str]) -> list[str]:
    """
    Say which rules an assignment breaks, from their definitions.

    Parameters
    ----------
    host_of
        Guest -> its host; guests that are not placed are missing.
    """
    broken = []
    for i, rule in enumerate(fleet.rules):
        members = {guest for name in rule.members for guest in fleet.guests_named(name) if guest in host_of}
        groups = Counter(fleet.group_of(host_of[guest], rule.within) for guest in members)
        what = f"rules[{i}]: {rule.within}"
        if rule.limit is None:
            if len(groups) > 1:
                broken.append(f"{what}s {', '.join(sorted(groups))} hold guests that stay together")
            continue
        broken += [
            f"{what} {group} holds {count} of its guests, expected at most {rule.limit}"
            for group, count in sorted(groups.items())
            if count > rule.limit
        ]
    return broken
