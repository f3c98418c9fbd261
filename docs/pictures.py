"""Pictures of the pages, drawn each time they are built: of guides, and those of the gallery with its page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import placer
from benchmarks.picture_cases import CASES, TIME_LIMIT_S

INSTANCES = Path(__file__).resolve().parents[1] / "instances"
XL = INSTANCES / "xl"


def pictures() -> Iterator[tuple[str, str]]:
    """Give the name and the text of each file."""
    yield "epyc-8n.svg", answered("epyc-8n", "optimal")
    yield "epyc-8n-both.svg", answered("epyc-8n", "first-fit", "optimal")
    yield "xl.svg", guests_of_files()
    yield "running.svg", placer.draw(placer.read_host(XL / "running" / "snapshot.txt"))
    yield from gallery()


def answered(name: str, *strategies: str) -> str:
    """Draw an instance with its placement by each strategy, beside each other."""
    instance = placer.read_instance(INSTANCES / f"{name}.json")
    return placer.draw(
        instance,
        {
            each: placer.solve(instance, strategy=each, seed=0, workers=1, time_limit_s=TIME_LIMIT_S)
            for each in strategies
        },
    )


def guests_of_files() -> str:
    """Draw the guests of the first run of the guide for Xen."""
    host = placer.read_host(XL / "host.txt")
    files = [XL / f"{name}.cfg" for name in ("db", "app", "web")]
    request = placer.assemble(host, [guest for file in files for guest in placer.read_guests(file, host)])
    return placer.draw(request, placer.solve(request.instance, seed=0, workers=1, time_limit_s=TIME_LIMIT_S))


def gallery() -> Iterator[tuple[str, str]]:
    """Give the pictures of the gallery, and its page."""
    page = []
    for case in CASES:
        instance, result = case.make()
        file = f"gallery-{case.name}.svg"
        yield file, placer.draw(instance, result)
        page.append(f"## {case.title}\n\n```{{figure}} ../_generated/{file}\n:alt: {case.title}\n```\n")
    yield "gallery.md", "\n".join(page)
