"""Guests that are expected later: their shapes, and how many of each come among all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from placer.instance.checked import Checked
from placer.instance.flexible import MOST_VNODES
from placer.instance.guest import Guest
from placer.instance.units import Kib

MOST_SHAPES = 1000
"""Most shapes of one file. Chosen, not tuned: more than any list of flavours, and read in a moment."""

MOST_WEIGHT = 1_000_000
"""Largest weight of a shape. Chosen, not tuned: more guests than a host starts in its life."""


class Expected(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    A shape of guests that are expected later.

    Parameters
    ----------
    memory_kib
        Memory of the guest, with its overhead, in KiB.
    vcpu_count
        Number of its vcpus.
    vnodes
        Into how many equal vnodes it is split. None: as few as fit the largest pnode, by its free memory.
    cpu_policy
        ``dedicated``: each vcpu needs a pcpu of its own. ``shared``: vcpus need room only where the host has a limit,
        ``overcommit``.
    weight
        How many of the expected guests have this shape, in proportion to the weights of the others.

    Raises
    ------
    InstanceError
        If the memory is 0.
    """

    memory_kib: Kib
    vcpu_count: Annotated[int, Meta(ge=1, le=4096)]
    vnodes: Annotated[int, Meta(ge=1, le=MOST_VNODES)] | None = None
    cpu_policy: Literal["shared", "dedicated"] = "shared"
    weight: Annotated[int, Meta(ge=1, le=MOST_WEIGHT)] = 1

    def __post_init__(self) -> None:
        if not self.memory_kib:
            raise ValueError('memory_kib is 0, expected the memory of a guest, such as "8GiB"')


class Expectations(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    The shapes of the guests that are expected later.

    Raises
    ------
    InstanceError
        If there is no shape, or there are more than 1,000.
    """

    guests: tuple[Expected, ...]

    if TYPE_CHECKING:  # what the constructor takes; it makes a tuple of it

        def __init__(self, *, guests: Iterable[Expected]) -> None: ...

    def __post_init__(self) -> None:
        if not 1 <= len(self.guests) <= MOST_SHAPES:
            raise ValueError(f"guests holds {len(self.guests)} shapes, expected 1 to {MOST_SHAPES}")


def learnt(guests: Iterable[Guest]) -> tuple[Expected, ...]:
    """
    Give the shapes of guests that came so far, the weight of each the number of guests that had it.

    Guests without vcpus, or without memory outside of huge pages, are left out. Vnodes are taken as equal; a guest is
    dedicated if one of its vcpus is.
    """
    counts = Counter(shape for shape in map(_shape, guests) if shape is not None)
    return tuple(replace(shape, weight=count) for shape, count in counts.items())


def _shape(guest: Guest) -> Expected | None:
    ordinary = guest.memory_kib if guest.flexible else sum(map(guest.ordinary_kib, guest.vnodes))
    if not ordinary or guest.page_size or not guest.vcpu_count:
        return None
    return Expected(
        memory_kib=ordinary + guest.overhead_kib,
        vcpu_count=guest.vcpu_count,
        vnodes=None if guest.flexible else min(guest.seen_vnodes, MOST_VNODES),
        cpu_policy="dedicated" if guest.dedicated else "shared",
    )
