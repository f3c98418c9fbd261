"""Reads the machine placer runs on, or the host that a libvirt daemon manages."""

from __future__ import annotations

import platform
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

from placer.errors import InputError
from placer.formats.base import ParsedHost
from placer.formats.hosts import parse_host_text, with_slit_checked
from placer.formats.linux.free_pages import ALL_FREE, with_free_pages
from placer.formats.linux.sysfs import read_sysfs

SYSFS = "/sys"
XEN_CAPABILITIES = Path("/proc/xen/capabilities")
"""Holds ``control_d`` in dom0."""
XL_INFO = ("xl", "info", "-n")
XL_TIMEOUT_S = 30
"""Chosen, not measured: ``xl info -n`` answers in a fraction of a second unless the toolstack's lock is held."""


def read_local_host(
    free: str | None = None,
    *,
    sysfs: str = SYSFS,
    xen_capabilities: Path = XEN_CAPABILITIES,
    xl_timeout_s: float = XL_TIMEOUT_S,
) -> ParsedHost:
    """
    Read the machine placer runs on: in dom0 from ``xl info -n``, elsewhere from sysfs.

    In dom0 sysfs shows what Xen gives to dom0, and not the host.

    Parameters
    ----------
    free
        Free memory as ``--free`` states it.
    sysfs
        Where sysfs is mounted.
    xen_capabilities
        The file that holds ``control_d`` in dom0.
    xl_timeout_s
        Seconds that ``xl info -n`` may take.

    Raises
    ------
    InputError
        If xl fails, or sysfs shows no host.
    """
    if _in_dom0(xen_capabilities):
        return parse_host_text(_xl_info(xl_timeout_s), " ".join(XL_INFO), free)
    return with_slit_checked(read_sysfs(sysfs, free, name=platform.node()))


def read_libvirt(uri: str, free: str | None = None) -> ParsedHost:
    """
    Read the host that a libvirt daemon manages, over a read-only connection.

    Parameters
    ----------
    uri
        Such as ``qemu:///system`` or ``xen://host/``.
    free
        Free memory as ``--free`` states it; libvirt's capabilities state total memory only.

    Raises
    ------
    InputError
        If the libvirt binding is not installed, or libvirt refuses.
    """
    try:
        import libvirt
    except ImportError:
        raise InputError(
            "needs the libvirt binding for Python: install placer[libvirt], or your system's python3-libvirt, "
            "or save virsh capabilities to a file",
            place="--libvirt",
        ) from None
    libvirt.registerErrorHandler(lambda *_: None, None)  # it prints every error by itself
    try:
        connection = libvirt.openReadOnly(uri)
        try:
            return _with_free_pages(
                parse_host_text(str(connection.getCapabilities()), uri, free),
                connection,
                uri,
                memory_is_total=free is None,
            )
        finally:
            connection.close()
    except libvirt.libvirtError as error:
        raise InputError(f"libvirt: {error}", place=f"--libvirt {uri}") from None


def _with_free_pages(reading: ParsedHost, connection: Any, uri: str, *, memory_is_total: bool) -> ParsedHost:
    """Ask how many huge pages are free, where the host lists any; some drivers, as that for tests, do not answer."""
    sizes = list(reading.host.page_sizes)
    answers = [connection.getFreePages(sizes, p, 1) for p in reading.host.position_of] if sizes else []
    free = {p: pages for answer in answers for p, pages in answer.items()}
    if not free:
        return reading
    notes = tuple(note for note in reading.notes if note != ALL_FREE)
    return with_free_pages(replace(reading, notes=notes), free, uri, memory_is_total=memory_is_total)


def _in_dom0(xen_capabilities: Path) -> bool:
    try:
        return "control_d" in xen_capabilities.read_text(encoding="ascii", errors="replace")
    except OSError:
        return False


def _xl_info(timeout_s: float) -> str:
    place = " ".join(XL_INFO)
    try:
        ran = subprocess.run(XL_INFO, capture_output=True, text=True, errors="replace", timeout=timeout_s, check=False)
    except FileNotFoundError:
        raise InputError("this is a Xen dom0 without xl in PATH; give the host as a file", place=place) from None
    except subprocess.TimeoutExpired:
        raise InputError(f"no answer within {timeout_s} s", place=place) from None
    if ran.returncode:
        lines = ran.stderr.strip().splitlines() or ["it says nothing"]
        raise InputError(f"failed with exit code {ran.returncode}: {lines[-1]}", place=place)
    return ran.stdout
