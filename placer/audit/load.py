"""What runs on a host as load: the domains of both lists of xl, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from placer.errors import InputError
from placer.formats.xl.list_domains import RunningGuest
from placer.instance import Domain, Host


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
            raise InputError(
                f'domain {here.domid} is "{here.name}" with {len(here.affinity)} vcpus in xl list and "{there.name}" '
                f"with {len(there.affinity)} in xl vcpu-list; were both taken at the same time?"
            )
        by_domid[here.domid] = replace(there, pool=here.pool, online_vcpus=here.online_vcpus)
    return tuple(sorted(by_domid.values(), key=lambda domain: domain.domid or 0))


def load_notes(host: Host, *, affinity_known: bool) -> tuple[str, ...]:
    """
    Say how many running vcpus of a host are counted as load, and which are not, or not exactly.

    Parameters
    ----------
    affinity_known
        Whether ``xl vcpu-list`` was read. ``xl list -l`` states neither the affinity that libxl's own placement or
        ``xl vcpu-pin`` gave a guest, nor domains without a configuration of libxl's: Domain-0, stub domains, and
        guests that another toolstack started (libxl_retrieve_domain_configuration, Xen libxl_domain.c).
    """
    count = len(host.domains)
    notes = [f"{host.running_vcpu_count} vcpus of {count} running domain{'s' * (count != 1)} are counted as load"]
    spread = sum(domain.online_affinity.count(None) for domain in host.domains)
    if not affinity_known and spread:
        notes.append(
            f"where {spread} of these vcpus may run is not known, and they count as spread over all pnodes; "
            "--vcpu-list reads it from xl vcpu-list"
        )
    if not affinity_known:
        notes.append(
            "not counted are the vcpus of Domain-0, and of stub domains and guests of other toolstacks if there are "
            "any: xl list -l does not state them; --vcpu-list reads them from xl vcpu-list"
        )
    elif all(domain.domid != 0 for domain in host.domains):
        notes.append("the vcpus of Domain-0 are not counted: the xl vcpu-list given does not have them")
    narrow = [domain.name for domain in host.domains if _narrow(domain, host)]
    if narrow:
        notes.append(f"bound to some of a pnode's pcpus, and counted as if bound to all of them: {', '.join(narrow)}")
    return tuple(notes)


def _narrow(domain: Domain, host: Host) -> bool:
    """Whether some vcpu is bound to only some of the pcpus that its cpupool has on a pnode."""
    pool = host.pcpus_of_effective_pool(domain.pool)
    homes = [home for pnode in host.pnodes if (home := pool.intersection(pnode.pcpus))]
    return any(0 < len(home.intersection(mask or ())) < len(home) for mask in set(domain.affinity) for home in homes)
