"""
Fetches Debian's Xen, QEMU and kernel packages and unpacks them into a folder; nothing is installed or upgraded.

    python tests/xen/xen_packages.py

The folder is that of the environment variable PLACER_XEN, ~/.cache/placer-xen where it is not set.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

XEN = "4.17"
"""The Xen of Debian 12. The helpers in C know the layout of its libxl."""

WANTED = (
    f"xen-utils-{XEN}",
    f"xen-hypervisor-{XEN}-amd64",
    "xen-utils-common",
    "xenstore-utils",
    f"libxenmisc{XEN}",
    "libxen-dev",
    "libyajl2",
    "qemu-system-x86",
    "qemu-system-data",
    "qemu-system-xen",
    "seabios",
    "ipxe-qemu",
    "busybox-static",
)
"""Packages whose files are used by their path; what they depend on comes along where the system lacks it."""

KERNEL = "linux-image-amd64"


def folder() -> Path:
    """Where the packages are unpacked."""
    return Path(os.environ.get("PLACER_XEN") or Path.home() / ".cache" / "placer-xen")


def is_unpacked() -> bool:
    """Whether a fetch ran to its end."""
    return (folder() / "root" / "complete").exists()


def fetch() -> None:
    """Download and unpack, into a new folder that takes the old one's place once it is whole."""
    _refresh_lists()
    names = [*WANTED, *_lacking()]
    archives = folder() / "packages"
    archives.mkdir(parents=True, exist_ok=True)
    _run(["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", *sorted(set(names))], cwd=archives)
    fresh = folder() / "root.new"
    shutil.rmtree(fresh, ignore_errors=True)
    for archive in sorted(archives.glob("*.deb")):
        _run(["dpkg-deb", "--extract", str(archive), str(fresh)])
    (fresh / "complete").touch()
    for old in ("root", "built"):
        shutil.rmtree(folder() / old, ignore_errors=True)
    fresh.rename(folder() / "root")
    shutil.rmtree(archives)


def _refresh_lists() -> None:
    """Get the package lists where they do not know Xen; a fresh machine has none."""
    if not _run(["apt-cache", "madison", WANTED[0]]).strip():
        _run(["apt-get", "update", "-qq"])
    if not _run(["apt-cache", "madison", WANTED[0]]).strip():
        raise SystemExit(f"apt knows no {WANTED[0]}: these tests need the packages of Debian 12 on amd64")


def _lacking() -> list[str]:
    """
    Ask apt what else it would install, the kernel included.

    What it would merely upgrade stays out: the libraries of the system serve.
    """
    plan = _run(["apt-get", "install", "--simulate", "-qq", "--no-install-recommends", *WANTED, KERNEL])
    return re.findall(r"^Inst (\S+) \(", plan, flags=re.MULTILINE)


def _run(command: list[str], cwd: Path | None = None) -> str:
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if result.returncode:
        raise SystemExit(f"{' '.join(command[:3])} failed:\n{result.stderr}")
    return result.stdout


if __name__ == "__main__":
    if not is_unpacked() or "--again" in sys.argv[1:]:
        fetch()
    print(f"Xen {XEN} is unpacked in {folder()}")  # noqa: T201
