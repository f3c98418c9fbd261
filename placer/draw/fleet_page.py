"""A fleet as a page of HTML: the grid of its hosts, each of which opens into its picture."""

from __future__ import annotations

from typing import Any

from placer.draw.fleet import FleetPicture, HostUse, picture_of_host_in_fleet, shade_of
from placer.draw.fonts import clean
from placer.draw.inline import Inline
from placer.draw.page import rendered, section_of

MOST, FRAME, EACH = 480 * 1024, 24 * 1024, 1100
"""Characters of a page at most, of its style and script, and of a picture without its shapes and names. Measured."""
MOST_NAMES = 20
"""Most hosts of one kind that are named above their picture."""


def to_fleet_html(picture: FleetPicture) -> str:
    """
    Write a fleet as one page.

    Hosts that differ in nothing but names are drawn once, with the names of the first. Those that are not among the
    fullest are left out where all would be too large for a page; the page says so.
    """
    inline = Inline()
    kinds, left = [], MOST - FRAME - sum(len(host.name) + len(host.words) + 110 for host in picture.hosts)
    left -= sum(len(name) + 2 for name in picture.empty)
    for kind, hosts in picture.kinds.items():
        shown = _kind(kind, hosts, inline) if left > 0 else None
        if shown is not None:
            left -= shown.pop("size")
            kinds.append(shown)
    drawn = {each["kind"] for each in kinds}
    return rendered(
        "fleet.html.j2",
        picture.headline,
        inline,
        hosts=[_host(host, host.kind in drawn) for host in picture.hosts],
        empty=[clean(name) for name in picture.empty],
        kinds=kinds,
        left_out=sum(host.kind not in drawn for host in picture.hosts),
    )


def _host(host: HostUse, drawn: bool) -> dict[str, Any]:
    """Give a host of the grid."""
    return {
        "name": clean(host.name),
        "words": host.words,
        "percent": f"{100 * host.use:.0f}",
        "shade": shade_of(host.use),
        "kind": host.kind if drawn else None,
    }


def _kind(kind: int, hosts: tuple[HostUse, ...], inline: Inline) -> dict[str, Any]:
    """Give hosts of one kind with the picture of the first."""
    section = section_of(picture_of_host_in_fleet(hosts[0]), inline, label=f"Picture of {hosts[0].name}", short=True)
    others = [clean(host.name) for host in hosts[1:]]
    size = EACH + sum(len(panel["svg"]) for panel in section["panels"])
    size += sum(len(entry["name"]) + len(entry["facts"]) + 150 for entry in section["legend"])
    return {
        "kind": kind,
        "name": clean(hosts[0].name),
        "words": hosts[0].words,
        "others": others[:MOST_NAMES],
        "more": max(0, len(others) - MOST_NAMES),
        "count": len(hosts),
        "section": section,
        "size": size,
    }
