"""What is said of the domains that run on a host and count as load."""

from __future__ import annotations

from placer.formats.base import RunningFacts
from placer.instance import Domain, Host
from placer.instance.note import name_some

NO_DOMAIN_0 = "the vcpus of Domain-0 are not counted: the xl vcpu-list given does not have them"


def load_notes(host: Host, facts: RunningFacts) -> tuple[str, ...]:
    """
    Say how many running vcpus of a host are counted as load, and which are not, or not exactly.

    Parameters
    ----------
    facts
        What was read of its domains. ``xl list -l`` states neither the affinity that libxl's own placement or
        ``xl vcpu-pin`` gave a guest, nor domains without a configuration of libxl's: Domain-0, stub domains, and
        guests that another toolstack started (libxl_retrieve_domain_configuration, Xen libxl_domain.c).
    """
    notes = [counted_note(host)]
    spread = sum(domain.online_affinity.count(None) for domain in host.domains)
    if not facts.affinity_known and spread:
        notes.append(
            f"where {spread} of these vcpus may run is not known, and they count as spread over all pnodes; "
            "--vcpu-list reads it from xl vcpu-list"
        )
    if not facts.affinity_known:
        notes.append(
            "not counted are the vcpus of Domain-0, and of stub domains and guests of other toolstacks if there are "
            "any: xl list -l does not state them; --vcpu-list reads them from xl vcpu-list"
        )
    elif all(domain.domid != 0 for domain in host.domains):
        notes.append(NO_DOMAIN_0)
    unbound = [domain.name for domain in host.domains if None in domain.affinity]
    lacking = [name for name in unbound if name in facts.not_in_vcpu_list]
    if lacking:
        notes.append(
            "the xl vcpu-list given does not have these domains of xl list -l, whose vcpus count as spread over all "
            f"pnodes (were both taken at the same time?): {name_some(lacking)}"
        )
    narrow = [domain.name for domain in host.domains if _narrow(domain, host)]
    if narrow:
        notes.append(f"bound to some of a pnode's pcpus, and counted as if bound to all of them: {', '.join(narrow)}")
    return tuple(notes)


def counted_note(host: Host) -> str:
    """Say how many running vcpus of a host are counted as load."""
    count = len(host.domains)
    return f"{host.running_vcpu_count} vcpus of {count} running domain{'s' * (count != 1)} are counted as load"


def _narrow(domain: Domain, host: Host) -> bool:
    """Whether some vcpu is bound to only some of the pcpus that its cpupool has on a pnode."""
    pool = host.pcpus_of_effective_pool(domain.pool)
    homes = [home for pnode in host.pnodes if (home := pool.intersection(pnode.pcpus))]
    return any(0 < len(home.intersection(mask or ())) < len(home) for mask in set(domain.affinity) for home in homes)
