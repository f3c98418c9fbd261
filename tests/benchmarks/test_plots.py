"""Plots from the committed results; they need the extra ``bench``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.__main__ import FULL
from benchmarks.result_rows import read


def test_the_plot_of_greedy_algorithms_names_hosts_and_contestants(tmp_path: Path) -> None:
    """matplotlib writes each text as a comment beside its outline."""
    pytest.importorskip("matplotlib")
    from benchmarks.plots import greedy

    greedy(read(FULL), tmp_path / "greedy.svg")
    texts = set(re.findall(r"<!-- (.*?) -->", (tmp_path / "greedy.svg").read_text(encoding="utf-8")))
    assert {"first-fit", "libvirt", "libxl", "xenopsd", "nova", "best-fit"} <= texts
    assert {"2 x Hygon, 8 pnodes", "4 x Opteron 6272, 8 pnodes"} <= texts
