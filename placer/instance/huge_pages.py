"""Huge pages: pools of memory that the kernel of the host keeps apart, on each pnode and of each size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from placer.instance.checked import Checked
from placer.instance.units import MAX_KIB, Kib, format_size

PageCount = Annotated[int, Meta(ge=0, le=MAX_KIB)]


class HugePages(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    The huge pages of one size on a pnode; their memory is no part of the pnode's ``memory_kib``.

    Parameters
    ----------
    page_size
        Size of a page, in KiB.
    total
        Number of pages in the pool.
    free
        Number of pages that nobody uses. None: all of them.

    Raises
    ------
    InstanceError
        If the size is 0, more pages are free than there are, or the pool is larger than 8 PiB.
    """

    page_size: Kib
    total: PageCount
    free: PageCount | None = None

    def __post_init__(self) -> None:
        if not self.page_size:
            raise ValueError("page_size is 0, expected a size such as 2MiB")
        if self.page_size * self.total > MAX_KIB:
            raise ValueError(f"{self.total} pages of {format_size(self.page_size)}, expected at most 8 PiB")
        if self.free is not None and self.free > self.total:
            raise ValueError(f"{self.free} free pages of {self.total}, expected at most as many as there are")

    @property
    def free_pages(self) -> int:
        """Number of pages that guests may take."""
        return self.total if self.free is None else self.free


def check_sizes(where: str, pools: Iterable[HugePages]) -> None:
    """Refuse two pools of one page size."""
    for size, count in Counter(pool.page_size for pool in pools).items():
        if count > 1:
            raise ValueError(f"{where} lists huge_pages of {format_size(size)} twice")


def check_whole_pages(what: str, memory_kib: int, page_size: int | None) -> None:
    """Refuse memory that is no whole number of its pages."""
    if page_size == 0:
        raise ValueError(f"{what}: page_size is 0, expected a size such as 2MiB, or null for ordinary memory")
    if page_size and memory_kib % page_size:
        less, size = memory_kib // page_size * page_size, format_size(page_size)
        raise ValueError(
            f"{what} has {memory_kib} KiB in pages of {size}, expected whole pages, such as {less} or "
            f"{less + page_size} KiB"
        )
