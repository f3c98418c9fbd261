"""
The oracle: every placement of a small instance, judged and priced from the definitions.

It shares nothing with placer but the words of an Instance. Placements are rows of an array, a column per vnode,
guest after guest; the number after the last pnode's position stands for "no pnode".
"""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate, combinations, product
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from placer.instance import Domain, Guest, Host, Instance, Placement, Pnode, Vnode, VnodeOf
from tests.support.oracle_future import future_rows
from tests.support.oracle_owners import owners_exist, owners_given, pool_of_id_0

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

MOST_PLACEMENTS = 2_000_000
WISHES = ("device_distance", "soft_affinity", "vdistance")
TERMS = (
    *("unplaced_guests", "unplaced", "access_distance", "core_sharing", "future_capacity"),
    *(*WISHES, "device_pnodes", "shape"),
)
"""The terms of every instance; ``moved`` is there where a placement was to be kept, ``vnodes`` for flexible guests."""


Best = tuple[tuple[int, ...], Placement] | None
"""The least costs, tier by tier, and a placement that has them; None where none keeps every rule."""


def best(instance: Instance, allow_unplaced: bool = False, kept: Placement | None = None) -> Best:
    """Enumerate every placement; the least vector of tier costs and one placement that has it, None if none."""
    flexible = [guest for guest in instance.guests if guest.flexible]
    if flexible:
        found = []
        for counts in product(*(guest.flexible.counts for guest in flexible if guest.flexible)):
            cut = instance.split_into({guest.name: k for guest, k in zip(flexible, counts, strict=True)})
            least = best(cut, allow_unplaced, kept)
            if least is not None:
                found.append((_with_choice(instance, cut, least[0], kept is not None), least[1]))
        return min(found, key=lambda each: each[0], default=None)
    places = len(instance.host.pnodes)
    choices = [
        [p for p in range(places) if _stands_alone(guest, v, p, instance.host)] + [places] * allow_unplaced
        for guest in instance.guests
        for v in range(len(guest.vnodes))
    ]
    count = np.prod([len(choice) for choice in choices], dtype=float)
    if count > MOST_PLACEMENTS:
        raise ValueError(f"{count:.0f} placements are too many to enumerate")
    rows = np.array(np.meshgrid(*choices, indexing="ij"), dtype=np.int64).reshape(len(choices), -1).T
    rows = rows[feasible_rows(instance, rows, allow_unplaced)]
    if not len(rows):
        return None
    costs = tier_rows(instance, rows, kept)
    least = np.lexsort(costs.T[::-1])[0]
    return tuple(costs[least].tolist()), _placement(instance, rows[least])


def _with_choice(asked: Instance, cut: Instance, costs: tuple[int, ...], kept: bool) -> tuple[int, ...]:
    """Tier costs with that of the vnodes, and traffic lost to rounding made up for at the smallest distance."""
    tiers, lost, count = _with_moved(_tiers(asked)) if kept else _tiers(asked), Fraction(0), 0
    nearest = min(d for row in asked.host.distances for d in row)
    for guest, stated in zip(cut.guests, asked.guests, strict=True):
        if stated.flexible:
            count += len(guest.vnodes)
            pairs = [(v, w) for v in range(len(guest.vnodes)) for w in range(len(guest.vnodes))]
            vcpus = sum(_awake(guest, vnode) for vnode in guest.vnodes)
            total = sum(_flow(guest, v, w) for v, w in pairs)
            lost += (1000 * vcpus - total) * nearest if any(vnode.memory_kib for vnode in guest.vnodes) else 0
    raised = list(costs)
    place = 2
    for t, tier in enumerate(tiers):
        if "access_distance" in tier or "core_sharing" in tier:
            place = t + 1
            raised[t] += tier.get("access_distance", 0) * int(lost)
    return (*raised[:place], count, *raised[place:])


def feasible(instance: Instance, placement: Placement, allow_unplaced: bool = False) -> bool:
    """Whether a placement keeps every hard rule."""
    row = _row(instance, placement)
    return bool(_feasible_apart_from_owners(instance, row, allow_unplaced)[0]) and owners_given(
        instance, _members(instance), placement, row[0]
    )


def tier_costs(instance: Instance, placement: Placement, kept: Placement | None = None) -> tuple[int, ...]:
    """The sum of the terms of each tier."""
    return tuple(tier_rows(instance, _row(instance, placement), kept)[0].tolist())


