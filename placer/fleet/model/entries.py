"""Hosts and guests of a fleet: equal ones stand in one entry, with a count or with their names."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, field

from placer.instance import Guest, Host
from placer.instance.checked import Checked
from placer.instance.guest import Name
from placer.instance.guest_checks import check_name

MOST_COPIES = 1_000_000
"""Most hosts, or guests, of one entry and of a fleet: their names take some 100 MB. Chosen, not tuned."""

Count = Annotated[int, Meta(ge=1, le=MOST_COPIES)]
HostFormat = Literal["xl", "libxl", "libvirt", "qemu", "hypercall", "rfc"]
"""What the toolstack of a host starts guests from."""


class FleetHost(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """
    A host of a fleet, or several that are equal in everything but their names.

    Parameters
    ----------
    host
        The host, with a name.
    count
        How many such hosts there are. Several are named ``NAME-0``, ``NAME-1`` and so on.
    names
        The names of the hosts instead, as many as there are.
    labels
        What the host has or is, in words of your own: guests may ask for them.
    groups
        Kind of group -> the group of that kind that the host is in, such as ``{"rack": "r7", "zone": "north"}``.
    format
        What its toolstack starts guests from. None: what the command says.

    Raises
    ------
    InstanceError
        If the host has no name, or names are given besides a count.
    """

    host: Host
    count: Count = 1
    names: tuple[Name, ...] | None = None
    labels: tuple[Name, ...] = ()
    groups: dict[Name, Name] = field(default_factory=dict)
    format: HostFormat | None = None

    if TYPE_CHECKING:  # what the constructor takes; it makes tuples of it

        def __init__(
            self,
            *,
            host: Host,
            count: int = 1,
            names: Iterable[str] | None = None,
            labels: Iterable[str] = (),
            groups: dict[str, str] = ...,
            format: HostFormat | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        if not self.host.name:
            raise ValueError("the host has no name, expected one by which the fleet knows it")
        check_name(self.host.name)
        _check_names(self.names, self.count)

    @property
    def name(self) -> str:
        """The name of the entry, which stands for all of its hosts."""
        return self.host.name

    @cached_property
    def each(self) -> tuple[str, ...]:
        """The name of each host."""
        return _each(self.host.name, self.count, self.names)


class FleetGuest(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """
    A guest of a fleet, or several that are equal in everything but their names.

    Parameters
    ----------
    guest
        The guest.
    count
        How many such guests there are. Several are named ``NAME-0``, ``NAME-1`` and so on.
    names
        The names of the guests instead, as many as there are.
    labels
        Labels that its host must have, all of them.
    hosts
        Names of the hosts, or of the entries of hosts, that it may use; None for all.

    Raises
    ------
    InstanceError
        If names are given besides a count, or hosts is empty.
    """

    guest: Guest
    count: Count = 1
    names: tuple[Name, ...] | None = None
    labels: tuple[Name, ...] = ()
    hosts: tuple[Name, ...] | None = None

    if TYPE_CHECKING:  # what the constructor takes; it makes tuples of it

        def __init__(
            self,
            *,
            guest: Guest,
            count: int = 1,
            names: Iterable[str] | None = None,
            labels: Iterable[str] = (),
            hosts: Iterable[str] | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        _check_names(self.names, self.count)
        if self.hosts == ():
            raise ValueError("hosts is empty, expected at least one name or null")

    @property
    def name(self) -> str:
        """The name of the entry, which stands for all of its guests."""
        return self.guest.name

    @cached_property
    def each(self) -> tuple[str, ...]:
        """The name of each guest."""
        return _each(self.guest.name, self.count, self.names)


def _check_names(names: tuple[str, ...] | None, count: int) -> None:
    if names is None:
        return
    if count != 1:
        raise ValueError(f"{len(names)} names and a count of {count}, expected one of the two")
    if not names:
        raise ValueError("names is empty, expected at least one")
    for name in names:
        check_name(name)


def _each(name: str, count: int, names: tuple[str, ...] | None) -> tuple[str, ...]:
    if names is not None:
        return names
    return (name,) if count == 1 else tuple(f"{name}-{i}" for i in range(count))
