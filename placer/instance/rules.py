"""Rules between guests: apart on different pnodes, together on one, or exclusive on theirs."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from placer.instance.checked import Checked
from placer.instance.guest import MAX_VNODES, Name
from placer.instance.guest_checks import check_name
from placer.instance.units import shorten

if TYPE_CHECKING:
    from placer.instance.guest import Guest

KINDS = ("apart", "together", "exclusive")


class VnodeOf(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    One vnode of a guest, for a rule that does not concern all of its vnodes.

    Parameters
    ----------
    guest
        The guest's name.
    vnode
        The number of the vnode, counted from 0.
    """

    guest: Name
    vnode: Annotated[int, Meta(ge=0, lt=MAX_VNODES)]


Member = Name | VnodeOf
Members = Annotated[tuple[Member, ...], Meta(extra_json_schema={"minItems": 2})]


class Rule(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    A rule between guests, with exactly one key. A member is the name of a guest, or one vnode of a guest.

    Parameters
    ----------
    apart
        No pnode holds vnodes of two of these members.
    together
        One pnode holds all of these vnodes; the name of a guest stands for its only vnode.
    exclusive
        No pnode of this member holds a vnode of another guest or has a running guest bound to it.

    Raises
    ------
    InstanceError
        If not exactly one key is given, there are too few members, a member is named twice, or a name has a control
        character.
    """

    apart: Members | None = None
    together: Members | None = None
    exclusive: Member | None = None

    if TYPE_CHECKING:  # what the constructor takes; it makes tuples of it

        def __init__(
            self,
            *,
            apart: Iterable[Member] | None = None,
            together: Iterable[Member] | None = None,
            exclusive: Member | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"expected exactly one of {', '.join(KINDS)}, got {' and '.join(given) or 'none'}")
        if self.exclusive is None and len(self.members) < 2:
            raise ValueError(f"{self.kind} names {len(self.members) or 'no member'}, expected at least 2 members")
        for member in self.members:
            check_name(guest_of(member))
        for first, second in combinations(self.members, 2):
            if first == second:
                raise ValueError(f"{self.kind} names {in_words(first)} twice, expected once")

    @property
    def kind(self) -> str:
        """The key that is given."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def members(self) -> tuple[Member, ...]:
        """The guests and vnodes that it concerns."""
        return tuple(self.apart or self.together or ()) if self.exclusive is None else (self.exclusive,)


def guest_of(member: Member) -> str:
    """Give the name of a member that is a guest, or of the guest of a vnode."""
    return member.guest if isinstance(member, VnodeOf) else member


def in_words(member: Member) -> str:
    """
    Name a member for a person.

    Examples
    --------
    >>> in_words("db"), in_words(VnodeOf(guest="db", vnode=1))
    ('guest "db"', 'guest "db" vnode 1')
    """
    vnode = f" vnode {member.vnode}" if isinstance(member, VnodeOf) else ""
    return f'guest "{shorten(guest_of(member))}"{vnode}'


def listed(members: tuple[Member, ...]) -> str:
    """Name members for a person, one after the other."""
    *most, last = map(in_words, members)
    return f"{', '.join(most)} and {last}" if most else last


def check_rules(rules: tuple[Rule, ...], guests: tuple[Guest, ...]) -> None:
    """
    Refuse rules whose members the instance does not have, or that contradict themselves.

    Raises
    ------
    ValueError
        If there is no such guest or vnode, a guest that has several vnodes or is flexible is to stand together, or
        members that are to stay apart share a vnode.
    """
    count_of = {guest.name: len(guest.vnodes) for guest in guests}
    flexible = {guest.name for guest in guests if guest.flexible}
    for i, rule in enumerate(rules):
        for j, member in enumerate(rule.members):
            place = f"rules[{i}].{rule.kind}" + (f"[{j}]" if rule.exclusive is None else "")
            _check_member(member, count_of, place)
            count = count_of[guest_of(member)]
            if guest_of(member) in flexible and (rule.together or isinstance(member, VnodeOf)):
                raise ValueError(f"{place}: {in_words(member)} is flexible, expected a vnode of a guest with vnodes")
            if rule.together and count > 1 and not isinstance(member, VnodeOf):
                raise ValueError(f"{place}: {in_words(member)} has {count} vnodes, expected a guest of one, or a vnode")
        for first, second in combinations(rule.apart or (), 2):
            if guest_of(first) == guest_of(second) and not (isinstance(first, VnodeOf) and isinstance(second, VnodeOf)):
                raise ValueError(
                    f"rules[{i}].apart: {in_words(first)} and {in_words(second)} share a vnode, expected none in common"
                )


def _check_member(member: Member, count_of: dict[str, int], place: str) -> None:
    count = count_of.get(guest_of(member))
    if count is None:
        raise ValueError(f'{place}: no guest "{shorten(guest_of(member))}" in the instance')
    if isinstance(member, VnodeOf) and 0 < count <= member.vnode:
        raise ValueError(f"{place}: {in_words(member)} does not exist, expected 0 to {count - 1}")
