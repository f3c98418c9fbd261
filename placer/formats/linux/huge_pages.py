"""Huge pages of a node in a sysfs tree (Documentation/admin-guide/mm/hugetlbpage.rst of Linux)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from placer.errors import InputError
from placer.instance import HugePages, shorten
from placer.instance.units import MAX_KIB

FILES = ("nr_hugepages", "free_hugepages")
"""The files of a pool: pages in all, and free ones."""
_FOLDER = re.compile(r"hugepages-(\d{1,13})kB", re.ASCII)


def pools_of(names: Iterable[str], text: Callable[[str], str | None], place: str) -> tuple[HugePages, ...]:
    """
    Read the pools of a node, smallest pages first.

    Parameters
    ----------
    names
        The folders of ``hugepages`` of the node.
    text
        Gives the content of a file of a folder by its name, None where it does not exist.
    place
        The folder ``hugepages``, for messages.

    Raises
    ------
    InputError
        If a file holds no number of pages, or more pages are free than there are.
    """
    pools = []
    for name in names:
        size = _FOLDER.fullmatch(name)
        if size is None:
            continue
        total, free = (_count(text(f"{name}/{file}"), f"{place}/{name}/{file}") for file in FILES)
        try:
            pools.append(HugePages(page_size=int(size[1]), total=total or 0, free=free))
        except ValueError as error:
            raise InputError(str(error), place=f"{place}/{name}") from None
    return tuple(sorted(pools, key=lambda pool: pool.page_size))


def _count(text: str | None, place: str) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 13 and int(text) <= MAX_KIB):
        raise InputError(f'expected a number of pages, got "{shorten(text)}"', place=place)
    return int(text)


def ordinary_kib(memory_kib: int, pools: Iterable[HugePages]) -> int:
    """Give the memory of a node without its pools, where the total of the node includes them; at least 0."""
    return max(0, memory_kib - sum(pool.page_size * pool.total for pool in pools))
