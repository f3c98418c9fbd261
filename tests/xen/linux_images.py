"""What QEMU boots to run another QEMU, and libvirt, on NUMA nodes that this machine does not have."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

from tests.xen.xen_boot import QEMU
from tests.xen.xen_images import FOLDER_MODE, LINK_MODE, PROGRAM_MODE, archive, base, kernel_of, make_once, tables_guest
from tests.xen.xen_packages import DEBIAN_12, LIBRARIES, Platform
from tests.xen.xen_programs import HERE

FIRMWARE = (
    "usr/share/seabios/bios-256k.bin",
    "usr/share/qemu/kvmvapic.bin",
    "usr/share/qemu/multiboot_dma.bin",
)
ACCELERATOR = f"{LIBRARIES}/qemu/accel-tcg-x86_64.so"
"""Part of QEMU itself in Debian 13."""
LIBVIRTD, VIRSH = "usr/sbin/libvirtd", "usr/bin/virsh"
DRIVER = f"{LIBRARIES}/libvirt/connection-driver/libvirt_driver_qemu.so"
IOHELPER = "usr/lib/libvirt/libvirt_iohelper"
"""Writes images of domains."""
CPU_MAP = "usr/share/libvirt/cpu_map"
TEXTS = {
    "etc/passwd": "root:x:0:0:root:/:/bin/sh\nlibvirt-qemu:x:64055:64055::/:/bin/sh\n",
    "etc/group": "root:x:0:\nlibvirt-qemu:x:64055:\nkvm:x:104:\n",
    "etc/machine-id": "8f07fe28753f2729d76dbdbd892f949a\n",
    "etc/libvirt/libvirtd.conf": 'auth_unix_rw = "none"\nunix_sock_group = "root"\n',
    # no daemon of libvirt's runs beside it, and nothing there confines processes
    "etc/libvirt/qemu.conf": (
        'user = "root"\ngroup = "root"\nsecurity_driver = "none"\ncgroup_controllers = []\nnamespaces = []\n'
        'stdio_handler = "file"\nremember_owner = 0\ndynamic_ownership = 0\n'
    ),
}
FOLDERS = ("proc", "sys", "dev", "tmp", "run/libvirt", "var/log/libvirt/qemu", "var/lib/libvirt", "var/cache/libvirt")


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

    def make(folder: Path) -> None:
        (folder / made.kernel.name).write_bytes(kernel_of(platform))
        (folder / made.userland.name).write_bytes(archive(_userland(platform)))

    make_once(where, make)
    return made


def _userland(platform: Platform) -> dict[str, tuple[int, bytes]]:
    files = {name: platform.root / name for name in (ACCELERATOR, *FIRMWARE) if (platform.root / name).exists()}
    files |= {"init": HERE / "linux_init.sh", "guest/tables": tables_guest(platform)}
    models = {f"{CPU_MAP}/{path.name}": path for path in (platform.root / CPU_MAP).iterdir()}
    entries = base(platform, {name: platform.root / name for name in (QEMU, LIBVIRTD, VIRSH, DRIVER, IOHELPER)})
    entries |= {name: (PROGRAM_MODE, path.read_bytes()) for name, path in (files | models).items()}
    entries |= {name: (PROGRAM_MODE, text.encode()) for name, text in TEXTS.items()} | {
        "var/run": (LINK_MODE, b"../run")
    }
    return entries | dict.fromkeys(FOLDERS, (FOLDER_MODE, b""))
