"""What QEMU boots: the hypervisor, a kernel for dom0 and its whole userland in one archive."""

from __future__ import annotations

import functools
import gzip
import hashlib
import lzma
import re
import struct
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.xen.xen_packages import DEBIAN_12, LIBRARIES, LOADER, Platform
from tests.xen.xen_programs import HERE, built

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
XZ = b"\xfd7zXZ"
FOLDER_MODE, PROGRAM_MODE, LINK_MODE = 0o40755, 0o100755, 0o120777


@dataclass(frozen=True)
class Images:
    """Files for QEMU."""

    xen: Path
    kernel: Path
    userland: Path


@functools.cache
def images(platform: Platform = DEBIAN_12) -> Images:
    """Make the images, unless the same were made before."""
    sources = (Path(__file__), HERE / "dom0_init.sh", HERE / "guest_tables.c")
    key = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    where = platform.folder / "built" / f"{key}-images"
    made = Images(where / "xen", where / "vmlinux", where / "dom0.cpio")

    def make(folder: Path) -> None:
        packed = platform.root / f"boot/xen-{platform.xen}-amd64.gz"
        (folder / made.xen.name).write_bytes(gzip.decompress(packed.read_bytes()))
        (folder / made.kernel.name).write_bytes(kernel_of(platform))
        (folder / made.userland.name).write_bytes(archive(_userland(platform)))

    make_once(where, make)
    return made


def make_once(where: Path, make: Callable[[Path], None]) -> None:
    """Make a folder of files, unless it is there; several processes may do so at once, and one of theirs stays."""
    if where.exists():
        return
    where.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=where.parent) as scratch:
        fresh = Path(scratch) / where.name
        fresh.mkdir()
        make(fresh)
        try:
            fresh.rename(where)
        except OSError:
            if not where.exists():  # else another process was faster
                raise


def tables_guest(platform: Platform = DEBIAN_12) -> Path:
    """Build the guest that prints its ACPI tables."""
    options = ("-m32", "-ffreestanding", "-fno-pic", "-no-pie", "-fno-stack-protector", "-mno-sse", "-nostdlib")
    script = f"-Wl,-T,{HERE / 'guest_tables.ld'}"
    more = ("-static", script, "-Wl,--build-id=none", "-Wno-array-bounds")
    return built("tables", ["guest_tables.c"], *options, *more, platform=platform)


def idle_guest(platform: Platform = DEBIAN_12) -> bytes:
    """Build a kernel for pv and pvh guests that does nothing."""
    options = ("-nostdlib", "-static", "-no-pie", "-Wl,-N,-s,--build-id=none,-Ttext=0x100000")
    path = built("idle", ["idle_guest.c"], *options, "-fno-asynchronous-unwind-tables", platform=platform)
    return path.read_bytes()


def kernel_of(platform: Platform) -> bytes:
    """Give the platform's own Linux, as an ELF, so that it need not unpack itself."""
    packed = _payload(next((platform.root / "boot").glob("vmlinuz-*")).read_bytes())
    if packed.startswith(XZ):
        return lzma.LZMADecompressor().decompress(packed)  # zeros may follow
    # the size of the ELF follows, which is no part of the archive
    command = platform.command("usr/bin/zstd", "--decompress", "--stdout", "--quiet")
    return subprocess.run(command, input=packed[:-4], check=True, capture_output=True).stdout


def _payload(image: bytes) -> bytes:
    """Take what is packed in a bzImage (Linux Documentation/arch/x86/boot.rst)."""
    sectors = image[0x1F1]
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (sectors + 1) * 512 + offset
    return image[start : start + length]


Entry = tuple[int, bytes]
"""Mode and content."""


def _userland(platform: Platform) -> dict[str, Entry]:
    root, tools = platform.root, f"usr/lib/xen-{platform.xen}"
    names = [f"{tools}/bin/{name}" for name in PROGRAMS] + ["usr/libexec/xen-qemu-system-i386"]
    programs = {name: root / name for name in names}
    programs[f"{tools}/bin/xenstore-read"] = root / "usr/bin/xenstore-read"
    # QEMU asks for the second name, but its machine for Xen has no DMA to run that with
    files = {name: root / name for name in FIRMWARE} | {
        "usr/share/qemu/multiboot_dma.bin": root / "usr/share/qemu/multiboot.bin",
        "init": HERE / "dom0_init.sh",
        f"{tools}/boot/hvmloader": root / tools / "boot/hvmloader",
        "guest/tables": tables_guest(platform),
        "etc/xen/xl.conf": root / "etc/xen/xl.conf",
    }
    scripts = root / "etc/xen/scripts"
    files |= {f"etc/xen/scripts/{path.name}": path for path in scripts.iterdir() if path.is_file()}
    entries = base(platform, programs) | {name: (PROGRAM_MODE, path.read_bytes()) for name, path in files.items()}
    entries |= {f"modules/{name}.ko": (PROGRAM_MODE, module_of(platform, name)) for name in MODULES}
    entries |= {"var/run": (LINK_MODE, b"../run"), "var/lock": (FOLDER_MODE, b"")}
    entries |= {"usr/lib/xen": (LINK_MODE, f"xen-{platform.xen}".encode())}
    return entries | dict.fromkeys(FOLDERS, (FOLDER_MODE, b""))


def base(platform: Platform, programs: dict[str, Path]) -> dict[str, Entry]:
    """Give programs of a platform with the libraries they need, busybox and the two users' files."""
    files = programs | {f"{LIBRARIES}/{path.name}": path for path in needed_by(platform, [*programs.values()])}
    busybox = next(path for path in (platform.root / "bin/busybox", platform.root / "usr/bin/busybox") if path.exists())
    files |= {"bin/busybox": busybox, LOADER: platform.root / LOADER}
    entries = {name: (PROGRAM_MODE, path.read_bytes()) for name, path in files.items()}
    entries |= {f"lib/{Path(LIBRARIES).name}": (LINK_MODE, f"../{LIBRARIES}".encode())}
    return entries | {
        "etc/passwd": (PROGRAM_MODE, b"root:x:0:0:root:/:/bin/sh\n"),
        "etc/group": (PROGRAM_MODE, b"root:x:0:\n"),
    }


def module_of(platform: Platform, name: str) -> bytes:
    """Give a module of the platform's Linux; Debian 13 packs them."""
    path = next((platform.root / "lib/modules").glob(f"**/{name}.ko*"))
    return lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()


def needed_by(platform: Platform, programs: list[Path]) -> list[Path]:
    """Ask the platform's dynamic linker for the libraries of programs."""
    loader = [str(platform.root / LOADER), "--library-path", str(platform.libraries), "--list"]
    found: set[Path] = set()
    for program in programs:
        result = subprocess.run([*loader, str(program)], capture_output=True, text=True, check=False)
        missing = re.findall(r"(\S+) => not found", result.stdout)
        if missing:
            raise FileNotFoundError(f"no {', '.join(sorted(set(missing)))} in {platform.root}")
        found |= {
            Path(path) for path in re.findall(r"=> (/\S+)", result.stdout) if not path.endswith(Path(LOADER).name)
        }
    return sorted(found)


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
