"""
The two Debians whose programs judge what placer emits, each unpacked into a folder of its own; nothing is installed.

    python tests/xen/xen_packages.py [debian-12] [debian-13] [--again]

A folder holds all that its programs need, libc included, so that it does not matter which Debian this machine runs.
The folders are in that of the environment variable PLACER_XEN, ~/.cache/placer-xen where it is not set.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

LIBRARIES = "usr/lib/x86_64-linux-gnu"
LOADER = "lib64/ld-linux-x86-64.so.2"


@dataclass(frozen=True, kw_only=True)
class Platform:
    """
    A release of Debian, unpacked.

    Parameters
    ----------
    name
        Of its folder, and in the names of tests.
    codename
        Of the release.
    xen
        Version of its Xen, as its packages and folders have it.
    """

    name: str
    codename: str
    xen: str

    def __str__(self) -> str:
        return self.name

    @property
    def folder(self) -> Path:
        """Where its packages are unpacked, and what is built for it."""
        return folder() / self.name

    @property
    def root(self) -> Path:
        """Where its packages are unpacked."""
        return self.folder / "root"

    @property
    def is_unpacked(self) -> bool:
        """Whether a fetch ran to its end."""
        return (self.root / "complete").exists()

    @property
    def libraries(self) -> Path:
        """Folder of its libraries."""
        return self.root / LIBRARIES

    def command(self, program: Path | str, *arguments: str, preload: Path | None = None) -> list[str]:
        """Give the command that runs one of its programs, or one built for it, with its own libraries and loader."""
        loader = [str(self.root / LOADER), "--library-path", str(self.libraries)]
        return [*loader, *(["--preload", str(preload)] if preload else []), str(self.root / program), *arguments]

    def inside(self, *command: str) -> list[str]:
        """Give the command that runs one of its programs where its files have their own paths."""
        as_root = [] if os.geteuid() == 0 else ["unshare", "--map-root-user"]
        return [*as_root, "chroot", str(self.root), *command]

    @functools.cached_property
    def versions(self) -> dict[str, str]:
        """Versions of the programs, without Debian's own part, by the names people know them by."""
        packages = dict(line.split() for line in (self.root / "complete").read_text().splitlines())
        names = {
            "Xen": f"xen-hypervisor-{self.xen}-amd64",
            "libvirt": "libvirt0",
            "QEMU": "qemu-system-x86",
            "hwloc": "hwloc-nox",
            "Linux": "linux-image-amd64",
        }
        return {name: _upstream(packages[package]) for name, package in names.items()}


DEBIAN_12 = Platform(name="debian-12", codename="bookworm", xen="4.17")
DEBIAN_13 = Platform(name="debian-13", codename="trixie", xen="4.20")
PLATFORMS = (DEBIAN_12, DEBIAN_13)

WANTED = (
    "xen-utils-{xen}",
    "xen-hypervisor-{xen}-amd64",
    "xenstore-utils",
    "libxenmisc{xen}",
    "libxen-dev",
    "libc6-dev",
    "qemu-system-x86",
    "qemu-system-xen",
    "seabios",
    "ipxe-qemu",
    "busybox-static",
    "linux-image-amd64",
    "zstd",
    "hwloc-nox",
    "libvirt-clients",
    "libvirt-daemon",
    "libvirt-daemon-driver-qemu",
)
"""Packages whose files are used by their path; what they depend on comes along."""
NOT_USED = ("./usr/share/doc", "./usr/share/man", "./usr/share/locale")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
"""Debian's own, which has the keys of the release before and of the one after, too."""


def folder() -> Path:
    """Where the platforms are."""
    return Path(os.environ.get("PLACER_XEN") or Path.home() / ".cache" / "placer-xen")


