"""A real Xen under QEMU's emulation on a made-up NUMA host, with a dom0 that takes commands."""

from __future__ import annotations

import base64
import gzip
import os
import re
import select
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.xen.xen_images import images
from tests.xen.xen_packages import DEBIAN_12, Platform

BOOT_LIMIT_S = 900.0
COMMAND_LIMIT_S = 600.0
BOOTS = 3
"""Times that a machine is switched on: on a busy one an emulated timer can be late, and a kernel gives up."""
CPU = "max,-smap,-vgif,-rdtscp"
"""With these three, dom0 or the guests of this Xen die under QEMU 7.2's emulation."""
INTEL = "vendor=GenuineIntel,family=6,model=85,stepping=4"
ACCEL = {False: "tcg,thread=single", True: "tcg,thread=multi"}
"""One thread for all cpus takes half the time of one for each: these wait for each other, and only one works."""
CHUNK = 3600
"""Characters of a file in one command; a terminal takes lines of up to 4,095."""
QEMU = "usr/bin/qemu-system-x86_64"


@dataclass(frozen=True, kw_only=True)
class Machine:
    """
    The host to emulate.

    Parameters
    ----------
    node_mib
        Memory of each node, in MiB.
    cpus
        Cpus of each node.
    slit
        Distances.
    threads
        Threads of each core. More than one make it an Intel machine, which emulation gives no HVM: Xen sees the
        siblings of an emulated AMD machine as cores.
    options
        More options for Xen.
    parallel
        Whether each cpu gets a thread of its own, as it must where guests run: in a single one six guests that sleep
        kept dom0 waiting until xl gave up. Where guests stay paused a single one does.
    """

    node_mib: int
    cpus: int
    slit: Sequence[Sequence[int]]
    threads: int = 1
    options: str = ""
    parallel: bool = True


class SlowError(RuntimeError):
    """An emulated machine gave no answer in time."""


class Emulated:
    """
    A booted machine that takes commands; leave it to switch the machine off.

    Parameters
    ----------
    machine
        The host.
    log
        File for its console.
    boot
        What QEMU boots, as its arguments.
    platform
        Whose QEMU emulates it.
    """

    def __init__(self, machine: Machine, log: Path, boot: list[str], platform: Platform = DEBIAN_12) -> None:
        self._log = log
        self._command = platform.command(QEMU, *_hardware(machine, log, platform), *boot)
        self._environment = os.environ | {"QEMU_MODULE_DIR": str(platform.libraries / "qemu")}

    def __enter__(self) -> Self:
        for tries_left in reversed(range(BOOTS)):
            self._qemu = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
            )
            try:
                self._until("@@ready\n", BOOT_LIMIT_S)
                break
            except BaseException as error:
                self._end()
                if not tries_left or not isinstance(error, RuntimeError) or isinstance(error, SlowError):
                    raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        self._qemu.kill()  # guests' memory was never touched, and need not be given back page by page
        self._qemu.communicate()

    def run(self, command: str, limit_s: float = COMMAND_LIMIT_S) -> tuple[int, str]:
        """Run a shell command of one line there; gives its exit code and what it printed."""
        self._send(f"{{ {command}; }} </dev/null >/tmp/out 2>&1; echo @@code $?; cat /tmp/out; echo @@end\n")
        answer = self._until("@@end\n", limit_s)
        code = re.search(r"@@code (\d+)\n", answer)
        if code is None:
            raise RuntimeError(f"it answered {answer!r} to {command!r}")
        return int(code[1]), answer[code.end() :].removesuffix("@@end\n")

    def ask(self, command: str, limit_s: float = COMMAND_LIMIT_S) -> str:
        """Run a command that must succeed; gives what it printed."""
        code, text = self.run(command, limit_s)
        if code:
            raise RuntimeError(f"{command!r} ended with {code}: {text}")
        return text

    def put(self, path: str, content: str | bytes) -> None:
        """Write a file there, packed: each command that carries a piece of it takes its time."""
        packed = gzip.compress(content.encode() if isinstance(content, str) else content)
        encoded = base64.b64encode(packed).decode()
        for i in range(0, len(encoded), CHUNK):
            self.ask(f"echo {encoded[i : i + CHUNK]} {'>>' if i else '>'} /tmp/packed")
        self.ask(f"base64 -d /tmp/packed | gunzip > {path}")

    def _send(self, text: str) -> None:
        assert self._qemu.stdin is not None
        self._qemu.stdin.write(text.encode())

    def _until(self, end: str, limit_s: float) -> str:
        assert self._qemu.stdout is not None
        deadline, got = time.monotonic() + limit_s, b""
        while not got.endswith(end.encode()):
            left = deadline - time.monotonic()
            ready = left > 0 and select.select([self._qemu.stdout], [], [], left)[0]
            piece = self._qemu.stdout.read(65536) if ready else b""
            if not piece:
                why = "ended" if ready else f"gave no answer in {limit_s:.0f} s"
                kind = RuntimeError if ready else SlowError
                raise kind(f"QEMU {why}, after {got[-2000:]!r}; the console:\n{self._console()}")
            got += piece
        return got.decode(errors="replace")

    def _console(self) -> str:
        return self._log.read_text(errors="replace")[-3000:] if self._log.exists() else "(none)"


