"""Writes a placed guest as an xl.cfg."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from placer.formats.configured_guest import ConfiguredGuest, ConfiguredVnode, soft_affinity_on_pnode
from placer.formats.toolstack_limits import refuse_for_xen
from placer.formats.xl.edit import edit, quoted
from placer.formats.xl.syntax import Config, parse
from placer.formats.xl.values import number_of
from placer.instance import format_cpuset
from placer.instance.guest_checks import MAX_VCPUS
from placer.instance.units import MAX_KIB

MIB = 1024
PER_LINE = 8
"""Entries of a list of cpu sets on one line. Chosen, not tuned."""

_HEADER = """\
# The NUMA part of a guest, as placed by placer.
# To be added before xl can start it: kernel or firmware, disks, network.
"""


def emit_xl_cfg(written: ConfiguredGuest) -> str:
    """
    Write a guest as an xl.cfg.

    Parameters
    ----------
    written
        The guest. A guest that was read from an xl.cfg gets the same file with vnuma, memory, maxmem, vcpus and
        maxvcpus set; ``cpus=`` (unless the guest is pinned), ``cpus_soft=`` and all other keys are kept. Of any other
        guest the keys that placer knows are written. A guest of form ``whole`` gets soft affinity to its pnode instead
        of vnuma.

    Raises
    ------
    EmissionError
        With every reason, if xl or libxl would refuse the guest.
    """
    refuse_for_xen(written)
    if written.source is not None and written.source.kind == "xl":
        return _edited(written, parse(written.source.text, written.source.place))
    return _fragment(written)


def _edited(written: ConfiguredGuest, config: Config) -> str:
    online = number_of(config, "vcpus", least=1, most=MAX_VCPUS) or 1
    changes: dict[str, str | None] = {
        key: str(number)
        for key, number in _numbers(written, online).items()
        if number_of(config, key, least=0, most=MAX_KIB) != number
    }
    changes["vnuma"] = None if written.without_vnuma else _vnuma(written.vnodes)
    if written.without_vnuma:
        changes["cpus_soft"] = _cpusets(soft_affinity_on_pnode(written))
    if written.pinned and written.guest.hard_affinity is not None:
        changes["cpus"] = _cpusets(written.guest.hard_affinity)
    return edit(config.text, config.place, changes)


def _fragment(written: ConfiguredGuest) -> str:
    guest = written.guest
    values = {"name": quoted(guest.name), "type": quoted(guest.type)}
    if guest.pool is not None:
        values["pool"] = quoted(guest.pool)
    values |= {key: str(number) for key, number in _numbers(written, len(guest.online)).items()}
    soft_affinity: Sequence[Sequence[int] | None] | None = guest.soft_affinity
    if written.without_vnuma:
        soft_affinity = soft_affinity_on_pnode(written)
    else:
        values["vnuma"] = _vnuma(written.vnodes)
    for key, masks in (("cpus", guest.hard_affinity), ("cpus_soft", soft_affinity)):
        if masks is not None:
            values[key] = _cpusets(masks)
    return _HEADER + "".join(f"{key} = {value}\n" for key, value in values.items())


def _numbers(written: ConfiguredGuest, online: int) -> dict[str, int]:
    return {
        "memory": written.memory_kib // MIB,
        "maxmem": written.maxmem_kib // MIB,
        "vcpus": min(online, written.guest.vcpu_count),
        "maxvcpus": written.guest.vcpu_count,
    }


def _vnuma(vnodes: Iterable[ConfiguredVnode]) -> str:
    return "[\n" + "".join(f"    {_row(vnode)},\n" for vnode in vnodes) + "]"


def _row(vnode: ConfiguredVnode) -> str:
    options = [f"pnode={vnode.pnode}", f"size={vnode.memory_kib // MIB}"]
    if vnode.vcpus:
        options.append(f"vcpus={format_cpuset(vnode.vcpus)}")
    options.append(f"vdistances={','.join(map(str, vnode.distances))}")
    return "[" + ", ".join(map(quoted, options)) + "]"


def _cpusets(masks: Sequence[Sequence[int] | None]) -> str:
    entries = [quoted("all" if mask is None else format_cpuset(mask)) for mask in masks]
    if len(entries) <= PER_LINE:
        return "[" + ", ".join(entries) + "]"
    lines = [", ".join(entries[i : i + PER_LINE]) for i in range(0, len(entries), PER_LINE)]
    return "[\n" + "".join(f"    {line},\n" for line in lines) + "]"
