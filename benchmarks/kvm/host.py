"""An emulated Linux with several NUMA nodes, in which a guest is started and its memory is looked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from tests.xen.linux_images import linux_images
from tests.xen.qemu_programs import MACHINE as QEMU_MACHINE
from tests.xen.xen_boot import Emulated, Machine
from tests.xen.xen_images import PROGRAM_MODE, archive
from tests.xen.xen_programs import HERE as XEN_TESTS
from tests.xen.xen_programs import built, root

FOLDER = Path(__file__).resolve().parent
MACHINE = Machine(node_mib=768, cpus=1, slit=((10, 20, 15, 30), (20, 10, 30, 15), (15, 30, 10, 25), (30, 15, 25, 10)))
"""The node nearest to 0 is 2 and the node nearest to 1 is 3: memory that leaves the set {0, 1} shows it."""
NODES = range(len(MACHINE.slit))
MODULES = ("virtio_ring", "virtio", "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_pci", "virtio_blk")
DISK = "-drive driver=null-co,size=2G,read-zeroes=on,if=none,id=disk -device virtio-blk-pci,drive=disk"
"""A disk of zeros: reading it fills the page cache."""
WAIT_S = 100
MIB_OF_PAGE = {4: 1 / 256, 2048: 2.0}
PREFERRED_MANY = 5
"""MPOL_PREFERRED_MANY of <linux/mempolicy.h>, which QEMU asks for since 8.0."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """
    A guest without NUMA cells, and the state of the host when it starts.

    Parameters
    ----------
    words
        What the trial is about.
    mib
        Memory of the guest.
    policy, nodes
        As QEMU's memory backend takes them; policy ``cpuset`` is no policy but a cgroup's cpuset.mems, and
        ``preferred-many`` is asked for by a program in QEMU's place.
    vcpus
        For each vcpu, the node on whose pcpu it runs; each writes to an equal stretch of the memory.
    prealloc
        Further arguments of the backend that has QEMU write to all memory at the start, before any vcpu runs; empty:
        memory is taken when a vcpu first writes to it.
    start
        Nodes on whose pcpus QEMU itself may run.
    leave
        MiB that are left free on a node, before QEMU starts.
    cache
        Node that is filled with page cache, down to nothing free.
    small_pages
        Whether transparent huge pages are off.
    huge
        Pages of 2 MiB reserved on each node for the backend; empty for ordinary memory.
    bystander
        MiB of another process on node 3, which is larger than the guest.
    """

    words: str
    mib: int = 512
    policy: str = "bind"
    nodes: str = "0-1"
    vcpus: tuple[int, ...] = (0,)
    prealloc: str = ""
    start: tuple[int, ...] = (0,)
    leave: dict[int, int] = field(default_factory=dict)
    cache: int | None = None
    small_pages: bool = False
    huge: tuple[int, ...] = ()
    bystander: int = 0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """
    Where the memory of a guest was seen.

    Parameters
    ----------
    free, after
        MiB free on each node, before and after.
    mib
        Memory of the guest on each node, in MiB; empty where the guest does not run.
    policy
        What numa_maps calls the policy.
    end
        What happened to a guest that does not run, or to others.
    """

    free: tuple[int, ...]
    after: tuple[int, ...]
    mib: tuple[float, ...] = ()
    policy: str = ""
    end: str = ""


class SetHost(Emulated):
    """
    The emulated Linux.

    Parameters
    ----------
    scratch
        Folder for its console and its archive.
    """

    def __init__(self, scratch: Path) -> None:
        made = linux_images()
        archive_of_all = scratch / "linux.cpio"
        archive_of_all.write_bytes(made.userland.read_bytes() + archive(_programs()))
        words = "console=ttyS0 quiet panic=1 mitigations=off rdinit=/init"
        boot = ["-kernel", str(made.kernel), "-append", words, "-initrd", str(archive_of_all), *DISK.split()]
        super().__init__(MACHINE, scratch / "console", boot)

    def prepare(self) -> str:
        """Load what the trials need; gives the versions of kernel and QEMU."""
        self.ask("; ".join(f"insmod /modules/{name}.ko" for name in MODULES))
        self.ask("mkdir -p /cg; mount -t cgroup2 none /cg; echo +cpuset > /cg/cgroup.subtree_control; mkdir /cg/set")
        self.ask("mkfifo /tmp/monitor.in /tmp/monitor.out")
        return self.ask("uname -r; qemu-system-x86_64 --version | head -n1")

    def marks(self) -> tuple[tuple[int, ...], ...]:
        """Give the watermarks min and low of each node, in MiB, as they are now."""
        said = self.ask("cat /proc/zoneinfo")
        sums = {(node, mark): 0 for node in NODES for mark in ("min", "low")}
        for node, text in re.findall(r"Node (\d+), zone.*\n([^N]*)", said):
            for mark, pages in re.findall(r"^ +(min|low) +(\d+)$", text, re.MULTILINE):
                sums[int(node), mark] += int(pages)
        return tuple(tuple(sums[node, mark] // 256 for node in NODES) for mark in ("min", "low"))

    def free(self) -> tuple[int, ...]:
        """Give the free MiB of each node."""
        said = self.ask("cat /sys/devices/system/node/node*/meminfo | grep MemFree")
        return tuple(int(kib) // 1024 for kib in re.findall(r"MemFree:\s+(\d+)", said))

    def try_out(self, trial: Trial) -> Outcome:
        """Bring the host into the state that a trial wants, start the guest and look."""
        self._clean()
        self._arrange(trial)
        free = self.free()
        if trial.policy == "preferred-many":
            return self._look(trial, free, self._hold(PREFERRED_MANY, 3, trial.mib, first=trial.vcpus[0]))
        code, said = self.run(f"{_prefix(trial)} qemu-system-x86_64 {_arguments(trial)}", limit_s=WAIT_S * 3)
        if code:
            return Outcome(free=free, after=self.free(), end=self._deaths() or _last(said) or f"exit {code}")
        pin = "for t in /proc/$(cat /tmp/pid)/task/*; do read name < $t/comm; case $name in"
        for v, node in enumerate(trial.vcpus):
            pin += f" 'CPU {v}/TCG') taskset -p {1 << node:x} ${{t##*/}};;"
        self.ask(f"{pin} esac; done")
        self.ask("echo cont > /tmp/monitor.in")
        done = "." * len(trial.vcpus)
        alive = "kill -0 $(cat /tmp/pid) 2>/dev/null"
        busy = f'{alive} && [ "$(cat /tmp/said)" != {done} ] && [ $n != {WAIT_S} ]'
        self.ask(f"n=0; while {busy}; do sleep 1; n=$((n+1)); done", limit_s=WAIT_S * 4)
        return self._look(trial, free, self.ask("cat /tmp/pid").strip())

    def _clean(self) -> None:
        self.run("kill -9 $(pidof qemu-system-x86_64 hold sleep); rm -f /tmp/said /tmp/pid; dmesg -c > /dev/null")
        self.ask(
            "for n in /sys/devices/system/node/node*/hugepages/hugepages-2048kB/nr_hugepages; do echo 0 > $n; done"
        )
        before: tuple[int, ...] = ()
        while before != (now := self.free()):  # a killed process gives its memory back in its own time
            before = now
            self.ask("echo 3 > /proc/sys/vm/drop_caches; echo 1 > /proc/sys/vm/compact_memory; : > /tmp/said; sleep 1")

    def _arrange(self, trial: Trial) -> None:
        huge = "never" if trial.small_pages else "always"
        self.ask(f"echo {huge} > /sys/kernel/mm/transparent_hugepage/enabled")
        for node, count in enumerate(trial.huge):
            name = f"/sys/devices/system/node/node{node}/hugepages/hugepages-2048kB/nr_hugepages"
            if int(self.ask(f"echo {count} > {name}; cat {name}")) != count:
                raise RuntimeError(f"node {node} has no {count} huge pages")
        if trial.bystander:
            self._hold(2, 1 << 3, trial.bystander, spared=False)
        for node, left in trial.leave.items():
            self._hold(2, 1 << node, self.free()[node] - left)
        if trial.cache is not None:
            taskset = f"taskset {1 << trial.cache:x}"
            self.ask("sleep 9999 < /dev/vda > /dev/null 2>&1 &")  # the last to close a disk drops its pages
            self.ask(
                f"{taskset} dd if=/dev/vda of=/dev/null bs=1M count={self.free()[trial.cache]}", limit_s=WAIT_S * 3
            )

    def _hold(self, policy: int, mask: int, mib: int, *, first: int = 0, spared: bool = True) -> str:
        """Take memory by a program that stays; gives its process id."""
        hold = f"taskset {1 << first:x} hold {policy} {mask} {mib} > /tmp/held 2>&1 & echo $! > /tmp/holder"
        self.ask(f": > /tmp/held; {hold}; until [ -s /tmp/held ]; do usleep 100000; done", limit_s=WAIT_S * 3)
        if self.ask("cat /tmp/held") != "held\n":
            raise RuntimeError(self.ask("cat /tmp/held"))
        if spared:
            self.ask("echo -1000 > /proc/$(cat /tmp/holder)/oom_score_adj")
        return self.ask("cat /tmp/holder").strip()

    def _look(self, trial: Trial, free: tuple[int, ...], pid: str) -> Outcome:
        code, maps = self.run(f"cat /proc/{pid}/numa_maps")
        deaths = self._deaths()
        if code or not maps.strip():
            return Outcome(free=free, after=self.free(), end=deaths or "the guest has ended")
        pages, policy = _largest(maps)
        said = self.ask("cat /tmp/said")
        late = "" if trial.policy == "preferred-many" or len(said) == len(trial.vcpus) else "it did not end in time"
        return Outcome(free=free, after=self.free(), mib=pages, policy=policy, end=deaths or late)

    def _deaths(self) -> str:
        said = self.ask("dmesg")
        killed = re.findall(r"Killed process \d+ \(([^)]*)\)", said)
        constraints = re.findall(r"oom-kill:constraint=(\w+)", said)
        names = {"qemu-system-x86": "the guest", "hold": "another process, on a node outside the set,"}
        return ", ".join(
            f"out of memory: {names.get(name, name)} is killed ({constraint})"
            for name, constraint in zip(killed, constraints, strict=False)
        )


def _programs() -> dict[str, tuple[int, bytes]]:
    options = ("-m32", "-ffreestanding", "-fno-pic", "-no-pie", "-fno-stack-protector", "-mno-sse", "-nostdlib")
    script = f"-Wl,-T,{XEN_TESTS / 'guest_tables.ld'}"
    touch = built(
        "touch",
        [str(FOLDER / "touch_guest.c")],
        *options,
        "-static",
        script,
        "-Wl,--build-id=none",
        "-Wno-array-bounds",
    )
    hold = built("hold", [str(FOLDER / "hold.c")], "-static")
    files = {"guest/touch": touch, "bin/hold": hold}
    files |= {f"modules/{name}.ko": next(root().glob(f"lib/modules/**/{name}.ko")) for name in MODULES}
    return {name: (PROGRAM_MODE, path.read_bytes()) for name, path in files.items()}


def _prefix(trial: Trial) -> str:
    mask = sum(1 << node for node in trial.start)
    taskset = f"taskset {mask:x}"
    if trial.policy == "cpuset":
        return (
            f"echo {trial.nodes} > /cg/set/cpuset.mems; {taskset} sh -c 'echo $$ > /cg/set/cgroup.procs; exec \"$@\"' x"
        )
    return taskset


def _arguments(trial: Trial) -> str:
    kind = "memory-backend-memfd,hugetlb=on,hugetlbsize=2M" if trial.huge else "memory-backend-ram"
    where = "" if trial.policy == "cpuset" else f",host-nodes={trial.nodes},policy={trial.policy}"
    context = "-object thread-context,id=context,node-affinity=1 " if "context" in trial.prealloc else ""
    backend = f"-object {kind},id=ram,size={trial.mib}M{where}{trial.prealloc and ',' + trial.prealloc}"
    guest = f"-m {trial.mib}M {context}{backend} -machine memory-backend=ram -smp {len(trial.vcpus)}"
    kernel = f"-kernel /guest/touch -append {len(trial.vcpus)} -debugcon file:/tmp/said"
    control = "-S -monitor pipe:/tmp/monitor -name guest,debug-threads=on -pidfile /tmp/pid -daemonize"
    return f"-L /usr/share/seabios -L /usr/share/qemu {QEMU_MACHINE} {guest} {kernel} {control}"


def _largest(maps: str) -> tuple[tuple[float, ...], str]:
    """Read where the largest mapping of numa_maps lies, in MiB by node, and its policy."""
    found: list[tuple[tuple[float, ...], str]] = []
    for line in maps.splitlines():
        pages = {int(node): int(count) for node, count in re.findall(r"\bN(\d+)=(\d+)", line)}
        size = re.search(r"kernelpagesize_kB=(\d+)", line)
        if size:
            policy = re.sub(r"^\S+ | (file=|anon=|huge|heap|stack|dirty=).*", "", line)
            found.append((tuple(pages.get(p, 0) * MIB_OF_PAGE[int(size[1])] for p in NODES), policy))
    return max(found, key=lambda entry: sum(entry[0]))


def _last(said: str) -> str:
    return next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "")
