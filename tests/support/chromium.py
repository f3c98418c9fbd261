"""A real headless Chromium: Debian's, driven by Playwright; and what it shows of a page."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.chromium import PATIENCE_MS, missing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page, Request

MOST_OVERLAP = 1.5
"""Pixels by which the rectangles of two lines may overlap: they are as high as the font, and no letter fills them."""

SHOWN = """() => {
  for (const each of document.querySelectorAll("details")) each.open = true;
  const rows = (table) => [...table.querySelectorAll("tr")].map((row) =>
    [...row.children].map((cell) => cell.textContent.trim()));
  const rect = (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return [left, top, right, bottom];
  };
  const texts = (svg) => [...svg.querySelectorAll("text")].flatMap((text) =>
    text.querySelector("tspan") ? [...text.querySelectorAll("tspan")] : [text]).filter((text) => text.textContent);
  const svgs = [...document.querySelectorAll(".panel svg")].filter((svg) => svg.getBoundingClientRect().width);
  return {
    lines: [...document.querySelectorAll(".lines p")].map((line) => line.textContent),
    tables: Object.fromEntries([...document.querySelectorAll("table")].map((table) =>
      [table.closest("[role=region]").previousElementSibling.textContent, rows(table)])),
    legend: [...document.querySelectorAll(".legend button")].map((entry) => entry.textContent),
    titles: [...document.querySelectorAll(".panel [data-g] > title")].map((title) => title.textContent),
    pictures: svgs.map((svg) =>
      ({ edge: rect(svg), texts: texts(svg).map((text) => [text.textContent, ...rect(text)]) })),
    beyond: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  };
}"""
"""What a page shows, with all opened that can be; an element that is hidden has no width."""

GROUNDS = """() => [...document.querySelectorAll(".panel svg text")].filter((text) => text.textContent).map((text) => {
  const style = getComputedStyle(text);
  const rect = (text.querySelector("tspan") || text).getBoundingClientRect();
  const below = document.elementsFromPoint((rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2)
    .filter((element) => !["text", "tspan", "g", "svg"].includes(element.tagName))
    .map((element) => {
      const of = getComputedStyle(element);
      return element instanceof SVGElement ? [of.fill, Number(of.fillOpacity)] : [of.backgroundColor, 1];
    });
  return [text.textContent, style.fill, style.paintOrder.startsWith("stroke") ? style.stroke : "none", below];
})"""
"""Of each text its colour, that of its rim, and the colours below its middle, the uppermost first."""


def needs_chromium() -> None:
    """Skip where Chromium or Playwright is missing; where they are required, fail."""
    reason = missing()
    if reason and os.environ.get("PLACER_REQUIRE_REAL") == "1":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


@dataclass
class Tab:
    """
    A page, and what went wrong in it.

    Parameters
    ----------
    said
        Messages of the console, errors, dialogs, and files that the page asked for besides itself.
    """

    page: Page
    said: list[str] = field(default_factory=list)

    def open(self, file: Path) -> dict[str, Any]:
        """Open a file and read what it shows."""
        self.said.clear()
        self.page.goto(file.as_uri())
        shown: dict[str, Any] = self.page.evaluate(SHOWN)
        return shown | {"said": list(self.said)}


@contextmanager
def a_tab(browser: Browser, *, scheme: str = "light", width: int = 1280, height: int = 900) -> Iterator[Tab]:
    """Open a tab of a size in pixels and listen to it."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    context.set_default_timeout(PATIENCE_MS)
    tab = Tab(page=context.new_page())
    page, said = tab.page, tab.said

    def asked(request: Request) -> None:
        if not request.is_navigation_request():
            said.append(request.url)

    def opened(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", opened)
    page.on("request", asked)
    yield tab
    context.close()


def misplaced(shown: dict[str, Any]) -> list[str]:
    """Say which texts lie on each other, or beyond the edge of their picture, as Chromium sets them."""
    return [fault for each in shown["pictures"] for fault in _misplaced(each["texts"], each["edge"])]


def _misplaced(texts: list[list[Any]], edge: list[float]) -> list[str]:
    left, top, right, bottom = edge
    out = [f"beyond the edge: {t[0]}" for t in texts if t[1] < left or t[2] < top or t[3] > right or t[4] > bottom]
    rows: dict[int, list[list[Any]]] = {}
    for each in texts:
        for row in {int(each[2] // 32), int(each[4] // 32)}:
            rows.setdefault(row, []).append(each)
    pairs = {(a[0], b[0]) for row in rows.values() for a, b in combinations(row, 2) if _overlap(a, b) > MOST_OVERLAP}
    return out + [f"{one!r} on {other!r}" for one, other in sorted(pairs)]


def _overlap(a: list[Any], b: list[Any]) -> float:
    wide = min(a[3], b[3]) - max(a[1], b[1])
    return float(min(wide, min(a[4], b[4]) - max(a[2], b[2])))


def faint(page: Page, least: float = 4.5) -> list[str]:
    """
    Say which texts of the picture are hard to read against what lies below.

    Parameters
    ----------
    least
        The contrast that is wanted: that of level AA for small text (WCAG 2.2, success criterion 1.4.3).
    """
    found = []
    for text, ink, rim, below in page.evaluate(GROUNDS):
        ground = _colour(rim) if rim != "none" else _ground(below)
        ratio = _contrast(_colour(ink), ground)
        if ratio < least:
            found.append(f"{text!r}: contrast {ratio:.1f}")
    return found


Colour = tuple[float, float, float]


def _colour(text: str) -> Colour:
    red, green, blue = map(float, re.findall(r"[\d.]+", text)[:3])
    return red, green, blue


def _ground(below: list[tuple[str, float]]) -> Colour:
    """Lay colours over each other, the last one first."""
    ground: Colour = (255, 255, 255)
    for text, opacity in reversed(below):
        if text.startswith("url"):
            raise AssertionError("text without a rim lies on a pattern")
        numbers = [float(number) for number in re.findall(r"[\d.]+", text)]
        if len(numbers) < 3:
            continue
        share = opacity * (numbers[3] if len(numbers) > 3 else 1)
        mixed = [share * new + (1 - share) * old for new, old in zip(numbers, ground, strict=False)]
        ground = (mixed[0], mixed[1], mixed[2])
    return ground


def _contrast(one: Colour, other: Colour) -> float:
    """Give the ratio of relative luminances (WCAG 2.2, "contrast ratio")."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (each / 255 for each in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
