"""Matrices as hwloc 2 and 1 write them, between the nodes 4 and 0 in this order."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.linux.hwloc_distances import old_distances, stated_distances
from placer.formats.linux.hwloc_objects import NumaObject
from placer.formats.text.xml_text import Node, parse_xml

NUMA = [
    NumaObject(id=id, cpuset=1, node=Node(tag="object", attributes={"gp_index": gp}, place="host.xml:9"))
    for id, gp in ((4, "70"), (0, "71"))
]


def matrix(attributes: str, indexes: str, *values: str) -> str:
    pieces = "".join(f"<u64values>{piece}</u64values>" for piece in values)
    return f'<distances2 type="NUMANode" nbobjs="2" {attributes}><indexes>{indexes}</indexes>{pieces}</distances2>'


def stated(*matrices: str) -> dict[tuple[int, int], int]:
    return stated_distances(parse_xml("\n".join(("<topology>", *matrices, "</topology>")), "host.xml"), NUMA)


def old(attributes: str, *values: str) -> dict[tuple[int, int], int]:
    latencies = "".join(f'<latency value="{value}"/>' for value in values)
    return old_distances(NUMA, [parse_xml(f"<distances {attributes}>{latencies}</distances>", "host.xml")])


def test_rows_are_in_the_order_of_the_indexes_and_may_be_in_pieces() -> None:
    assert stated(matrix('kind="5" name="NUMALatency"', "0 4", "10 21", "31 11")) == {
        (0, 0): 10,
        (0, 4): 21,
        (4, 0): 31,
        (4, 4): 11,
    }


def test_gp_indexes_name_nodes_and_one_that_names_none_is_left_out() -> None:
    assert stated(matrix('kind="5" indexing="gp"', "70 99", "10 21 31 11")) == {(4, 4): 10}


def test_the_matrix_named_numalatency_goes_before_an_unnamed_one_of_latencies() -> None:
    bandwidth = matrix('kind="9"', "0 4", "1 1 1 1")
    other = matrix('kind="5" name="Hops"', "0 4", "2 2 2 2")
    unnamed = matrix('kind="5"', "0 4", "3 3 3 3")
    slit = matrix('kind="5" name="NUMALatency"', "0 4", "4 4 4 4")
    assert set(stated(bandwidth, other, unnamed, slit).values()) == {4}
    assert set(stated(bandwidth, other, unnamed).values()) == {3}
    assert stated(bandwidth, other) == {}


def test_version_1_counts_by_the_order_of_the_nodes_in_multiples_of_its_base() -> None:
    # 10 x 2.05 = 20.5, rounded up
    assert old('nbobjs="2" latency_base="10.000000"', "1.0", "2.1", "2.05", "1.0") == {
        (4, 4): 10,
        (4, 0): 21,
        (0, 4): 21,
        (0, 0): 10,
    }
    assert old('nbobjs="3" latency_base="10.000000"', "1.0") == {}


def test_faults_are_named_with_their_line() -> None:
    with pytest.raises(InputError, match=r"^host\.xml:2: <distances2>: expected 4 numbers in <u64values>, got 3$"):
        stated(matrix('kind="5"', "0 4", "10 21", "31"))
    with pytest.raises(InputError, match=r'^host\.xml:2: <indexes>: expected a number from 0 to \d+, got "x"$'):
        stated(matrix('kind="5"', "0 x", "10 21 31 10"))
    with pytest.raises(InputError, match=r"^host\.xml:1: <distances>: expected 4 distances between 2 nodes, got 2$"):
        old('nbobjs="2" latency_base="10"', "1.0", "2.0")
    with pytest.raises(InputError, match=r'^host\.xml:1: <distances>: expected a latency such as "1\.700000", got ""$'):
        old('nbobjs="2"', "1.0", "2.0", "2.0", "1.0")
