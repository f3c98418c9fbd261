"""Reads a host from a sysfs tree: the ``/sys`` of the machine itself, or a copy of one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from placer.errors import InputError
from placer.formats.base import ParsedHost
from placer.formats.linux.huge_pages import ordinary_kib, pools_of
from placer.formats.linux.pci_devices import pci_devices
from placer.formats.linux.topology import NodeRow, Topology, build_host
from placer.formats.text.cpu_lists import CpuLists
from placer.instance import format_cpuset, shorten
from placer.instance.units import MAX_KIB

MAX_BYTES = 1024**2
"""Most bytes that are read of one file of the tree; the longest, a cpulist of 65,536 cpus, has 400,000."""

_NODE = re.compile(r"node(\d{1,5})", re.ASCII)
_CPU = re.compile(r"cpu(\d{1,5})", re.ASCII)
_MEMORY = re.compile(r"([A-Z]\w+(?:\(\w+\))?):\s*(\d{1,16})\s*kB", re.ASCII)
_CACHES = ("Active(file)", "Inactive(file)", "SReclaimable")
"""What Linux gives up on demand, as its own estimate MemAvailable counts it (si_mem_available in mm/show_mem.c)."""
_SIBLINGS = ("core_cpus_list", "thread_siblings_list", "core_cpus", "thread_siblings")
"""Files with the pcpus of a cpu's core, newest name first; old kernels have bitmaps only."""


def read_sysfs(path: str, free: str | None = None, name: str = "") -> ParsedHost:
    """
    Read a host from ``devices/system`` of a sysfs tree.

    Parameters
    ----------
    path
        The tree (``/sys``), a folder that holds one as ``sys``, its ``devices/system``, or the ``node`` in there.
    free
        Free memory as ``--free`` states it. Without it the memory of a pnode is MemTotal, and a note states MemFree,
        which may be far too small, without and with the caches that Linux gives up on demand.
    name
        Name of the host.

    Raises
    ------
    InputError
        With the file, if the tree has neither NUMA nodes nor cpus, or a file does not hold what Linux writes.
    """
    return _Tree(_find_system(path), path).read(free, name)


def _find_system(path: str) -> Path:
    base = Path(path)
    places = (base / "devices/system", base / "sys/devices/system", base, base.resolve().parent)
    for system in places:
        if any(_NODE.fullmatch(name) for name in _names(system / "node")) or _names(system / "cpu"):
            return system
    raise InputError("no NUMA nodes, expected a sysfs tree such as /sys with devices/system/node", place=path)


