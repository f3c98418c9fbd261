"""Writes a placed guest as arguments of QEMU: its NUMA nodes, and the pnodes that their memory is bound to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from placer.errors import EmissionError
from placer.formats.configured_guest import ConfiguredGuest
from placer.formats.text.xml_text import Node, parse_xml
from placer.formats.toolstack_limits import not_for_qemu, online_first
from placer.instance import format_cpuset
from placer.instance.topology import RARE_LEVELS

STEP_KIB = 8
"""QEMU rounds the memory of a machine up to multiples of this (set_memory_options in softmmu/vl.c)."""
MAX_NODES = 128
"""MAX_NODES of QEMU (include/sysemu/numa.h)."""


def emit_qemu(written: ConfiguredGuest) -> str:
    """
    Write a guest as arguments of qemu-system-x86_64 (https://www.qemu.org/docs/master/system/invocation.html).

    Returns
    -------
    str
        One option with its value on each line, without spaces in the values: ``-m`` and ``-smp``; for each vnode a
        memory backend bound to its pnode and ``-numa node`` with its vcpus; ``-numa dist`` for each ordered pair of
        vnodes. Huge pages are those of a memfd, filled at once. A guest of form ``whole`` or ``set`` gets one backend
        for all of its memory and no NUMA nodes; that of a set is interleaved over its pnodes.

    Raises
    ------
    EmissionError
        With every reason: the guest is one of Xen, QEMU would refuse it, or arguments cannot express what its own file
        asks for.
    """
    backend = _backend_of(written)
    reasons = [*_reasons(written), *backend.reasons]
    if reasons:
        raise EmissionError("\n".join(f'guest "{written.guest.name}": {reason}' for reason in reasons))
    lines = [f"-m size={written.guest.memory_kib}K", f"-smp {_smp(written)}"]
    lines += _whole(written, backend) if written.without_vnuma else _nodes(written, backend)
    return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, kw_only=True)
class _Backend:
    """The kind of memory backend that a guest's own file asks for, or the reasons why it cannot be written."""

    kind: str = "memory-backend-ram"
    more: str = ""
    reasons: tuple[str, ...] = ()

    def bound(self, name: str, size_kib: int, *pnodes: int | None, page_size: int | None = None) -> str:
        kind, pages = self.kind, ""
        if (
            page_size
        ):  # only memfd takes pages of a size without a mount of hugetlbfs; filled at once, or QEMU fails later
            kind, pages = "memory-backend-memfd", f",hugetlb=on,hugetlbsize={page_size}K,prealloc=on"
        nodes = ",".join(f"host-nodes={pnode}" for pnode in pnodes)
        policy = "bind" if len(pnodes) == 1 else "interleave"
        return f"-object {kind},id={name},size={size_kib}K{pages},{nodes},policy={policy}{self.more}"


def _nodes(written: ConfiguredGuest, backend: _Backend) -> Iterator[str]:
    vnodes = written.vnodes
    for v, vnode in enumerate(vnodes):
        node = [f"-numa node,nodeid={v}"]
        if vnode.memory_kib:
            yield backend.bound(f"ram-node{v}", vnode.memory_kib, vnode.pnode, page_size=vnode.page_size)
            node.append(f"memdev=ram-node{v}")
        yield ",".join([*node, *(f"cpus={part}" for part in _ranges(vnode.vcpus))])
    for v, vnode in enumerate(vnodes):
        for w, distance in enumerate(vnode.distances):
            if v != w:
                yield f"-numa dist,src={v},dst={w},val={distance}"


def _whole(written: ConfiguredGuest, backend: _Backend) -> Iterator[str]:
    pnodes = (vnode.pnode for vnode in written.vnodes)
    yield backend.bound("ram", written.guest.memory_kib, *pnodes, page_size=written.vnodes[0].page_size)
    yield "-machine memory-backend=ram"


def _ranges(vcpus: tuple[int, ...]) -> list[str]:
    return format_cpuset(vcpus).split(",") if vcpus else []


def _smp(written: ConfiguredGuest) -> str:
    """
    Write the sockets, cores and threads of a guest.

    They are those that it states (:attr:`.ConfiguredGuest.topology`), without levels of one unit that not every machine
    has; else one socket for each vnode, where all vnodes have equally many vcpus in order; else one socket for each
    vcpu.
    """
    count = written.guest.vcpu_count
    online = len(written.guest.online)
    total = f"{count}" if online == count else f"{online},maxcpus={count}"
    topology = written.topology
    if topology is not None:
        said = [f"{name}={n}" for name, n in topology.counts_by_level.items() if name not in RARE_LEVELS or n > 1]
        return ",".join([total, *said])
    sockets = [vnode.vcpus for vnode in written.vnodes if vnode.vcpus]
    if written.guest.form == "set":
        sockets = [tuple(range(count))]
    each = count // len(sockets)
    if sockets != [tuple(range(s * each, (s + 1) * each)) for s in range(len(sockets))]:
        return f"{total},sockets={count},cores=1,threads=1"
    return f"{total},sockets={len(sockets)},cores={each},threads=1"


def _domain_of(written: ConfiguredGuest) -> Node | None:
    source = written.source
    return parse_xml(source.text, source.place) if source is not None and source.kind == "libvirt" else None


def _backend_of(written: ConfiguredGuest) -> _Backend:
    """Read the kind of memory from ``<memoryBacking>`` of a domain."""
    domain = _domain_of(written)
    backing = domain.child("memoryBacking") if domain else None
    if backing is None:
        return _Backend()
    source, access = backing.child("source"), backing.child("access")
    kind = source.attributes.get("type", "anonymous") if source else "anonymous"
    shared = ",share=on" if access and access.attributes.get("mode") == "shared" else ""
    kept = "--format libvirt keeps them"
    if backing.child("hugepages") and not any(vnode.page_size for vnode in written.vnodes):
        return _Backend(reasons=(f"it asks for huge pages, and the host does not say which it has; {kept}",))
    if kind == "file":
        return _Backend(
            reasons=(f"its memory lies in files that libvirt names, which are not written as arguments; {kept}",)
        )
    return _Backend(kind="memory-backend-memfd" if kind == "memfd" else "memory-backend-ram", more=shared)


def _reasons(written: ConfiguredGuest) -> Iterator[str]:
    yield from not_for_qemu(written)
    if written.guest.hard_affinity is not None:
        yield "its vcpus are bound to pcpus, which no argument of QEMU does; --format libvirt binds them"
    if not online_first(written.guest):
        online = format_cpuset(written.guest.online)
        yield f"vcpus {online} are online, -smp takes a number of the first ones; --format libvirt names each"
    domain = _domain_of(written)
    devices, numatune = (domain.child("devices"), domain.child("numatune")) if domain else (None, None)
    if devices and list(devices.all("memory")):
        yield "it has memory devices, which are not written as arguments; --format libvirt keeps them"
    modes = {node.attributes.get("mode", "strict") for node in (numatune.children if numatune else ())}
    unlike = modes - ({"strict", "interleave", "preferred"} if written.guest.form == "set" else {"strict"})
    if unlike:
        yield f"numatune mode {', '.join(sorted(unlike))} is not written as arguments; --format libvirt keeps it"
    if len(written.vnodes) > MAX_NODES:
        yield f"{len(written.vnodes)} vnodes, QEMU takes at most {MAX_NODES}"
    for v, vnode in enumerate(written.vnodes):
        if vnode.pnode is None:
            yield f"vnode {v} has no pnode to bind its memory to"
        if vnode.memory_kib % STEP_KIB:
            yield f"vnode {v} has {vnode.memory_kib} KiB, expected a multiple of {STEP_KIB} KiB"
