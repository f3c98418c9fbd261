"""Contradictions seen without any search: a vnode that no pnode can take alone, more memory than all pnodes have."""

from __future__ import annotations

import numpy as np

from placer.assignment import BoolArray, Problem
from placer.instance import Guest, Instance, format_cpuset, format_size
from placer.instance.catalogue import rule_named
from placer.lowering.allowed import masks


def stuck_vnodes(instance: Instance, problem: Problem) -> list[str]:
    """Give a line for each vnode that fits no pnode even alone."""
    return [line for v in range(problem.n) if (line := _stuck(instance, problem, v))]


def exceeds_capacity(problem: Problem) -> list[str]:
    """Give a line where all guests together need more memory than all pnodes have."""
    memory = problem.resources[0]
    need, room = int(memory.weight.sum()), int(memory.capacity[:-1].sum())
    if need <= room:
        return []
    return [
        f"the guests need {format_size(need)} in all; the pnodes have {format_size(room)} for guests, "
        f"{format_size(need - room)} less"
    ]


def _stuck(instance: Instance, problem: Problem, v: int) -> str:
    """Say why a vnode fits no pnode even alone; empty if one can take it."""
    host, (guest, index) = instance.host, _vnode(instance, v)
    need, room = int(problem.resources[0].weight[v]), problem.resources[0].capacity[: len(host.pnodes)]
    allowed = problem.allowed[v, : len(host.pnodes)]
    who = f'guest "{guest.name}" vnode {index}'
    if (allowed & (need <= room)).any():
        return _too_wide(problem, v, who, len(guest.vnodes[index].vcpus), allowed & (need <= room))
    if not allowed.any():
        return f"{who}: no pnode is allowed: {_exclusions(instance, v)}"
    best = int(np.where(allowed, room, -1).argmax())
    short = need - int(room[best])
    pnode = host.pnodes[best]
    has = format_size(int(room[best]))
    if room[best] < pnode.memory_kib:
        taken = format_size(pnode.memory_kib - int(room[best]))
        has += f" ({format_size(pnode.memory_kib)} free, less {taken} of reserve and overhead)"
    return (
        f"{who} needs {format_size(need)}; the most that a pnode it may use has for guests is {has}, "
        f"on pnode {pnode.id}: {format_size(short)} less would fit"
    )


def _too_wide(problem: Problem, v: int, who: str, vcpus: int, allowed: BoolArray) -> str:
    """Say that no pnode with memory for it has pcpus for its vcpus; empty if one has."""
    for resource in problem.resources[1:]:
        room = resource.capacity[: len(allowed)][allowed]
        if (room < resource.weight[v]).all():
            return (
                f"{who} has {vcpus} vcpus; with what runs there, {resource.name} leaves room for at most "
                f"{room.max() // resource.unit} on a pnode that it may use and that has memory for it"
            )
    return ""


def _exclusions(instance: Instance, v: int) -> str:
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
