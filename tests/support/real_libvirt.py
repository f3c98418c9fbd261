"""A real libvirt, with the driver that it has for tests: what it makes of a domain."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.building import GIB


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        if os.environ.get("PLACER_REQUIRE_REAL") == "1":
            pytest.fail(f"{name} is missing (Debian package libvirt-clients), and PLACER_REQUIRE_REAL is 1")
        pytest.skip(f"{name} is not installed (Debian package libvirt-clients)")
    return found


def given_back(text: str, folder: Path) -> ElementTree.Element:
    """Have libvirt's test driver define a domain, after a check of its schema, and print it."""
    file = folder / "db.xml"
    file.write_text(text, encoding="utf-8")
    script = f"define --validate {file}; dumpxml {ElementTree.fromstring(text).findtext('name')}"
    ran = subprocess.run(
        [program("virsh"), "-q", "-c", "test:///default", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
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
