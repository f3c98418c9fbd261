from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.__main__ import FULL, NOVA, QUICK, RESULTS
from benchmarks.hosts import LOADS
from benchmarks.report import BEGIN, END, blocks, headline, nova_words, replaced
from benchmarks.result_rows import read
from benchmarks.runs import Row
from benchmarks.summaries import better, p95, sharing
from benchmarks.tables import GREEDY, batches, by_load, growth, quality, six

COMMON = {
    **{"shape": "two", "load": "empty", "arrival": "one", "host": "epyc-8n", "seed": "1", "status": "FEASIBLE"},
    **{
        "guests": "1",
        "placed_guests": "1",
        "vnodes": "2",
        "placed_vnodes": "2",
        "violations": "0",
        "ratio": "1.0",
        "cost_ratio": "2",
    },
    **{"mean_distance": "20", "access_distance": "80000", "core_sharing": "30000", "cost": "110000", "gap": ""},
    **{"time_s": "0.1", "cpu_s": "0.1", "peak_mib": "60"},
}


SETS = {"libxl": "2", "xenopsd": "4", "optimal": "1"}


def a_row(**columns: str) -> Row:
    return {**COMMON, **columns}


@pytest.mark.parametrize("path", ["README.md", "benchmarks/README.md"])
def test_the_words_in_the_readme_are_those_of_the_committed_results(path: str) -> None:
    wanted = blocks(read(QUICK), read(FULL), read(NOVA))[Path(path).resolve()]
    assert Path(path).read_text(encoding="utf-8") == wanted


PEERS = ("random", "first-fit", "libvirt", "libxl", "xenopsd", "nova", "best-fit")


def two_loads() -> list[Row]:
    """Two loads, on which every peer costs twice and eight times the optimum, and a guest on a set of pnodes."""
    rows = [
        a_row(contestant=name, seed=seed, cost_ratio=ratio)
        for name in PEERS
        for seed, ratio in (("1", "2"), ("2", "8"))
    ]
    rows += [a_row(contestant="optimal", seed=seed, cost_ratio="1", cpu_s="0.25") for seed in ("1", "2")]
    rows += [a_row(contestant=name, shape="set", cost_ratio=ratio) for name, ratio in SETS.items()]
    return rows


def test_the_gain_is_the_part_of_the_cost_that_the_optimum_saves() -> None:
    """Twice and eight times the optimum are four times in the geometric mean: three quarters less."""
    rows = two_loads()
    said = headline(rows)
    assert said.startswith("On the 2 of 2 loads of 1 hosts ([benchmarks](benchmarks/README.md)) that every contestant")
    gains = "; ".join(f"{name} 75 %" for name in (*GREEDY, "random"))
    assert f"- **Less than**: {gains}. " in said
    assert "libxl: 50 % less; xenopsd: 75 % less. Of 1 guests are placed: libxl 1, xenopsd 1, optimal 1." in said
    assert "The median time of first-fit is 100 ms, that of placer 250 ms." in said
    assert (
        "in 0 of 2 loads first-fit costs no more than the optimum. It does best on epyc-8n, where it costs 300 % more"
        in said
    )
    storms = [a_row(contestant="optimal", arrival="storm", placed_guests="0")]
    storms += [a_row(contestant=name, arrival="storm") for name in ("first-fit", "best-fit")]
    assert "Of 1 guests that arrive one after the other placer places 0, first-fit 1." in headline([*rows, *storms])


def test_a_load_that_one_contestant_does_not_place_counts_for_none() -> None:
    short = [
        {**row, "placed_guests": "0"} if (row["contestant"], row["seed"]) == ("nova", "2") else row
        for row in two_loads()
    ]
    said = headline(short)
    assert said.startswith("On the 1 of 2 loads")
    assert "first-fit 50 %; libvirt 50 %" in said
    assert (
        "- **Left out**, of 2 guests of all loads: random 0, first-fit 0, libvirt 0, libxl 0, xenopsd 0, nova 1, "
        "best-fit 0, placer 0. libxl and xenopsd spread a guest" in said
    )


def test_core_sharing_is_stated_for_each_vcpu() -> None:
    """80,000 of access at a mean of 20 are four vcpus' traffic, a thousand each; 30,000 shared by four are 7.5 each."""
    assert sharing(a_row()) * 1000 == 7500


