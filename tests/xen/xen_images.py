"""What QEMU boots: the hypervisor, a kernel for dom0 and its whole userland in one archive."""

from __future__ import annotations

import functools
import gzip
import hashlib
import lzma
import os
import re
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.xen.xen_packages import XEN, folder
from tests.xen.xen_programs import HERE, built, libraries, root

LIBRARIES = "usr/lib/x86_64-linux-gnu"
PROGRAMS = ("xl", "xen-init-dom0", "xenstored", "xenconsoled", "libxl-save-helper")
MODULES = ("xen-privcmd", "xen-evtchn", "xenfs", "xen-gntdev", "xen-gntalloc")
FIRMWARE = (
    "usr/share/seabios/bios-256k.bin",
    "usr/share/seabios/vgabios-stdvga.bin",
    "usr/share/seabios/vgabios-cirrus.bin",
    "usr/share/qemu/kvmvapic.bin",
    "usr/share/qemu/linuxboot.bin",
    "usr/share/qemu/linuxboot_dma.bin",
    "usr/share/qemu/multiboot.bin",
    "usr/share/qemu/keymaps/en-us",
)
FOLDERS = ("proc", "sys", "dev", "tmp", "run/xen", "run/xenstored", "var/lib/xen", "var/lib/xenstored", "var/log/xen")
FOLDER_MODE, PROGRAM_MODE, LINK_MODE = 0o40755, 0o100755, 0o120777


@dataclass(frozen=True)
class Images:
    """Files for QEMU."""

    xen: Path
    kernel: Path
    userland: Path


@functools.cache
def images() -> Images:
    """Make the images, unless the same were made before."""
    sources = (Path(__file__), HERE / "dom0_init.sh", HERE / "guest_tables.c")
    key = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    where = folder() / "built" / f"{key}-images"
    made = Images(where / "xen", where / "vmlinux", where / "dom0.cpio")
    if not made.userland.exists():
        where.mkdir(parents=True, exist_ok=True)
        made.xen.write_bytes(gzip.decompress((root() / f"boot/xen-{XEN}-amd64.gz").read_bytes()))
        made.kernel.write_bytes(unpacked_kernel(next((root() / "boot").glob("vmlinuz-*")).read_bytes()))
        fresh = where / "dom0.cpio.new"
        fresh.write_bytes(archive(_userland()))
        fresh.replace(made.userland)
    return made


def tables_guest() -> Path:
    """Build the guest that prints its ACPI tables."""
    options = ("-m32", "-ffreestanding", "-fno-pic", "-no-pie", "-fno-stack-protector", "-mno-sse", "-nostdlib")
    script = f"-Wl,-T,{HERE / 'guest_tables.ld'}"
    return built("tables", ["guest_tables.c"], *options, "-static", script, "-Wl,--build-id=none", "-Wno-array-bounds")


def unpacked_kernel(image: bytes) -> bytes:
    """Take the ELF out of a bzImage (Linux Documentation/arch/x86/boot.rst), so that it need not unpack itself."""
    sectors = image[0x1F1]
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (sectors + 1) * 512 + offset
    return lzma.LZMADecompressor().decompress(image[start : start + length])


Entry = tuple[int, bytes]
"""Mode and content."""


def _userland() -> dict[str, Entry]:
    programs = {f"usr/lib/xen-{XEN}/bin/{name}": root() / f"usr/lib/xen-{XEN}/bin/{name}" for name in PROGRAMS}
    programs["usr/lib/xen-4.17/bin/xenstore-read"] = root() / "usr/bin/xenstore-read"
    programs["usr/libexec/xen-qemu-system-i386"] = root() / "usr/libexec/xen-qemu-system-i386"
    files = programs | {f"{LIBRARIES}/{path.name}": path for path in needed_by([*programs.values()])}
    files |= {name: root() / name for name in FIRMWARE}
    # QEMU asks for the second name, but its machine for Xen has no DMA to run that with
    files["usr/share/qemu/multiboot_dma.bin"] = root() / "usr/share/qemu/multiboot.bin"
    files |= {
        "init": HERE / "dom0_init.sh",
        "bin/busybox": next(path for path in (root() / "bin/busybox", root() / "usr/bin/busybox") if path.exists()),
        "lib64/ld-linux-x86-64.so.2": Path("/lib64/ld-linux-x86-64.so.2"),
        f"usr/lib/xen-{XEN}/boot/hvmloader": root() / f"usr/lib/xen-{XEN}/boot/hvmloader",
        "guest/tables": tables_guest(),
        "etc/xen/xl.conf": root() / "etc/xen/xl.conf",
    }
    files |= {f"modules/{name}.ko": next(root().glob(f"**/lib/modules/**/{name}.ko")) for name in MODULES}
    scripts = root() / "etc/xen/scripts"
    files |= {f"etc/xen/scripts/{path.name}": path for path in scripts.iterdir() if path.is_file()}
    entries = {name: (PROGRAM_MODE, path.read_bytes()) for name, path in files.items()}
    entries |= {f"lib/{Path(LIBRARIES).name}": (LINK_MODE, f"../{LIBRARIES}".encode())}
    entries |= {"var/run": (LINK_MODE, b"../run"), "var/lock": (FOLDER_MODE, b"")}
    entries |= {"usr/lib/xen": (LINK_MODE, f"xen-{XEN}".encode())}
    entries |= {
        "etc/passwd": (PROGRAM_MODE, b"root:x:0:0:root:/:/bin/sh\n"),
        "etc/group": (PROGRAM_MODE, b"root:x:0:\n"),
    }
    return entries | dict.fromkeys(FOLDERS, (FOLDER_MODE, b""))


def needed_by(programs: list[Path]) -> list[Path]:
    """Ask the dynamic linker for the libraries of programs."""
    environment = os.environ | {"LD_LIBRARY_PATH": libraries()}
    result = subprocess.run(["ldd", *map(str, programs)], env=environment, capture_output=True, text=True, check=False)
    missing = re.findall(r"(\S+) => not found", result.stdout)
    if missing:
        raise FileNotFoundError(f"no {', '.join(sorted(set(missing)))} in {root()} or on this system")
    return sorted({Path(path) for path in re.findall(r"=> (/\S+)", result.stdout)})


def archive(entries: dict[str, Entry]) -> bytes:
    """Pack a cpio archive of the kind that the kernel unpacks (Linux Documentation: initramfs buffer format)."""
    parents = {str(parent) for name in entries for parent in Path(name).parents} - {".", *entries}
    tree = dict.fromkeys(parents, (FOLDER_MODE, b"")) | entries
    records = [_record(name, *tree[name], inode) for inode, name in enumerate(sorted(tree), start=1)]
    whole = b"".join([*records, _record("TRAILER!!!", 0, b"", 0)])
    return whole + b"\0" * (-len(whole) % 512)


def _record(name: str, mode: int, content: bytes, inode: int) -> bytes:
    path = name.encode() + b"\0"
    fields = (inode, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(path), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + path
    return head + b"\0" * (-len(head) % 4) + content + b"\0" * (-len(content) % 4)
