"""
Writes kvm_sets.md: where Linux puts the memory of a KVM guest without NUMA cells that may lie on several host nodes.

    python tests/xen/xen_packages.py
    python -m benchmarks.kvm_sets

QEMU and the kernel are Debian's. The host is emulated by another QEMU; guests run by emulation, not by KVM: the node of
a page is settled by the memory policy and by the pcpu of the thread that writes to the page first, as with KVM.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from benchmarks.kvm.host import FOLDER, MACHINE, SetHost
from benchmarks.kvm.trials import Outcome, Trial

PAGE = Path(__file__).with_suffix(".md")
PART = PAGE.with_suffix(".part")
"""What was seen so far: an interrupted run goes on from there."""
BOOTS = 4
JOBS = 2
"""Hosts that run at a time."""
SHORT = {0: 250, 1: 250}
GROUPS = {
    "Bind: `policy=bind`, libvirt's `strict`": (
        Trial(words="one vcpu"),
        Trial(words="one vcpu", vcpus=(1,)),
        Trial(words="one vcpu outside the set", vcpus=(2,)),
        Trial(words="one vcpu outside the set", vcpus=(3,)),
        Trial(words="a vcpu on each node", vcpus=(0, 1)),
        Trial(words="four vcpus, three on node 0", vcpus=(0, 0, 0, 1)),
        Trial(words="larger than a node", mib=1000),
        Trial(words="larger than a node", mib=1000, vcpus=(1,)),
        Trial(words="larger than a node, a vcpu on each", mib=1000, vcpus=(0, 1)),
        Trial(words="node 0 nearly full", leave={0: 150}),
        Trial(words="node 0 nearly full, a vcpu on each", vcpus=(0, 1), leave={0: 150}),
        Trial(words="node 0 nearly full, pages of 4 KiB", leave={0: 150}, small_pages=True),
        Trial(words="node 0 full of page cache", cache=0),
        Trial(words="node 0 full of page cache, node 1 of memory in use", mib=400, cache=0, leave={1: 150}),
        Trial(words="no node has room for half", mib=400, leave={0: 150, 1: 400}),
    ),
    "Bind, written to by QEMU before the start: `prealloc=on`": (
        Trial(words="QEMU on node 0, a vcpu on each", vcpus=(0, 1), prealloc="prealloc=on"),
        Trial(words="QEMU on node 1, a vcpu on each", vcpus=(0, 1), prealloc="prealloc=on", start=(1,)),
        Trial(words="QEMU outside the set", vcpus=(0, 1), prealloc="prealloc=on", start=(2,)),
        Trial(words="QEMU anywhere in the set", vcpus=(0, 1), prealloc="prealloc=on", start=(0, 1)),
        Trial(words="two threads", vcpus=(0, 1), prealloc="prealloc=on,prealloc-threads=2", start=(0, 1)),
        Trial(words="eight threads", vcpus=(0, 1), prealloc="prealloc=on,prealloc-threads=8", start=(0, 1)),
        Trial(words="node 0 nearly full", prealloc="prealloc=on", leave={0: 150}),
    ),
    "Bind, where the set has little more than the guest or too little": (
        *(Trial(words="250 MiB on each", mib=mib, leave=SHORT) for mib in (380, 400, 420, 440, 460, 480)),
        *(
            Trial(words="250 MiB on each", mib=mib, leave=SHORT, prealloc="prealloc=on")
            for mib in (380, 400, 420, 440, 460, 480)
        ),
        Trial(words="another, larger process on node 3", mib=560, leave=SHORT, bystander=600),
        Trial(words="another, larger process on node 3", mib=560, leave=SHORT, bystander=600, prealloc="prealloc=on"),
    ),
    "Interleave": (
        Trial(words="one vcpu", policy="interleave"),
        Trial(words="one vcpu outside the set", policy="interleave", vcpus=(2,)),
        Trial(words="a vcpu on each node", policy="interleave", vcpus=(0, 1)),
        Trial(words="pages of 4 KiB", policy="interleave", small_pages=True),
        Trial(words="three nodes", policy="interleave", nodes="0-2"),
        Trial(words="three nodes, odd size", mib=511, policy="interleave", nodes="0-2"),
        Trial(
            words="three nodes, odd size, pages of 4 KiB", mib=511, policy="interleave", nodes="0-2", small_pages=True
        ),
        Trial(words="written to before the start", policy="interleave", prealloc="prealloc=on"),
        Trial(words="larger than a node", mib=1000, policy="interleave"),
        *(
            Trial(words="node 0 nearly full", policy="interleave", leave={0: left})
            for left in (320, 300, 280, 260, 150)
        ),
        Trial(words="node 0 nearly full, pages of 4 KiB", policy="interleave", leave={0: 150}, small_pages=True),
        Trial(words="node 1 nearly full", policy="interleave", leave={1: 150}),
        Trial(words="both nearly full", policy="interleave", leave={0: 150, 1: 150}),
        Trial(words="both nearly full", policy="interleave", leave={0: 150, 1: 150}, prealloc="prealloc=on"),
        Trial(words="both and node 2 nearly full", policy="interleave", leave={0: 150, 1: 150, 2: 150}),
        Trial(words="node 0 full of page cache", policy="interleave", cache=0),
    ),
    "Preferred": (
        Trial(words="one node, vcpu there", policy="preferred", nodes="0"),
        Trial(words="one node, vcpu elsewhere", policy="preferred", nodes="0", vcpus=(1,)),
        Trial(words="one node, nearly full", policy="preferred", nodes="0", leave={0: 150}),
        Trial(words="two nodes: QEMU takes the first", policy="preferred", vcpus=(1,)),
        Trial(words="two nodes, the first nearly full", policy="preferred", leave={0: 150}),
        Trial(words="two nodes asked of the kernel", policy="preferred-many"),
        Trial(words="two nodes asked of the kernel", policy="preferred-many", vcpus=(1,)),
        Trial(words="two nodes asked of the kernel, node 0 nearly full", policy="preferred-many", leave={0: 150}),
        Trial(words="two nodes asked of the kernel, both nearly full", policy="preferred-many", leave={0: 150, 1: 150}),
    ),
    "A cpuset without a policy: libvirt's `restrictive`": (
        Trial(words="one vcpu", policy="cpuset"),
        Trial(words="a vcpu on each node", policy="cpuset", vcpus=(0, 1), start=(0, 1)),
        Trial(words="node 0 nearly full", policy="cpuset", leave={0: 150}),
        Trial(words="250 MiB on each", mib=560, policy="cpuset", leave=SHORT),
        Trial(words="another, larger process on node 3", mib=560, policy="cpuset", leave=SHORT, bystander=600),
    ),
    "Pages of 2 MiB reserved on each node: `hugetlb=on`": (
        Trial(words="bind, 256 MiB of such pages on each", mib=256, huge=(128, 128, 0, 0)),
        Trial(words="bind, a vcpu on each", mib=256, huge=(128, 128, 0, 0), vcpus=(0, 1)),
        Trial(words="bind, uneven pages", huge=(64, 192, 0, 0)),
        Trial(words="bind, too few in the set", huge=(64, 128, 128, 0)),
        Trial(words="bind, too few in the set", huge=(64, 128, 128, 0), prealloc="prealloc=on"),
        Trial(words="bind, too few on the host", huge=(64, 128, 0, 0)),
        Trial(words="interleave", policy="interleave", mib=256, huge=(128, 128, 0, 0)),
        Trial(words="interleave, uneven pages", policy="interleave", huge=(64, 192, 0, 0)),
        Trial(words="interleave, uneven pages, more outside", policy="interleave", huge=(64, 192, 128, 0)),
    ),
}

HEAD = """\
# The memory of a KVM guest on a set of host nodes

