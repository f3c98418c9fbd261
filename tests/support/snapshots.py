"""Snapshots made of the outputs of commands, as the script of ``placer snapshot`` prints them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tests.support.commands import INSTANCES

RUNNING = INSTANCES / "xl" / "running"
COMMANDS = {
    "xl-info": "xl info -n",
    "xl-list": "xl list -l",
    "xl-vcpu-list": "xl vcpu-list",
    "xl-cpupool-list": "xl cpupool-list -c",
    "xl-dmesg": "numa_dump",
    "xl-domains": "xl list",
}
TAG = "xen1/3f2a9c1e/4402"
FACTS = """\
time: 2026-11-29T13:32:01Z
host: xen1
boot-id: 3f2a9c1e-7f0b-4c55-9a3e-0d6f2b1c4e5a
user: root
uid: 0
system: Linux 6.1.0-50-amd64 x86_64
locale: C
script: 0.1.0
"""


def output(name: str) -> str:
    """Give one output of the shipped running host."""
    return Path(RUNNING / name).read_text(encoding="utf-8")


def parts_of_xl() -> dict[str, str]:
    """Give the parts of a snapshot of the shipped running host, without its NUMA dump."""
    return {
        "facts": FACTS,
        "xl-info": output("xl-info.txt").replace("(none)", "xen1", 1),
        "xl-list": output("xl-list.json"),
        "xl-vcpu-list": output("vcpu-list.txt"),
        "xl-cpupool-list": POOLS,
        "xl-domains": DOMAINS,
        "facts-after": FACTS,
    }


def snapshot(
    parts: Mapping[str, str],
    *,
    tag: str = TAG,
    codes: Mapping[str, int] | None = None,
    said: Mapping[str, str] | None = None,
) -> str:
    """Write a snapshot; ``codes`` and ``said`` have the exit code and standard error of parts that failed."""
    lines = [f"#@ {tag} snapshot 1"]
    for name, text in parts.items():
        lines += [f"#@ {tag} begin {name} {COMMANDS.get(name, name)}", text]
        lines += [f"#@ {tag} said {name} {line}" for line in (said or {}).get(name, "").splitlines()]
        lines.append(f"#@ {tag} end {name} {(codes or {}).get(name, 0)}")
    return "\n".join([*lines, f"#@ {tag} done", ""])


POOLS = """\
Name               CPU list
Pool-0             0-15
"""
DOMAINS = """\
Name                                        ID   Mem VCPUs\tState\tTime(s)
Domain-0                                     0   512     1     r-----      53.5
app                                          1   512     4     ------       0.0
cache                                        2   512     2     ------       0.0
db                                           3  1200     6     ------       0.0
desk                                         4   600     2     ------       0.0
web                                          5   500     2     ------       0.0
"""


def parts_without_guests() -> dict[str, str]:
    """Give the parts of a snapshot of the same host on which nothing runs but Domain-0."""
    parts = parts_of_xl()
    table = parts["xl-vcpu-list"].splitlines(keepends=True)
    kept = [line for line in table if line.startswith(("Name", "Domain-0"))]
    only_0 = [entry for entry in json.loads(parts["xl-list"]) if entry["domid"] == 0]
    domains = DOMAINS.splitlines(keepends=True)[:2]
    return parts | {"xl-list": json.dumps(only_0), "xl-vcpu-list": "".join(kept), "xl-domains": "".join(domains)}