def fetch(platform: Platform) -> None:
    """Download and unpack, into a new folder that takes the old one's place once it is whole."""
    platform.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=platform.folder) as scratch:
        archives = _download(platform, Path(scratch))
        fresh = Path(scratch) / "root"
        for name in ("bin", "sbin", "lib", "lib64"):
            (fresh / "usr" / name).mkdir(parents=True)
            (fresh / name).symlink_to(f"usr/{name}")
        versions = ""
        for archive in archives:
            _unpack(archive, fresh)
            versions += _run(["dpkg-deb", "--show", str(archive)])
        (fresh / "complete").write_text(versions)
        for old in ("root", "built"):
            shutil.rmtree(platform.folder / old, ignore_errors=True)
        fresh.rename(platform.root)


def sources(platform: Platform) -> list[str]:
    """Give apt's sources of a release: this machine's, with that release in the place of its own."""
    said = _run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"])
    return sources_for(platform.codename, said, _codename_here())


def sources_for(codename: str, said: str, here: str) -> list[str]:
    """
    Rewrite sources for another release.

    Parameters
    ----------
    codename
        Of the release that is wanted.
    said
        Lines of URI, release and component, as apt tells them.
    here
        Codename of this machine's release; sources of other names are not Debian's, and are left out.
    """
    key = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
    found = []
    for line in said.splitlines():
        uri, release, component = line.split()
        base, _, kind = release.partition("-")
        if base in (here, "stable", "oldstable") and kind in ("", "updates", "security") and component == "main":
            found.append(f"deb {key}{uri} {'-'.join(filter(None, (codename, kind)))} main")
    return sorted(set(found))


def _download(platform: Platform, scratch: Path) -> list[Path]:
    """Have apt fetch the packages and all that they depend on, as on a machine that has none yet."""
    for name in ("lists/partial", "archives/partial"):
        (scratch / name).mkdir(parents=True)
    (scratch / "status").touch()
    found = sources(platform)
    if not found:
        raise SystemExit("apt has no sources of Debian: these tests need a machine with Debian 12 or 13")
    (scratch / "sources.list").write_text("\n".join(found) + "\n")
    options = {
        "Dir::Etc::SourceList": scratch / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "Dir::State": scratch,
        "Dir::State::Lists": scratch / "lists",
        "Dir::State::status": scratch / "status",
        "Dir::Cache": scratch,
        "APT::Architecture": "amd64",
        "APT::Default-Release": "",
        "APT::Sandbox::User": "root",
    }
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    wanted = [name.format(xen=platform.xen) for name in WANTED]
    _run(["apt-get", "update", "-qq", *words])
    _run(["apt-get", "install", "-qq", "--yes", "--download-only", "--no-install-recommends", *words, *wanted])
    return sorted((scratch / "archives").glob("*.deb"))


def _unpack(archive: Path, root: Path) -> None:
    """Unpack one package; folders that moved into usr are links, and stay so."""
    left_out = [f"--exclude={name}" for name in NOT_USED]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(archive)], stdout=subprocess.PIPE) as unpacker:
        tar = ["tar", "--extract", "--no-same-owner", "--keep-directory-symlink", *left_out, "-C", str(root)]
        subprocess.run(tar, stdin=unpacker.stdout, check=True)
    if unpacker.returncode:
        raise SystemExit(f"{archive.name} cannot be unpacked")


def _codename_here() -> str:
    found = re.search(r"^VERSION_CODENAME=(\w+)", Path("/etc/os-release").read_text(), flags=re.MULTILINE)
    return found[1] if found else ""


def _upstream(version: str) -> str:
    """``1:7.2+dfsg-7+deb12u13`` is 7.2."""
    found = re.match(r"(?:\d+:)?([0-9.]+)", version)
    return found[1] if found else version


def _run(command: list[str]) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise SystemExit(f"{' '.join(command[:3])} failed:\n{result.stderr}")
    return result.stdout


def main(arguments: list[str]) -> None:
    """Fetch the platforms that are named, or all."""
    for platform in PLATFORMS:
        if str(platform) in arguments or not [word for word in arguments if not word.startswith("-")]:
            if not platform.is_unpacked or "--again" in arguments:
                fetch(platform)
            told = ", ".join(f"{name} {version}" for name, version in platform.versions.items())
            print(f"{platform}: {told} in {platform.root}")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
