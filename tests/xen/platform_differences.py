"""Asks the programs of a platform what may differ between versions: what xl, libxl and libvirt take, and JSON keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from placer.instance import Host, Pnode
from tests.support.real_libvirt import defined
from tests.xen.xen_packages import Platform
from tests.xen.xen_programs import Libxl

GIB = 1048576
HOST = Host(
    pnodes=[Pnode(id=p, memory_kib=16 * GIB, pcpus=range(4 * p, 4 * p + 4)) for p in range(4)],
    slit=[[10 if p == q else 20 for q in range(4)] for p in range(4)],
)
TWO_ROWS = (
    'vnuma = [["pnode=0", "size=512", "vcpus=0", "vdistances=10,20"], '
    '["pnode=1", "size=512", "vcpus=1", "vdistances=20,10"]]\n'
)


def _cfg(type_: str, *lines: str, memory: int = 1024, vcpus: int = 2) -> str:
    head = f'name = "db"\ntype = "{type_}"\nmemory = {memory}\nvcpus = {vcpus}\n'
    return head + ("" if type_ == "hvm" else 'kernel = "/boot/k"\n') + "".join(f"{line}\n" for line in lines)


XL = {
    "hvm with vnuma": _cfg("hvm", TWO_ROWS),
    "pv with vnuma": _cfg("pv", TWO_ROWS),
    "pvh with vnuma": _cfg("pvh", TWO_ROWS),
    "vnuma and memory below maxmem": _cfg("hvm", TWO_ROWS, "maxmem = 2048"),
    "memory below maxmem without vnuma": _cfg("hvm", "maxmem = 2048"),
    "a vnode of 0 MiB": _cfg("hvm", TWO_ROWS.replace("size=512", "size=0", 1), memory=512),
    "a vnode without vcpus": _cfg("hvm", TWO_ROWS.replace('"vcpus=1", ', ""), vcpus=1),
    "distance 9 to another vnode": _cfg("hvm", TWO_ROWS.replace("10,20", "10,9")),
    "distance 300": _cfg("hvm", TWO_ROWS.replace("10,20", "10,300")),
    "a pnode that the host does not have": _cfg("hvm", TWO_ROWS.replace("pnode=1", "pnode=7")),
    "cpus as one string for a node": _cfg("hvm", 'cpus = "node:1"'),
    "cpus as a list with a node": _cfg("hvm", 'cpus = ["node:1", "nodes:0-1"]'),
    "129 vcpus": _cfg("hvm", vcpus=129),
    "513 vcpus": _cfg("pvh", vcpus=513),
    "stub domain": _cfg("hvm", "device_model_stubdomain_override = 1"),
    "nestedhvm": _cfg("hvm", "nestedhvm = 1"),
    "passthrough of a PCI device": _cfg("hvm", 'pci = ["0000:03:00.0,permissive=1"]'),
    "altp2m": _cfg("hvm", 'altp2m = "external"'),
    "viridian": _cfg("hvm", "viridian = 1"),
}
"""What is tried, and the xl.cfg that has it."""
RICH = (
    XL["hvm with vnuma"]
    + 'cpus = ["0-3", "4-7"]\nvif = ["bridge=xenbr0"]\ndisk = ["/dev/vg/a,raw,xvda,rw"]\npool = "0"\n',
    XL["memory below maxmem without vnuma"] + 'cpus_soft = ["0-3", "4-7"]\nusb = 1\nserial = "pty"\nvnc = 1\n',
    _cfg("pv", 'extra = "root=/dev/xvda1"', "maxvcpus = 4"),
    _cfg("pvh", 'cpus = "4-7"'),
    XL["passthrough of a PCI device"],
)
"""Guests whose keys in libxl's JSON are compared."""


def _domain(inside: str = "", *, cpu: str = "", vcpus: str = "<vcpu>4</vcpu>") -> str:
    return (
        f"<domain type='qemu'><name>db</name><memory unit='GiB'>2</memory>{vcpus}<os><type>hvm</type></os>"
        f"<cpu>{cpu}</cpu>{inside}</domain>"
    )


def _cells(more: str = "", inside: str = "") -> str:
    return (
        f"<numa><cell id='0' cpus='0-1' memory='1' unit='GiB' {more}>{inside}</cell>"
        "<cell id='1' cpus='2-3' memory='1' unit='GiB'/></numa>"
    )


