"""Creates guests with sets of pnodes on a booted Xen and records where their pages and their overhead land."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.xen.readback import NumaDump, read_numa_dump
from tests.xen.xen_boot import Dom0, Machine
from tests.xen.xen_guest_files import ASYMMETRIC
from tests.xen.xen_images import idle_guest

PAGES_PER_MIB = 256
LIMIT_S = 300.0
WAIT_S = 20.0
"""Within it Xen takes back the memory of ended guests."""
Row = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Case:
    """
    A guest to create.

    Parameters
    ----------
    kind
        ``hvm``, ``pvh`` or ``pv``; ``vnuma`` for hvm with one vnode on a pnode; ``dom0`` to have dom0 give memory back
        until it has ``mib``.
    pnodes
        Its set.
    mib
        Its memory in MiB, unless ``spare_mib`` is given.
    spare_mib
        Its memory is what the scarcest pnode of the set has free above the low zone, in whole MiB, less so much, times
        the number of pnodes.
    start_mib
        Memory to start with, less than its memory, for a guest that balloons.
    vcpus
        Its vcpus.
    hard
        Whether the set is written as ``cpus=``, not ``cpus_soft=``.
    kept
        Whether it stays while the later guests of the boot are created.
    moved
        Whether it is saved and restored before the pages are counted.
    ends
        Numbers, from 0, of kept guests of the boot that end before this one is created.
    """

    kind: str
    pnodes: tuple[int, ...]
    mib: int = 0
    spare_mib: int | None = None
    start_mib: int | None = None
    vcpus: int = 2
    hard: bool = False
    kept: bool = False
    moved: bool = False
    ends: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Guests created one after the other on a host that is booted for them: MiB of a node, number of nodes."""

    name: str
    node_mib: int
    cases: tuple[Case, ...]
    nodes: int = 4

    def machine(self) -> Machine:
        """Give the host to emulate."""
        slit = [row[: self.nodes] for row in ASYMMETRIC[: self.nodes]]
        return Machine(node_mib=self.node_mib, cpus=2, slit=slit)


@dataclass(frozen=True)
class Look:
    """
    What Xen says of its memory.

    Parameters
    ----------
    dump
        Free pages and the pages of each domain.
    by_zone
        Pnode and zone -> free pages; zone z holds the addresses from 2^(z + 11) to 2^(z + 12), excluded.
    """

    dump: NumaDump
    by_zone: dict[tuple[int, int], int]

    def low(self, bits: int) -> int:
        """Count free pages below 2^bits, of all pnodes."""
        return sum(pages for (_, zone), pages in self.by_zone.items() if zone <= bits - 12)

    def above(self, pnode: int, bits: int) -> int:
        """Count free pages of a pnode from 2^bits on."""
        return sum(pages for (p, zone), pages in self.by_zone.items() if p == pnode and zone > bits - 12)


def run_batch(batch: Batch, folder: Path) -> Iterator[Row]:
    """Boot the host, and give a row for each guest."""
    with Dom0(batch.machine(), folder / f"{batch.name}.txt") as dom0:
        dom0.put("/tmp/idle", idle_guest())
        info = dom0.ask("xl info -n")
        memsize = re.findall(r"^ +0: +(\d+)", info.split("numa_info")[1], flags=re.MULTILINE)[0]
        bits = low_bits(int(memsize))
        version = re.findall(r"xen_version +: (\S+)", info)[0]
        now = _look(dom0)
        for number, case in enumerate(batch.cases):
            row, now = _try_case(dom0, case, bits, f"g{number}", now)
            host = {"xen": version, "host": f"{batch.nodes} x {batch.node_mib}", "memsize": memsize}
            yield {"batch": batch.name} | host | row


