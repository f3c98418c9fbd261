"""Configuration of Sphinx for the pages of placer."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from pathlib import Path

from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import generated  # noqa: E402  (beside this file)

project = "placer"
author = "The placer authors"
copyright = "The placer authors; Apache License 2.0"
try:
    release = version_of("placer")
except PackageNotFoundError:
    release = ""

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
]
exclude_patterns = ["_build", "_generated"]
html_theme = "furo"
html_title = "placer"

myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 4
suppress_warnings = ["config.cache"]

autodoc_member_order = "bysource"
autodoc_typehints = "none"
numpydoc_show_class_members = False

generated.write_all(HERE / "_generated")


OUTSIDE = re.compile(r"(?<!!)(\[[^\]]*\]\()(?=(\.\./)+(benchmarks|instances|tests)/)")
"""The beginning of a link, not of an image, to a file outside docs/; the link works in a view of the repository."""


def hand_out_files(app: Sphinx, name: str, source: list[str]) -> None:
    """Turn links to files outside docs/ into links to copies, which become part of the site."""
    source[0] = OUTSIDE.sub(r"\1path:", source[0])


def setup(app: Sphinx) -> None:
    """Register the handler of Sphinx's events."""
    app.connect("source-read", hand_out_files)
