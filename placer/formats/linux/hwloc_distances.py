"""Reads the SLIT from hwloc's XML, which may hold several matrices, in the old and the new form of the format."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from placer.formats.linux.hwloc_objects import NumaObject
from placer.formats.text.xml_text import Node
from placer.instance import shorten

NAME = "NUMALatency"
"""Name of the SLIT since hwloc 2.1; older versions write no name."""
MEANS_LATENCY = 4
"""Bit of ``kind`` (HWLOC_DISTANCES_KIND_MEANS_LATENCY in hwloc/distances.h)."""
MAX_OBJECTS = 1024
"""Most NUMA nodes of a matrix; Linux supports no more (CONFIG_NODES_SHIFT is at most 10)."""
MAX_VALUE = 2**32
"""Largest distance that is read; some firmware writes 0xFFFFFFFF for an unreachable node."""

_FLOAT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)

Distances = dict[tuple[int, int], int]


def stated_distances(root: Node, numa: Sequence[NumaObject]) -> Distances:
    """
    Read the SLIT of a topology of version 2 or 3.

    Of several ``<distances2>`` between NUMA nodes the one named NUMALatency counts, else the first unnamed one of
    latencies. Its indexes may be in any order, and may be hwloc's gp indexes.

    Parameters
    ----------
    root
        The element ``<topology>``.
    numa
        The NUMA nodes.

    Returns
    -------
    dict
        (id, id) -> distance; empty where there is no such matrix.
    """
    matrices = [matrix for matrix in root.all("distances2") if matrix.attributes.get("type") == "NUMANode"]
    named = [matrix for matrix in matrices if matrix.attributes.get("name") == NAME]
    unnamed = [matrix for matrix in matrices if "name" not in matrix.attributes and _is_latency(matrix)]
    chosen = (named or unnamed)[:1]
    return _read_matrix(chosen[0], numa) if chosen else {}


def old_distances(numa: Sequence[NumaObject], matrices: Sequence[Node]) -> Distances:
    """
    Read the SLIT of a topology of version 1.

    A matrix states no type, and its relative depth is unreliable (hwloc 2 writes another depth than hwloc 1). So the
    first matrix with as many rows as there are NUMA nodes counts, which is how hwloc 2 reads the file. Rows are in the
    order of the objects, values are multiples of ``latency_base``.

    Parameters
    ----------
    numa
        The NUMA nodes in the order of the file.
    matrices
        All elements ``<distances>`` of the outermost object.

    Returns
    -------
    dict
        (id, id) -> distance; empty where there is no such matrix.
    """
    for matrix in matrices:
        if matrix.number("nbobjs", 2**32) == len(numa):
            base = _float(matrix, matrix.attributes.get("latency_base", ""))
            values = [_float(latency, latency.attributes.get("value", "")) for latency in matrix.all("latency")]
            return _by_id(matrix, [node.id for node in numa], [math.floor(base * value + 0.5) for value in values])
    return {}


def _is_latency(matrix: Node) -> bool:
    return bool(matrix.number("kind", 2**32) & MEANS_LATENCY)


def _read_matrix(matrix: Node, numa: Sequence[NumaObject]) -> Distances:
    count = matrix.number("nbobjs", MAX_OBJECTS)
    indexes = _numbers(matrix, "indexes", count)
    values = _numbers(matrix, "u64values", count * count)
    by_gp = matrix.attributes.get("indexing") == "gp"
    id_of = {node.node.attributes.get("gp_index", "") if by_gp else str(node.id): node.id for node in numa}
    found = _by_id(matrix, [id_of.get(str(index), -1) for index in indexes], values)
    return {pair: distance for pair, distance in found.items() if -1 not in pair}


def _by_id(matrix: Node, ids: Sequence[int], values: Sequence[int]) -> Distances:
    if len(ids) ** 2 != len(values):
        raise matrix.fault(f"expected {len(ids) ** 2} distances between {len(ids)} nodes, got {len(values)}")
    return {(p, q): values[row * len(ids) + column] for row, p in enumerate(ids) for column, q in enumerate(ids)}


def _numbers(matrix: Node, tag: str, count: int) -> list[int]:
    """Read all numbers of the elements of this name; hwloc writes ten numbers into each."""
    words = [(part, word) for part in matrix.all(tag) for word in part.text.split(None, count)]
    if len(words) != count:
        raise matrix.fault(f"expected {count} numbers in <{tag}>, got {len(words)}")
    return [part.checked(word, "a number", MAX_VALUE) for part, word in words]


def _float(node: Node, text: str) -> float:
    if not _FLOAT.fullmatch(text):
        raise node.fault(f'expected a latency such as "1.700000", got "{shorten(text)}"')
    return float(text)
