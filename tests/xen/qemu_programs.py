"""A real QEMU, on this machine or on an emulated one, and what it tells of the guest it was started for."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.xen.linux_images import linux_images
from tests.xen.xen_boot import QEMU, Emulated, Machine
from tests.xen.xen_packages import DEBIAN_12, Platform

MACHINE = "-accel tcg -machine q35 -nodefaults -display none"
COMMANDS = (
    {"execute": "qmp_capabilities"},
    {"execute": "human-monitor-command", "arguments": {"command-line": "info numa"}},
    {"execute": "query-memdev"},
    {"execute": "quit"},
)
QUESTIONS = "".join(json.dumps(command) + "\n" for command in COMMANDS)
NODE = re.compile(r"node (\d+) (cpus|size):(.*)")
WANTED = (
    "online cpulist meminfo distance core_cpus_list thread_siblings_list physical_package_id "  # of cpus and nodes
    "nr_hugepages free_hugepages"
)
"""Files of sysfs that tell of nodes, cpus, cores and huge pages."""
PLACES = "/sys/devices/system/node/ /sys/devices/system/cpu/ /sys/devices/system/node/node*/hugepages/"


@dataclass
class Numa:
    """
    What QEMU says of a machine.

    Parameters
    ----------
    vcpus, mib
        Of each node, as ``info numa`` shows them.
    backends
        Size in KiB, policy and host nodes of each memory backend, by name.
    """

    vcpus: dict[int, tuple[int, ...]] = field(default_factory=dict)
    mib: dict[int, int] = field(default_factory=dict)
    backends: dict[str, tuple[int, str, list[int]]] = field(default_factory=dict)


def answers_of(text: str) -> Numa:
    """Read the answers to the questions; QEMU's events are left out."""
    answers = [json.loads(line) for line in text.splitlines() if line.startswith('{"return"')]
    if len(answers) < len(COMMANDS) - 1:
        raise ValueError(text)
    numa = Numa()
    for node, what, value in NODE.findall(answers[1]["return"]):
        if what == "cpus":
            numa.vcpus[int(node)] = tuple(map(int, value.split()))
        else:
            numa.mib[int(node)] = int(value.removesuffix("MB\r"))
    for memory in answers[2]["return"]:
        numa.backends[memory["id"]] = (memory["size"] // 1024, memory["policy"], memory["host-nodes"])
    return numa


def start_here(arguments: str, platform: Platform = DEBIAN_12) -> Numa:
    """Start QEMU on this machine, stopped, with arguments as they were emitted, and ask it."""
    roms = [part for rom in ("usr/share/seabios", "usr/share/qemu") for part in ("-L", str(platform.root / rom))]
    command = platform.command(QEMU, *roms, *MACHINE.split(), "-S", "-qmp", "stdio", *arguments.split())
    environment = os.environ | {"QEMU_MODULE_DIR": str(platform.libraries / "qemu")}
    ran = subprocess.run(command, input=QUESTIONS, env=environment, capture_output=True, text=True, timeout=60)
    if ran.returncode:
        raise ValueError(ran.stderr)
    return answers_of(ran.stdout)


@dataclass
class Seen:
    """
    What a guest sees, and where its memory lies.

    Parameters
    ----------
    vnode_of
        Node of each vcpu, in their order, of the SRAT.
    memory_kib
        Of each node, of the SRAT.
    slit
        Distances.
    bound
        Of each bound mapping of QEMU with pages: the nodes it is bound to, and those its pages lie on.
    huge
        Of each of these mappings in huge pages: its node -> number of pages.
    """

    vnode_of: list[int] = field(default_factory=list)
    memory_kib: dict[int, int] = field(default_factory=dict)
    slit: list[list[int]] = field(default_factory=list)
    bound: list[tuple[str, set[int]]] = field(default_factory=list)
    huge: list[dict[int, int]] = field(default_factory=list)


class Linux(Emulated):
    """
    A Linux on nodes of its own, with a QEMU in it.

    Parameters
    ----------
    machine
        The host.
    log
        File for its console.
    platform
        Whose Linux and QEMU, in it and under it.
    """

    def __init__(self, machine: Machine, log: Path, platform: Platform = DEBIAN_12) -> None:
        made = linux_images(platform)
        words = "console=ttyS0 quiet panic=1 mitigations=off no_timer_check rdinit=/init"
        boot = ["-kernel", str(made.kernel), "-append", words, "-initrd", str(made.userland)]
        super().__init__(machine, log, boot, platform)

    def copy_sysfs(self, folder: Path) -> None:
        """Copy what its sysfs says of nodes and cpus into a tree."""
        names = " -o ".join(f"-name {name}" for name in WANTED.split())
        find = f"find {PLACES} -follow -maxdepth 3 -type f \\( {names} \\) 2>/dev/null"
        found = self.ask(f"{find} | while read f; do echo @@file $f; cat $f; done")
        for part in found.split("@@file ")[1:]:
            name, _, text = part.partition("\n")
            path = folder / name.lstrip("/").removeprefix("sys/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def start_libvirt(self) -> None:
        """Start libvirt there; :meth:`virsh` asks it."""
        wait = "n=0; until virsh -q -c qemu:///system list || [ $n = 60 ]; do sleep 1; n=$((n+1)); done"
        self.ask(f"/usr/sbin/libvirtd -d; {wait}")

    def virsh(self, command: str) -> str:
        """Run a command of virsh that must succeed; gives what it printed."""
        return self.ask(f"virsh -q -c qemu:///system {command}")

    def maps_of(self, name: str) -> list[tuple[str, dict[int, int]]]:
        """Give policy and pages by node of each mapping with a policy of the QEMU that libvirt runs for a domain."""
        found = self.ask(f"grep -E ' (bind|interleave|prefer)' /proc/$(cat /run/libvirt/qemu/{name}.pid)/numa_maps")
        return [
            (line.split()[1], {int(node): int(count) for node, count in re.findall(r"\bN(\d+)=(\d+)", line)})
            for line in found.splitlines()
        ]

    def reserve_pages(self, counts: Sequence[int]) -> None:
        """Have so many huge pages of 2 MiB on each node, and no others."""
        for node, count in enumerate(counts):
            name = f"/sys/devices/system/node/node{node}/hugepages/hugepages-2048kB/nr_hugepages"
            whole = "echo 3 > /proc/sys/vm/drop_caches; echo 1 > /proc/sys/vm/compact_memory"  # few are in one piece
            again = f"n=0; until [ $(cat {name}) = {count} ] || [ $n = 20 ]; do {whole}; echo {count} > {name}"
            had = self.ask(f"echo {count} > {name}; {again}; n=$((n+1)); sleep 1; done; cat {name}")
            if int(had) != count:
                memory = self.ask(f"cat /sys/devices/system/node/node{node}/meminfo | head -3")
                raise RuntimeError(f"node {node} has {had} huge pages of {count}:\n{memory}")

    def start(self, arguments: str) -> Numa:
        """Start QEMU there, stopped, and ask it."""
        self.put("/tmp/questions", QUESTIONS)
        return answers_of(self.ask(f"{_inside(arguments)} -S -qmp stdio < /tmp/questions"))

    def run_tables(self, arguments: str) -> Seen:
        """Run the guest that prints its tables, until it has, and look where QEMU's memory lies."""
        self.ask("rm -f /tmp/said /tmp/pid")
        self.ask(f"{_inside(arguments)} -kernel /guest/tables -debugcon file:/tmp/said -pidfile /tmp/pid -daemonize")
        waited = "n=0; until grep -q 'TABLES end' /tmp/said || [ $n = 600 ]; do usleep 100000; n=$((n+1)); done"
        maps = "grep ' bind:' /proc/$(cat /tmp/pid)/numa_maps"
        return _seen(self.ask(f"{waited}; cat /tmp/said; {maps}; kill $(cat /tmp/pid)"))


def _inside(arguments: str) -> str:
    return f"qemu-system-x86_64 -L /usr/share/seabios -L /usr/share/qemu {MACHINE} {' '.join(arguments.split())}"


def _seen(text: str) -> Seen:
    seen, vnode_of_apic = Seen(), {}
    for line in text.splitlines():
        kind, *words = line.split() or [""]
        if kind == "SLIT":
            seen.slit.append([int(word, 16) for word in words])
        elif kind == "SRAT":
            numbers = [int(word, 16) for word in words[1:]]
            if words[0] == "cpu":
                vnode_of_apic[numbers[0]] = numbers[1]
            else:
                seen.memory_kib[numbers[2]] = seen.memory_kib.get(numbers[2], 0) + numbers[1] // 1024
        elif words and words[0].startswith("bind:"):
            pages = {int(node): int(count) for node, count in re.findall(r"\bN(\d+)=(\d+)", line)}
            if pages:
                seen.bound.append((words[0].removeprefix("bind:"), set(pages)))
            if pages and " huge " in line:
                seen.huge.append(pages)
    seen.vnode_of = [vnode_of_apic[apic] for apic in sorted(vnode_of_apic)]
    return seen
