"""An instance: a host, the guests to place on it together, the rules between them, and the objective."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from placer.instance.catalogue import OrderableTerm
from placer.instance.checked import Checked
from placer.instance.future import FutureCapacity
from placer.instance.guest import Guest
from placer.instance.host import Host
from placer.instance.objective_terms import VNODES, Order, check_tiers, tiers_of
from placer.instance.rules import Rule, check_rules
from placer.instance.units import format_cpuset, format_size, shorten

TermWeight = Annotated[int, Meta(ge=1, le=1000)]
"""Chosen, not tuned: three digits rank any terms; :mod:`placer.lowering.overflow` refuses sums that are too large."""
Shape = Literal["pack", "spread", "none"]


class Objective(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    The costs that are minimised, and their order.

    Parameters
    ----------
    core_sharing_price
        The cost for a vcpu of each other vcpu on its core, in units of mean distance. None: 15, or less on a host with
        more vcpus than threads.
    future
        What free room is worth to guests expected later, for the term future_capacity; ``--expect`` writes it. None: no
        such term.
    shape
        The term shape. ``pack``: the least free memory on the pnodes in use. ``spread``: the lowest use of memory on
        the fullest pnode. ``none``: no such term.
    tiers
        The order of the cost terms: a name (``distance``: nearness before free cores; ``cores-first``: free cores
        before nearness; ``room-first``: room for guests expected later before both; ``default``: all weighed against
        each other), or the tiers, highest first, each with the
        weights of its terms. A term in no tier does not count. Unplaced guests always form the highest tiers.

    Raises
    ------
    InstanceError
        If a tier has no terms, a term stands in two tiers, or shape shares a tier.
    """

    core_sharing_price: Annotated[float, Meta(ge=0, le=1000)] | None = None
    future: FutureCapacity | None = None
    shape: Shape = "pack"
    tiers: Order | tuple[dict[OrderableTerm, TermWeight], ...] = "default"

    def __post_init__(self) -> None:
        if not isinstance(self.tiers, str):
            check_tiers(self.tiers)


