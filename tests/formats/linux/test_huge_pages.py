"""Pools of huge pages in a sysfs tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from placer.errors import InputError
from placer.formats.linux.huge_pages import ordinary_kib, pools_of
from placer.formats.linux.sysfs import read_sysfs
from placer.instance import HugePages


def pools(files: dict[str, str]) -> tuple[HugePages, ...]:
    names = sorted({name.split("/")[0] for name in files})
    return pools_of(names, files.get, "sys/hugepages")


def test_each_folder_is_a_pool() -> None:
    files = {
        "hugepages-2048kB/nr_hugepages": "12",
        "hugepages-2048kB/free_hugepages": "5",
        "hugepages-1048576kB/nr_hugepages": "3",
        "other/nr_hugepages": "3",
    }
    assert pools(files) == (
        HugePages(page_size=2048, total=12, free=5),
        HugePages(page_size=1048576, total=3),
    )
    assert ordinary_kib(4 * 1048576, pools(files)) == 1048576 - 12 * 2048
    assert ordinary_kib(1024, pools(files)) == 0


@pytest.mark.parametrize(
    ("total", "free", "message"),
    [
        ("x", "0", 'sys/hugepages/hugepages-2048kB/nr_hugepages: expected a number of pages, got "x"'),
        ("3", "-1", 'sys/hugepages/hugepages-2048kB/free_hugepages: expected a number of pages, got "-1"'),
        ("3", "4", "sys/hugepages/hugepages-2048kB: 4 free pages of 3, expected at most as many as there are"),
    ],
)
def test_other_numbers_are_refused_with_their_file(total: str, free: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        pools({"hugepages-2048kB/nr_hugepages": total, "hugepages-2048kB/free_hugepages": free})
    assert str(caught.value) == message


def test_a_tree_gives_pools_and_the_memory_beside_them(tmp_path: Path) -> None:
    files = {
        "node0/meminfo": "Node 0 MemTotal: 8388608 kB\nNode 0 MemFree: 1024 kB\n",
        "node0/cpulist": "0-1",
        "node0/hugepages/hugepages-1048576kB/nr_hugepages": "6",
        "node0/hugepages/hugepages-1048576kB/free_hugepages": "4",
    }
    for name, text in files.items():
        path = tmp_path / "devices/system/node" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")
    (pnode,) = read_sysfs(str(tmp_path)).host.pnodes
    assert (pnode.memory_kib, pnode.pages_of(1048576)) == (2097152, 4)
    (pnode,) = read_sysfs(str(tmp_path), free="1GiB").host.pnodes
    assert (pnode.memory_kib, pnode.pages_of(1048576)) == (1048576, 4)