Generated by `python -m benchmarks.kvm_sets` on {versions};
the host is emulated by another QEMU: four nodes of {node_mib} MiB with a pcpu each. The set is {{0, 1}}; the node
nearest to 0 is 2 and the node nearest to 1 is 3, both outside the set. Watermarks of nodes 0 to 3 in MiB: min {low[0]};
low {low[1]}.

{rule}

## What was seen

*policy*: as numa_maps calls it; `cpuset` is none. *vcpus on*: the node on whose pcpu each vcpu runs; each vcpu writes
to an equal stretch of the memory. *free*: MiB free on nodes 0 to 3 before the guest starts. *guest*: the guest's MiB by
node in the end, as /proc/PID/numa_maps says. *left*: MiB free on nodes 0 to 3 after that.
"""
RULE = FOLDER / "rule.md"
"""Written by hand from the tables; read again whenever they change."""


def main() -> None:
    """Try everything and write the page."""
    argparse.ArgumentParser(prog="python -m benchmarks.kvm_sets", description=__doc__).parse_args()
    with ThreadPoolExecutor(JOBS) as pool:
        tried = list(pool.map(_tried, GROUPS.values()))
    kernel, qemu = tried[0].versions.splitlines()
    head = HEAD.format(
        versions=f"Linux {kernel} and {qemu}",
        node_mib=MACHINE.node_mib,
        low=[", ".join(map(str, mark)) for mark in tried[0].marks],
        rule=RULE.read_text().strip(),
    )
    tables = [f"\n### {title}\n\n{_table(group.rows)}\n" for title, group in zip(GROUPS, tried, strict=True)]
    PAGE.write_text(head + "".join(tables))
    PART.unlink()
    print(f"{PAGE} is written")


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What was seen of one group of trials, on a host of its own: versions, watermarks, and a row for each trial."""

    versions: str
    marks: tuple[tuple[int, ...], ...]
    rows: list[tuple[Trial, Outcome]]