def test_a_run_is_better_only_than_optimals_of_the_same_workload_and_by_more_than_rounding() -> None:
    best = [a_row(contestant="optimal", seed=seed, mean_distance="20") for seed in "123"]
    rows = [
        a_row(contestant="libxl", seed="1", mean_distance="15"),
        a_row(contestant="libxl", seed="2", mean_distance="20.0001"),
        a_row(contestant="libxl", seed="3", mean_distance="11", placed_guests="0"),
    ]
    assert better([*best, *rows], "libxl", lambda row: float(row["mean_distance"]), placed=True) == "1 of 2"
    assert better([*best, *rows], "libxl", lambda row: float(row["mean_distance"]), margin=6) == "1 of 3"
    assert better([*best, *rows], "libxl", lambda row: -float(row["placed_guests"])) == "0 of 3"


def test_a_capped_run_is_counted_and_has_no_figures() -> None:
    empty = dict.fromkeys(COMMON, "")
    capped = {**empty, "contestant": "nova", "shape": "tight-8", "host": "tree-8", "seed": "1", "status": "CAPPED"}
    rows = [a_row(contestant="nova", shape="tight-4", host="tree-4"), capped]
    assert "| nova | 4 (8 capped) | 4 | none | 1 of 2 |" in growth(rows)
    shown = quality([a_row(contestant="nova"), {**capped, "shape": "two", "arrival": "one", "host": "h", "guests": ""}])
    assert "| nova | 1 of 1 | 2 of 2 | 0 | 1 of 2 | 2.000 | 2.000 | 2.00 | 20.0 | 1.000 | 1.000 | 1.00 | 7.50" in shown


def test_six_hosts_are_shown_with_the_guests_left_out() -> None:
    rows = [a_row(contestant=name) for name in ("first-fit", "libvirt", "libxl", "xenopsd", "nova", "best-fit")]
    rows.append(a_row(contestant="nova", placed_guests="0", cost_ratio=""))
    assert "| 2 x EPYC 7551, 8 pnodes (epyc-8n) | 100 % | 100 % | 100 % | 100 % | 100 %, 1 out | 100 % |" in six(rows)


def test_loads_are_compared_on_hosts_that_were_tried_under_each() -> None:
    everywhere = [a_row(contestant="nova", arrival="batch", load=load) for load in LOADS]
    once = a_row(contestant="nova", arrival="batch", host="xeon-2s", load="85%", cost_ratio="8")
    assert batches([*everywhere, once]) == everywhere
    assert "| nova | 100 % | 100 % | 100 % | 100 % | 100 % | 100 % |" in by_load([*everywhere, once])


def test_answers_of_nova_are_counted_by_what_is_wrong_with_them() -> None:
    rows = [
        {"kind": "random", "cells": "2 3", "answer": "none", "right": "no", "version": "34.0.0"},
        {"kind": "random", "cells": "2 3", "answer": "0 1", "right": "no", "version": "34.0.0"},
        {"kind": "scaling", "cells": "10 10", "answer": "capped", "right": "", "version": "34.0.0"},
    ]
    said = nova_words(rows)
    assert said.startswith(
        "nova 34.0.0 got 3 inputs; 1 of them, with guests of 10 cells and more, were not answered within 10 s. 2 "
    )
    assert "(2 random, 0 scaling): 1 guests that fit are refused, and 1 are placed" in said


def test_95_of_100_values_are_below() -> None:
    assert p95([float(i) for i in range(101)]) == 95.0


def test_a_block_is_put_between_its_markers() -> None:
    assert replaced(f"a\n{BEGIN}\nold\n{END}\nb", "new\n") == f"a\n{BEGIN}\nnew\n{END}\nb"


@pytest.mark.parametrize(
    ("name", "axes", "drawn"),
    [
        (
            "quality",
            ("cost, ratio to the optimum", "guests left without a place, %"),
            ("libxl", "first-fit", "optimal"),
        ),
        ("quality", ("cost, ratio to the optimum", "guests left without a place, %"), ("libxl", "optimal")),
        ("greedy", ("cost of access and shared cores above the optimum, %",), ("2 x EPYC 7551, 8 pnodes", "nova")),
        ("time", ("cpu time of a run in s", "vnodes and pnodes", "pnodes"), ("nova itself", "libxl", "cpsat")),
    ],
)
def test_a_committed_plot_names_its_axes_with_units_and_what_it_draws(
    name: str, axes: tuple[str, ...], drawn: tuple[str, ...]
) -> None:
    """matplotlib writes each text as a comment beside its outline."""
    svg = (RESULTS / f"{name}.svg").read_text(encoding="utf-8")
    texts = re.findall(r"<!-- (.*?) -->", svg, flags=re.DOTALL)
    assert all(any(text.startswith(label) for text in texts) for label in axes)
    assert set(drawn) <= set(texts)
    assert "fill: #ffffff" in svg
