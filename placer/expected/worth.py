"""What free room is worth to expected guests: a table over free memory and free pcpus for the pnodes of a host."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import sqrt

import numpy as np
from msgspec.structs import replace

from placer.errors import InputError
from placer.expected.parts import Part, parts_that_fit
from placer.instance import Host, Instance
from placer.instance.expected import Expected
from placer.instance.future import MOST_WORTH, FutureCapacity
from placer.lowering.future import MILLI, room

PRICE = 100
"""
What the last room for a guest is worth, for each vcpu of the guest, in units of mean distance.

Chosen on seeds 1 and 2 of benchmarks/arrivals.md, which shows guests placed and cost at other prices, and other seeds.
"""
UNSEEN, SIZES = 4, 16
"""
Guests of shapes that nobody expects: how many of them are added to the weights of the others, and in how many sizes.

Of every size up to the largest pnode, with the mean ratio of vcpus to memory: without them large blocks of free memory
are broken up for small guests. Chosen by trials on the loads of seeds 1 and 2; no measurement of each is recorded.
"""
STEPS, COLUMNS = 64, 16
"""Steps of memory and of pcpus in a table. Chosen: 160 steps placed no more guests in a trial."""


def with_expected(instance: Instance, shapes: Iterable[Expected], *, place: str = "expected") -> Instance:
    """
    Say in the objective of an instance what free room is worth to guests that are expected later.

    Parameters
    ----------
    shapes
        The shapes of these guests; their weights are numbers of guests.
    place
        Where the shapes come from, for messages.

    Raises
    ------
    InputError
        If there are no shapes, or not one of them fits the host.
    """
    given = tuple(shapes)
    if not given:
        raise InputError("expected shapes of guests, got none", place=place)
    future = future_capacity(instance.host, given, place=place)
    return replace(instance, objective=replace(instance.objective, future=future))


def future_capacity(host: Host, shapes: Iterable[Expected], *, place: str = "expected") -> FutureCapacity:
    """
    Tabulate what free room is worth to expected guests.

    A vnode that fits is worth its share of 1000 x :data:`PRICE` x the vcpus of its guest, divided by the square root of
    the number of such guests that the host can hold now: room of which there is plenty is worth less. A table has the
    sum over the shapes, times the number of vnodes of each that some free memory and free pcpus hold if they hold no
    others, averaged over the expected guests. The average over an expected workload is from Weng et al. (Beware of
    Fragmentation, USENIX ATC 2023), who average the free GPUs that a task cannot use; the count of vnodes that fit, the
    square root and the unseen sizes are own.

    Raises
    ------
    InputError
        If not one of the shapes fits the host.
    """
    parts = parts_that_fit(host, shapes, place=place)
    free_kib, free_pcpus = (np.maximum(np.array(free, dtype=np.int64), 0) for free in room(host))
    step = max(1, -(-int(free_kib.max()) // STEPS))
    with_pcpus = any(part.milli_pcpus for part in parts)
    pcpu_step = max(1, -(-int(free_pcpus.max()) // (MILLI * COLUMNS)))
    memory = np.arange(0, int(free_kib.max()) + 1, step)[:, None]
    pcpus = np.arange(0, int(free_pcpus.max()) * with_pcpus + 1, MILLI * pcpu_step)[None, :]
    total = sum(part.weight for part in parts)
    worth = np.zeros((memory.size, pcpus.size))
    for part, weight in [*((part, float(part.weight)) for part in parts), *_unseen(parts, int(free_kib.max()))]:
        held = int(part.fitting(free_kib, free_pcpus).sum())
        if held:
            each = 1000 * PRICE * part.vcpus / part.count / sqrt(held / part.count)
            worth += weight / (total + UNSEEN) * each * part.fitting(memory, pcpus)
    table = tuple(tuple(min(int(cell), MOST_WORTH) for cell in row) for row in worth)
    return FutureCapacity(memory_step_kib=step, pcpu_step=pcpu_step, tables=(table,), table_of=(0,) * len(host.pnodes))


def _unseen(parts: list[Part], largest_kib: int) -> Iterator[tuple[Part, float]]:
    """Give parts of every size that nobody expects, each with its weight."""
    kib = sum(part.weight * part.count * part.kib for part in parts)
    vcpus = sum(part.weight * part.vcpus for part in parts)
    milli = sum(part.weight * part.count * part.milli_pcpus for part in parts)
    for i in range(1, SIZES + 1):
        size = largest_kib * i // SIZES
        if size:
            part = Part(kib=size, milli_pcpus=size * milli // kib, count=1, vcpus=size * vcpus / kib, weight=0)
            yield part, UNSEEN / SIZES