def low_bits(spanned_mib: int) -> int:
    """
    Give b where Xen keeps memory below 2^b for last.

    The formula of arch_get_dma_bitsize in xen/arch/x86/numa.c for a pnode 0 that starts at address 0: the least power
    of two that is no less than a quarter of what the pnode spans, 4 GiB at most.
    """
    return min(((spanned_mib << 20) // 4 - 1).bit_length(), 32)


def _look(dom0: Dom0) -> Look:
    """Have Xen print its zones and then where memory lies; it prints in its own time."""
    dom0.ask("xl dmesg -c >/dev/null; xl debug-keys Hu")
    before = ""
    for _ in range(200):
        time.sleep(0.3)
        text = dom0.ask("xl dmesg | grep -v -- '-> 0 pages'", LIMIT_S)
        if text == before and "Memory location" in text:
            zones = re.findall(r"heap\[node=(\d+)\]\[zone=(\d+)\] -> (\d+) pages", text)
            return Look(read_numa_dump(text), {(int(p), int(z)): int(pages) for p, z, pages in zones})
        before = text
    raise RuntimeError(f"no account of memory in {before!r}")


def _try_case(dom0: Dom0, case: Case, bits: int, name: str, before: Look) -> tuple[Row, Look]:
    """Create a guest and look; gives what there was to see, and memory as it is when the next guest's turn comes."""
    if case.kind == "dom0":
        dom0.ask(f"xl mem-set 0 {case.mib}m; sleep 3", LIMIT_S)
        after = _look(dom0)
        return _row(case, case.mib, before, after, bits) | {"outcome": "gives memory back"}, after
    if case.ends:
        dom0.ask("; ".join(f"xl destroy g{number}" for number in case.ends), LIMIT_S)
        time.sleep(WAIT_S)
        before = _look(dom0)
    mib = case.mib
    if case.spare_mib is not None:
        room = min(before.above(p, bits) for p in case.pnodes) // PAGES_PER_MIB
        mib = len(case.pnodes) * (room - case.spare_mib)
    dom0.put(f"/tmp/{name}.cfg", _guest_file(case, name, mib))
    code, words = dom0.run(f"xl create -p /tmp/{name}.cfg", LIMIT_S)
    moved = "" if code or not case.moved else _save_and_restore(dom0, name)
    after = _look(dom0)
    row = _row(case, mib, before, after, bits)
    row["outcome"] = moved or (f"fails: {_last_error(words)}" if code else "runs")
    if code or case.kept:
        return row, after
    dom0.ask(f"xl destroy {name}", LIMIT_S)
    return row, _once_given_back(dom0, before)


def _row(case: Case, mib: int, before: Look, after: Look, bits: int) -> Row:
    new = set(after.dump.domains) - set(before.dump.domains)
    pages = after.dump.domains[new.pop()].pages if new else {}
    free = before.dump.free_pages
    return {
        "kind": case.kind,
        "mib": str(mib),
        "start_mib": str(case.start_mib or ""),
        "vcpus": str(case.vcpus),
        "set": " ".join(map(str, case.pnodes)) + (" hard" if case.hard else ""),
        "low_free": str(before.low(bits)),
        "free": " ".join(str(free[p]) for p in free),
        "pages": " ".join(str(pages.get(p, 0)) for p in free),
        "overhead": " ".join(str(free[p] - after.dump.free_pages[p] - pages.get(p, 0)) for p in free),
        "low_taken": str(before.low(bits) - after.low(bits)),
    }


def _last_error(words: str) -> str:
    return ([line.split(": ", 3)[-1] for line in words.splitlines() if "error" in line] or ["?"])[0][:80]


def _guest_file(case: Case, name: str, mib: int) -> str:
    kind = "hvm" if case.kind == "vnuma" else case.kind
    kernel = "/guest/tables" if kind == "hvm" else "/tmp/idle"
    lines = [f'name = "{name}"', f'type = "{kind}"', f'kernel = "{kernel}"', f"vcpus = {case.vcpus}"]
    lines += [f"memory = {case.start_mib or mib}", f"maxmem = {mib}", 'vga = "none"', "vnc = 0; sdl = 0; nographic = 1"]
    if case.kind == "vnuma":
        vcpus = f"0-{case.vcpus - 1}"
        lines += [f'vnuma = [["pnode={case.pnodes[0]}", "size={mib}", "vcpus={vcpus}", "vdistances=10"]]']
    else:
        pcpus = ",".join(f"{2 * p}-{2 * p + 1}" for p in case.pnodes)
        key = "cpus" if case.hard else "cpus_soft"
        lines += [f"{key} = [{', '.join([repr(pcpus)] * case.vcpus)}]"]
    return "".join(f"{line}\n" for line in lines)


def _save_and_restore(dom0: Dom0, name: str) -> str:
    for command in (f"unpause {name}", f"save {name} /tmp/saved", f"restore -p /tmp/{name}.cfg /tmp/saved"):
        code, words = dom0.run(f"xl {command}", LIMIT_S)
        if code:
            return f"xl {command.split()[0]} fails: {_last_error(words)}"
    dom0.ask("rm /tmp/saved")
    return "saved and restored"


def _once_given_back(dom0: Dom0, before: Look) -> Look:
    """Wait until a destroyed guest has given back its memory, which Xen does bit by bit."""
    for _ in range(60):
        now = _look(dom0)
        if sum(now.dump.free_pages.values()) > sum(before.dump.free_pages.values()) - PAGES_PER_MIB // 4:
            return now
        time.sleep(1)
    raise RuntimeError("the memory of a destroyed guest does not come back")
