"""
Every reader of placer by name, with a sample of what it reads and the function that a command calls for it.

    python -m tests.support.every_reader NAME LIMIT [BYTES]

reads hostile documents of BYTES, by default as large as a file may be, in the place of the sample, each within LIMIT
seconds of the processor, and prints how it went.
"""

from __future__ import annotations

import os
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from placer.api.reading import read_running
from placer.api.side_inputs import with_pools
from placer.api.snapshots import read_snapshot
from placer.cli.inputs import read_request
from placer.errors import MOST_TOLD, InputError
from placer.expected.worth import future_capacity
from placer.formats.base import ParsedHost
from placer.formats.guests import read_guests
from placer.formats.hosts import read_host
from placer.formats.native.answer_json import read_answer
from placer.formats.native.instance_json import parse_expectations
from placer.formats.native.objectives import choose_objective
from placer.formats.native.placement_json import read_placement
from placer.formats.text.files import MAX_BYTES, read_text
from placer.formats.xl.numa_dump import read_numa_dump
from placer.instance import Host, Objective
from placer.job.request import assemble
from placer.job.settled import settled

ANSWER = """\
{"status": "OPTIMAL", "placement": {"web": [0, 1]}, "reason": null,
 "tiers": [{"cost": 5, "bound": 4, "terms": {"distance": 5}}]}
"""
INSTANCES = Path(__file__).resolve().parents[2] / "instances"
RUNNING = INSTANCES / "xl" / "running"
FILE = "input"
LONGEST = 1000
"""Most characters of a line of a message."""
MOST_MIB, BASE_MIB = 1024, 192
"""Most memory that reading the largest document may take, in MiB, the document itself included; and any document."""


def four_pnodes() -> Host:
    """The host that guests are read for."""
    return read_host(str(INSTANCES / "xl" / "host.txt")).host


def _guest(path: str) -> None:
    reading = ParsedHost(host=four_pnodes())
    settled(assemble(reading, read_guests(path, reading.host)))


def _expected(path: str) -> None:
    shapes = parse_expectations(read_text(path), path).guests
    future_capacity(four_pnodes(), shapes, place=path)


@dataclass(frozen=True)
class Reader:
    """
    A reader.

    Parameters
    ----------
    modules
        Those of placer.read that do the reading.
    sample
        Something that it reads.
    read
        Reads a file.
    """

    modules: tuple[str, ...]
    sample: str
    read: Callable[[str], object]


def _file(*parts: str) -> str:
    return INSTANCES.joinpath(*parts).read_text(encoding="utf-8")


