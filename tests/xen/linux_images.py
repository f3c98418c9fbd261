"""What QEMU boots to run another QEMU on NUMA nodes that this machine does not have: a kernel and a small userland."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

from tests.xen.xen_images import (
    FOLDER_MODE,
    LIBRARIES,
    LINK_MODE,
    PROGRAM_MODE,
    archive,
    needed_by,
    tables_guest,
    unpacked_kernel,
)
from tests.xen.xen_packages import folder
from tests.xen.xen_programs import HERE, root

QEMU = "usr/bin/qemu-system-x86_64"
FIRMWARE = (
    "usr/share/seabios/bios-256k.bin",
    "usr/share/qemu/kvmvapic.bin",
    "usr/share/qemu/multiboot_dma.bin",
)
ACCELERATOR = f"{LIBRARIES}/qemu/accel-tcg-x86_64.so"
FOLDERS = ("proc", "sys", "dev", "tmp")


@dataclass(frozen=True)
class LinuxImages:
    """Files for QEMU."""

    kernel: Path
    userland: Path


@functools.cache
def linux_images() -> LinuxImages:
    """Make the images, unless the same were made before."""
    sources = (Path(__file__), HERE / "xen_images.py", HERE / "linux_init.sh", HERE / "guest_tables.c")
    key = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    where = folder() / "built" / f"{key}-linux"
    made = LinuxImages(where / "vmlinux", where / "linux.cpio")
    if not made.userland.exists():
        where.mkdir(parents=True, exist_ok=True)
        made.kernel.write_bytes(unpacked_kernel(next((root() / "boot").glob("vmlinuz-*")).read_bytes()))
        fresh = where / "linux.cpio.new"
        fresh.write_bytes(archive(_userland()))
        fresh.replace(made.userland)
    return made


def _userland() -> dict[str, tuple[int, bytes]]:
    files = {f"{LIBRARIES}/{path.name}": path for path in needed_by([root() / QEMU])}
    files |= {name: root() / name for name in (QEMU, ACCELERATOR, *FIRMWARE)}
    files |= {
        "init": HERE / "linux_init.sh",
        "bin/busybox": next(path for path in (root() / "bin/busybox", root() / "usr/bin/busybox") if path.exists()),
        "lib64/ld-linux-x86-64.so.2": Path("/lib64/ld-linux-x86-64.so.2"),
        "guest/tables": tables_guest(),
    }
    entries = {name: (PROGRAM_MODE, path.read_bytes()) for name, path in files.items()}
    entries |= {f"lib/{Path(LIBRARIES).name}": (LINK_MODE, f"../{LIBRARIES}".encode())}
    return entries | dict.fromkeys(FOLDERS, (FOLDER_MODE, b""))
