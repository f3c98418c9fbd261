"""Reads what runs on a host: its domains, and what its guests were started with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from placer.audit.load import running_domains
from placer.errors import InputError
from placer.formats.text.files import Source, read_source
from placer.formats.xl.list_domains import RunningGuest, read_xl_list
from placer.formats.xl.vcpu_list import ListedDomain, SeenVcpu, read_xl_vcpu_list
from placer.instance import Host


@dataclass(frozen=True, kw_only=True)
class Running:
    """
    What runs on a host.

    Parameters
    ----------
    host
        With its domains.
    guests
        What xl was told of each guest, in the order of ``xl list -l``.
    seen
        Domid -> for each vcpu of the domain where ``xl vcpu-list`` saw it; empty where that was not read.
    """

    host: Host
    guests: tuple[RunningGuest, ...]
    seen: Mapping[int, tuple[SeenVcpu, ...]] = field(default_factory=dict)


def read_running(host: Host, running: Source | None, vcpu_list: Source | None) -> Running:
    """
    Read what runs on a host.

    Parameters
    ----------
    running
        What ``xl list -l`` prints.
    vcpu_list
        What ``xl vcpu-list`` prints.

    Raises
    ------
    InputError
        With the place of the fault, or if the two contradict each other.
    """
    guests, listed, place = read_lists(host, running, vcpu_list)
    return combined(host, guests, listed, place)


def read_lists(
    host: Host, running: Source | None, vcpu_list: Source | None, *, skip: Collection[int] = ()
) -> tuple[list[RunningGuest], list[ListedDomain], str]:
    """Read what the two commands print, each by itself; with the name of the last for messages; ``skip`` has domids."""
    guests: list[RunningGuest] = []
    listed: list[ListedDomain] = []
    place = ""
    if running is not None:
        text, place = read_source(running, "replace")
        guests = read_xl_list(text, place, host, skip=skip)
    if vcpu_list is not None:
        text, place = read_source(vcpu_list, "replace")
        listed = read_xl_vcpu_list(text, place, host)
    return guests, listed, place


def combined(host: Host, guests: Sequence[RunningGuest], listed: Sequence[ListedDomain], place: str) -> Running:
    """
    Combine what the two commands print.

    Raises
    ------
    InputError
        If the two contradict each other.
    """
    try:
        domains = running_domains(guests, [each.domain for each in listed])
        seen = {each.domain.domid: each.seen for each in listed if each.domain.domid is not None}
        return Running(host=replace(host, domains=domains), guests=tuple(guests), seen=seen)
    except (InputError, ValueError) as error:
        raise InputError(str(error), place=place) from None
