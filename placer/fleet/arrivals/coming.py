"""A guest that comes, with what is asked of its place."""

from __future__ import annotations

from msgspec import Struct

from placer.fleet.model.entries import FleetGuest
from placer.fleet.model.rules import FleetRule


class Coming(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    A guest that comes.

    Parameters
    ----------
    guest
        The guest; or the name of one that the fleet has.
    like
        A guest, or an entry of guests, of the fleet whose labels, list of hosts and rules it gets.
    rules
        Further rules, between it and others of the fleet.
    """

    guest: FleetGuest | str
    like: str | None = None
    rules: tuple[FleetRule, ...] = ()

    @property
    def name(self) -> str:
        """The name of the guest."""
        return self.guest if isinstance(self.guest, str) else self.guest.each[0]
