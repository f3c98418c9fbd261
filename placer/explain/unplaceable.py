"""Contradictions that need no search: a vnode that no pnode can hold even alone, more memory than all pnodes have."""

from __future__ import annotations

import numpy as np

from placer.assignment import BoolArray, IntArray, Problem
from placer.explain.amounts import exact
from placer.explain.changes import only_guests
from placer.explain.words import free_memory, part_word
from placer.instance import Guest, Host, Instance, format_cpuset, format_size
from placer.instance.catalogue import rule_named
from placer.lowering.allowed import masks
from placer.lowering.huge_pages import page_size_of
from placer.lowering.memory import memory_room

MOST_LINES = 40
"""Vnodes that are told, about a screen; the rest is counted."""


def stuck_guests(instance: Instance, problem: Problem) -> list[str]:
    """Name the guests of the vnodes that fit no pnode even alone, each once."""
    return list(dict.fromkeys(_vnodes(instance)[v][0].name for v in _stuck_items(instance, problem)))


def stuck_vnodes(instance: Instance, problem: Problem) -> list[str]:
    """
    Give a line for each vnode that fits no pnode even alone, at most :data:`MOST_LINES`.

    Parameters
    ----------
    problem
        Of the instance; it may have a last site that stands for "no pnode".
    """
    items = _stuck_items(instance, problem)
    if not items:
        return []
    vnodes = _vnodes(instance)
    room = memory_room(instance)
    lines = [_stuck(instance, problem, v, vnodes[v], room) for v in items[:MOST_LINES]]
    return lines + ([f"and {len(items) - MOST_LINES} more vnodes"] if len(items) > MOST_LINES else [])


def exceeds_capacity(instance: Instance, problem: Problem) -> list[str]:
    """Give a line if all guests together need more memory than all pnodes have, else no line."""
    memory = problem.resources[0]
    need, room = int(memory.weight.sum()), int(memory.capacity[: len(instance.host.pnodes)].sum())
    if need <= room:
        return []
    return [
        f"the guests need {format_size(need)} in all; the pnodes have {format_size(room)} for guests, "
        f"{exact(need - room)} too little"
    ]


def lacking_pages(instance: Instance, problem: Problem) -> list[str]:
    """Give a line for each page size of which all guests together need more huge pages than all pnodes have free."""
    lines = []
    for resource in problem.resources:
        need, free = int(resource.weight.sum()), int(resource.capacity[: len(instance.host.pnodes)].sum())
        if page_size_of(resource.name) and need > free:
            size = format_size(page_size_of(resource.name))
            lines.append(
                f"the guests need {need} huge pages of {size} in all; the pnodes have {free} free, "
                f"{need - free} too few"
            )
    return lines


def _stuck_items(instance: Instance, problem: Problem) -> list[int]:
    """Give the items that no pnode can hold: that are allowed on none, or whose need of one resource is too large."""
    fits = problem.allowed[:, : len(instance.host.pnodes)]
    memory = problem.resources[0]
    room = memory.capacity[: len(instance.host.pnodes)]
    fits = fits & (memory.weight[:, None] <= room)
    stuck = ~fits.any(axis=1)
    for resource in problem.resources[1:]:
        room = resource.capacity[: len(instance.host.pnodes)]
        stuck |= ~(fits & (resource.weight[:, None] <= room)).any(axis=1)
    return [int(v) for v in np.flatnonzero(stuck)]


def _stuck(instance: Instance, problem: Problem, v: int, vnode: tuple[Guest, int], memory_room: IntArray) -> str:
    """Say why a vnode fits no pnode even alone."""
    host, (guest, index) = instance.host, vnode
    need, room = int(problem.resources[0].weight[v]), problem.resources[0].capacity[: len(host.pnodes)]
    allowed = problem.allowed[v, : len(host.pnodes)]
    subject = f'guest "{guest.name}" {part_word(guest)} {index}'
    large_enough = allowed & (need <= room)
    if large_enough.any():
        return _too_few_pages(problem, v, subject, large_enough, host) or _too_wide(
            problem, v, subject, len(guest.vnodes[index].vcpus), large_enough
        )
    if not allowed.any():
        return f"{subject}: no pnode is allowed: {_exclusions(only_guests(instance, {guest.name}), index)}"
    best = int(np.where(allowed, room, -1).argmax())
    pnode = host.pnodes[best]
    told = f"{subject} needs {format_size(need)}; the most that a pnode it may use has for guests is "
    told += format_size(int(room[best]))
    if room[best] < pnode.memory_kib:
        told += f" ({free_memory(pnode, int(memory_room[best]))})"
    told += f", on pnode {pnode.id}"
    short = need - int(room[best])
    lighter = short < guest.vnodes[index].memory_kib and all(
        resource.weight[v] <= resource.capacity[best] for resource in problem.resources[1:]
    )
    return told + (f": {exact(short)} less would fit" if lighter else "")


def _too_few_pages(problem: Problem, v: int, subject: str, allowed: BoolArray, host: Host) -> str:
    """Say that no pnode with enough memory has so many huge pages; empty if some pnode has."""
    for resource in problem.resources[1:]:
        room = np.where(allowed, resource.capacity[: len(allowed)], -1)
        if (size := page_size_of(resource.name)) and room.max() < resource.weight[v]:
            return (
                f"{subject} needs {resource.weight[v]} huge pages of {format_size(size)}; the most that a pnode it may "
                f"use has free is {room.max()}, on pnode {host.pnodes[int(room.argmax())].id}"
            )
    return ""


def _too_wide(problem: Problem, v: int, subject: str, vcpus: int, allowed: BoolArray) -> str:
    """Say that no pnode with enough memory takes so many vcpus."""
    for resource in problem.resources[1:]:
        room = resource.capacity[: len(allowed)][allowed]
        if (room < resource.weight[v]).all():
            return (
                f"{subject} has {vcpus} vcpus; of the pnodes that it may use and that have memory for it, none has "
                f"room for more than {room.max() // resource.unit} ({resource.name}, running vcpus counted)"
            )
    return ""


def _exclusions(instance: Instance, v: int) -> str:
    """List the rules that exclude pnodes for a vnode of the only guest, each with the pnodes that it leaves."""
    ids = np.array([pnode.id for pnode in instance.host.pnodes])
    parts = []
    for rule, mask in masks(instance).items():
        if not mask[v].all():
            kept = format_cpuset(ids[mask[v]].tolist())
            parts.append(f"{rule_named(rule).words} " + (f"allows only {kept}" if kept else "excludes every pnode"))
    return ", ".join(parts)


def _vnodes(instance: Instance) -> list[tuple[Guest, int]]:
    return [(guest, index) for guest in instance.guests for index in range(len(guest.vnodes))]
