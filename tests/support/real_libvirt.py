"""The real libvirt of a platform, with the driver that it has for tests: what it makes of a domain."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from tests.support.building import GIB
from tests.xen.xen_packages import Platform


def virsh(platform: Platform, command: str) -> subprocess.CompletedProcess[str]:
    """Run one of its commands, with the schemas of its own."""
    words = platform.inside("virsh", "-q", "-c", "test:///default", command)
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)


def defined(text: str, platform: Platform) -> subprocess.CompletedProcess[str]:
    """Define a domain, after a check of its schema, and print it."""
    scratch = platform.root / "tmp"
    scratch.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=scratch, suffix=".xml", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        name = ElementTree.fromstring(text).findtext("name")
        return virsh(platform, f"define --validate /tmp/{Path(file.name).name}; dumpxml {name}")


def given_back(text: str, platform: Platform) -> ElementTree.Element:
    """Have libvirt define a domain, which it must, and print it."""
    ran = defined(text, platform)
    assert ran.returncode == 0, ran.stderr
    return ElementTree.fromstring(ran.stdout[ran.stdout.index("<domain") :])


def numa_of(root: ElementTree.Element) -> dict[str, object]:
    """Everything of a domain that a placement sets, cells by id and in KiB."""
    scale = {"KiB": 1, "GiB": GIB}
    cells = {int(cell.get("id", position)): cell for position, cell in enumerate(root.findall("cpu/numa/cell"))}
    return {
        "numatune": [sorted(node.attrib.items()) for node in root.findall("numatune/*")],
        "pins": sorted(sorted(node.attrib.items()) for node in root.findall("cputune/vcpupin")),
        "emulator": [node.attrib for node in root.findall("cputune/emulatorpin")],
        "vcpus": {v: cell.get("cpus") for v, cell in cells.items()},
        "memory": {v: int(cell.attrib["memory"]) * scale[cell.get("unit", "KiB")] for v, cell in cells.items()},
        "distances": {v: [int(node.attrib["value"]) for node in cell.iter("sibling")] for v, cell in cells.items()},
    }
