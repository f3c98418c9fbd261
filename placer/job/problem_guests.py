"""A guest as the problem has it, made of what its file states and what the caller chose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal, NoReturn

from msgspec.structs import replace as replace_struct

from placer.errors import InputError
from placer.formats.base import ParsedGuest
from placer.instance import Flexible, Guest, Host, format_size
from placer.job.forms import balloons_without_vnuma, form_of, may_be_apart
from placer.job.option_notes import balloon_note

MemoryChoice = Literal["maxmem", "memory"]
VnodesChoice = tuple[int, int] | Literal["fewest"] | None
"""
How many vnodes a guest may get whose file states none.

A pair: from so many to so many. ``fewest``: the fewest with which the guest fits the host alone. None: one, without
vnuma, where that fits (Xen can then save and migrate the guest), else any number.
"""


def choose_memory(reading: ParsedGuest, choice: MemoryChoice | None) -> ParsedGuest:
    """
    Give a guest the memory that is to be placed, where its file states less memory than maxmem.

    Raises
    ------
    InputError
        If its vnodes contradict the choice.
    """
    if reading.memory_kib == reading.maxmem_kib:
        return reading
    figures = f"memory {format_size(reading.memory_kib)}, maxmem {format_size(reading.maxmem_kib)}"
    if choice == "maxmem":
        return replace(reading, memory_kib=reading.maxmem_kib)
    if choice == "memory":
        if reading.vnodes is not None:
            raise InputError(
                f'guest "{reading.name}" has {figures}, and its vnodes sum to maxmem; '
                "to place its memory they need to sum to memory",
                place=_place(reading),
            )
        return replace(reading, maxmem_kib=reading.memory_kib)
    if reading.vnodes is None:
        return reading  # placer.job.settled knows whether it gets vnuma
    return replace(reading, notes=(*reading.notes, balloon_note(reading)))


def problem_guest(reading: ParsedGuest, vnodes: VnodesChoice, *, always_vnuma: bool, migratable: bool) -> Guest:
    """
    Make the guest of a problem of what its file states.

    Raises
    ------
    InputError
        If it contradicts itself.
    """
    flexible, form = None, form_of(reading, migratable=migratable)
    if balloons_without_vnuma(reading) and not always_vnuma and vnodes is None:
        form = "set"  # xl would refuse vnuma
    always_vnuma = always_vnuma and form != "set"
    try:
        if reading.vnodes is None:
            least, most = vnodes if isinstance(vnodes, tuple) else (1, None)
            if reading.spread and reading.pnodes:
                least = most = len(reading.pnodes)
            flexible = Flexible(
                memory_kib=reading.maxmem_kib if always_vnuma else reading.memory_kib,
                vcpu_count=reading.vcpu_count,
                least=least,
                most=most,
                always_vnuma=always_vnuma,
            )
        return Guest(
            name=reading.name,
            type=reading.type,
            form=form,
            vnodes=reading.vnodes or (),
            flexible=flexible,
            topology=reading.topology,
            pnodes=reading.pnodes,
            pool=reading.pool,
            online_vcpus=reading.online_vcpus,
            hard_affinity=reading.hard_affinity,
            soft_affinity=reading.soft_affinity,
            vdistances=reading.vdistances,
            cpu_policy=reading.cpu_policy,
            dedicated_vcpus=reading.dedicated_vcpus,
            thread_policy=reading.thread_policy,
            memory_apart=may_be_apart(reading) and not reading.spread,
            one_to_one=reading.one_to_one,
            devices=reading.devices,
            overhead_kib=reading.overhead_kib,
            page_size=reading.page_size,
        )
    except ValueError as error:
        raise InputError(str(error), place=_place(reading)) from error


def refuse_same_name(first: ParsedGuest, second: ParsedGuest) -> NoReturn:
    """
    Refuse the second of two guests of one name.

    Raises
    ------
    InputError
        With the place of both.
    """
    place = _place(first)
    also = "" if place is None or place == _place(second) else f", the other in {place}"
    raise InputError(f'two guests have the name "{second.name}"{also}', place=_place(second))


def less_stubdomains(host: Host, guests: Iterable[ParsedGuest]) -> Host:
    """Take off what the stub domains of guests have, on whatever pnode."""
    taken_kib = sum(guest.stubdomain_kib for guest in guests)
    return replace_struct(host, claimed_kib=host.claimed_kib + taken_kib) if taken_kib else host


def _place(reading: ParsedGuest) -> str | None:
    return reading.source.place if reading.source else None
