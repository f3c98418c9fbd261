"""Writes a placed guest as libvirt's domain XML."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from placer.errors import EmissionError
from placer.formats.configured_guest import ConfiguredGuest, ConfiguredVnode, pcpus_of_vnode
from placer.formats.libvirt.write_huge_pages import set_huge_pages
from placer.formats.libvirt.write_numatune import numatune_lines
from placer.formats.text.encodings import carry_as
from placer.formats.text.xml_edit import STEP, Span, XmlEdit
from placer.formats.toolstack_limits import not_for_qemu, online_first
from placer.instance import Topology, format_cpuset
from placer.instance.topology import RARE_LEVELS

_SKELETON = """\
<!-- The NUMA part of a guest, as placed by placer. To be added before it starts: firmware or kernel, devices. -->
<domain type='kvm'>
  <name>{name}</name>
  <memory unit='KiB'>{memory_kib}</memory>
  <vcpu placement='static'{current}>{vcpus}</vcpu>{each}
  <os>
    <type>hvm</type>
  </os>
{cpu}</domain>
"""


def emit_libvirt_xml(written: ConfiguredGuest) -> str:
    """
    Write a guest as a ``<domain>`` of libvirt's QEMU driver.

    Parameters
    ----------
    written
        The guest. A guest that was read from a domain gets the same domain with these elements set, and all others
        kept: ``numatune`` for the guest and each cell, in the modes of the domain; a ``vcpupin`` for each vcpu, with
        the pcpus of its pnode that its hard affinity allows; an ``emulatorpin`` unless the domain has one; the
        distances between cells; for a guest that placer cut into vnodes the cells themselves; and the size of huge
        pages where the domain leaves that open. Of a guest of an instance or a flavour the elements that placer knows
        are written. A guest of form ``whole`` gets no cells.

    Raises
    ------
    EmissionError
        With every reason, if the guest is one of Xen or libvirt would refuse it.
    """
    reasons = list(_reasons(written))
    if reasons:
        raise EmissionError("\n".join(f'guest "{written.guest.name}": {reason}' for reason in reasons))
    source = written.source
    document = XmlEdit(source.text if source and source.kind == "libvirt" else _skeleton(written))
    _set_topology(document, written)
    _set_cells(document, written)
    _set_pins(document, written)
    _set_numatune(document, written)
    set_huge_pages(document, _anchor(document.root), written)
    return carry_as(document.text(), source.encoding if source else None)


def _reasons(written: ConfiguredGuest) -> Iterator[str]:
    yield from not_for_qemu(written)
    if "/" in written.guest.name:
        yield 'libvirt takes no "/" in a name'
    for v, vnode in enumerate(written.vnodes):
        if vnode.pnode is None:
            yield f"vnode {v} has no pnode, and libvirt would let its memory lie anywhere"


def _skeleton(written: ConfiguredGuest) -> str:
    guest = written.guest
    current, each = "", ""
    if guest.online_vcpus is not None:
        current = f" current='{len(guest.online)}'"
        if not online_first(guest):
            states = (
                f"<vcpu id='{vcpu}' enabled='{_yes_no(vcpu in guest.online)}'/>" for vcpu in range(guest.vcpu_count)
            )
            each = "\n  <vcpus>" + "".join(states) + "</vcpus>"
    levels = "".join(f" {level}='{n}'" for level, n in _said(guest.topology).items()) if guest.topology else ""
    return _SKELETON.format(
        name=escape(guest.name),
        memory_kib=guest.memory_kib,
        current=current,
        vcpus=guest.vcpu_count,
        each=each,
        cpu=f"  <cpu>\n    <topology{levels}/>\n  </cpu>\n" if levels else "",
    )


def _yes_no(answer: bool) -> str:
    return "yes" if answer else "no"


def _said(topology: Topology) -> dict[str, int]:
    return {level: n for level, n in topology.counts_by_level.items() if level not in RARE_LEVELS or n > 1}


def _set_topology(document: XmlEdit, written: ConfiguredGuest) -> None:
    """Write a topology that fits the vnodes into which placer cut the guest; any other stays as it is."""
    cpu, new = document.root.child("cpu"), written.topology
    old = cpu.child("topology") if cpu else None
    if old is None or new is None or new == written.guest.topology:
        return
    for level, n in new.counts_by_level.items():
        if level in old.attributes or n > 1:
            document.set_attribute(old, level, str(n))


def _anchor(root: Span) -> Span:
    """Find the element behind which new elements are written: libvirt writes them after vcpus and memory."""
    return next(child for tag in ("vcpu", "memory", "name") if (child := root.child(tag)))


def _set_numatune(document: XmlEdit, written: ConfiguredGuest) -> None:
    numatune = document.root.child("numatune")
    lines = numatune_lines(numatune, written)
    if numatune:
        document.replace(numatune, lines)
    else:
        document.after(_anchor(document.root), lines)


def _set_pins(document: XmlEdit, written: ConfiguredGuest) -> None:
    root = document.root
    vcpu = root.child("vcpu")
    if vcpu and vcpu.attributes.get("placement") == "auto":
        document.set_attribute(vcpu, "placement", "static")  # "auto" lets numad choose the pcpus
        document.drop_attribute(vcpu, "cpuset")  # libvirt ignores it with "auto" only
    pins = [f"<vcpupin vcpu='{vcpu}' cpuset='{pcpus}'/>" for vcpu, pcpus in _pcpus_of_vcpus(written)]
    cputune = root.child("cputune")
    emulator = [] if cputune and cputune.child("emulatorpin") else _emulatorpin(written)
    if cputune is None:
        document.after(_anchor(root), ["<cputune>", *(STEP + line for line in (*pins, *emulator)), "</cputune>"])
        return
    old = cputune.all("vcpupin")
    if old:
        document.replace(old[0], pins)
    for pin in old[1:]:
        document.remove(pin)
    new = emulator if old else [*pins, *emulator]
    if new:
        document.append(cputune, new)


def _pcpus_of_vcpus(written: ConfiguredGuest) -> list[tuple[int, str]]:
    return [(vcpu, format_cpuset(pcpus)) for vcpu, pcpus in sorted(_masks(written).items())]


def _masks(written: ConfiguredGuest) -> dict[int, set[int]]:
    """Give each vcpu the pcpus of its pnode that its own hard affinity allows."""
    own = written.guest.hard_affinity
    masks: dict[int, set[int]] = {}
    for vnode in written.vnodes:
        for vcpu in vnode.vcpus:
            here = set(pcpus_of_vnode(written, vnode, vcpu))
            mask = own[vcpu] if own is not None else None
            masks[vcpu] = here if mask is None else here.intersection(mask)
    return masks


def _emulatorpin(written: ConfiguredGuest) -> list[str]:
    """
    Pin the emulator to the pnodes of its guest.

    Where placer binds vcpus to pcpus, the emulator gets the pcpus of the shared vcpus, of all vcpus if none is shared.
    """
    holding = [vnode for vnode in written.vnodes if vnode.memory_kib or vnode.vcpus]
    pcpus = {pcpu for vnode in holding for pcpu in pcpus_of_vnode(written, vnode)}
    if written.pinned:
        masks = _masks(written)
        sharing = [mask for vcpu, mask in masks.items() if vcpu not in written.guest.dedicated]
        pcpus = set().union(*(sharing or masks.values()))
    return [f"<emulatorpin cpuset='{format_cpuset(pcpus)}'/>"]


def _set_cells(document: XmlEdit, written: ConfiguredGuest) -> None:
    cpu = document.root.child("cpu")
    numa = cpu.child("numa") if cpu else None
    cells = numa.all("cell") if numa else []
    for position, cell in enumerate(cells):
        _set_cell(document, cell, position, written.vnodes)
    if cells or written.without_vnuma:
        return
    lines = ["<numa>", *(STEP + line for line in _new_cells(written.vnodes)), "</numa>"]
    if numa:
        document.replace(numa, lines)
    elif cpu:
        document.append(cpu, lines)
    else:
        document.after(_anchor(document.root), ["<cpu>", *(STEP + line for line in lines), "</cpu>"])


def _set_cell(document: XmlEdit, cell: Span, position: int, vnodes: tuple[ConfiguredVnode, ...]) -> None:
    v = int(cell.attributes.get("id", position))
    vcpus = format_cpuset(vnodes[v].vcpus)
    if v == 0 and vcpus != cell.attributes.get("cpus", ""):  # vcpus on no cell have become cell 0's
        document.set_attribute(cell, "cpus", vcpus)
    if len(vnodes) == 1:
        return
    old = cell.child("distances")
    if old:
        document.replace(old, _distances(vnodes[v]))
    else:
        document.append(cell, _distances(vnodes[v]))


def _new_cells(vnodes: tuple[ConfiguredVnode, ...]) -> Iterator[str]:
    for v, vnode in enumerate(vnodes):
        vcpus = f" cpus='{format_cpuset(vnode.vcpus)}'" if vnode.vcpus else ""
        cell = f"<cell id='{v}'{vcpus} memory='{vnode.memory_kib}' unit='KiB'"
        if len(vnodes) == 1:
            yield f"{cell}/>"
            continue
        yield f"{cell}>"
        yield from (STEP + line for line in _distances(vnode))
        yield "</cell>"


def _distances(vnode: ConfiguredVnode) -> list[str]:
    siblings = [f"{STEP}<sibling id='{w}' value='{distance}'/>" for w, distance in enumerate(vnode.distances)]
    return ["<distances>", *siblings, "</distances>"]
