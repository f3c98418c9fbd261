"""Pictures as PNG: an image of the right size with something on it."""

from __future__ import annotations

import struct
import subprocess
import sys

from placer.draw import png
from placer.draw.png import MOST_PIXELS, ZOOM, to_png

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" width="50" height="20" viewBox="0 0 50 20">'
TEXT = '<text x="2" y="15" font-size="12" font-family="No Such Font, sans-serif">text</text>'


def size_of(image: bytes) -> tuple[int, int]:
    """Width and height as the first chunk of a PNG states them (W3C PNG, 11.2.1)."""
    assert image.startswith(b"\x89PNG\r\n\x1a\n") and image[12:16] == b"IHDR"
    width, height = struct.unpack(">II", image[16:24])
    return width, height


def test_an_image_has_twice_the_size_of_its_picture() -> None:
    assert size_of(to_png(f"{HEAD}</svg>", 50, 20)) == (50 * ZOOM, 20 * ZOOM)


def test_text_is_seen_though_its_font_is_missing() -> None:
    assert to_png(f"{HEAD}{TEXT}</svg>", 50, 20) != to_png(f"{HEAD}</svg>", 50, 20)


def test_a_picture_of_too_many_pixels_is_drawn_smaller() -> None:
    wide, high = size_of(to_png(f"{HEAD}</svg>", 100_000, 40_000))  # so large it is only said to be
    assert (wide, high) == (8, 3) and MOST_PIXELS / (100_000 * 40_000) < 1


def test_without_the_library_the_extra_is_named() -> None:
    code = "import sys; sys.modules['resvg_py'] = None\nfrom placer.draw.png import to_png\nto_png('<svg/>', 1, 1)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "InputError: format: png needs the package resvg-py" in ran.stderr and "placer[png]" in ran.stderr


def test_the_first_font_is_one_that_pictures_ask_for() -> None:
    from placer.draw.fonts import FAMILY

    assert FAMILY.startswith(png.FONTS[0])
