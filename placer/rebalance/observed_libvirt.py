"""How guests of libvirt's QEMU driver can be moved within their host."""

from __future__ import annotations

from placer.formats.base import ParsedGuest
from placer.formats.text.xml_text import parse_xml
from placer.rebalance.running import Kind


def of_libvirt(guest: ParsedGuest) -> bool:
    """Whether a guest was read from the XML of libvirt."""
    return guest.source is not None and guest.source.kind == "libvirt"


def libvirt_kinds(guest: ParsedGuest) -> tuple[tuple[Kind, ...], str]:
    """
    Give the kinds of move that a guest can take, the preferred one first, and why it takes none.

    ``virsh numatune --nodeset`` moves the pages of a running guest whose mode is strict, which is the mode of a guest
    without numatune; it leaves cells with a ``memnode`` of their own where they are (docs/formatdomain and virsh(1) of
    libvirt 9.0). Others are saved and restored with another XML.
    """
    if guest.assigned:
        return (), f"devices are passed through to it ({', '.join(guest.assigned)})"
    if guest.page_size or any(vnode.page_size for vnode in guest.vnodes or ()):
        return (), "its memory is in huge pages, of which placer does not count those that become free"
    root = parse_xml(guest.source.text, guest.source.place) if guest.source else None
    numatune = root.child("numatune") if root else None
    memory = numatune.child("memory") if numatune else None
    strict = memory is None or memory.attributes.get("mode", "strict") == "strict"
    cells = guest.vnodes is not None or (numatune is not None and numatune.child("memnode") is not None)
    return (("migrate", "save") if strict and not cells else ("save",)), ""