def feasible_rows(instance: Instance, rows: IntArray, allow_unplaced: bool) -> BoolArray:
    """Which rows keep every hard rule, for some choice of the pcpus that dedicated vcpus own."""
    good = _feasible_apart_from_owners(instance, rows, allow_unplaced)
    good[good] = owners_exist(instance, _members(instance), rows[good])
    return good


def _feasible_apart_from_owners(instance: Instance, rows: IntArray, allow_unplaced: bool) -> BoolArray:
    host = instance.host
    places = len(host.pnodes)
    good: BoolArray = np.array(allow_unplaced | (rows < places).all(axis=1))
    unreachable = np.zeros((places + 1, places + 1), dtype=bool)
    unreachable[:-1, :-1] = np.array(host.distances) == 255
    for guest, items in _members(instance):
        for v, item in enumerate(items):
            may = [_stands_alone(guest, v, p, host) for p in range(places)] + [True]
            good &= np.array(may)[rows[:, item]]
        for i, j in combinations(items, 2):
            good &= ~unreachable[rows[:, i], rows[:, j]] & ~unreachable[rows[:, j], rows[:, i]]
    good &= _relations_kept(instance, rows)
    needs = np.array([_need(guest, vnode) for guest in instance.guests for vnode in guest.vnodes])
    for p, room in enumerate(_rooms(instance)):
        good &= ((rows == p) * needs).sum(axis=1) <= room
    needs_pages = [
        (guest.page_size if v.page_size is None else v.page_size) for guest in instance.guests for v in guest.vnodes
    ]
    for size in filter(None, set(needs_pages)):
        kib = np.array([v.memory_kib for guest in instance.guests for v in guest.vnodes])
        pages = np.where(np.array(needs_pages, dtype=object) == size, kib // size, 0).astype(np.int64)
        for p, pnode in enumerate(host.pnodes):
            free = [
                each.total if each.free is None else each.free for each in pnode.huge_pages if each.page_size == size
            ]
            good &= ((rows == p) * pages).sum(axis=1) <= sum(free)
    if host.claimed_kib:
        unclaimed = sum(pnode.memory_kib for pnode in host.pnodes) - host.claimed_kib - sum(_beside(instance))
        good &= ((rows < places) * needs).sum(axis=1) <= max(0, unclaimed)
    good &= _pcpus_suffice(instance, rows)
    good &= _sets_have_room(instance, rows) & _sets_are_reached(instance, rows)
    return good


def _sets_have_room(instance: Instance, rows: IntArray) -> BoolArray:
    """Which rows leave the parts of sets what Xen may take besides, by the figures of benchmarks/xen_sets.md."""
    host, good = instance.host, np.ones(len(rows), dtype=bool)
    if host.low_zone_kib is None or instance.sets_may_stray:
        return good
    mib = 1024
    takes, anyone_wants_gibs = np.zeros(rows.shape[1], dtype=np.int64), False
    for guest, items in _members(instance):
        if guest.form not in ("set", "whole"):
            continue
        vcpus, memory = sum(len(v.vcpus) for v in guest.vnodes), sum(v.memory_kib for v in guest.vnodes)
        spare = 2 * mib + {"pv": 96 + 16 * vcpus, "pvh": 128 + 68 + 28 * vcpus, "hvm": 128 + 28 * vcpus}[guest.type]
        if memory >= {"pv": 2**60, "pvh": 1024 * mib, "hvm": 2048 * mib}[guest.type]:
            anyone_wants_gibs = True
            spare += floor(Fraction(1024 * mib * (len(items) - 1), len(items)))
        for v, i in enumerate(items):
            takes[i] = _need(guest, guest.vnodes[v]) + spare if guest.vnodes[v].memory_kib else 0
    for p, pnode in enumerate(host.pnodes):
        left = pnode.memory_kib - pnode.reserve_kib - 10 * mib - (host.low_zone_kib if p == 0 else 0)
        good &= ((rows == p) * takes).sum(axis=1) <= max(0, left - 1024 * mib * anyone_wants_gibs)
    return good


def _sets_are_reached(instance: Instance, rows: IntArray) -> BoolArray:
    """Which rows keep the memory of each set on Xen to pnodes where one of its vcpus can be scheduled."""
    host, good = instance.host, np.ones(len(rows), dtype=bool)
    if host.low_zone_kib is None or instance.sets_may_stray:
        return good
    for guest, items in _members(instance):
        own = guest.hard_affinity or (None,) * sum(len(vnode.vcpus) for vnode in guest.vnodes)
        pool = set(_pool_of(guest, host)[1])
        bound = [
            (pool if mask is None else pool.intersection(mask))
            for i, mask in enumerate(own)
            if i not in guest.dedicated
        ]
        runs = set().union(*bound) or (pool if bound else set())
        near = [p for p, pnode in enumerate(host.pnodes) if runs.intersection(pnode.pcpus)]
        for i, vnode in zip(items, guest.vnodes, strict=True):
            if guest.form == "set" and vnode.memory_kib and not vnode.vcpus:
                good &= np.isin(rows[:, i], [*near, len(host.pnodes)])
    return good


def _pcpus_suffice(instance: Instance, rows: IntArray) -> BoolArray:
    """Which rows keep the ratio of vcpus to pcpus wherever they put a vcpu."""
    host, good = instance.host, np.ones(len(rows), dtype=bool)
    own = np.array([len(set(vnode.vcpus) & guest.dedicated) for guest in instance.guests for vnode in guest.vnodes])
    shared = np.array([_awake(guest, v, guest.dedicated) for guest in instance.guests for v in guest.vnodes])
    masks = [(mask, _pool_of(domain, host)[1]) for domain in host.domains for mask in _masks_awake(domain)]
    for p, pnode in enumerate(host.pnodes if host.overcommit is not None else ()):
        floating, owning = (((rows == p) * widths).sum(axis=1) for widths in (shared, own))
        there = floor(sum(_part(mask, p, pool, host) for mask, pool in masks))
        for i in range(len(rows)):
            left = len(pnode.pcpus) - int(owning[i])
            if host.dedicated_pcpus is not None:
                left = len(set(pnode.pcpus) - set(host.dedicated_pcpus))
            idle = floating[i] == 0 and (owning[i] == 0 or host.dedicated_pcpus is not None)
            good[i] &= idle or int(floating[i]) + there <= Fraction(repr(host.overcommit)) * left
    return good


def _relations_kept(instance: Instance, rows: IntArray) -> BoolArray:
    """Which rows keep the rules between guests; a vnode on no pnode meets nobody."""
    places, good = len(instance.host.pnodes), np.ones(len(rows), dtype=bool)
    columns_of = {guest.name: items for guest, items in _members(instance)}

    def columns(member: str | VnodeOf) -> list[int]:
        return columns_of[member] if isinstance(member, str) else [columns_of[member.guest][member.vnode]]

    def meet(i: int, j: int) -> BoolArray:
        return np.asarray((rows[:, i] == rows[:, j]) & (rows[:, i] < places))

    for guest, items in _members(instance):
        for i, j in combinations(items, 2) if guest.one_to_one else ():
            good &= ~meet(i, j)
    for rule in instance.rules:
        for one, other in combinations(rule.apart or (), 2):
            for i in columns(one):
                for j in columns(other):
                    good &= ~meet(i, j)
        for one, other in combinations(rule.together or (), 2):
            (i,), (j,) = columns(one), columns(other)
            good &= meet(i, j) | (rows[:, i] == places) | (rows[:, j] == places)
        if rule.exclusive is not None:
            name = rule.exclusive if isinstance(rule.exclusive, str) else rule.exclusive.guest
            for i in columns(rule.exclusive):
                good &= ~np.isin(rows[:, i], _taken(instance.host))
                for j in range(rows.shape[1]):
                    if j not in columns_of[name]:
                        good &= ~meet(i, j)
    return good


def _taken(host: Host) -> list[int]:
    """The pnodes to which a running domain is bound with all of its vcpus."""
    taken = []
    for p, pnode in enumerate(host.pnodes):
        for domain in host.domains:
            if all(mask is not None for mask in domain.affinity):
                touched = {pcpu for mask in domain.affinity for pcpu in mask or ()}
                taken += [p] if touched & set(pnode.pcpus) else []
    return taken


def tier_rows(instance: Instance, rows: IntArray, kept: Placement | None = None) -> IntArray:
    """Price each row: one column per tier, one more before the last where a placement was to be kept."""
    terms, tiers = _term_rows(instance, rows, kept), _tiers(instance)
    tiers = tiers if kept is None else _with_moved(tiers)
    nothing = np.zeros(len(rows), dtype=np.int64)
    return np.stack([sum((w * terms[name] for name, w in tier.items()), nothing) for tier in tiers], axis=1)


def term_costs(instance: Instance, placement: Placement, kept: Placement | None = None) -> dict[str, int]:
    """Every term of a placement by name; traffic lost to rounding is not made up for."""
    cut = instance.split_into({name: len(pnodes) for name, pnodes in placement.pnode_of.items()})
    terms = {name: int(row[0]) for name, row in _term_rows(cut, _row(cut, placement), kept).items()}
    if instance.flexible:
        terms["vnodes"] = sum(len(placement.pnode_of[guest.name]) for guest in instance.guests if guest.flexible)
    return terms


def _term_rows(instance: Instance, rows: IntArray, kept: Placement | None) -> dict[str, IntArray]:
    """Price each row, term by term, without weights."""
    places = len(instance.host.pnodes)
    missing = rows == places
    far = max((d for row in instance.host.distances for d in row if d < 255), default=255)
    distance = np.full((places + 1, places + 1), far, dtype=np.int64)
    distance[:-1, :-1] = instance.host.distances
    terms = {name: np.zeros(len(rows), dtype=np.int64) for name in TERMS}
    terms["core_sharing"] = _core_sharing(instance, rows)
    for guest, items in _members(instance):
        terms["unplaced_guests"] += missing[:, items].any(axis=1)
        if not guest.devices:
            busy = {device.pnode for device in instance.host.devices}
            shunned = np.array([*(pnode.id in busy for pnode in instance.host.pnodes), False])
            widths = np.array([_awake(guest, vnode) for vnode in guest.vnodes])
            terms["device_pnodes"] += 1000 * (shunned[rows[:, items]] * widths).sum(axis=1)
        terms["device_distance"] += _device_distance(instance, guest, rows[:, items], distance)
        for v, i in enumerate(items):
            vnode = guest.vnodes[v]
            terms["unplaced"] += missing[:, i] * (vnode.memory_kib + 1024 * len(vnode.vcpus))
            wishes = np.array([_wishes_unmet(guest, v, p, instance.host) for p in range(places + 1)])
            terms["soft_affinity"] += wishes[rows[:, i]]
            for w, j in enumerate(items):
                d = distance[rows[:, i], rows[:, j]]
                terms["access_distance"] += _flow(guest, v, w) * d
                nodes = (vnode, guest.vnodes[w])
                if any(_is_apart(node) or not (node.memory_kib or node.vcpus) for node in nodes):
                    continue
                if guest.vdistances is not None and v != w:
                    terms["vdistance"] += 1000 * np.abs(guest.vdistances[v][w] - np.clip(d, 11, 254))
    needs = [_need(guest, vnode) for guest in instance.guests for vnode in guest.vnodes]
    terms["future_capacity"] = future_rows(instance, rows, needs)
    terms["shape"] = _shape(instance, rows)
    return terms if kept is None else terms | {"moved": _moved(instance, rows, kept)}


def _tiers(instance: Instance) -> list[dict[str, int]]:
    """Each tier's terms with their weights."""
    access, cores, wishes, shape = {"access_distance": 1}, {"core_sharing": 1}, dict.fromkeys(WISHES, 1), {"shape": 1}
    given, later = instance.objective.tiers, {"future_capacity": 1}
    tiers: list[dict[str, int]]
    if isinstance(given, tuple):
        tiers = [{str(name): weight for name, weight in tier.items()} for tier in given]
    elif given == "distance":
        tiers = [access, cores, later, wishes, shape]
    elif given == "cores-first":
        tiers = [cores, access, later, wishes, shape]
    elif given == "room-first":
        tiers = [later, access | cores, wishes, shape]
    else:
        tiers = [access | cores | later, wishes, shape]
    if instance.objective.future is None:
        tiers = [{name: w for name, w in tier.items() if name != "future_capacity"} for tier in tiers]
        tiers = [tier for tier in tiers if tier]
    if isinstance(given, str) and instance.host.devices:
        tiers.insert(len(tiers) - 1, {"device_pnodes": 1})
    return [{"unplaced_guests": 1}, {"unplaced": 1}, *tiers]


def _with_moved(tiers: list[dict[str, int]]) -> list[dict[str, int]]:
    """Insert the moves away from a placement that was to be kept, before ``device_pnodes`` and shape."""
    last = len(tiers)
    while last and (list(tiers[last - 1]) == ["device_pnodes"] or any("shape" in tier for tier in tiers[:last])):
        last -= 1
    return [*tiers[:last], {"moved": 1}, *tiers[last:]]


def _device_distance(instance: Instance, guest: Guest, rows: IntArray, distance: IntArray) -> IntArray:
    """The mean way from vcpus to devices in thousandths, per guest and rounded down."""
    far = [Fraction(0)] * len(rows)
    at = {
        device.id: [pnode.id for pnode in instance.host.pnodes].index(device.pnode) for device in instance.host.devices
    }
    for i, row in enumerate(rows.tolist() if guest.devices else []):
        for v, p in enumerate(row):
            for device in guest.devices:
                way = int(distance[p, at[device]])
                far[i] += Fraction(1000 * _awake(guest, guest.vnodes[v]) * way, len(guest.devices))
    return np.array([floor(each) for each in far], dtype=np.int64)


def _moved(instance: Instance, rows: IntArray, kept: Placement) -> IntArray:
    """Vnodes that left the pnode they had, of guests that still have as many vnodes as they had then."""
    names = [*(pnode.id for pnode in instance.host.pnodes), None]
    count = np.zeros(len(rows), dtype=np.int64)
    for guest, items in _members(instance):
        old = kept.pnode_of.get(guest.name, ())
        for i, pnode in zip(items, old, strict=False) if len(old) == len(items) else ():
            if pnode in names and pnode is not None:
                count += rows[:, i] != names.index(pnode)
    return count


def _stands_alone(guest: Guest, v: int, p: int, host: Host) -> bool:
    """Whether a vnode may stand on a pnode whatever else is placed, room apart."""
    vnode, pnode = guest.vnodes[v], host.pnodes[p]
    masks = [guest.hard_affinity[vcpu] if guest.hard_affinity else None for vcpu in vnode.vcpus]
    usable = [pcpu for pcpu in pnode.pcpus if pcpu in _pool_of(guest, host)[1]]
    runnable = all(any(mask is None or pcpu in mask for pcpu in usable) for mask in masks)
    return (
        vnode.pnode in (None, pnode.id)
        and (guest.pnodes is None or _is_apart(vnode) or pnode.id in guest.pnodes)
        and (vnode.pnodes is None or pnode.id in vnode.pnodes)
        and (_ordinary(guest, vnode) == 0 or pnode.memory_kib > 0)
        and runnable
        and (bool(vnode.vcpus) or bool(pnode.pcpus) or guest.memory_only_pnodes or _asked_for(vnode, pnode))
        and host.distances[p][p] != 255
    )


def _is_apart(vnode: Vnode) -> bool:
    """Whether these are vcpus or memory of a vnode that lie elsewhere."""
    return vnode.vcpus_of is not None or vnode.memory_of is not None


def _asked_for(vnode: Vnode, pnode: Pnode) -> bool:
    """Whether the file of a guest binds a vnode to a pnode, alone or in a list."""
    return pnode.id in [vnode.pnode, *(vnode.pnodes or [])]


def _ordinary(guest: Guest, vnode: Vnode) -> int:
    """What a vnode takes outside of huge pages."""
    return 0 if vnode.page_size or (vnode.page_size is None and guest.page_size) else vnode.memory_kib


def _need(guest: Guest, vnode: Vnode) -> int:
    """What a vnode takes where it stands: a whole guest, or a set, takes its overhead along, in pages of 4 KiB."""
    along = guest.form in ("whole", "set") and not _is_apart(vnode)
    parts = [each for each in guest.vnodes if not _is_apart(each)]
    return _ordinary(guest, vnode) + (4 * ceil(Fraction(guest.overhead_kib, 4 * len(parts))) if along else 0)


def _rooms(instance: Instance) -> list[int]:
    """What each pnode can hold: free, less the reserve, less the overhead that lands there anyway."""
    rooms = [pnode.memory_kib - pnode.reserve_kib for pnode in instance.host.pnodes]
    return [max(room - kib, 0) for room, kib in zip(rooms, _beside(instance), strict=True)]


def _beside(instance: Instance) -> list[int]:
    """The overhead that lands on each pnode wherever the vnodes stand."""
    beside = [0] * len(instance.host.pnodes)
    for guest in instance.guests:
        if guest.form in ("whole", "set"):
            continue
        built_on = _built_on(guest, instance.host)
        for p in built_on:
            beside[p] += 4 * ceil(Fraction(guest.overhead_kib, 4 * len(built_on)))
    return beside


def _built_on(guest: Guest, host: Host) -> list[int]:
    """The pnodes over which Xen spreads the overhead: those of the guest's own masks, otherwise all with memory."""
    usable = [p for p, pnode in enumerate(host.pnodes) if pnode.memory_kib > 0]
    masks = (guest.hard_affinity or ()) + (guest.soft_affinity or ())
    name, pool = _pool_of(guest, host)
    if name is None and all(mask is None for mask in masks):
        return usable
    everything = {pcpu for pnode in host.pnodes for pcpu in pnode.pcpus}
    allowed = []
    for masks in (guest.hard_affinity or (None,), guest.soft_affinity or (None,)):
        allowed.append(everything if None in masks else {pcpu for mask in masks if mask for pcpu in mask})
    hard, soft = allowed
    hard = {pcpu for pcpu in hard if pcpu in pool} or set(pool)
    pcpus = hard.intersection(soft) if hard.intersection(soft) else hard
    return [p for p in usable if pcpus.intersection(host.pnodes[p].pcpus)] or usable


def _flow(guest: Guest, v: int, w: int) -> int:
    """T[v][w] in thousandths of a vcpu, from exact fractions."""
    vcpus = sum(_awake(guest, vnode) for vnode in guest.vnodes)
    memory = sum(vnode.memory_kib for vnode in guest.vnodes)
    half = Fraction(1, 2)
    if vcpus == 0 or memory == 0:
        return 0
    if guest.traffic is not None:
        total = sum(sum(row) for row in guest.traffic)
        return floor(Fraction(guest.traffic[v][w] * 1000 * vcpus, total) + half)
    share = floor(Fraction(1000 * guest.vnodes[w].memory_kib, memory) + half)
    return _awake(guest, guest.vnodes[v]) * share


def _awake(guest: Guest, vnode: Vnode, but: frozenset[int] = frozenset()) -> int:
    """How many vcpus of a vnode are online, without some of them."""
    return sum(
        1 for vcpu in vnode.vcpus if vcpu not in but and (guest.online_vcpus is None or vcpu in guest.online_vcpus)
    )


def _masks_awake(domain: Domain) -> list[tuple[int, ...] | None]:
    """The masks of the vcpus of a domain that are online."""
    return [m for i, m in enumerate(domain.affinity) if domain.online_vcpus is None or i in domain.online_vcpus]


def _wishes_unmet(guest: Guest, v: int, p: int, host: Host) -> int:
    """1000 for each vcpu with a soft mask that meets no pcpu of p."""
    here = set(host.pnodes[p].pcpus) if p < len(host.pnodes) else set()
    awake = [c for c in guest.vnodes[v].vcpus if guest.online_vcpus is None or c in guest.online_vcpus]
    masks = [guest.soft_affinity[vcpu] if guest.soft_affinity else None for vcpu in awake]
    return 1000 * sum(1 for mask in masks if mask is not None and not here & set(mask))


def _core_sharing(instance: Instance, rows: IntArray) -> IntArray:
    """Deal the vcpus of each pnode out over its cores, one after the other, and count who meets whom."""
    host = instance.host
    vcpus = [_awake(guest, vnode) for guest in instance.guests for vnode in guest.vnodes]
    busy = sum(vcpus) + sum(len(_masks_awake(domain)) for domain in host.domains)
    threads = sum(len(pnode.pcpus) for pnode in host.pnodes)
    price = Fraction(15_000)
    if threads < busy:
        price = Fraction(floor(price * threads**2 / busy**2))
    if instance.objective.core_sharing_price is not None:
        price = Fraction(floor(1000 * instance.objective.core_sharing_price + 0.5))
    cost = np.zeros(len(rows), dtype=np.int64)
    smt = max(len(core) for pnode in host.pnodes for core in pnode.cores or [(0,)])
    everyone: list[Guest | Domain] = [*instance.guests, *host.domains]
    pools = {_pool_of(each, host) for each in everyone}
    for pool in pools:
        vnodes = [(g, v, _pool_of(g, host) == pool) for g in instance.guests for v in g.vnodes]
        own = [_awake(g, v, g.dedicated) * inside for g, v, inside in vnodes]
        whole = [smt if g.thread_policy == "isolate" else 1 for g, _, _ in vnodes]
        owning = [len(set(v.vcpus) & g.dedicated) * w * i for (g, v, i), w in zip(vnodes, whole, strict=True)]
        masks = [mask for domain in host.domains if _pool_of(domain, host) == pool for mask in _masks_awake(domain)]
        there = [floor(sum(_part(mask, p, pool[1], host) for mask in masks)) for p in range(len(host.pnodes))]
        for p, pnode in enumerate(host.pnodes):
            cores = _cores_with(pnode, pool[1] - set(host.dedicated_pcpus or ()))
            first, here = there[p], rows == p
            load, filled = first + (here * np.array(own)).sum(axis=1), (here * np.array(owning)).sum(axis=1)
            gone = np.array([0 if host.dedicated_pcpus is not None else ceil(Fraction(int(f), smt)) for f in filled])
            left = np.maximum(cores - gone, min(cores, 1))
            for count in set(left.tolist()):
                met = [0]
                for n in range(first + sum(own)):
                    met.append(met[-1] + (n // count if count else 0))  # the n-th meets those already on its core
                cost += np.where(left == count, np.array([int(2 * price * pairs) for pairs in met])[load], 0)
    return cost


def _pool_of(who: Guest | Domain, host: Host) -> tuple[str | None, frozenset[int]]:
    """The cpupool that a guest or domain runs in, and its pcpus; all pcpus where it is in none that is known."""
    name = who.pool or pool_of_id_0(host)
    for pool in host.cpupools:
        if pool.name == name:
            return pool.name, frozenset(pool.pcpus)
    return None, frozenset(pcpu for pnode in host.pnodes for pcpu in pnode.pcpus)


def _cores_with(pnode: Pnode, pcpus: frozenset[int]) -> int:
    """How many cores of a pnode have one of these pcpus."""
    cores = pnode.cores or [(pcpu,) for pcpu in pnode.pcpus]
    return len([core for core in cores if any(pcpu in pcpus for pcpu in core)])


def _part(mask: tuple[int, ...] | None, p: int, pool: frozenset[int], host: Host) -> Fraction:
    """What a running vcpu with this mask puts on pnode p: it leaves its mask rather than its pool."""
    pcpus = [pcpu for pcpu in pool if mask is None or pcpu in mask] or pool
    if all(pcpu in (host.dedicated_pcpus or ()) for pcpu in pcpus):
        return Fraction(0)  # it owns one of them
    reach = [q for q, pnode in enumerate(host.pnodes) for pcpu in pnode.pcpus if pcpu in pcpus]
    return Fraction(int(p in reach), len(set(reach)) or 1)


def _shape(instance: Instance, rows: IntArray) -> IntArray:
    """MiB left on the pnodes in use, or how full the fullest is in thousandths."""
    total = np.zeros(len(rows), dtype=np.int64)
    if instance.objective.shape == "none":
        return total
    memory = np.array([vnode.memory_kib for guest in instance.guests for vnode in guest.vnodes])
    for p, pnode in enumerate(instance.host.pnodes):
        held, room = rows == p, pnode.memory_kib
        for pool in pnode.huge_pages:
            room += pool.page_size * (pool.total if pool.free is None else pool.free)
        taken = (held * memory).sum(axis=1)
        if instance.objective.shape == "spread":
            full = [ceil(Fraction(1000 * kib, room)) if kib and room else 0 for kib in taken.tolist()]
            total = np.maximum(total, np.array(full, dtype=np.int64))
            continue
        left = np.floor_divide(room - taken, 1024)
        total += np.where(held.any(axis=1), left, 0)
    return total


def _members(instance: Instance) -> list[tuple[Guest, list[int]]]:
    """Each guest with the columns of its vnodes."""
    ends = list(accumulate(len(guest.vnodes) for guest in instance.guests))
    return [
        (guest, list(range(end - len(guest.vnodes), end))) for guest, end in zip(instance.guests, ends, strict=True)
    ]


def _row(instance: Instance, placement: Placement) -> IntArray:
    ids = [pnode.id for pnode in instance.host.pnodes]
    sites = [
        len(ids) if pnode is None else ids.index(pnode)
        for guest in instance.guests
        for pnode in placement.pnode_of[guest.name]
    ]
    return np.array([sites], dtype=np.int64)


def _placement(instance: Instance, row: IntArray) -> Placement:
    names = [*(pnode.id for pnode in instance.host.pnodes), None]
    return Placement(pnode_of={guest.name: tuple(names[row[i]] for i in items) for guest, items in _members(instance)})