def _tried(trials: tuple[Trial, ...]) -> Tried:
    """Try a group; where a host stops answering (on a busy machine its serial port loses letters), boot another."""
    rows: list[tuple[Trial, Outcome]] = []
    for _ in range(BOOTS):
        try:
            with tempfile.TemporaryDirectory() as scratch, SetHost(Path(scratch)) as host:
                versions, marks = host.prepare(), host.marks()
                for trial in trials[len(rows) :]:
                    rows.append((trial, _kept(trial) or host.try_out(trial)))
                    _keep(*rows[-1])
                return Tried(versions=versions, marks=marks, rows=rows)
        except RuntimeError as error:
            print(error, file=sys.stderr, flush=True)
    raise RuntimeError(f"{BOOTS} hosts stopped answering at {trials[len(rows)]}")


def _kept(trial: Trial) -> Outcome | None:
    """Look for a trial among those of a run that was interrupted."""
    lines = PART.read_text().splitlines() if PART.exists() else []
    found = [outcome for key, outcome in map(json.loads, lines) if key == repr(trial)]
    return msgspec.convert(found[0], Outcome) if found else None


def _keep(trial: Trial, outcome: Outcome) -> None:
    if not _kept(trial):
        with PART.open("a") as file:
            file.write(json.dumps([repr(trial), asdict(outcome)]) + "\n")
        print(trial, outcome, sep="\n    ", file=sys.stderr, flush=True)


def _table(rows: list[tuple[Trial, Outcome]]) -> str:
    head = ("what", "MiB", "policy", "vcpus on", "free", "guest", "left", "")
    lines = [f"| {' | '.join(head)} |", "| --- | --: | --- | --- | --- | --- | --- | --- |"]
    for trial, outcome in rows:
        where = ", ".join(f"{round(mib, 1):g} on {node}" for node, mib in enumerate(outcome.mib) if mib)
        lists = (trial.vcpus, outcome.free, outcome.after)
        on, free, left = (", ".join(map(str, numbers)) for numbers in lists)
        words = f"{trial.words}; {trial.prealloc}" if trial.prealloc else trial.words
        policy = outcome.policy if trial.policy != "cpuset" else ""
        cells = (words, trial.mib, policy or f"{trial.policy}:{trial.nodes}", on, free, where or "does not run", left)
        lines.append(f"| {' | '.join(map(str, cells))} | {outcome.end} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
