"""Writes ``<memoryBacking><hugepages>`` of a placed guest: the page size of each vnode."""

from __future__ import annotations

from placer.formats.configured_guest import ConfiguredGuest
from placer.formats.text.xml_edit import STEP, Span, XmlEdit
from placer.instance import format_cpuset


def set_huge_pages(document: XmlEdit, anchor: Span, written: ConfiguredGuest) -> None:
    """
    Write the page sizes on which a placement rests, where the document does not state them as they are.

    A domain of libvirt keeps its own elements, unless it states no size, which means the default size of whatever host
    starts it, or no cells and the size of cell 0 alone, which would be that of one vnode once placer has cut it.

    Parameters
    ----------
    document
        The domain.
    anchor
        The element behind which a new element is written.
    """
    lines = _hugepages(written)
    backing = document.root.child("memoryBacking")
    own = backing.child("hugepages") if backing else None
    if not lines:
        return
    if backing is None:
        document.after(anchor, ["<memoryBacking>", *(STEP + line for line in lines), "</memoryBacking>"])
    elif own is None:
        document.append(backing, lines)
    elif not own.children or (any("nodeset" in page.attributes for page in own.children) and not _has_cells(document)):
        document.replace(own, lines)


def _has_cells(document: XmlEdit) -> bool:
    cpu = document.root.child("cpu")
    numa = cpu.child("numa") if cpu else None
    return bool(numa and numa.all("cell"))


def _hugepages(written: ConfiguredGuest) -> list[str]:
    of_size: dict[int | None, list[int]] = {}
    for v, vnode in enumerate(written.vnodes):
        of_size.setdefault(vnode.page_size, []).append(v)
    pages = []
    for size, ids in sorted((size, ids) for size, ids in of_size.items() if size):
        nodeset = f" nodeset='{format_cpuset(ids)}'" if len(of_size) > 1 else ""
        pages.append(f"{STEP}<page size='{size}' unit='KiB'{nodeset}/>")
    return ["<hugepages>", *pages, "</hugepages>"] if pages else []
