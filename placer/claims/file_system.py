"""Where a file of claims may lie: on a disk of this machine, not on one of the network."""

from __future__ import annotations

import os
from pathlib import Path

from placer.errors import InputError

NETWORK = frozenset(
    (
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "9p",
        "afs",
        "ceph",
        "lustre",
        "gfs2",
        "ocfs2",
        "glusterfs",
        "sshfs",
        "s3fs",
    )
)
"""File systems that several machines share, or that another machine holds; those of FUSE by their second half."""
MOUNTS = Path("/proc/self/mountinfo")


def refuse_network(path: Path, mounts: Path = MOUNTS) -> None:
    """
    Refuse a file on the network: SQLite's locks and its shared memory do not hold there (sqlite.org/wal.html).

    Parameters
    ----------
    mounts
        Where Linux lists its mounts.

    Raises
    ------
    InputError
        With the kind of file system.
    """
    kind = _kind_of(path, mounts)
    if kind.removeprefix("fuse.") in NETWORK:
        raise InputError(
            f"lies on {kind}, where locks do not hold between machines; expected a file on a local disk, on the "
            "machine that starts the guests",
            place=str(path),
        )


def _kind_of(path: Path, mounts: Path) -> str:
    """Give the kind of file system of a path; empty where it is not known (proc_pid_mountinfo(5))."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    folder = os.path.realpath(path.parent)
    best, kind = "", ""
    for line in lines:
        before, _, after = line.partition(" - ")
        words, kinds = before.split(" "), after.split(" ")
        point = words[4].encode().decode("unicode_escape") if len(words) > 4 else ""
        inside = folder == point or folder.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, kinds[0]
    return kind
