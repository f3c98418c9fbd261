"""A host for the script of ``placer snapshot``: programs in a folder that stands first in PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.snapshots import RUNNING, parts_of_xl

XL = """\
#!/bin/sh
cd "{folder}" || exit
case "$*" in
    "info -n" | info) cat info ;;
    "list -l") cat list-l ;;
    vcpu-list) cat vcpu-list ;;
    "cpupool-list -c") cat cpupool-list ;;
    "list -v") cat list ;;
    "debug-keys u") cat dump >>log ;;
    dmesg) cat log ;;
    *) echo "xl: no such command: $*" >&2; exit 9 ;;
esac
"""


class FakeHost:
    """
    A folder with a fake xl, and files with what it prints; a file that is not there is a command that fails.

    Parameters
    ----------
    folder
        An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        parts = parts_of_xl()
        self.write("info", parts["xl-info"])
        self.write("list-l", parts["xl-list"])
        self.write("vcpu-list", parts["xl-vcpu-list"])
        self.write("cpupool-list", parts["xl-cpupool-list"])
        self.write("list", parts["xl-domains"])
        self.write("dump", (RUNNING / "dmesg.txt").read_text(encoding="utf-8"))
        self.write("log", "")
        self.program("xl", XL.format(folder=folder))
        self.program("sleep", "#!/bin/sh\n")

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        (self.folder / name).write_text(text, encoding="utf-8")

    def program(self, name: str, text: str) -> None:
        """Write a program."""
        self.write(name, text)
        (self.folder / name).chmod(0o755)

    def run(self, shell: list[str], script: str, environment: Mapping[str, str] | None = None) -> str:
        """Run the script as ssh does, as the input of a shell; gives what it printed."""
        given = {"PATH": f"{self.folder}:{os.environ['PATH']}", "LANG": "de_DE.UTF-8", **(environment or {})}
        ran = subprocess.run(
            [*shell, "-s"], input=script, capture_output=True, text=True, env=given, check=False, timeout=60
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        return ran.stdout


SHELLS = [["dash"], ["busybox", "sh"], ["bash", "--posix"]]


def or_skip(shell: list[str]) -> list[str]:
    """Give a shell; skip the test where this machine does not have it, and fail it where real programs are required."""
    if shutil.which(shell[0]) is None:
        reason = f"{shell[0]} is not installed"
        if os.environ.get("PLACER_REQUIRE_REAL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return shell


def shellcheck(script: str) -> str:
    """Give what shellcheck finds in a script for a POSIX shell; skip as :func:`or_skip`."""
    command = [*or_skip(["shellcheck"]), "-s", "sh", "-"]
    ran = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    assert ran.returncode == bool(ran.stdout), ran.stderr
    return ran.stdout
