"""Guest files for the emulated hosts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from placer.instance import Host

MIB = 1024
GuestFiles = dict[str, str]

_COMMON = """\
# started to show its ACPI tables, kept when it ends
type = "hvm"
kernel = "/guest/tables"
on_poweroff = "preserve"
vnc = 0; sdl = 0; nographic = 1
"""
NO_SCREEN = 'vga = "none"\n'
STDVGA_PAGES = 4096

ASYMMETRIC = ((10, 12, 21, 31), (14, 10, 31, 21), (21, 31, 10, 12), (31, 22, 12, 10))
EIGHT = (
    (10, 12, 22, 23, 24, 20, 21, 22),
    (12, 10, 20, 21, 22, 23, 24, 20),
    (21, 22, 10, 12, 20, 21, 22, 23),
    (24, 20, 12, 10, 23, 24, 20, 21),
    (22, 23, 24, 20, 10, 12, 23, 24),
    (20, 21, 22, 23, 12, 10, 21, 22),
    (23, 24, 20, 21, 22, 23, 10, 12),
    (21, 22, 23, 24, 20, 21, 12, 10),
)


def file(name: str, memory_mib: int, vcpus: int, *lines: str, screen: bool = False) -> str:
    """Write an xl.cfg."""
    head = f'name = "{name}"\n{_COMMON}memory = {memory_mib}\nvcpus = {vcpus}\n'
    return head + ("" if screen else NO_SCREEN) + "".join(f"{line}\n" for line in lines)


def vnuma(*rows: tuple[int, str], pnodes: Sequence[int | None] = ()) -> str:
    """Write ``vnuma =`` for rows of MiB and vcpus, equally far from each other, on pnodes where they are given."""
    parts = []
    for v, (memory_mib, vcpus) in enumerate(rows):
        distances = ",".join("10" if v == w else "20" for w in range(len(rows)))
        pnode = f'"pnode={pnodes[v]}", ' if pnodes and pnodes[v] is not None else ""
        parts.append(f'[{pnode}"size={memory_mib}", "vcpus={vcpus}", "vdistances={distances}"]')
    return f"vnuma = [ {', '.join(parts)} ]"


def mixed_guests(host: Host) -> GuestFiles:
    """One of each kind, for four pnodes of 1.5 GiB with two pcpus, of which pcpu 5 is in cpupool ``side``."""
    return {
        "pair": file("pair", 760, 4, vnuma((400, "0-1"), (360, "2-3"))),
        "mesh": file("mesh", 512, 4, vnuma((64, "0"), (128, "2"), (128, "1"), (192, "3"), pnodes=(3, 1, 0, 2))),
        "both": file("both", 256, 2, vnuma((128, "0"), (128, "1"), pnodes=(2, 2))),
        "large": file("large", 2000, 4),
        "small": file("small", 256, 2),
        "pinned": file("pinned", 300, 2, "cpus = ['2-3', '3']"),
        "tied": file("tied", 320, 4, "cpus = ['0-1', '1', '6', '6-7']", vnuma((160, "0-1"), (160, "2-3"))),
        "wish": file("wish", 200, 2, "cpus_soft = ['4-7', '4-7']", vnuma((100, "0"), (100, "1"))),
        "side": file("side", 128, 2, 'pool = "side"', vnuma((64, "0"), (64, "1"))),
        "aside": file("aside", 64, 2, 'pool = "side"'),
        "screen": file("screen", 300, 2, vnuma((200, "0"), (100, "1")), screen=True),
    }


def filling_guests(host: Host) -> GuestFiles:
    """
    Fill four pnodes to the last MiB, by the arithmetic of xl.cfg guests of type hvm.

    ``span`` gets a vnode for each pnode, the size of what the others leave there, in an order that first-fit
    does not survive. Overhead is 1 MiB a vcpu, 4 KiB a MiB, and 2 MiB; in equal parts on all pnodes, but that of
    ``solo`` on its own.
    """
    fixed = {0: 0, 1: 300 * MIB, 2: 200 * MIB, 3: 250 * MIB + _overhead_kib(250, 2)}
    sizes = [256] * 4
    for _ in range(8):
        shared = -(-_overhead_kib(sum(sizes), 8) // 4) + 4 + -(-_overhead_kib(500, 4) // 4) + 4
        sizes = [(pnode.memory_kib - shared - fixed[pnode.id]) // MIB for pnode in host.pnodes]
    order = (3, 0, 1, 2)
    rows = [(sizes[p], f"{2 * v}-{2 * v + 1}") for v, p in enumerate(order)]
    return {
        "span": file("span", sum(sizes), 8, vnuma(*rows)),
        "pair": file("pair", 500, 4, vnuma((300, "0-1"), (200, "2-3"), pnodes=(1, 2))),
        "solo": file("solo", 250, 2, "cpus = ['6', '7']"),
    }


BATCH = {"db": ((900, "0-1"), (1400, "2-3")), "cache": ((1300, "0-1"),), "web": ((1390, "0-1"),)}
"""Guests whose order first-fit does not survive on four pnodes of 1.5 GiB: MiB and vcpus of their vnodes."""


def batch_guests(host: Host, pnode_of: Mapping[str, Sequence[int | None]] | None = None) -> GuestFiles:
    """Write the batch, with pnodes where they are given."""
    return {
        name: file(
            name,
            sum(memory_mib for memory_mib, _ in rows),
            2 * len(rows),
            vnuma(*rows, pnodes=(pnode_of or {}).get(name, ())),
        )
        for name, rows in BATCH.items()
    }


def large_guests(host: Host) -> GuestFiles:
    """Eight guests of 3 to 13 GiB for eight pnodes of 8 GiB with four pcpus."""
    return {
        "db": file("db", 12288, 8, vnuma((6144, "0-3"), (6144, "4-7"))),
        "cut": file("cut", 13312, 8),
        "whole": file("whole", 6144, 4),
        "four": file("four", 6000, 8, vnuma(*((1500, f"{2 * v}-{2 * v + 1}") for v in range(4)))),
        "pinned": file("pinned", 4096, 4, "cpus = ['16-19', '16-19', '16-19', '16-19']"),
        "little": file("little", 3072, 3),
        "wish": file("wish", 5120, 4, "cpus_soft = ['all', '0-15']", vnuma((2048, "0-1"), (3072, "2-3"))),
        "seven": file("seven", 7000, 4),
    }


def _overhead_kib(memory_mib: int, vcpus: int) -> int:
    return vcpus * MIB + 4 * memory_mib + 2 * MIB
