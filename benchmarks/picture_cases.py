"""Hosts with placements whose pictures are measured, and shown in the gallery of the documentation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

import placer
from benchmarks.hosts import FOLDER
from benchmarks.speed.hosts import GIB, crowded, gb200, hierarchical
from placer.instance import Guest, Instance, Vnode
from placer.solving.result import Result

Drawn = tuple[Instance, Result]
TIME_LIMIT_S = 600.0
"""Far more than any of them takes, so that a busy machine draws the same."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """
    A host with guests that are placed.

    Parameters
    ----------
    name
        Of the file of its picture.
    title
        What it shows.
    make
        Gives the instance and its answer.
    """

    name: str
    title: str
    make: Callable[[], Drawn]


def shipped(name: str) -> Drawn:
    """Give an example instance with its proved placement."""
    instance = placer.read_instance(FOLDER / f"{name}.json")
    return instance, _solved(instance, "optimal")


def superchip() -> Drawn:
    """Give a host of 34 pnodes, of which 28 have no memory and 4 have no pcpus, with four guests."""
    wide, narrow = range(24), range(8)
    guests = [
        Guest(name="train", vnodes=(_vnode(300, wide), _vnode(120, range(24, 48)))),
        Guest(name="infer", vnodes=(_vnode(80, wide), _vnode(150), _vnode(90)), memory_only_pnodes=True),
        Guest(name="store", vnodes=(_vnode(100, wide),)),
        Guest(name="web", vnodes=(_vnode(60, narrow), _vnode(60, range(8, 16)))),
    ]
    instance = Instance(host=gb200(), guests=tuple(guests))
    return instance, _solved(instance, "optimal")


def large() -> Drawn:
    """Give a host of 64 pnodes with 200 guests of 400 vnodes."""
    numbers = np.random.default_rng(0)
    return _quickly(crowded(hierarchical(64, cores=16), 200, 400, vcpus_per_core=0.8, numbers=numbers))


def many() -> Drawn:
    """Give a host of 64 pnodes with 400 guests of one vnode each."""
    guests = [Guest(name=f"guest-{g}", vnodes=(_vnode(6 + g % 5, range(2)),)) for g in range(400)]
    return _quickly(Instance(host=hierarchical(64), guests=tuple(guests)))


def _vnode(gib: int, vcpus: range = range(0)) -> Vnode:
    return Vnode(memory_kib=gib * GIB, vcpus=tuple(vcpus))


def _quickly(instance: Instance) -> Drawn:
    """Place without a search, which on such hosts takes longer than a picture is worth."""
    return instance, _solved(instance, "first-fit-decreasing")


def _solved(instance: Instance, strategy: str) -> Result:
    result = placer.solve(instance, strategy=strategy, seed=0, workers=1, time_limit_s=TIME_LIMIT_S)
    assert result.placement is not None
    return result


CASES = (
    Case(name="2-pnodes", title="2 pnodes", make=partial(shipped, "xeon-2s")),
    Case(name="8-pnodes", title="8 pnodes in two clusters", make=partial(shipped, "epyc-8n")),
    Case(name="16-pnodes", title="16 pnodes in clusters of clusters", make=partial(shipped, "phytium-16n")),
    Case(name="34-pnodes", title="34 pnodes, some without memory, some without pcpus", make=superchip),
    Case(name="64-pnodes", title="64 pnodes with 200 guests of 400 vnodes", make=large),
    Case(name="64-pnodes-400-guests", title="64 pnodes with 400 guests", make=many),
    Case(name="no-memory", title="pnodes without memory", make=partial(shipped, "hygon-memoryless")),
    Case(name="no-pcpus", title="pnodes without pcpus", make=partial(shipped, "cxl-expander")),
    Case(name="asymmetric", title="asymmetric distances", make=partial(shipped, "bandwidth")),
    Case(name="cpupools", title="cpupools", make=partial(shipped, "cpupools")),
    Case(name="dedicated", title="vcpus with pcpus of their own", make=partial(shipped, "dedicated-vcpus")),
)
