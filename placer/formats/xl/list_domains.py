"""Reads the running guests of a host from the JSON that ``xl list -l`` prints."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from placer.errors import InputError
from placer.formats.base import Masks
from placer.formats.libxl.read_json import read_domain
from placer.formats.text.json_fields import Fields
from placer.formats.text.json_text import parse_json
from placer.instance import Domain, Host, Vnode
from placer.instance.units import MAX_CPU, MAX_KIB

UNKNOWN_VIDEO_KIB = 16 * 1024
"""
Video memory that a guest may have whose configuration is not known, in KiB.

The most that libxl gives a card by default (libxl__domain_build_info_setdefault, libxl_create.c: 16 MiB for stdvga).
"""


@dataclass(frozen=True, kw_only=True)
class RunningGuest:
    """
    A running guest, as its configuration states it.

    Parameters
    ----------
    domain
        Its name, its domid, and for each vcpu, offline vcpus included, the pcpus that it is bound to: the pcpus of its
        affinity, else the pcpus of its vnode's pnode, to which libxl binds the vcpus of vnodes after the build.
    memory_kib
        The memory that it was started with, in KiB.
    video_kib
        The video memory, in KiB; part of ``memory_kib``.
    vnodes
        Its vnodes with their pnodes; None for a guest without vnuma.
    stated
        For each vcpu the pcpus that its hard and soft affinity name, None for any; None where the configuration states
        no affinity.
    listed
        Whether ``xl list -l`` has it: it leaves out each domain without a configuration of libxl's own, such as stub
        domains and the guests of other toolstacks (list_domains_details, Xen tools/xl/xl_info.c).
    uuid
        Its uuid, where the configuration states it.
    """

    domain: Domain
    memory_kib: int
    video_kib: int
    vnodes: tuple[Vnode, ...] | None
    stated: Masks | None
    listed: bool = True
    uuid: str | None = None


def unlisted_guest(domain: Domain, memory_kib: int) -> RunningGuest:
    """
    Make a guest of a domain that ``xl list -l`` leaves out, of which no more is known than what Xen tells.

    Parameters
    ----------
    memory_kib
        The memory that it holds, in KiB.
    """
    return RunningGuest(
        domain=domain, memory_kib=memory_kib, video_kib=UNKNOWN_VIDEO_KIB, vnodes=None, stated=None, listed=False
    )


def xl_list_entries(text: str, place: str) -> list[Fields]:
    """
    Parse what ``xl list -l`` prints: one entry for each domain, Domain-0 included.

    Raises
    ------
    InputError
        With the JSON path, if the text is not an array of objects.
    """
    value = parse_json(text, place)
    if not isinstance(value, list):
        raise InputError('expected the array that "xl list -l" prints', place=f"{place}: $")
    return [Fields.of(item, place, f"$[{i}]") for i, item in enumerate(value)]


def read_xl_list(text: str, place: str, host: Host, *, skip: Collection[int] = ()) -> list[RunningGuest]:
    """
    Read the running guests, without Domain-0: xl prints neither its vcpus nor its affinity.

    Parameters
    ----------
    text
        An array of ``{"domid", "config"}``.
    place
        The file's name for messages.
    host
        The host they run on.
    skip
        Domids that are left out.

    Raises
    ------
    InputError
        With the JSON path, if libxl could not have started a guest, or a domid or name is listed twice.
    """
    domains = xl_list_entries(text, place)
    left = [0, *skip]
    guests = [_guest(domain, host) for domain in domains if domain.value.get("domid") not in left]
    for key in ("domid", "name"):
        seen = [getattr(guest.domain, key) for guest in guests]
        for each in seen:
            if seen.count(each) > 1:
                raise InputError(f"{key} {each} is listed twice", place=f"{place}: $")
    return guests


def bind(hard: tuple[int, ...] | None, soft: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """
    Give the pcpus that a vcpu runs on: hard and soft affinity intersected, or hard affinity if they share no pcpu.

    Xen's schedulers prefer these pcpus as long as one of them is idle.

    Parameters
    ----------
    hard, soft
        Ids of pcpus; None for any.

    Returns
    -------
    tuple of int or None
        Ids of pcpus; None for any.

    Examples
    --------
    >>> bind(None, (4, 5)), bind((0, 1, 2), (2, 3)), bind((0, 1), (4, 5)), bind(None, None)
    ((4, 5), (2,), (0, 1), None)
    """
    if hard is None or soft is None:
        return soft if hard is None else hard
    return tuple(pcpu for pcpu in hard if pcpu in soft) or hard


def _guest(document: Fields, host: Host) -> RunningGuest:
    domid = document.number("domid", MAX_CPU)
    if domid is None or "config" not in document.value:
        raise document.fault('expected a running domain, with the keys "domid" and "config"')
    reading = read_domain(document, host)
    config = document.child("config")
    build_info = config.child("b_info") if config else None
    hard, soft = reading.hard_affinity, reading.soft_affinity
    free: Masks = (None,) * reading.vcpu_count
    stated = None if hard is None and soft is None else tuple(map(bind, hard or free, soft or free))
    local = soft if soft is not None else _pcpus_of_vnodes(reading.vnodes or (), reading.vcpu_count, host)
    try:
        domain = Domain(
            name=reading.name,
            domid=domid,
            affinity=tuple(map(bind, hard or free, local)),
            online_vcpus=reading.online_vcpus,
            pool=reading.pool,
        )
    except ValueError as error:
        raise document.fault(str(error)) from None
    return RunningGuest(
        domain=domain,
        memory_kib=reading.memory_kib,
        video_kib=(build_info.number("video_memkb", MAX_KIB) if build_info else None) or 0,
        vnodes=reading.vnodes,
        stated=stated,
        uuid=reading.uuid,
    )


def _pcpus_of_vnodes(vnodes: tuple[Vnode, ...], vcpu_count: int, host: Host) -> Masks:
    """Give each vcpu the pcpus of its vnode's pnode, as libxl binds it (libxl__build_post, libxl_dom.c)."""
    pcpus_of = {pnode.id: pnode.pcpus or None for pnode in host.pnodes}
    mask_of = {vcpu: pcpus_of[vnode.pnode] for vnode in vnodes for vcpu in vnode.vcpus if vnode.pnode is not None}
    return tuple(mask_of.get(vcpu) for vcpu in range(vcpu_count))
