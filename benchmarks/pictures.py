"""
Measure pictures: how large they are, how long writing them takes, and how soon Chromium paints their pages.

Run ``python -m benchmarks.pictures``; it writes benchmarks/results/pictures.csv and benchmarks/pictures.md. It needs
Debian's Chromium and Playwright. The browser opens each page in a tab of its own, the pages taking turns.
"""

from __future__ import annotations

import argparse
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from textwrap import fill
from time import process_time
from typing import TYPE_CHECKING

import placer
from benchmarks.chromium import browsing, missing
from benchmarks.picture_cases import CASES, Case
from benchmarks.result_rows import Row, read, write

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = Path(__file__).parent
PAGE, RESULTS = FOLDER / "pictures.md", FOLDER / "results" / "pictures.csv"
COLUMNS = (
    *("case", "pnodes", "guests", "vnodes", "svg_kib", "svg_cpu_s", "html_kib", "html_cpu_s"),
    *("first_paint_ms", "select_ms", "versions"),
)
RUNS = 5
EMPTY = "a page with one word"
MOST_KIB, MOST_PAINT_MS = 500, 1000
"""What is aimed at for every page."""
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
SELECTED = """() => new Promise((done) => {
  const started = performance.now();
  document.querySelector(".legend button").click();
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - started)));
})"""
"""From a click on a guest to the frame after the one that shows it."""


def main() -> int:
    """Measure every case and write the table and its page."""
    argparse.ArgumentParser(prog="python -m benchmarks.pictures", description=__doc__).parse_args()
    if missing():
        print(f"error: {missing()}", file=sys.stderr)
        return 2
    write(RESULTS, COLUMNS, measured(CASES, RUNS))
    page = render(read(RESULTS))
    PAGE.write_text(page, encoding="utf-8")
    print(page)
    return 0


def measured(cases: tuple[Case, ...], runs: int) -> list[Row]:
    """Give a row for each case and one for an empty page, with medians of the runs of the browser."""
    with TemporaryDirectory() as folder, browsing() as browser:
        empty = Path(folder) / "empty.html"
        empty.write_text('<!DOCTYPE html><p class="legend"><button>word</button>', encoding="utf-8")
        rows = [_written(case, Path(folder)) for case in cases]
        rows.append({"case": EMPTY, "html_kib": "0"})
        pages = [*(Path(folder) / f"{case.name}.html" for case in cases), empty]
        for _ in range(2):  # what starts with the browser is no matter of a page
            _opened(browser, empty)
        times: list[list[tuple[float, float]]] = [[] for _ in pages]
        for run in range(runs):
            print(f"run {run + 1} of {runs}", file=sys.stderr)
            for page, taken in zip(pages, times, strict=True):
                taken.append(_opened(browser, page))
        versions = f"placer {version('placer')}, Chromium {browser.version}, Python {platform.python_version()}"
    for row, taken in zip(rows, times, strict=True):
        paint, select = (median(column) for column in zip(*taken, strict=True))
        row |= {"first_paint_ms": f"{paint:.0f}", "select_ms": f"{select:.0f}", "versions": versions}
    return rows


def _written(case: Case, folder: Path) -> Row:
    """Draw a case as SVG and as a page, both for the second time: the first one imports what draws."""
    print(case.name, file=sys.stderr)
    instance, result = case.make()
    row: Row = {
        "case": case.title,
        "pnodes": f"{len(instance.host.pnodes)}",
        "guests": f"{len(instance.guests)}",
        "vnodes": f"{sum(len(guest.vnodes) for guest in instance.guests)}",
    }
    for format in ("svg", "html"):
        placer.draw(instance, result, format=format)
        started = process_time()
        text = placer.draw(instance, result, format=format)
        row[f"{format}_cpu_s"] = f"{process_time() - started:.3f}"
        row[f"{format}_kib"] = f"{len(text.encode()) / 1024:.0f}"
        (folder / f"{case.name}.{format}").write_text(text, encoding="utf-8")
    return row


def _opened(browser: Browser, file: Path) -> tuple[float, float]:
    """Open a page; give milliseconds to its first paint, and from a click on a guest to the next frame but one."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.goto(file.as_uri())
        page.wait_for_function(PAINTED)
        return page.evaluate(PAINTED), page.evaluate(SELECTED)


def render(rows: list[Row]) -> str:
    """Write the page."""
    most_kib = max(int(row["html_kib"]) for row in rows)
    slowest = max(int(row["first_paint_ms"]) for row in rows)
    words = f"""
    Made by `python -m benchmarks.pictures`: the hosts of the [gallery](../docs/guides/gallery.md), as SVG and as a page
    of HTML. CPU seconds are those of writing, without what is imported for the first one. The page is opened from the
    disk by a headless Chromium: milliseconds to the first paint of contents, and from a click on a guest in the legend
    to the frame after the one that shows it; medians of {RUNS} tabs, the pages taking turns with one of a single word.
    {rows[0]["versions"]}, two cores that did other work too."""
    aims = f"""
    Aims: at most {MOST_KIB} KiB, and a first paint within {MOST_PAINT_MS} ms. The largest page has {most_kib} KiB, the
    slowest is painted after {slowest} ms."""
    heads = (
        "| host | pnodes | guests | vnodes | SVG KiB | CPU s | page KiB | CPU s | first paint ms | select ms |\n"
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |\n"
    )
    lines = [f"| {' | '.join(row[column] for column in COLUMNS[:-1])} |\n" for row in rows]
    return f"# Pictures\n\n{fill(_line(words), 120)}\n\n{fill(_line(aims), 120)}\n\n{heads}{''.join(lines)}"


def _line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    sys.exit(main())