LIBVIRT = {
    "memory mode strict": _domain("<numatune><memory mode='strict' nodeset='0'/></numatune>"),
    "memory mode interleave": _domain("<numatune><memory mode='interleave' nodeset='0'/></numatune>"),
    "memory mode preferred, several nodes": _domain("<numatune><memory mode='preferred' nodeset='0-1'/></numatune>"),
    "memory mode restrictive": _domain("<numatune><memory mode='restrictive' nodeset='0'/></numatune>"),
    "memnode for each cell": _domain(
        "<numatune><memnode cellid='0' mode='strict' nodeset='0'/>"
        "<memnode cellid='1' mode='strict' nodeset='0'/></numatune>",
        cpu=_cells(),
    ),
    "cells with distances": _domain(
        cpu=_cells(inside="<distances><sibling id='0' value='10'/><sibling id='1' value='21'/></distances>")
    ),
    "cells with caches": _domain(
        cpu=_cells(
            inside="<cache level='1' associativity='direct' policy='writeback'><size value='8' unit='KiB'/>"
            "<line value='64' unit='B'/></cache>"
        )
    ),
    "a cell without cpus": _domain(
        cpu="<numa><cell id='0' cpus='0-3' memory='1' unit='GiB'/><cell id='1' memory='1' unit='GiB'/></numa>"
    ),
    "shared memory of a cell": _domain(cpu=_cells("memAccess='shared'")),
    "huge pages for some cells": _domain(
        "<memoryBacking><hugepages><page size='2' unit='M' nodeset='1'/></hugepages></memoryBacking>", cpu=_cells()
    ),
    "topology with dies": _domain(cpu="<topology sockets='1' dies='2' cores='2' threads='1'/>"),
    "topology with clusters": _domain(cpu="<topology sockets='1' dies='1' clusters='2' cores='2' threads='1'/>"),
    "iothreadpin": _domain("<iothreads>1</iothreads><cputune><iothreadpin iothread='1' cpuset='0'/></cputune>"),
    "emulatorpin": _domain("<cputune><emulatorpin cpuset='0'/></cputune>"),
    "vcpus one by one": _domain(
        "<vcpus><vcpu id='0' enabled='yes' hotpluggable='no'/><vcpu id='1' enabled='no' hotpluggable='yes'/></vcpus>",
        vcpus="<vcpu current='1'>2</vcpu>",
    ),
}
"""What is tried, and the domain XML that has it."""


def xl_verdicts(platform: Platform) -> dict[str, str]:
    """Have xl read each xl.cfg and libxl check it as for a creation: its words, or that it is taken."""
    libxl, verdicts = Libxl(HOST, platform), {}
    for name, text in XL.items():
        said = libxl.parse(text)
        said = said if said.refusal else libxl.create(said.config)
        verdicts[name] = _last(said.refusal) if said.refusal else "taken"
    return verdicts


def libvirt_verdicts(platform: Platform) -> dict[str, str]:
    """Have libvirt define each domain after a check of its schema."""
    verdicts = {}
    for name, text in LIBVIRT.items():
        ran = defined(text, platform)
        verdicts[name] = _last(ran.stderr) if ran.returncode else "taken"
    return verdicts


def json_keys(platform: Platform) -> set[str]:
    """Give the keys of libxl's JSON of the rich guests, with their paths."""
    libxl = Libxl(HOST, platform)
    return {key for text in RICH for key in _paths(libxl.parse(text).config, "")}


def _paths(value: object, place: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{place}{key}"
            yield from _paths(inner, f"{place}{key}.")
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, place)


def _last(words: str | None) -> str:
    """Give the line that says why, without the names of programs and functions and the numbers of domains."""
    beside = ("setlocale", "ailed to define", "failed to get domain")
    lines = [line for line in (words or "").strip().splitlines() if not any(other in line for other in beside)]
    line = lines[0] if lines else "?"
    line = re.sub(r"^(?:[\w' ]+: )?(?:libxl: )?(?:error: )?(?:\S+\.c:\d+:\w+: )?(?:Domain -?\d+:)?", "", line)
    return "refused: " + line.partition(": Unable to validate")[0].replace("|", "/").strip()
