"""What runs on a host as load: the domains of both lists of xl."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from placer.errors import InputError
from placer.formats.xl.list_domains import RunningGuest
from placer.instance import Domain, shorten


def running_domains(guests: Sequence[RunningGuest], listed: Sequence[Domain]) -> tuple[Domain, ...]:
    """
    Combine the domains of ``xl list -l`` and ``xl vcpu-list``.

    Parameters
    ----------
    guests
        From ``xl list -l``, which knows the cpupools.
    listed
        From ``xl vcpu-list``, which knows the pcpus that vcpus are bound to now, and Domain-0.

    Returns
    -------
    tuple of Domain
        By number.

    Raises
    ------
    InputError
        If the two lists contradict each other.
    """
    by_domid = {domain.domid: domain for domain in listed}
    for guest in guests:
        here, there = guest.domain, by_domid.get(guest.domain.domid, guest.domain)
        if (here.name, len(here.affinity)) != (there.name, len(there.affinity)):
            names = shorten(here.name), shorten(there.name)
            raise InputError(
                f'domain {here.domid} is "{names[0]}" with {len(here.affinity)} vcpus in xl list and "{names[1]}" '
                f"with {len(there.affinity)} in xl vcpu-list; were both taken at the same time?"
            )
        by_domid[here.domid] = replace(there, pool=here.pool, online_vcpus=here.online_vcpus)
    return tuple(sorted(by_domid.values(), key=lambda domain: domain.domid or 0))
