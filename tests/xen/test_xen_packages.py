"""Sources are written as apt tells them: URI, release and component, one a line."""

from __future__ import annotations

import subprocess

from tests.xen.xen_packages import Platform, sources_for

BOOKWORM = """\
http://deb.debian.org/debian/ bookworm main
http://deb.debian.org/debian/ bookworm contrib
http://deb.debian.org/debian/ bookworm-updates main
http://deb.debian.org/debian-security/ bookworm-security main
https://packages.cloud.google.com/apt/ cloud-sdk-bookworm main
https://deb.nodesource.com/node_20.x/ nodistro main
"""


def without_key(lines: list[str]) -> list[str]:
    return [" ".join(word for word in line.split() if not word.startswith("[")) for line in lines]


def test_sources_of_a_release_are_those_of_the_machine_with_another_name() -> None:
    assert without_key(sources_for("trixie", BOOKWORM, "bookworm")) == [
        "deb http://deb.debian.org/debian-security/ trixie-security main",
        "deb http://deb.debian.org/debian/ trixie main",
        "deb http://deb.debian.org/debian/ trixie-updates main",
    ]


def test_the_older_release_is_had_on_a_newer_machine_too() -> None:
    said = "http://mirror/debian stable main\nhttp://mirror/debian-security trixie-security main\n"
    assert without_key(sources_for("bookworm", said, "trixie")) == [
        "deb http://mirror/debian bookworm main",
        "deb http://mirror/debian-security bookworm-security main",
    ]


def test_each_platform_has_the_versions_it_is_here_for(platform: Platform) -> None:
    """As its own programs tell them, not its packages."""
    wanted = {"debian-12": ("9.0", "7.2", "2.9"), "debian-13": ("11.3", "10.0", "2.12")}[platform.name]
    for version, program in zip(wanted, ("virsh", "qemu-system-x86_64", "lstopo-no-graphics"), strict=True):
        command = platform.command(f"usr/bin/{program}", "--version")
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        assert f"{version}." in said, said
    assert platform.versions["Xen"].startswith(f"{platform.xen}.")
