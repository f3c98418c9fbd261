"""Reads ``cpus=`` and ``cpus_soft=`` of an xl.cfg (Xen tools/xl/xl_parse.c, parse_cpurange)."""

from __future__ import annotations

import re

from placer.formats.base import Masks
from placer.formats.xl.syntax import Config, Value
from placer.instance import Host, format_cpuset, shorten

_PART = re.compile(
    r"(?P<out>\^)?(?P<pnodes>nodes?:)?(?:(?P<all>all)|\s*\+?(?P<low>[0-9]{1,9})(?:-\s*\+?(?P<high>[0-9]{1,9}))?)"
)
PCPUS_OF_PNODES = 64
"""xl keeps the pcpus of ``node:`` in a bitmap with one bit for each *node* that Xen supports (MAX_NUMNODES, 64)."""
_MIXED = re.compile(r"nodes?:[0-9-]+,[0-9]")


def read_affinity(config: Config, key: str, *, vcpu_count: int, host: Host) -> tuple[Masks | None, tuple[str, ...]]:
    """
    Read the masks of all vcpus.

    Parameters
    ----------
    config
        The guest's file.
    key
        ``cpus`` or ``cpus_soft``. The value is a string for all vcpus, or a list with an entry per vcpu. A list may be
        shorter (the remaining vcpus have no mask) or longer (xl ignores the surplus entries).
    vcpu_count
        Number of vcpus of the guest.
    host
        The host that the entries' pcpus and pnodes belong to.

    Returns
    -------
    masks : tuple or None
        For each vcpu the ids of its pcpus, None for any; None where no vcpu has a mask.
    notes : tuple of str
        A sentence for each entry that people may read otherwise than xl does.

    Raises
    ------
    InputError
        If an entry is no cpu set, is empty, or names pcpus or pnodes that the host does not have.
    """
    value = config.value_of(key)
    if value is None:
        return None, ()
    masks: list[tuple[int, ...] | None]
    if isinstance(value, str):
        entries: tuple[Value, ...] = (value,)
        masks = [_mask(config, key, value, host)] * vcpu_count
    else:
        entries = value[:vcpu_count]
        masks = [_mask(config, key, entry, host) for entry in entries]
        masks += [None] * (vcpu_count - len(masks))
    notes = [_mixed_note(key, entry) for entry in entries if isinstance(entry, str) and _MIXED.search(entry)][:1]
    if len(value) > vcpu_count and not isinstance(value, str):
        notes.append(f"{key} has {len(value)} entries for {vcpu_count} vcpus: xl ignores the rest")
    stated = any(mask is not None for mask in masks)
    return tuple(masks) if stated else None, tuple(notes)


def _mask(config: Config, key: str, entry: Value, host: Host) -> tuple[int, ...] | None:
    """Read the pcpus of one entry; None where the entry names all pcpus of the host."""
    if not isinstance(entry, str):
        raise config.fault(key, f"expected each entry of {key} to be a cpu set, got a list")
    everything = set(host.position_of_pcpu)
    mask: set[int] = set()
    for text in filter(None, entry.split(",")):
        part = _PART.fullmatch(text)
        if part is None or (part["out"] and part["all"]):
            raise config.fault(key, f'expected {key} to be like "0-3,^2", "node:1" or "all", got "{shorten(text)}"')
        pcpus = everything if part["all"] else _pcpus(config, key, part, host)
        mask = mask - pcpus if part["out"] else mask | pcpus
    if not mask:
        raise config.fault(key, f'{key} "{shorten(entry)}" names no pcpu, expected at least one')
    mask &= everything
    if not mask:
        raise config.fault(key, f'{key} "{shorten(entry)}" names no pcpu that is known to be online')
    return None if mask == everything else tuple(sorted(mask))


def _pcpus(config: Config, key: str, part: re.Match[str], host: Host) -> set[int]:
    known = host.position_of.keys() if part["pnodes"] else host.known_pcpus
    low, high = int(part["low"]), int(part["high"] or part["low"])
    if high < low:
        raise config.fault(key, f'range "{part[0]}" of {key} runs backwards')
    ids = set(range(low, high + 1)) if high <= max(known, default=-1) else {high}
    if not ids <= known:
        kind = "pnode" if part["pnodes"] else "pcpu"
        missing = format_cpuset(ids - known)
        raise config.fault(
            key, f"{key} names {kind} {missing}, this host has {kind}s {format_cpuset(known) or '(none)'}"
        )
    if not part["pnodes"]:
        return ids
    pcpus = {pcpu for pnode in host.pnodes if pnode.id in ids for pcpu in pnode.pcpus}
    dropped = {pcpu for pcpu in pcpus if pcpu >= PCPUS_OF_PNODES}
    if dropped:
        raise config.fault(
            key,
            f'"{part[0]}" of {key} means pcpus {format_cpuset(pcpus)}, of which xl drops {format_cpuset(dropped)}: '
            f"after node: it keeps only pcpus below {PCPUS_OF_PNODES}; write the numbers of the pcpus",
        )
    return pcpus


def _mixed_note(key: str, entry: str) -> str:
    return (
        f'{key} "{shorten(entry)}": as in xl, "nodes:" holds up to the next comma, '
        'and the numbers after it are pcpus ("nodes:1,node:3" names two pnodes)'
    )
