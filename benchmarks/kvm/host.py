"""An emulated Linux with several NUMA nodes, in which a guest is started and its memory is looked for."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.kvm.trials import Outcome, Trial, arguments, prefix
from tests.xen.linux_images import linux_images
from tests.xen.xen_boot import Emulated, Machine
from tests.xen.xen_images import PROGRAM_MODE, archive, module_of
from tests.xen.xen_packages import DEBIAN_12
from tests.xen.xen_programs import HERE as XEN_TESTS
from tests.xen.xen_programs import built

FOLDER = Path(__file__).resolve().parent
MACHINE = Machine(node_mib=768, cpus=1, slit=((10, 20, 15, 30), (20, 10, 30, 15), (15, 30, 10, 25), (30, 15, 25, 10)))
"""The node nearest to 0 is 2 and the node nearest to 1 is 3: memory that leaves the set {0, 1} shows it."""
NODES = range(len(MACHINE.slit))
MODULES = ("virtio_ring", "virtio", "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_pci", "virtio_blk")
DISK = "-drive driver=null-co,size=2G,read-zeroes=on,if=none,id=disk -device virtio-blk-pci,drive=disk"
"""A disk of zeros: reading it fills the page cache."""
CLEAN = """\
kill -9 $(pidof qemu-system-x86_64 hold sleep)
for n in /sys/devices/system/node/node*/hugepages/hugepages-2048kB/nr_hugepages; do echo 0 > $n; done
rm -f /tmp/pid
: > /tmp/said
sleep 1
dmesg -c > /dev/null
echo 3 > /proc/sys/vm/drop_caches
echo 1 > /proc/sys/vm/compact_memory
"""
WAIT_S = 100
MIB_OF_PAGE = {4: 1 / 256, 2048: 2.0}
PREFERRED_MANY = 5
"""MPOL_PREFERRED_MANY of <linux/mempolicy.h>, which QEMU asks for since 8.0."""


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
        words = "console=ttyS0 quiet panic=1 mitigations=off no_timer_check rdinit=/init"
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
        code, said = self.run(f"{prefix(trial)} qemu-system-x86_64 {arguments(trial)}", limit_s=WAIT_S * 3)
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
        self.run("sh /guest/clean")
        before: tuple[int, ...] = ()
        while before != (now := self.free()):  # a killed process gives its memory back in its own time
            before = now
            self.ask("sleep 1")

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
            self.ask("sleep 9999 < /dev/vda > /dev/null 2>&1 & :")  # the last to close a disk drops its pages
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
        pages, policy = largest_mapping(maps)
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
    entries = {name: (PROGRAM_MODE, path.read_bytes()) for name, path in files.items()}
    entries |= {f"modules/{name}.ko": (PROGRAM_MODE, module_of(DEBIAN_12, name)) for name in MODULES}
    return entries | {"guest/clean": (PROGRAM_MODE, CLEAN.encode())}


def largest_mapping(maps: str) -> tuple[tuple[float, ...], str]:
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
