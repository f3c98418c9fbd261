"""Contradictions that need no search: a vnode that no pnode can hold even alone, more memory than all pnodes have."""

from __future__ import annotations

import numpy as np

from placer.assignment import BoolArray, Problem
from placer.instance import Guest, Host, Instance, format_cpuset, format_size
from placer.instance.catalogue import rule_named
from placer.lowering.allowed import masks
from placer.lowering.huge_pages import page_size_of


def stuck_vnodes(instance: Instance, problem: Problem) -> list[str]:
    """
    Give a line for each vnode that fits no pnode even alone.

    Parameters
    ----------
    problem
        Of the instance; its last site stands for "no pnode".
    """
    return [line for v in range(problem.n) if (line := _stuck(instance, problem, v))]


def exceeds_capacity(problem: Problem) -> list[str]:
    """Give a line if all guests together need more memory than all pnodes have, else no line."""
    memory = problem.resources[0]
    need, room = int(memory.weight.sum()), int(memory.capacity[:-1].sum())
    if need <= room:
        return []
    return [
        f"the guests need {format_size(need)} in all; the pnodes have {format_size(room)} for guests, "
        f"{format_size(need - room)} too little"
    ]


def lacking_pages(problem: Problem) -> list[str]:
    """Give a line for each page size of which all guests together need more huge pages than all pnodes have free."""
    lines = []
    for resource in problem.resources:
        need, free = int(resource.weight.sum()), int(resource.capacity[:-1].sum())
        if page_size_of(resource.name) and need > free:
            size = format_size(page_size_of(resource.name))
            lines.append(
                f"the guests need {need} huge pages of {size} in all; the pnodes have {free} free, "
                f"{need - free} too few"
            )
    return lines


def _stuck(instance: Instance, problem: Problem, v: int) -> str:
    """Say why a vnode fits no pnode even alone; empty if some pnode can hold it."""
    host, (guest, index) = instance.host, _vnode(instance, v)
    need, room = int(problem.resources[0].weight[v]), problem.resources[0].capacity[: len(host.pnodes)]
    allowed = problem.allowed[v, : len(host.pnodes)]
    subject = f'guest "{guest.name}" vnode {index}'
    large_enough = allowed & (need <= room)
    if large_enough.any():
        return _too_few_pages(problem, v, subject, large_enough, host) or _too_wide(
            problem, v, subject, len(guest.vnodes[index].vcpus), large_enough
        )
    if not allowed.any():
        return f"{subject}: no pnode is allowed: {_exclusions(instance, v)}"
    best = int(np.where(allowed, room, -1).argmax())
    short = need - int(room[best])
    pnode = host.pnodes[best]
    has = format_size(int(room[best]))
    if room[best] < pnode.memory_kib:
        taken = format_size(pnode.memory_kib - int(room[best]))
        has += f" ({format_size(pnode.memory_kib)} free, less {taken} of reserve and overhead)"
    return (
        f"{subject} needs {format_size(need)}; the most that a pnode it may use has for guests is {has}, "
        f"on pnode {pnode.id}: {format_size(short)} less would fit"
    )


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
    """Say that no pnode with enough memory takes so many vcpus; empty if some pnode does."""
    for resource in problem.resources[1:]:
        room = resource.capacity[: len(allowed)][allowed]
        if (room < resource.weight[v]).all():
            return (
                f"{subject} has {vcpus} vcpus; of the pnodes that it may use and that have memory for it, none has "
                f"room for more than {room.max() // resource.unit} ({resource.name}, running vcpus counted)"
            )
    return ""


def _exclusions(instance: Instance, v: int) -> str:
    """List the rules that exclude pnodes for a vnode, each with the pnodes that it leaves."""
    ids = np.array([pnode.id for pnode in instance.host.pnodes])
    parts = []
    for rule, mask in masks(instance).items():
        if not mask[v].all():
            kept = format_cpuset(ids[mask[v]].tolist())
            parts.append(f"{rule_named(rule).words} " + (f"allows only {kept}" if kept else "excludes every pnode"))
    return ", ".join(parts)


def _vnode(instance: Instance, v: int) -> tuple[Guest, int]:
    vnodes = [(guest, index) for guest in instance.guests for index in range(len(guest.vnodes))]
    return vnodes[v]