class Instance(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    A host and the guests to place on it together.

    Parameters
    ----------
    rules
        The rules between guests.
    sets_may_stray
        Whether guests without vnuma, on one pnode or on a set of them, may lack the room to spare with which Xen keeps
        all of their memory there, or have parts where none of their vcpus may run (rules ``set_room`` and
        ``set_affinity``).

    Raises
    ------
    InstanceError
        If two guests share a name; ``future`` has not one table for each pnode; a guest names a pnode, pcpu, page size,
        device or cpupool that the host does not have; or a rule names a guest or vnode that the instance does not have.
    """

    host: Host
    guests: tuple[Guest, ...]
    rules: tuple[Rule, ...] = ()
    objective: Objective = Objective()
    sets_may_stray: bool = False

    if TYPE_CHECKING:  # what the constructor takes; it makes tuples of it

        def __init__(
            self,
            *,
            host: Host,
            guests: Iterable[Guest],
            rules: Iterable[Rule] = (),
            objective: Objective = ...,
            sets_may_stray: bool = False,
        ) -> None: ...

    def __post_init__(self) -> None:
        names: set[str] = set()
        for guest in self.guests:
            if guest.name in names:
                raise ValueError(f'two guests have the name "{guest.name}"')
            names.add(guest.name)
            _check_pnodes(guest, self.host)
            _check_pages(guest, self.host)
            _check_set(guest, self.host)
            _check_pcpus(guest, self.host)
            _check_devices(guest, self.host)
            self.host.check_pool(f'guest "{guest.name}"', guest.pool)
        check_rules(self.rules, self.guests)
        future = self.objective.future
        if future is not None and len(future.table_of) != len(self.host.pnodes):
            tables, pnodes = len(future.table_of), len(self.host.pnodes)
            raise ValueError(f"future.table_of names {tables} tables, expected one for each of the {pnodes} pnodes")

    def tiers(self, *, kept: bool = False) -> tuple[dict[str, int], ...]:
        """
        Give the weight of each term of every tier, the highest tier first; the first two count unplaced guests.

        Parameters
        ----------
        kept
            Whether vnodes that move away from an earlier placement count too.
        """
        devices = bool(self.host.devices)
        future = self.objective.future is not None
        return tiers_of(self.objective.tiers, kept=kept, flexible=self.flexible, devices=devices, future=future)

    def tiers_above_vnodes(self, *, kept: bool = False) -> tuple[dict[str, int], ...]:
        """Give the tiers above the one that counts the vnodes of flexible guests; with ``kept`` as of :meth:`tiers`."""
        tiers = self.tiers(kept=kept)
        return tiers[: [list(terms) for terms in tiers].index([VNODES])]

    @property
    def keeps_set_room(self) -> bool:
        """Whether the rules ``set_room`` and ``set_affinity`` hold: the host runs Xen, and memory may not stray."""
        return self.host.low_zone_kib is not None and not self.sets_may_stray

    @property
    def flexible(self) -> bool:
        """Whether the number of vnodes of some guest is to be chosen."""
        return any(guest.flexible for guest in self.guests)

    def with_fewest_vnodes(self) -> Instance:
        """Give each flexible guest the fewest vnodes that it may have."""
        return self.split_into({guest.name: guest.flexible.least for guest in self.guests if guest.flexible})

    def split_into(self, counts: dict[str, int]) -> Instance:
        """Give flexible guests the numbers of vnodes in ``counts``, by name; one vnode to a guest that is not in it."""
        if not self.flexible:
            return self
        return replace(self, guests=tuple(guest.split_into(counts.get(guest.name, 1)) for guest in self.guests))


def _check_pages(guest: Guest, host: Host) -> None:
    known = host.page_sizes
    asked = {guest.page_size, *(vnode.page_size for vnode in guest.vnodes)} - {None}
    for size in sorted(filter(None, asked.difference(known))):
        sizes = f"expected one of {', '.join(map(format_size, known))}" if known else "it states no huge_pages"
        raise ValueError(f'guest "{guest.name}" page_size: no huge pages of {format_size(size)} on this host, {sizes}')


def _check_set(guest: Guest, host: Host) -> None:
    if guest.form != "set" or guest.flexible is None or guest.flexible.most is None:
        return
    usable = len(guest.pnodes) if guest.pnodes is not None else len(host.pnodes)
    if guest.flexible.most > usable:
        raise ValueError(
            f'guest "{guest.name}" is a set of up to {guest.flexible.most} pnodes, expected at most {usable}, '
            "as many as it may use"
        )


def _check_pnodes(guest: Guest, host: Host) -> None:
    known = "expected one of " + format_cpuset(pnode.id for pnode in host.pnodes)
    for v, vnode in enumerate(guest.vnodes):
        if vnode.pnode is not None and vnode.pnode not in host.position_of:
            raise ValueError(f'guest "{guest.name}" vnode {v}: no pnode {vnode.pnode} on this host, {known}')
        for pnode in vnode.pnodes or ():
            if pnode not in host.position_of:
                raise ValueError(f'guest "{guest.name}" vnode {v} pnodes: no pnode {pnode} on this host, {known}')
    for pnode in guest.pnodes or ():
        if pnode not in host.position_of:
            raise ValueError(f'guest "{guest.name}" pnodes: no pnode {pnode} on this host, {known}')


def _check_devices(guest: Guest, host: Host) -> None:
    known = {device.id for device in host.devices}
    for device in guest.devices:
        if device not in known:
            raise ValueError(f'guest "{guest.name}" devices: no device "{shorten(device)}" on this host')


def _check_pcpus(guest: Guest, host: Host) -> None:
    for field in ("hard_affinity", "soft_affinity"):
        for vcpu, mask in enumerate(getattr(guest, field) or ()):
            missing = [pcpu for pcpu in mask or () if pcpu not in host.position_of_pcpu]
            if missing:
                raise ValueError(
                    f'guest "{guest.name}" {field} of vcpu {vcpu}: no pcpu {format_cpuset(missing)} on this host'
                )