def _names(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return []


class _Tree:
    def __init__(self, system: Path, path: str) -> None:
        self.system = system
        self.path = path
        self.lists = CpuLists(path)
        self.notes: list[str] = []
        self.free_kib: dict[int, int] = {}
        self.caches_kib: dict[int, int] = {}

    def read(self, free: str | None, name: str) -> ParsedHost:
        online = self.cpus("cpu/online")
        ids = sorted(int(found[1]) for found in map(_NODE.fullmatch, _names(self.system / "node")) if found)
        if ids:
            self.note_missing_nodes(ids)
            rows = [self.row(id, online) for id in ids]
        else:
            self.notes.append("the kernel knows no NUMA nodes: all pcpus are on pnode 0")
            rows = [NodeRow(id=0, memory_kib=None, pcpus=self.present() if online is None else online)]
        if self.text("../../hypervisor/type") == "xen":
            self.notes.append("this is what a Xen domain sees of itself, not the host: that is in xl info -n")
        pcpus = {pcpu for row in rows for pcpu in row.pcpus}
        homeless = set(online or ()) - pcpus
        if homeless:
            self.notes.append(f"pcpus {format_cpuset(homeless)} are online on no node and are left out")
        topology = Topology(
            place=self.path,
            rows=rows,
            core_groups=[self.core_of(pcpu) for pcpu in sorted(pcpus)],
            distances=self.distances(ids),
            name=name,
            pnode_of_device=pci_devices(self.system.parent.parent),
            notes=tuple(self.notes),
        )
        reading = build_host(topology, free)
        notes = self.free_now() if free is None else ()
        return ParsedHost(host=reading.host, notes=(*reading.notes, *notes))

    def free_now(self) -> tuple[str, ...]:
        if not self.free_kib:
            return ()
        note = f"what Linux reports as free now, without its caches, is --free {_sizes(self.free_kib)}"
        if not self.caches_kib:
            return (note,)
        with_caches = {id: kib + self.caches_kib.get(id, 0) for id, kib in self.free_kib.items()}
        return (f"{note}; with the caches that it gives up on demand --free {_sizes(with_caches)}",)

    def note_missing_nodes(self, ids: Sequence[int]) -> None:
        """Compare the nodes of the tree with those that the kernel names: a copy may lack some."""
        missing = set(self.cpus("node/online") or ()).difference(ids)
        if missing:
            self.notes.append(
                f"nodes {format_cpuset(missing)} are online and have no folder in {self.path}: they are left out"
            )

    def row(self, id: int, online: Sequence[int] | None) -> NodeRow:
        folder = f"node/node{id}"
        pcpus = self.cpus(f"{folder}/cpulist", f"{folder}/cpumap") or ()
        if online is not None:  # old kernels list offline cpus too
            pcpus = tuple(set(pcpus).intersection(online))
        memory_kib, pages = self.memory_kib(id, f"{folder}/meminfo"), f"{folder}/hugepages"
        pools = pools_of(
            _names(self.system / pages), lambda name: self.text(f"{pages}/{name}"), str(self.system / pages)
        )
        # MemTotal includes the pools; MemFree does not (si_meminfo_node of mm/show_mem.c counts the buddy's pages)
        memory_kib = None if memory_kib is None else ordinary_kib(memory_kib, pools)
        return NodeRow(id=id, memory_kib=memory_kib, pcpus=pcpus, huge_pages=pools)

    def present(self) -> list[int]:
        return [int(found[1]) for found in map(_CPU.fullmatch, _names(self.system / "cpu")) if found]

    def core_of(self, pcpu: int) -> Sequence[int]:
        folder = f"cpu/cpu{pcpu}/topology"
        return self.cpus(*(f"{folder}/{name}" for name in _SIBLINGS)) or ()

    def cpus(self, *names: str) -> tuple[int, ...] | None:
        """Read the first of these files that exists; its name tells whether it holds a list or a bitmap."""
        for name in names:
            text = self.text(name)
            if text is not None:
                read = self.lists.of_list if name.endswith(("list", "online")) else self.lists.of_bitmap
                return read(text, str(self.system / name))
        return None

    def memory_kib(self, id: int, name: str) -> int | None:
        text = self.text(name)
        if not text:
            return None
        kib_of = {found[1]: int(found[2]) for found in _MEMORY.finditer(text)}
        if not 0 <= kib_of.get("MemTotal", -1) <= MAX_KIB:
            raise InputError(f'expected a line "Node {id} MemTotal: 1024 kB"', place=str(self.system / name))
        if "MemFree" in kib_of:
            self.free_kib[id] = kib_of["MemFree"]
        if any(kind in kib_of for kind in _CACHES):
            self.caches_kib[id] = sum(kib_of.get(kind, 0) for kind in _CACHES)
        return kib_of["MemTotal"]

    def distances(self, ids: Sequence[int]) -> dict[tuple[int, int], int]:
        """Read the matrix; its columns are the online nodes, or else, if their number fits, the nodes of the tree."""
        found: dict[tuple[int, int], int] = {}
        online = self.cpus("node/online") or ids
        for id in ids:
            place = str(self.system / f"node/node{id}/distance")
            words = (self.text(f"node/node{id}/distance") or "").split()
            columns = next((columns for columns in (online, ids) if len(columns) == len(words)), None)
            if words and columns is None:
                raise InputError(f"{len(words)} distances for {len(online)} online nodes", place=place)
            for word, column in zip(words, columns or (), strict=True):
                found[id, column] = _distance(word, place)
        return {pair: distance for pair, distance in found.items() if pair[1] in ids}

    def text(self, name: str) -> str | None:
        """Read a file; None where it does not exist. Copies made with tar may hold NUL bytes, which are dropped."""
        file = self.system / name
        try:
            if not file.is_file():
                return None
            with file.open("rb") as stream:
                data = stream.read(MAX_BYTES)
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror or error}", place=str(file)) from None
        return data.replace(b"\0", b"").decode("ascii", "replace").strip()


def _sizes(kib_of: Mapping[int, int]) -> str:
    return ",".join(f"{id}={kib // 1024}MiB" for id, kib in kib_of.items())


def _distance(word: str, place: str) -> int:
    if not (word.isascii() and word.isdigit() and len(word) <= 10):
        raise InputError(f'expected distances such as "10 21", got "{shorten(word)}"', place=place)
    return int(word)
