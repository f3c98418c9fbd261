"""The new configurations of guests that a plan restarts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from msgspec.structs import replace

from placer.errors import EmissionError, InputError
from placer.formats.base import ParsedGuest
from placer.formats.configured_guest import ConfiguredGuest, write_vnodes
from placer.formats.xl.write_cfg import emit_xl_cfg
from placer.instance import Guest, Vnode, format_size
from placer.job.problem_guests import problem_guest
from placer.rebalance.plan import Plan
from placer.rebalance.step_words import guest_after, pcpus_near


def new_configs(plan: Plan, guests: Iterable[ParsedGuest]) -> dict[str, str]:
    """
    Write the xl.cfg that starts each restarted guest on its new pnodes.

    Parameters
    ----------
    guests
        What :func:`placer.read_guests` read of their xl.cfg. Each is given back with only the placement changed: the
        pnodes of its vnodes, their distances, and the pcpus of vcpus that it binds hard.

    Returns
    -------
    dict
        Name -> text, of the guests that the plan restarts. A file of a guest that the plan leaves running or moves
        otherwise is not needed, and left out.

    Raises
    ------
    InputError
        If a file is no xl.cfg, is of no guest that runs, or has other vnodes than the running guest.
    EmissionError
        If xl would refuse the guest.
    """
    if plan.placement is None:
        raise EmissionError(f"there is no plan to write: {plan.status}")
    restarted = {step.guest for step in plan.steps if step.kind == "restart"}
    running = {resident.name for resident in plan.running.residents}
    texts: dict[str, str] = {}
    for each in guests:
        place = each.source.place if each.source else None
        if each.source is None or each.source.kind != "xl":
            raise InputError(f'guest "{each.name}": expected an xl.cfg', place=place)
        if each.name not in running:
            raise InputError(f'no guest "{each.name}" runs on the host', place=place)
        if each.name in texts:
            raise InputError(f'two files are of guest "{each.name}"', place=place)
        if each.name in restarted:
            texts[each.name] = emit_xl_cfg(_configured(each, plan))
    return texts


def _configured(parsed: ParsedGuest, plan: Plan) -> ConfiguredGuest:
    assert plan.placement is not None
    step = next(step for step in plan.steps if step.guest == parsed.name)
    host, planned = plan.running.instance.host, guest_after(step, plan)
    _check_same(parsed, planned)
    pnodes = plan.placement.pnode_of[parsed.name]
    # explicit pnodes and pcpus of the file are those that it was on before
    freed = dataclasses.replace(
        parsed, vnodes=tuple(replace(vnode, pnode=None, pnodes=None) for vnode in parsed.vnodes or ()), pnodes=None
    )
    guest = problem_guest(freed, None, always_vnuma=False, migratable=False)
    if guest.hard_affinity is not None:
        near = {
            vcpu: tuple(pcpus_near((pnode,), guest, host))
            for vnode, pnode in zip(guest.vnodes, pnodes, strict=True)
            if pnode is not None
            for vcpu in vnode.vcpus
        }
        guest = replace(guest, hard_affinity=tuple(near.get(vcpu) for vcpu in range(guest.vcpu_count)))
    return ConfiguredGuest(
        guest=guest,
        host=host,
        vnodes=write_vnodes(guest, host, pnodes),
        memory_kib=parsed.memory_kib,
        maxmem_kib=parsed.maxmem_kib,
        source=parsed.source,
        pinned=guest.hard_affinity is not None,
    )


def _check_same(parsed: ParsedGuest, planned: Guest) -> None:
    """Refuse a file whose vnodes are not those of the guest that runs."""
    stated, there = _shape(parsed.vnodes or ()), _shape(planned.vnodes)
    if stated != there:
        found = f"vnodes of {', '.join(stated)}" if stated else "no vnodes"
        raise InputError(
            f'guest "{parsed.name}" has {found}, expected those of the guest that runs: {", ".join(there)}',
            place=parsed.source.place if parsed.source else None,
        )


def _shape(vnodes: Iterable[Vnode]) -> list[str]:
    return [f"{format_size(vnode.memory_kib)} and {len(vnode.vcpus)} vcpus" for vnode in vnodes]
