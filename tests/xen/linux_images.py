"""What QEMU boots to run another QEMU on NUMA nodes that this machine does not have: a kernel and a small userland."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

from tests.xen.xen_boot import QEMU
from tests.xen.xen_images import FOLDER_MODE, PROGRAM_MODE, archive, base, kernel_of, tables_guest
from tests.xen.xen_packages import DEBIAN_12, LIBRARIES, Platform
from tests.xen.xen_programs import HERE

FIRMWARE = (
    "usr/share/seabios/bios-256k.bin",
    "usr/share/qemu/kvmvapic.bin",
    "usr/share/qemu/multiboot_dma.bin",
)
ACCELERATOR = f"{LIBRARIES}/qemu/accel-tcg-x86_64.so"
"""Part of QEMU itself in Debian 13."""
FOLDERS = ("proc", "sys", "dev", "tmp")


@dataclass(frozen=True)
class LinuxImages:
    """Files for QEMU."""

    kernel: Path
    userland: Path


@functools.cache
def linux_images(platform: Platform = DEBIAN_12) -> LinuxImages:
    """Make the images, unless the same were made before."""
    sources = (Path(__file__), HERE / "xen_images.py", HERE / "linux_init.sh", HERE / "guest_tables.c")
    key = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    where = platform.folder / "built" / f"{key}-linux"
    made = LinuxImages(where / "vmlinux", where / "linux.cpio")
    if not made.userland.exists():
        where.mkdir(parents=True, exist_ok=True)
        made.kernel.write_bytes(kernel_of(platform))
        fresh = where / "linux.cpio.new"
        fresh.write_bytes(archive(_userland(platform)))
        fresh.replace(made.userland)
    return made


def _userland(platform: Platform) -> dict[str, tuple[int, bytes]]:
    files = {name: platform.root / name for name in (ACCELERATOR, *FIRMWARE) if (platform.root / name).exists()}
    files |= {"init": HERE / "linux_init.sh", "guest/tables": tables_guest(platform)}
    entries = base(platform, {QEMU: platform.root / QEMU})
    entries |= {name: (PROGRAM_MODE, path.read_bytes()) for name, path in files.items()}
    return entries | dict.fromkeys(FOLDERS, (FOLDER_MODE, b""))
