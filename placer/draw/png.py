"""Pictures as PNG, by resvg."""

from __future__ import annotations

from functools import cache

from placer.errors import InputError

ZOOM = 2.0
"""Pixels of an image for each of the picture: text of 10 pixels is read on paper and on dense screens too."""
FONTS = ("DejaVu Sans", "Verdana", "Noto Sans", "Liberation Sans", "Arial", "Helvetica", "FreeSans")
"""Common fonts, of which one stands for all that are missing: resvg knows no other than those it is told."""
MOST_PIXELS = 100_000_000
"""Images of more are drawn smaller. Chosen, not tuned: 400 MB while it is drawn."""


def to_png(svg: str, width: float, height: float) -> bytes:
    """
    Turn a picture into an image of twice its size.

    Parameters
    ----------
    svg
        As :func:`placer.draw.svg.to_svg` writes it.
    width, height
        Its size, in pixels.

    Raises
    ------
    InputError
        If the library is not installed, or finds no font to write with.
    """
    try:
        from resvg_py import svg_to_bytes
    except ImportError:
        said = "png needs the package resvg-py, which the extra png installs: pip install 'placer[png]'"
        raise InputError(said, place="format") from None
    family = next(filter(_writes, FONTS), None)
    if family is None:
        said = f"png needs one of the fonts {', '.join(FONTS)}, and none is installed (Debian: fonts-dejavu-core)"
        raise InputError(said, place="format")
    zoom = min(ZOOM, (MOST_PIXELS / (width * height)) ** 0.5)
    return bytes(svg_to_bytes(svg_string=svg, zoom=zoom, sans_serif_family=family))


@cache
def _writes(family: str) -> bool:
    """Whether text of a font appears: without the font resvg leaves the text out, and says nothing."""
    from resvg_py import svg_to_bytes

    head = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">'
    text = f'<text x="2" y="15" font-family="{family}" font-size="12">text</text></svg>'
    return bytes(svg_to_bytes(svg_string=head + text)) != bytes(svg_to_bytes(svg_string=f"{head}</svg>"))
