"""Writes a placed guest as libxl's JSON: the build info of libxl_domain_create_new."""

from __future__ import annotations

import json

from placer.formats.configured_guest import ConfiguredGuest, soft_affinity_on_pnode
from placer.formats.text.json_layout import lay_out
from placer.formats.toolstack_limits import refuse_for_xen

_ORDER = [
    "max_vcpus",
    "avail_vcpus",
    "cpumap",
    "nodemap",
    "vcpu_hard_affinity",
    "vcpu_soft_affinity",
    "numa_placement",
    "tsc_mode",
    "max_memkb",
    "target_memkb",
    "video_memkb",
    "shadow_memkb",
    "iommu_memkb",
    "rtc_timeoffset",
    "exec_ssidref",
    "exec_ssid_label",
    "localtime",
    "disable_migrate",
    "cpuid",
    "blkdev_start",
    "vnuma_nodes",
]
"""Keys of a b_info up to the last that placer writes, in the order of libxl (libxl_types.idl)."""

Json = dict[str, object]


def emit_libxl_json(written: ConfiguredGuest) -> str:
    """
    Write a guest as a ``libxl_domain_build_info``.

    Returns
    -------
    str
        One JSON object. A guest that was read from libxl's JSON gets the same object, possibly a whole
        ``libxl_domain_config``, with only the fields of the placement changed. ``pnode`` is written even where it is 0,
        which libxl itself omits.

    Raises
    ------
    EmissionError
        With every reason, if libxl would refuse the guest.
    """
    refuse_for_xen(written, "libxl")
    ours = _placed_fields(written)
    if written.source is None or written.source.kind != "libxl":
        ours["avail_vcpus"] = sorted(written.guest.online)
        return lay_out(_merge({f"type.{written.guest.type}": {}}, ours)) + "\n"
    document: Json = json.loads(written.source.text)
    build_info = document.get("b_info")
    if isinstance(build_info, dict):
        document["b_info"] = _merge(build_info, ours)
    else:
        document = _merge(document, ours)
    return lay_out(document) + "\n"


def _placed_fields(written: ConfiguredGuest) -> Json:
    """Collect the fields that placer decides; None for a key that has to be removed."""
    guest = written.guest
    memory_kib = sum(vnode.memory_kib for vnode in written.vnodes)
    ours: Json = {
        "max_vcpus": guest.vcpu_count,
        "nodemap": None,  # it would decide where memory lies, vnuma or not
        "vcpu_hard_affinity": _bitmaps(written, guest.hard_affinity),
        "vcpu_soft_affinity": _bitmaps(written, guest.soft_affinity),
        "numa_placement": "False",  # the default, True, lets libxl place the guest anew
        "max_memkb": memory_kib,
        "target_memkb": memory_kib,
        "vnuma_nodes": None,
    }
    if written.without_vnuma:
        ours |= {"max_memkb": written.maxmem_kib, "target_memkb": written.memory_kib}
        return ours | {"vcpu_soft_affinity": [list(mask) for mask in soft_affinity_on_pnode(written)]}
    rows = [
        {
            "memkb": vnode.memory_kib,
            "distances": list(vnode.distances),
            "pnode": vnode.pnode,
            "vcpus": sorted(vnode.vcpus),
        }
        for vnode in written.vnodes
    ]
    return ours | {"vnuma_nodes": rows}


def _bitmaps(written: ConfiguredGuest, masks: tuple[tuple[int, ...] | None, ...] | None) -> list[list[int]] | None:
    """Write masks as libxl bitmaps, ascending; a vcpu without a mask gets all pcpus of the host."""
    if masks is None:
        return None
    return [sorted(written.host.position_of_pcpu if mask is None else mask) for mask in masks]


def _merge(build_info: Json, ours: Json) -> Json:
    """Set placer's fields, new ones where libxl would write them; None removes a field."""
    names = list(build_info)
    for name in _ORDER:
        if name in ours and name not in names:
            before = _ORDER[: _ORDER.index(name)]
            names.insert(max((i + 1 for i, key in enumerate(names) if key in before), default=0), name)
    merged = {name: ours.get(name, build_info.get(name)) for name in names}
    return {name: value for name, value in merged.items() if value is not None or name not in ours}