def _readers() -> dict[str, Reader]:
    from tests.support.host_samples import HWLOC, LIBVIRT, NUMACTL
    from tests.support.kvm_snapshots import parts_of_kvm
    from tests.support.snapshots import parts_of_xl, snapshot

    of_libvirt = (
        "libvirt.read_domain",
        "devices",
        "libvirt.cells",
        "libvirt.numatune",
        "libvirt.values",
        "libvirt.vcpus",
        "libvirt.bindings",
        "libvirt.passthrough",
        "libvirt.huge_pages",
        "page_sizes",
        "text.xml_text",
    )
    of_hwloc = ("linux.hwloc_xml", "linux.hwloc_objects", "linux.hwloc_distances", "linux.topology", "text.cpu_lists")
    parts = ("flavor", "flavor_cells", "flavor_pages", "flavor_policies", "flavor_specs", "flavor_topology")
    of_flavor = tuple(f"openstack.{part}" for part in parts)
    flavor = '{"name": "f", "vcpus": 4, "ram": 512, "properties": {"hw:numa_nodes": "2", "hw:cpu_policy": "mixed", '
    flavor += '"hw:cpu_dedicated_mask": "1,3", "hw:cpu_threads": "2", "hw:numa_cpus.0": "0-1", "hw:numa_mem.0": "256", '
    flavor += '"hw:numa_cpus.1": "2,3", "hw:numa_mem.1": "256"}}'
    running = _file("xl", "running", "xl-list.json")
    return {
        "xl info": Reader(
            ("xl.info", "xl.cores", "xl.claims", "xl.online", "xl.dom0_memory", "hosts"),
            _file("xl", "host.txt"),
            read_host,
        ),
        "numactl": Reader(
            (
                "linux.numactl",
                "linux.numactl_lines",
            ),
            NUMACTL,
            read_host,
        ),
        "hwloc": Reader(of_hwloc, HWLOC, read_host),
        "capabilities": Reader(("libvirt.capabilities",), LIBVIRT, read_host),
        "free pages": Reader(("linux.free_pages",), f"{NUMACTL}Node 0:\n4KiB: 81\n2048KiB: 3\n", read_host),
        "host json": Reader(
            ("native.instance_json", "native.schema", "text.msgspec_errors"), _file("rfc-c.json"), read_host
        ),
        "expected shapes": Reader(
            ("native.instance_json",),
            '{"guests": [{"memory_kib": "4GiB", "vcpu_count": 4, "vnodes": 2, "cpu_policy": "shared", "weight": 3}]}',
            _expected,
        ),
        "instance": Reader(
            ("text.json_text", "text.files", "text.encodings", "text.sizes"),
            _file("related-guests.json"),
            lambda path: settled(read_request([path], host=None)),
        ),
        "xl.cfg": Reader(
            (
                "xl.read_cfg",
                "xl.syntax",
                "xl.values",
                "xl.affinity",
                "xl.vnuma",
                "xl.pci",
                "xl.edit",
                "stubdomain",
                "text.typos",
            ),
            _file("xl", "app.cfg"),
            _guest,
        ),
        "libxl json": Reader(("libxl.read_json", "libxl.pcidevs", "libxl.online", "text.json_fields"), running, _guest),
        "domain": Reader(
            (*of_libvirt, "devices", "text.xml_text", "text.xml_edit"), _file("libvirt", "ledger.xml"), _guest
        ),
        "flavor": Reader(of_flavor, flavor, _guest),
        "xl list": Reader(("xl.list_domains",), running, lambda path: read_running(four_pnodes(), path, None)),
        "xl vcpu-list": Reader(
            ("xl.vcpu_list",),
            _file("xl", "running", "vcpu-list.txt"),
            lambda path: read_running(four_pnodes(), None, path),
        ),
        "cpupools": Reader(
            ("xl.cpupools",),
            _file("xl", "pools.txt"),
            lambda path: with_pools(ParsedHost(host=four_pnodes()), path),
        ),
        "numa dump": Reader(
            ("xl.numa_dump",), _file("xl", "running", "dmesg.txt"), lambda path: read_numa_dump(read_text(path), path)
        ),
        "snapshot": Reader(
            ("snapshot.parts", "snapshot.facts", "snapshot.domain_states", "snapshot.host_part"),
            snapshot(parts_of_xl()),
            read_snapshot,
        ),
        "snapshot of libvirt": Reader(
            ("snapshot.node_memory", "libvirt.vcpuinfo"), snapshot(parts_of_kvm()), read_snapshot
        ),
        "objective": Reader(
            ("native.objectives",),
            '{"core_sharing_price": 3, "shape": "pack"}',
            lambda path: choose_objective(Objective(), path),
        ),
        "answer": Reader(
            ("native.answer_json",),
            ANSWER,
            lambda path: read_answer(read_text(path), path),
        ),
        "placement": Reader(
            ("native.placement_json",),
            _file("xl", "running", "plan.json"),
            lambda path: read_placement(read_text(path), path),
        ),
    }


READERS = _readers()

BOMBS = (
    '<!DOCTYPE {root} [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>\n<{root}>&b;</{root}>',
    '<!DOCTYPE {root} [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<{root}>&a;</{root}>',
    '<!DOCTYPE {root} [<!ENTITY % a SYSTEM "http://example.org/a.dtd"> %a;]>\n<{root}/>',
)
NUMBERS = ("-1", "65536", "4294967296", "9" * 20, "9" * 5000, "1e999", "0x10", "\u0663")
UNITS = ("a", "7", "[", "{", '{"a":', "<a>", "<", "(", "\n", "ab\n", "0,", "0 ", "'", '"', "\\", "&a;", "# \n", "a=[")
"""Pieces that whole files are made of."""


