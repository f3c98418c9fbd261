"""``--pin``: every vcpu bound to the pcpus of its pnode, as far as its own mask and the memory allow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import HOST, a_cfg, a_folder, placer

TWO = (
    'vnuma = [["pnode=1", "size=512", "vcpus=0-1", "vdistances=10,21"],\n'
    '         ["pnode=0", "size=512", "vcpus=2", "vdistances=21,10"]]\n'
)
"""Vcpus 0 and 1 on pnode 1, which has pcpus 4-7, vcpu 2 on pnode 0, which has 0-3."""


def placed(folder: Path, *words: str, **options: object) -> tuple[int, str, str]:
    a_folder(folder, db_cfg=a_cfg(**options))  # type: ignore[arg-type]
    ran = placer("solve", "--host", folder / "host.txt", folder / "db.cfg", *words)
    return ran.code, ran.out, ran.err


def test_each_vcpu_is_bound_to_the_pcpus_of_its_pnode(tmp_path: Path) -> None:
    code, out, err = placed(tmp_path, "--format", "xl", "--pin", memory=1024, vcpus=3, more=TWO)
    assert code == 0, err
    assert 'cpus = ["4-7", "4-7", "0-3"]' in out


def test_its_own_mask_narrows_it(tmp_path: Path) -> None:
    more = TWO + 'cpus = ["6-7", "all", "1,2,5"]\n'
    code, out, err = placed(tmp_path, "--format", "libxl", "--pin", memory=1024, vcpus=3, more=more)
    assert code == 0, err
    assert json.loads(out)["vcpu_hard_affinity"] == [[6, 7], [4, 5, 6, 7], [1, 2]]


def test_without_it_nothing_is_bound(tmp_path: Path) -> None:
    _, out, _ = placed(tmp_path, "--format", "xl", memory=1024, vcpus=3, more=TWO)
    assert "cpus =" not in out.replace("vcpus =", "").replace("maxvcpus =", "")


def test_overhead_that_pinning_moves_to_a_full_pnode_is_refused(tmp_path: Path) -> None:
    """3060 of 3072 MiB on pnode 1: unbound, half of the overhead of some 15 MiB goes to pnode 0; bound, none does."""
    more = 'vnuma = [["pnode=1", "size=3060", "vcpus=0", "vdistances=10"]]\n'
    kept, _, _ = placed(tmp_path, "--format", "xl", memory=3060, vcpus=1, more=more)
    code, out, err = placed(tmp_path, "--format", "xl", "--pin", memory=3060, vcpus=1, more=more)
    assert (kept, code, out) == (0, 2, "")
    assert "moves the overhead of each guest onto the pnodes" in err
    assert "pnode 1" in err


@pytest.mark.parametrize("format", ["text", "json"])
def test_it_needs_a_format_that_starts_guests(tmp_path: Path, format: str) -> None:
    code, _, err = placed(tmp_path, "--format", format, "--pin", memory=1024, vcpus=1)
    assert code == 2
    assert "binds vcpus" in err


def test_the_host_of_these_tests_has_the_pcpus_they_name() -> None:
    assert "  4:       0        1        1" in HOST
