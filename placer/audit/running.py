"""Reads what runs on a host: its domains, and what its guests were started with."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from placer.audit.audit import running_domains
from placer.errors import InputError
from placer.formats.text.files import Source, read_source
from placer.formats.xl.list_domains import RunningGuest, read_xl_list
from placer.formats.xl.vcpu_list import read_xl_vcpu_list
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
    """

    host: Host
    guests: tuple[RunningGuest, ...]


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
    guests, listed, place = [], [], ""
    if running is not None:
        text, place = read_source(running, "replace")
        guests = read_xl_list(text, place, host)
    if vcpu_list is not None:
        text, place = read_source(vcpu_list, "replace")
        listed = read_xl_vcpu_list(text, place, host)
    try:
        domains = running_domains(guests, listed)
        return Running(host=replace(host, domains=domains), guests=tuple(guests))
    except (InputError, ValueError) as error:
        raise InputError(str(error), place=place) from None
