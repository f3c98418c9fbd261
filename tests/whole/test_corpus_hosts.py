"""Hosts of the corpus are read as an independent parser and lstopo read them, and damaged ones do no harm."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from placer.errors import InputError
from placer.formats.hosts import parse_host_text, read_host
from placer.instance import Host, Pnode
from tests.xen.xen_packages import Platform

NEEDED = re.compile(
    r"/devices/system/(node|cpu)/(\w+/(topology/)?)?(online|cpumap|cpulist|meminfo|distance|\w+_cpus\w*|\w+_siblings\w*)$"
)
"""Files of a tree that say something about pnodes; the trees hold ten thousand others."""

EXCEPTIONS = {
    "sysfs/linux-8em64t-2s2ca2c-buggynuma": "every node lists every cpu: placer gives each cpu to the lowest node, "
    "and the expected JSON repeats them",
}
"""Where placer means to differ, and why."""

AS_HWLOC = {
    "ghw-linux-amd64-8581cf3a529e5d8b97ea876eade2f60d": "ghw-linux-amd64-8581cf3a529e5d8b97ea876eade2f60d",
    "ghw-linux-amd64-intel-xeon-L5640": "ghw-linux-amd64-intel-xeon-L5640",
    "nri-4-socket-server-nosnc": "nri-4-socket-server-nosnc",
    "nri-sample2": "nri-sample2",
    "nri-server": "nri-server-2s-6n-pmem",
}
"""Expected JSON of a sysfs tree that is not in the corpus -> what hwloc wrote of the same machine, which is."""
WITHOUT_SOURCE = {"libvirt-linux-resctrl-amd", "libvirt-linux-resctrl-fake-feature"}
"""Expected JSON of sysfs trees that are not in the corpus in any form."""


@pytest.fixture(scope="module")
def hosts() -> Path:
    folder = os.environ.get("PLACER_CORPUS")
    if not folder:
        pytest.skip("PLACER_CORPUS is not set: it names the folder of real topologies")
    return Path(folder) / "hosts"


def expected_of(hosts: Path) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """Each name, source and expected JSON; an original is held against what its converted twin is expected to be."""
    for folder, results in (
        ("hwloc-xml", "hwloc-expected"),
        ("hwloc-xml-original", "hwloc-expected"),
        ("libvirt-capabilities", "libvirt-expected"),
        ("sysfs", "sysfs-expected"),
    ):
        for source in sorted((hosts / folder).iterdir()):
            stem = source.name.removesuffix(".tar.bz2").removesuffix(".xml").removesuffix(".out")
            names = (stem, stem.removeprefix("hwloc-tests-"), f"libvirtcaps-{stem}")
            found = next((path for name in names if (path := hosts / results / f"{name}.json").exists()), None)
            if found is not None:
                yield f"{folder}/{stem}", source, json.loads(found.read_text())
    for name, twin in AS_HWLOC.items():
        expected = json.loads((hosts / "sysfs-expected" / f"{name}.json").read_text())
        yield f"sysfs-expected/{name}", hosts / "hwloc-xml" / f"{twin}.xml", expected


def read(source: Path, expected: dict[str, Any], folder: Path) -> Host:
    if source.name.endswith(".tar.bz2"):
        with tarfile.open(source) as tree:
            tree.extractall(folder, members=[m for m in tree if NEEDED.search(m.name)], filter="data")
        (root,) = folder.iterdir()
        return read_host(str(root)).host
    unknown = [node["id"] for node in expected["nodes"] if node["memory_bytes"] is None]
    free = ",".join(f"{id}=0KiB" for id in unknown)
    return read_host(str(source), free or None).host


def memory_kib(pnode: Pnode) -> int:
    """Give the memory of a pnode with that in huge pages, which hwloc and libvirt count too."""
    return pnode.memory_kib + sum(pool.page_size * pool.total for pool in pnode.huge_pages)


def differences(host: Host, expected: dict[str, Any]) -> list[str]:
    nodes = expected["nodes"]
    got: list[tuple[str, object, object]] = [
        ("nodes", [p.id for p in host.pnodes], [n["id"] for n in nodes]),
        ("memory", list(map(memory_kib, host.pnodes)), [(n["memory_bytes"] or 0) // 1024 for n in nodes]),
        ("cpus", [list(p.pcpus) for p in host.pnodes], [sorted(n["cpus"]) for n in nodes]),
        (
            "cores",
            [sorted(map(list, p.cores or [(cpu,) for cpu in p.pcpus])) for p in host.pnodes],
            [sorted(map(sorted, n["cores"])) for n in nodes],
        ),
        ("distances", host.slit and [list(row) for row in host.slit], expected["distances"]),
    ]
    return [f"{what}: {ours}, expected {theirs}" for what, ours, theirs in got if ours != theirs]


def test_every_host_of_the_corpus_agrees_with_its_expected_json(
    hosts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {
        name: differences(read(source, expected, tmp_path / name.replace("/", "-")), expected)
        for name, source, expected in expected_of(hosts)
    }
    different = {name: what for name, what in found.items() if what}
    lines = [f"{len(found) - len(different)} of {len(found)} corpus hosts agree with their expected JSON"]
    lines += [f"  {name}: {EXCEPTIONS.get(name, 'unexplained')}" for name in sorted(different)]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")
    assert len(found) >= 144
    assert different.keys() == EXCEPTIONS.keys(), different


def test_every_expected_json_is_compared_with_something(hosts: Path) -> None:
    texts = {json.dumps(expected) for _, _, expected in expected_of(hosts)}
    left = {
        path.stem for path in hosts.glob("*-expected/*.json") if json.dumps(json.loads(path.read_text())) not in texts
    }
    assert left == WITHOUT_SOURCE


def test_every_host_of_the_corpus_is_read_even_where_nothing_is_expected(hosts: Path) -> None:
    files = [*hosts.glob("hwloc-xml*/*.xml"), *hosts.glob("libvirt-capabilities/*"), *hosts.glob("xl-info/*.txt")]
    for source in files:
        try:
            assert read_host(str(source)).host.pnodes, source.name
        except InputError as error:
            free = re.search(r"--free (\S+)$", str(error))  # it does not say its memory
            assert free, str(error)
            assert read_host(str(source), free[1].replace("SIZE", "1GiB")).host.pnodes, source.name
    assert len(files) == 140


def test_a_host_that_does_not_say_its_memory_is_asked_for_it(hosts: Path) -> None:
    asked = []
    for name, source, expected in expected_of(hosts):
        unknown = [str(node["id"]) for node in expected["nodes"] if node["memory_bytes"] is None]
        if unknown:
            wanted = ",".join(f"{id}=SIZE" for id in unknown)
            with pytest.raises(InputError, match=f"does not say how much memory pnodes? .* --free {wanted}$"):
                read_host(str(source))
            asked.append(name)
    assert len(asked) == 7


def test_published_tables_of_numactl_are_read_as_their_json_states_them(hosts: Path) -> None:
    sources = sorted((hosts / "slit").glob("*.numactl.txt"))
    for source in sources:
        stated = json.loads(source.with_name(source.name.replace(".numactl.txt", ".json")).read_text())
        host = read_host(str(source)).host
        assert [list(row) for row in host.slit or ()] == stated["distances"], source.name
    assert len(sources) == 10


SAMPLES = (
    "hwloc-xml-original/hwloc-tests-v2.14-8ia64-2n2s2c+1n.v1.xml",
    "hwloc-xml-original/hwloc-tests-v2.14-8intel64-4n2t-memattrs.xml",
    "hwloc-xml-original/hwloc-tests-v3-8intel64-4n2t-memattrs.xml",
    "libvirt-capabilities/vircaps-x86_64-basic.xml",
    "slit/hygon-2s-8n-memoryless-cpu-nodes.numactl.txt",
    "xl-info/xen-4.17-4n-8cpu-6g-asymmetric.txt",
)
NONSENSE = ("", "-1", "0", "9" * 25, "9" * 5000, "0xf...f", "\x00", "&a;", "<a>" * 300, "\u0663", "1e9", "\n")


@settings(
    max_examples=150, deadline=5000, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_a_damaged_host_is_read_or_refused_within_seconds(hosts: Path, data: st.DataObject) -> None:
    text = (hosts / data.draw(st.sampled_from(SAMPLES))).read_text()
    for _ in range(data.draw(st.integers(1, 3))):
        number = list(re.finditer(r"\d+|[a-z]+", text))
        found = number[data.draw(st.integers(0, len(number) - 1))]
        end = data.draw(st.sampled_from([found.end(), len(text), found.start()]))
        text = text[: found.start()] + data.draw(st.sampled_from(NONSENSE) | st.text(max_size=5)) + text[end:]
        if not re.search(r"\d", text):
            break
    try:
        host = parse_host_text(text, "host").host
    except InputError as error:
        assert str(error).startswith("host")
    else:
        assert host.pnodes


def test_lstopo_agrees_on_every_corpus_file_that_it_accepts(
    hosts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], platform: Platform
) -> None:
    agree, refused = [], []
    for source in sorted([*hosts.glob("hwloc-xml/*.xml"), *hosts.glob("hwloc-xml-original/*.xml")]):
        shown = tmp_path / "shown.xml"
        options = ("--input", str(source), "--disallowed", "--of", "xml", "--force", str(shown))
        command = platform.command("usr/bin/lstopo-no-graphics", *options)
        if subprocess.run(command, capture_output=True).returncode:
            refused.append(source.name)
            continue
        ours, theirs = read_host(str(source)).host, Shown(shown)
        names = [(p.id, memory_kib(p)) for p in ours.pnodes]
        assert names == [(id, theirs.memory_kib[id]) for id in sorted(theirs.memory_kib)], source.name
        assert ours.slit == theirs.slit(), source.name
        for pnode in ours.pnodes:
            assert set(pnode.pcpus) <= theirs.near[pnode.id], source.name
            cores = {frozenset(core) & set(pnode.pcpus) for core in theirs.cores} - {frozenset()}
            assert set(map(frozenset, pnode.cores or [(cpu,) for cpu in pnode.pcpus])) == cores, source.name
        assert {cpu for p in ours.pnodes for cpu in p.pcpus} == set().union(*theirs.near.values()), source.name
        agree.append(source.name)
    with capsys.disabled():
        sys.stdout.write(
            f"\nlstopo {platform.versions['hwloc']} accepts and agrees on {len(agree)} files, "
            f"and refuses {len(refused)}: {refused}\n"
        )
    assert len(agree) >= 100
    assert all("-v3-" in name for name in refused)


class Shown:
    """What lstopo shows of a file, in the XML of version 2 that it writes; read with the standard library."""

    def __init__(self, file: Path) -> None:
        self.root = ElementTree.parse(file).getroot()
        self.memory_kib: dict[int, int] = {}
        self.near: dict[int, set[int]] = {}
        self.cores: list[set[int]] = []
        objects = list(self.root.iter("object"))
        pus = {int(o.attrib["os_index"]) for o in objects if o.attrib["type"] == "PU"}
        for o in objects:
            if o.attrib["type"] == "NUMANode":
                id = int(o.attrib["os_index"])
                self.memory_kib[id] = int(o.attrib.get("local_memory", "0")) // 1024
                self.near[id] = self.cpus(o.attrib["cpuset"]) & pus
            elif o.attrib["type"] == "Core":
                self.cores.append({int(pu.attrib["os_index"]) for pu in o.iter("object") if pu.attrib["type"] == "PU"})
        self.cores += [{pu} for pu in pus - set().union(*self.cores)]

    @staticmethod
    def cpus(text: str) -> set[int]:
        words = [int(word or "0", 16) for word in text.split(",")]
        return {32 * i + bit for i, word in enumerate(reversed(words)) for bit in range(32) if word >> bit & 1}

    def slit(self) -> tuple[tuple[int, ...], ...] | None:
        for matrix in self.root.iter("distances2"):
            if matrix.attrib["type"] == "NUMANode" and matrix.attrib.get("name", "NUMALatency") == "NUMALatency":
                ids = [int(word) for part in matrix.iter("indexes") for word in (part.text or "").split()]
                values = [int(word) for part in matrix.iter("u64values") for word in (part.text or "").split()]
                of = {(p, q): values[i * len(ids) + j] for i, p in enumerate(ids) for j, q in enumerate(ids)}
                return tuple(tuple(of[p, q] for q in sorted(ids)) for p in sorted(ids))
        return None
