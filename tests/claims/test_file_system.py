"""A file of claims on the network is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import placer
from placer.claims.file_system import refuse_network

LINE = "{n} 1 0:{n} / {point} rw,relatime shared:1 - {kind} source rw\n"


def mounts(folder: Path, kind: str) -> Path:
    """What /proc/self/mountinfo says where a folder lies in another file system than the root."""
    file = folder / "mountinfo"
    point = str(folder / "a b").replace(" ", "\\040")
    lines = [(point, kind), ("/", "ext4"), (str(folder / "a"), "nfs4")]
    file.write_text("".join(LINE.format(n=n, point=point, kind=each) for n, (point, each) in enumerate(lines, 1)))
    return file


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "9p", "fuse.sshfs", "fuse.glusterfs"])
def test_it_is_refused_with_its_kind(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a b" / "c").mkdir(parents=True)
    path = tmp_path / "a b" / "c" / "xen1.claims"
    with pytest.raises(placer.InputError, match=rf"xen1\.claims: lies on {kind}, where locks do not hold between"):
        refuse_network(path, mounts(tmp_path, kind))


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "tmpfs", "fuse.lxcfs"])
def test_local_disks_are_taken_and_so_is_what_is_not_known(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a b").mkdir()
    refuse_network(tmp_path / "a b" / "xen1.claims", mounts(tmp_path, kind))
    refuse_network(tmp_path / "a b" / "xen1.claims", tmp_path / "nothing")
    refuse_network(tmp_path / "xen1.claims", mounts(tmp_path, "nfs"))
