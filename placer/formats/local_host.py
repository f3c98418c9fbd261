"""Reads the machine placer runs on, or the one a libvirt daemon looks after."""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path

from placer.errors import InputError
from placer.formats.base import ParsedHost
from placer.formats.hosts import parse_host_text
from placer.formats.linux.sysfs import read_sysfs

SYSFS = "/sys"
XEN_CAPABILITIES = Path("/proc/xen/capabilities")
"""Holds ``control_d`` in dom0."""
XL_INFO = ("xl", "info", "-n")
XL_TIMEOUT_S = 30


def read_local_host(free: str | None = None) -> ParsedHost:
    """
    Read the machine placer runs on: from ``xl info -n`` in dom0, where sysfs shows dom0 and not the host, else sysfs.

    Parameters
    ----------
    free
        Free memory as ``--free`` states it.

    Raises
    ------
    InputError
        If xl fails, or sysfs shows no host.
    """
    if _in_dom0():
        return parse_host_text(_xl_info(), " ".join(XL_INFO), free)
    return read_sysfs(SYSFS, free, name=platform.node())


def read_libvirt(uri: str, free: str | None = None) -> ParsedHost:
    """
    Read the host that a libvirt daemon looks after, over a connection that can only read.

    Parameters
    ----------
    uri
        Such as ``qemu:///system`` or ``xen://host/``.
    free
        Free memory as ``--free`` states it; libvirt's capabilities have totals.

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
            capabilities = str(connection.getCapabilities())
        finally:
            connection.close()
    except libvirt.libvirtError as error:
        raise InputError(f"libvirt: {error}", place=f"--libvirt {uri}") from None
    return parse_host_text(capabilities, uri, free)


def _in_dom0() -> bool:
    try:
        return "control_d" in XEN_CAPABILITIES.read_text(encoding="ascii", errors="replace")
    except OSError:
        return False


def _xl_info() -> str:
    place = " ".join(XL_INFO)
    try:
        ran = subprocess.run(
            XL_INFO, capture_output=True, text=True, errors="replace", timeout=XL_TIMEOUT_S, check=False
        )
    except FileNotFoundError:
        raise InputError("this is a Xen dom0 without xl in PATH; give the host as a file", place=place) from None
    except subprocess.TimeoutExpired:
        raise InputError(f"no answer within {XL_TIMEOUT_S} s", place=place) from None
    if ran.returncode:
        lines = ran.stderr.strip().splitlines() or ["it says nothing"]
        raise InputError(f"failed with exit code {ran.returncode}: {lines[-1]}", place=place)
    return ran.stdout