def hostile(sample: str, size: int) -> Iterator[tuple[str, bytes]]:
    """
    Make documents of up to ``size`` bytes that nobody means well with, each with a name.

    Yields
    ------
    Nesting and endless pieces, long lists, objects and documents; the sample with its last line, its first object or
    element over and over again; with every number replaced; entity bombs in its root.
    """
    for unit in UNITS:
        yield f"{unit!r} over and over", (unit * (size // len(unit))).encode()
    for item in ("{},", "[],", "1.5,", '"ab",', "null,", f"{sample.strip()},"):
        yield f"a list of {item[:9]!r}", f"[{(item * (size // len(item) - 1)).rstrip(',')}]".encode()[:size]
    yield "an object of many keys", ("{" + ",".join(f'"{i:x}":1' for i in range(size // 11)) + "}").encode()
    lines = sample.splitlines()
    for line in {lines[0], lines[len(lines) // 2], lines[-1]}:
        yield (
            f"the sample and many {line.strip()[:20]!r}",
            f"{sample}\n{(line + chr(10)) * (size // (len(line) + 1))}".encode()[:size],
        )
    root = (re.search(r"<(\w+)[ >]", sample) or re.search("(a)", "a"))[1]  # type: ignore[index]
    for bomb in BOMBS if sample.startswith("<") else ():
        yield f"entities {bomb[20:40]}", bomb.replace("{root}", root).encode()
        yield "many elements", f"<{root}>{'<a/>' * (size // 4 - 10)}</{root}>".encode()
        yield "many attributes", f"<{root} {' '.join(f'a{i}=' + chr(39) * 2 for i in range(size // 12))}/>".encode()
    for found in list(re.finditer(r"\d+", sample))[:40]:
        for number in NUMBERS:
            yield (
                f"{number[:12]} at {found.start()}",
                (sample[: found.start()] + number + sample[found.end() :]).encode(),
            )


def peak_mib() -> int:
    """Give the most memory of this process in MiB; ru_maxrss would be no less than what its parent held at the fork."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024  # type: ignore[index]


def read_hostile(name: str, limit_s: float, size: int) -> None:
    """Read every hostile document; an InputError that names the file, or a result, is well."""
    reader = READERS[name]
    slowest, count, faults = ("", 0.0), 0, []
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for what, data in hostile(reader.sample, size):
            Path(FILE).write_bytes(data)
            del data
            before = time.process_time()
            given = int(before + limit_s) + 2
            resource.setrlimit(resource.RLIMIT_CPU, (given, resource.RLIM_INFINITY))  # beyond, the process is killed
            print(f"reading {what}", file=sys.stderr, flush=True)  # noqa: T201
            try:
                reader.read(FILE)
            except InputError as error:
                told = str(error).splitlines()
                if not told[0].startswith(FILE) or max(map(len, told)) > LONGEST or len(told) > MOST_TOLD + 1:
                    faults.append(f"{what}: {str(error)[:LONGEST]}")
            except Exception as error:  # what else it may be is what is looked for
                faults.append(f"{what}: {type(error).__name__} {error}"[:LONGEST])
            took = time.process_time() - before
            if took > limit_s:
                faults.append(f"{what}: took {took:.1f} s")
            slowest = max(slowest, (what, took), key=lambda pair: pair[1])
            count += 1
    peak = peak_mib()
    print(f"{name}: {count} documents, slowest {slowest[1]:.1f} s ({slowest[0]}), peak {peak} MiB")  # noqa: T201
    if peak > BASE_MIB + (MOST_MIB - BASE_MIB) * size // MAX_BYTES:
        faults.append(f"peak of {peak} MiB")
    if faults:
        raise SystemExit("\n".join(faults))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (4 * 1024**3, 4 * 1024**3))
    read_hostile(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]) if sys.argv[3:] else MAX_BYTES)
