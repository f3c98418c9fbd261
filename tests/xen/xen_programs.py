"""The real xl and libxl, and a hypervisor's answers for a made-up host, so that they need no hypervisor."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from placer.instance import UNREACHABLE, Host
from tests.xen.xen_packages import DEBIAN_12, Platform

HERE = Path(__file__).parent
Json = dict[str, Any]

STAGES = {10: "defaults", 11: "layout of the vnodes' memory", 12: "vNUMA rules"}


def needs_xen(platform: Platform = DEBIAN_12) -> None:
    """Skip where the real programs are not unpacked; where they are required, fail."""
    if platform.is_unpacked:
        return
    reason = f"the programs of {platform} are not in {platform.folder}; python tests/xen/xen_packages.py gets them"
    if os.environ.get("PLACER_REQUIRE_REAL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def built(name: str, sources: list[str], *options: str, platform: Platform = DEBIAN_12) -> Path:
    """Compile one of the small programs in C against a platform, unless the same sources were compiled before."""
    text = b"".join((HERE / source).read_bytes() for source in sources) + " ".join(options).encode()
    target = platform.folder / "built" / f"{hashlib.sha256(text).hexdigest()[:16]}-{name}"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            fresh = Path(scratch) / name
            compiled = [str(HERE / source) for source in sources if source.endswith(".c")]
            # gcc looks in its own folders before those of the sysroot, unless -B names these
            there = (f"--sysroot={platform.root}", f"-B{platform.libraries}/")
            command = ["gcc", *there, "-O1", "-Wall", "-Werror", "-o", str(fresh)]
            subprocess.run([*command, *compiled, *options], check=True, capture_output=True, text=True)
            fresh.replace(target)
    return target


@functools.cache
def shim(platform: Platform) -> Path:
    """Build what answers for the hypervisor."""
    return built("shim.so", ["shim.c"], "-shared", "-fPIC", _minor(platform), platform=platform)


@functools.cache
def ask_libxl(platform: Platform) -> Path:
    """Build what hands JSON to libxl's own functions."""
    names = ("xenguest", "xenctrl", "xenstore", "xenevtchn", "xentoollog", "xentoolcore", "xenhypfs")
    shared = [f"-l{name}" for name in names] + ["-l:libyajl.so.2", "-l:libuuid.so.1", "-lpthread"]
    options = [_minor(platform), str(platform.libraries / "libxenlight.a"), *shared]
    return built("ask_libxl", ["ask_libxl.c", "shim.c"], *options, platform=platform)


def _minor(platform: Platform) -> str:
    return f"-DXEN_MINOR={platform.xen.partition('.')[2]}"


@dataclass(frozen=True, kw_only=True)
class Said:
    """
    What a real program made of a configuration.

    Parameters
    ----------
    refusal
        Its words; None where it took it.
    config
        What it printed: a libxl_domain_config or libxl_domain_build_info.
    warnings
        What it remarked besides.
    """

    refusal: str | None = None
    config: Json
    warnings: str = ""


class Libxl:
    """
    The real xl and libxl on a made-up host.

    Parameters
    ----------
    host
        Its pnodes, pcpus and distances are what xl and libxl are told of their host.
    platform
        Whose xl and libxl.
    """

    def __init__(self, host: Host, platform: Platform = DEBIAN_12) -> None:
        self.host = host
        self._platform = platform
        self._environment = os.environ | _host_of_shim(host)

    def parse(self, text: str) -> Said:
        """Have xl read an xl.cfg, in a dry run, and print what it hands to libxl."""
        with tempfile.NamedTemporaryFile("w", suffix=".cfg", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            xl = f"usr/lib/xen-{self._platform.xen}/bin/xl"
            result = self._run(xl, "-N", "create", "-q", file.name, preload=shim(self._platform))
        lines = [line for line in result.stderr.splitlines() if "/xl.conf" not in line]
        warnings = "\n".join(lines)
        if result.returncode:
            return Said(refusal=warnings or f"exit {result.returncode}", config={})
        return Said(config=json.loads(result.stdout), warnings=warnings)

    def read_back(self, document: Json, *, whole: bool = False) -> Json:
        """Have libxl read a build info, or a whole domain config, and print it again."""
        result = self._ask("config" if whole else "build", json.dumps(document))
        if result.returncode:
            raise ValueError(result.stderr)
        read: Json = json.loads(result.stdout)
        return read

    def create(self, config: Json) -> Said:
        """Put a domain config through the checks of a creation."""
        result = self._ask("create", json.dumps(config))
        warnings = result.stderr.strip()
        if result.returncode:
            stage = STAGES.get(result.returncode, f"exit {result.returncode}")
            return Said(refusal=f"{stage}: {warnings}", config=config)
        return Said(config=config, warnings=warnings)

    def layout(self, config: Json) -> list[tuple[int, int, int]]:
        """Have libxl lay out the memory of a domain config: vnode, start and end, excluded, of each range in bytes."""
        result = self._ask("layout", json.dumps(config))
        if result.returncode:
            raise ValueError(result.stderr)
        rows = [tuple(map(int, line.split())) for line in result.stdout.splitlines()]
        return [(v, start, end) for v, start, end in rows]

    def _ask(self, question: str, text: str) -> subprocess.CompletedProcess[str]:
        return self._run(ask_libxl(self._platform), question, text=text)

    def _run(
        self, program: Path | str, *arguments: str, text: str = "", preload: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        command = self._platform.command(program, *arguments, preload=preload)
        return subprocess.run(command, input=text, env=self._environment, capture_output=True, text=True, check=False)


def _host_of_shim(host: Host) -> dict[str, str]:
    pnodes = sorted(host.pnodes, key=lambda pnode: pnode.id)
    slit = host.slit or host.distances
    rows = [[slit[host.position_of[p.id]][host.position_of[q.id]] for q in pnodes] for p in pnodes]
    last = max(host.position_of_pcpu)
    id_of_pcpu = {pcpu: pnode.id for pnode in pnodes for pcpu in pnode.pcpus}
    lists = {
        "SHIM_NODES": [pnode.id for pnode in pnodes],
        "SHIM_MEMORY": [pnode.memory_kib // 1024 for pnode in pnodes],
        "SHIM_DISTANCES": [d if 0 <= d < UNREACHABLE else UNREACHABLE for row in rows for d in row],
        "SHIM_PCPUS": [id_of_pcpu.get(pcpu, -1) for pcpu in range(last + 1)],
    }
    if host.cpupools:
        pool_of = {pcpu: i for i, pool in enumerate(host.cpupools) for pcpu in pool.pcpus}
        lists["SHIM_POOLS"] = [pool_of.get(pcpu, -1) for pcpu in range(last + 1)]
    names = {f"SHIM_POOL_{i}": pool.name for i, pool in enumerate(host.cpupools)}
    return {name: ",".join(map(str, numbers)) for name, numbers in lists.items()} | names
