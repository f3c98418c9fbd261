"""The part of a snapshot that states the host."""

from __future__ import annotations

from typing import Literal

from placer.errors import InputError
from placer.formats.snapshot.facts import Facts, read_facts
from placer.formats.snapshot.parts import Part, Parts, split_parts

Toolstack = Literal["xl", "libvirt"]

XL_INFO, CAPABILITIES = "xl-info", "virsh-capabilities"


def host_of_snapshot(text: str, place: str) -> tuple[Part, Facts, list[str]]:
    """
    Give the part of a snapshot that states the host, in a form that the readers of hosts take.

    Returns
    -------
    part : Part
    facts : Facts
    notes : list of str
        On the snapshot as a whole, a sentence each.

    Raises
    ------
    InputError
        With ``file:line``, as :func:`.parts.split_parts`, or as :func:`host_part`.
    """
    parts = split_parts(text, place)
    facts, notes = read_facts(parts)
    return host_part(parts, facts), facts, [*parts.notes, *notes]


def host_part(parts: Parts, facts: Facts) -> Part:
    """
    Give the part that states the host.

    Raises
    ------
    InputError
        With ``file:line``, if the part is missing, failed, or is cut off.
    """
    place = parts.place
    part = parts.parts.get(XL_INFO) or parts.parts.get(CAPABILITIES)
    if part is None:
        missing = "states no host: the output of xl info -n or virsh capabilities is not in it"
        cut = "" if parts.whole else f"; {parts.notes[-1]}"
        raise InputError(f"{missing}{cut or _other_user(facts)}", place=place)
    if not part.good:
        raise InputError(f"states no host: {part.why}{_other_user(facts)}", place=f"{place}:{part.line}")
    return part


def toolstack_of(parts: Parts) -> Toolstack:
    """Tell which toolstack was asked; that of Xen where both were."""
    return "xl" if XL_INFO in parts.parts else "libvirt"


def same_name(name: str, other: str) -> bool:
    """Whether two names are of one host, as far as both are known; one may be with its domain and one without."""
    return not name or not other or name.partition(".")[0] == other.partition(".")[0]


def check_host_name(facts: Facts, name: str, part: Part) -> None:
    """
    Refuse a part of another host.

    Raises
    ------
    InputError
        With ``file:line``, if the part names another host than the snapshot.
    """
    if not same_name(facts.host, name):
        raise InputError(
            f'{part.command} is of host "{name}", the snapshot of "{facts.host}": parts of two hosts are mixed',
            place=f"{part.text.place}:{part.line}",
        )


def _other_user(facts: Facts) -> str:
    return f"; {facts.as_other_user}" if facts.as_other_user else ""
