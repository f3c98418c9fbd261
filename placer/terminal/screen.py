"""What a terminal can show, and text as it can show it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from placer.draw.fonts import clean

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

LEAST_WIDTH = 80
"""Columns from which on a host is drawn: that many had the terminals of old, and have new windows."""


@dataclass(frozen=True, kw_only=True)
class Screen:
    """
    A terminal.

    Parameters
    ----------
    width
        Its columns.
    colour
        Whether it may be written to in colour.
    unicode
        Whether it shows more than ASCII.
    """

    width: int
    colour: bool = True
    unicode: bool = True

    def text(self, text: str) -> str:
        r"""
        Write text so that the terminal shows it and does not obey it.

        Examples
        --------
        >>> Screen(width=80, unicode=False).text("caf\u00e9"), Screen(width=80).text("caf\u00e9")
        ('caf\\xe9', 'café')
        """
        shown = clean(text)
        return shown if self.unicode else shown.encode("ascii", "backslashreplace").decode()

    def printed(self, *what: RenderableType) -> str:
        """Lay out one below the other, with the codes of colours."""
        console = self._console()
        with console.capture() as capture:
            for each in what:
                console.print(each)
        return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())

    def _console(self) -> Console:
        from rich.console import Console

        # rich takes boxes of ASCII where the stream has another encoding than UTF-8; nothing is written to this one
        stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8" if self.unicode else "ascii")
        return Console(
            file=stream, width=self.width, force_terminal=True, color_system="auto" if self.colour else None,
            highlight=False, emoji=False, markup=False, legacy_windows=False,
        )  # fmt: skip
