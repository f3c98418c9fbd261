"""The stub domain that runs the device model of an hvm guest beside it (``device_model_stubdomain_override=1``)."""

from __future__ import annotations

from placer.instance import format_size
from placer.instance.note import Note

MIB = 1024
LINUX_KIB = 128 * MIB
MINIOS_KIB = 28 * MIB
"""Memory where the file says none: of Linux as seen on Xen 4.17, of MiniOS by libxl__domain_build_info_setdefault()."""


def stub_name(guest: str) -> str:
    """Give the name of the stub domain of a guest (libxl__stub_dm_name, Xen libxl_dm.c)."""
    return f"{guest}-dm"


def stubdomain(has_one: bool, memory_kib: int | None, model: str | None) -> tuple[int, list[str]]:
    """
    Give what the stub domain of a guest takes besides its video memory, in KiB, and say so where it has one.

    libxl places it by itself, on a pnode that it chooses, not on those of the guest (seen on Xen 4.17).

    Parameters
    ----------
    memory_kib
        What the file states, in KiB; None or 0 where it states nothing.
    model
        ``device_model_version``, as xl or libxl writes it: the traditional one runs on MiniOS, the others on Linux.
    """
    if not has_one:
        return 0, []
    size = memory_kib or (MINIOS_KIB if (model or "").endswith("traditional") else LINUX_KIB)
    then = "on a pnode that libxl chooses: counted against the whole host, --reserve keeps it free on a pnode"
    said = f"its stub domain takes {format_size(size)} and its video memory besides, {then}"
    return size, [Note(said, kind=f"its stub domain takes memory besides, {then}")]
