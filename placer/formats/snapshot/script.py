"""Writes the script that takes a snapshot of a host."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Literal

Pages = Literal["no", "yes", "always"]
ScriptToolstack = Literal["auto", "xl", "libvirt"]

PAGES_UP_TO_KIB = 256 * 1024**2
"""
Memory of all domains up to which Xen is asked where their pages are without a question: 256 GiB. Chosen, not measured.

dump_numa() (Xen common/numa.c) walks through the list of all pages of a domain with its page_alloc_lock held.
"""
_SCRIPT = Path(__file__).with_name("snapshot.sh")


def snapshot_script(
    *, pages: Pages = "no", pages_up_to_kib: int = PAGES_UP_TO_KIB, toolstack: ScriptToolstack = "auto"
) -> str:
    """
    Give the script: POSIX sh, for a dom0 or a KVM host without Python; it changes nothing there.

    Parameters
    ----------
    pages
        Whether Xen is asked where the memory of its domains lies: ``yes`` up to a size, above which a person is asked
        where there is one; ``always``. On hosts of libvirt this is read in any case.
    pages_up_to_kib
        That size: memory of all domains together, in KiB.
    toolstack
        Which toolstack is asked; ``auto`` is xl where it is there, else virsh.
    """
    text = _SCRIPT.read_text(encoding="utf-8")
    settings = {
        "toolstack": toolstack,
        "pages": pages,
        "pages_up_to_mib": str(pages_up_to_kib // 1024),
        "version": version("placer"),
    }
    lines = text.split("\n")
    for key, value in settings.items():
        at = next(i for i, line in enumerate(lines) if line.startswith(f"{key}="))
        lines[at] = f"{key}={value}"
    return "\n".join(lines)
