"""The rule of what a guest on a set of pnodes takes of each, as read from the experiments, and held against them."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.set_trials import PAGES_PER_MIB, Row, low_bits

PAGES_PER_GIB = 1024 * PAGES_PER_MIB
EXTENT_PAGES = 512
"""Memory comes in extents of 2 MiB."""
CRUMBS_PAGES = 10 * PAGES_PER_MIB
"""Free memory of a pnode in pieces of less than 2 MiB: up to 2,217 pages were seen on a freshly booted host."""
FIRST_GIB_MIB = {"pv": None, "pvh": 1024, "hvm": 2048}
"""From this memory on, in MiB, the kind asks for extents of 1 GiB."""
OWN_PAGES = {"pv": (24, 4), "pvh": (32, 7), "hvm": (32, 7)}
"""Xen's records of a guest: pages, and pages for each vcpu, on whatever pnode they land."""
SPECIAL_PAGES = 17
"""A pvh guest has so many pages besides its memory; hvm has none beside, with vga="none"."""
BROKEN = ("gaps",)
"""Boots with memory in pieces of less than a GiB though more is free, of which the rule says nothing."""


@dataclass(frozen=True)
class Held:
    """
    A row held against the rule.

    Parameters
    ----------
    needed
        Pages that the rule wants free above the low zone on each pnode of the set.
    roomy
        Whether each pnode of the set had so many.
    most
        The most pages of the guest that the rule expects on a pnode when nothing strays.
    outside
        Pages of the guest outside its set.
    most_found
        The most pages of it found on a pnode.
    overhead, overhead_found
        The most pages of overhead on a pnode, by the rule and found.
    """

    needed: int
    roomy: bool
    most: int
    outside: int
    most_found: int
    overhead: int
    overhead_found: int

    def fault(self) -> bool:
        """Whether Xen did otherwise than the rule says."""
        strayed = self.roomy and (self.outside > 0 or self.most_found > self.most)
        return strayed or self.overhead_found > self.overhead


def pool_pages(kind: str, maxmem_mib: int, vcpus: int) -> int:
    """Count the pages of the paging pool: 1 MiB for each vcpu and a page for each MiB; none for pv."""
    return 0 if kind == "pv" else PAGES_PER_MIB * vcpus + maxmem_mib


def overhead_on_a_pnode(kind: str, maxmem_mib: int, vcpus: int, parts: int, host_pnodes: int) -> int:
    """Count the most overhead on a pnode of the set: 1 MiB of the pool lies all over the host, the rest on the set."""
    pool = pool_pages(kind, maxmem_mib, vcpus)
    return elsewhere(kind, vcpus, host_pnodes) + -(-max(0, pool - PAGES_PER_MIB) // parts)


def elsewhere(kind: str, vcpus: int, host_pnodes: int) -> int:
    """Count the most overhead on a pnode outside the set: its share of 1 MiB of the pool, and Xen's records."""
    fixed, by_vcpu = OWN_PAGES[kind]
    everywhere = 0 if kind == "pv" else PAGES_PER_MIB
    return -(-everywhere // host_pnodes) + fixed + by_vcpu * vcpus


def most_on_a_pnode(kind: str, mib: int, parts: int, *, balloons: bool = False) -> int:
    """Count the most pages on a pnode of the set: the even part, an extent, and most of a GiB where it asks for one."""
    most = -(-mib * PAGES_PER_MIB // parts) + EXTENT_PAGES + SPECIAL_PAGES
    return most + (PAGES_PER_GIB * (parts - 1) // parts if asks_for_gib(kind, mib) and not balloons else 0)


def asks_for_gib(kind: str, mib: int) -> bool:
    """Say whether a guest of a kind and memory asks Xen for whole GiB."""
    first = FIRST_GIB_MIB[kind]
    return first is not None and mib >= first


def hold(row: Row) -> Held:
    """Hold a row of the results against the rule."""
    kind, maxmem_mib, vcpus = row["kind"], int(row["mib"]), int(row["vcpus"])
    balloons = bool(row["start_mib"])
    mib = int(row["start_mib"] or maxmem_mib)
    members = [int(word) for word in row["set"].split() if word.isdigit()]
    free, pages, spent = ([int(word) for word in row[name].split()] for name in ("free", "pages", "overhead"))
    room = {p: free[p] - (int(row["low_free"]) if p == 0 else 0) for p in members}
    most = most_on_a_pnode(kind, mib, len(members), balloons=balloons)
    overhead = overhead_on_a_pnode(kind, maxmem_mib, vcpus, len(members), len(free))
    whole = PAGES_PER_GIB if asks_for_gib(kind, mib) and not balloons else 0
    needed = most + overhead + CRUMBS_PAGES + whole
    if balloons and kind != "pv":  # memory to be populated on demand is not in Xen's list of the domain's pages
        other = elsewhere(kind, vcpus, len(free))
        pages = [max(0, spent[p] - (overhead if p in members else other)) for p in range(len(free))]
        spent = [0] * len(free)
    return Held(
        needed=needed,
        roomy=min(room.values()) >= needed,
        most=most,
        outside=sum(count for p, count in enumerate(pages) if p not in members),
        most_found=max(pages),
        overhead=overhead,
        overhead_found=max(spent[p] for p in members),
    )


def low_zone_mib(memsize_mib: int) -> int:
    """Compute the low zone from what ``xl info -n`` calls the memsize of pnode 0."""
    return 1 << low_bits(memsize_mib) >> 20