class Dom0(Emulated):
    """
    A booted Xen, with a dom0 that takes the commands.

    Parameters
    ----------
    machine
        The host.
    log
        File for the console of Xen and dom0.
    platform
        Whose Xen, Linux and QEMU.
    """

    def __init__(self, machine: Machine, log: Path, platform: Platform = DEBIAN_12) -> None:
        super().__init__(machine, log, _xen(platform, machine.options), platform)

    def numa_dump(self) -> str:
        """Have Xen print where the memory of every domain lies; it does so in its own time."""
        self.ask("xl dmesg -c >/dev/null; xl debug-keys u")
        before = ""
        for _ in range(100):
            time.sleep(0.3)
            text = self.ask("xl dmesg")
            if text == before and "Memory location" in text:
                return text
            before = text
        raise RuntimeError(f"no NUMA dump in {before!r}")


def _hardware(machine: Machine, log: Path, platform: Platform) -> list[str]:
    nodes = range(len(machine.slit))
    roms = ("usr/share/seabios", "usr/share/qemu", "usr/lib/ipxe/qemu")
    command = [part for rom in roms for part in ("-L", str(platform.root / rom))]
    cpu = CPU if machine.threads == 1 else f"{CPU},{INTEL}"
    command += [
        "-accel",
        ACCEL[machine.parallel],
        "-machine",
        "q35",
        "-cpu",
        cpu,
        "-m",
        f"{machine.node_mib * len(nodes)}M",
    ]
    total, cores = machine.cpus * len(nodes), machine.cpus // machine.threads
    command += ["-smp", f"{total},sockets={len(nodes)},cores={cores},threads={machine.threads}"]
    for p in nodes:
        first = p * machine.cpus
        command += ["-object", f"memory-backend-ram,id=m{p},size={machine.node_mib}M,reserve=off"]
        command += ["-numa", f"node,nodeid={p},memdev=m{p},cpus={first}-{first + machine.cpus - 1}"]
    for p in nodes:
        for q in nodes:
            if p != q:
                command += ["-numa", f"dist,src={p},dst={q},val={machine.slit[p][q]}"]
    command += ["-nodefaults", "-no-reboot", "-display", "none", "-serial", f"file:{log}"]
    return [*command, "-chardev", "stdio,id=talk,signal=off", "-serial", "chardev:talk"]


def _xen(platform: Platform, options: str) -> list[str]:
    made = images(platform)
    xen = "console=com1 com1=115200 dom0_mem=512M,max:512M dom0_max_vcpus=1 numa=on bootscrub=0 conring_size=1M"
    linux = "console=hvc0 panic=1 quiet mitigations=off"
    command = ["-kernel", str(made.xen), "-append", f"{xen} loglvl=warning guest_loglvl=all {options}".rstrip()]
    return [*command, "-initrd", f"{made.kernel} {linux},{made.userland}"]
