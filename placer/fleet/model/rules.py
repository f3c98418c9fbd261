"""Rules between guests of a fleet: apart, together, or at most so many, on a host or in a group of hosts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from placer.instance.checked import Checked
from placer.instance.guest import Name

KINDS = ("apart", "together", "at_most")
HOST = "host"
"""The level of single hosts; every other level is a kind of group."""


class FleetRule(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    A rule between guests, with exactly one of ``apart``, ``together`` and ``at_most``.

    A member is the name of a guest, or of an entry of guests, which stands for all of them.

    Parameters
    ----------
    apart
        No two of these guests are on one host.
    together
        All of these guests are on one host.
    at_most
        No host holds more than ``most`` of these guests.
    most
        That number, beside ``at_most``.
    within
        ``host``, or the kind of group that takes the place of the host: no two in one rack. A host that is in no group
        of that kind counts as a group of its own.

    Raises
    ------
    InstanceError
        If not exactly one of the three is given, a member is named twice, or ``most`` stands beside another key or is
        missing beside its own.
    """

    apart: tuple[Name, ...] | None = None
    together: tuple[Name, ...] | None = None
    at_most: tuple[Name, ...] | None = None
    most: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    within: Name = HOST

    if TYPE_CHECKING:  # what the constructor takes; it makes tuples of it

        def __init__(
            self,
            *,
            apart: Iterable[str] | None = None,
            together: Iterable[str] | None = None,
            at_most: Iterable[str] | None = None,
            most: int | None = None,
            within: str = HOST,
        ) -> None: ...

    def __post_init__(self) -> None:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"expected exactly one of {', '.join(KINDS)}, got {' and '.join(given) or 'none'}")
        if not self.members:
            raise ValueError(f"{self.kind} is empty, expected the names of guests")
        if len(set(self.members)) < len(self.members):
            twice = next(name for i, name in enumerate(self.members) if name in self.members[:i])
            raise ValueError(f'{self.kind} names "{twice}" twice, expected once')
        if (self.at_most is None) != (self.most is None):
            raise ValueError("expected most beside at_most, and beside no other key")

    @property
    def kind(self) -> str:
        """The key that is given."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def members(self) -> tuple[str, ...]:
        """The guests, or entries of guests, that it concerns."""
        return self.apart or self.together or self.at_most or ()

    @property
    def limit(self) -> int | None:
        """The most members on one host, or in one group; None for a rule that keeps them together."""
        return 1 if self.apart is not None else self.most
