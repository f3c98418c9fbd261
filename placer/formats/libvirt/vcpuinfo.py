"""Reads where the vcpus of a running domain are and may be, from what ``virsh vcpuinfo`` prints."""

from __future__ import annotations

import re
from dataclasses import dataclass

from placer.errors import InputError
from placer.formats.text.files import Text
from placer.instance import Host, shorten
from placer.instance.guest_checks import MAX_VCPUS

_LINE = re.compile(r"([A-Za-z][A-Za-z ]*):\s*(\S.*)?")
_AFFINITY = re.compile("[y-]+")


@dataclass(frozen=True, kw_only=True)
class OnlineVcpu:
    """
    A vcpu that is online.

    Parameters
    ----------
    pcpu
        The pcpu that it was on last; None where libvirt does not say.
    mask
        The pcpus that it may run on; None for all.
    """

    pcpu: int | None
    mask: tuple[int, ...] | None


def read_vcpuinfo(text: Text, host: Host) -> dict[int, OnlineVcpu]:
    """
    Read the online vcpus of a domain, by number.

    Parameters
    ----------
    text
        A block of lines for each vcpu, ``VCPU: 0`` first, as cmdVcpuinfo of libvirt's tools/virsh-domain.c prints it.
    host
        The host that it runs on.

    Raises
    ------
    InputError
        With ``file:line``, if a line is none of it or a vcpu is listed twice; with the file, if a vcpu has no affinity
        or may run on no pcpu of the host.
    """
    blocks: dict[int, dict[str, str]] = {}
    block: dict[str, str] = {}
    for i, line in enumerate(text.content.split("\n"), start=1):
        if not line.strip():
            continue
        row, place = _LINE.fullmatch(line.strip()), f"{text.place}:{i}"
        if row is None or (not blocks and row[1] != "VCPU"):
            raise InputError(f'expected a line of virsh vcpuinfo, "VCPU: 0" first, got "{shorten(line)}"', place=place)
        if row[1] == "VCPU":
            block = blocks.setdefault(_number(row[2] or "", place), {})
            if block:
                raise InputError(f"lists vcpu {row[2]} again", place=place)
        block[row[1]] = (row[2] or "").strip()
    return {vcpu: _vcpu(vcpu, block, host, text.place) for vcpu, block in sorted(blocks.items())}


def _vcpu(vcpu: int, block: dict[str, str], host: Host, place: str) -> OnlineVcpu:
    stated, on = block.get("CPU Affinity", ""), block.get("CPU", "")
    if not _AFFINITY.fullmatch(stated):
        raise InputError(f'vcpu {vcpu} has no line "CPU Affinity: yy--" below it', place=place)
    named = {pcpu for pcpu, allowed in enumerate(stated) if allowed == "y"}
    pcpus = sorted(named & host.position_of_pcpu.keys())
    if not pcpus:
        raise InputError(f"vcpu {vcpu} may run on no pcpu of this host", place=place)
    pcpu = int(on) if on.isascii() and on.isdigit() and len(on) < 10 else None
    return OnlineVcpu(
        pcpu=pcpu if pcpu in host.position_of_pcpu else None,
        mask=None if len(pcpus) == len(host.position_of_pcpu) else tuple(pcpus),
    )


def _number(text: str, place: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) < MAX_VCPUS):
        raise InputError(f'expected the number of a vcpu, got "{shorten(text)}"', place=place)
    return int(text)
