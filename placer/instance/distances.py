"""The distances between pnodes, by the SLIT or the bandwidth that a host states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from placer.instance.units import format_cpuset

Matrix = tuple[tuple[int, ...], ...]

LOCAL_DISTANCE = 10
"""SLIT distance of a node to itself (ACPI 6.5, section 5.2.17)."""
REMOTE_DISTANCE = 20
"""Distance assumed between two pnodes if the host states none; Linux assumes the same (REMOTE_DISTANCE)."""
_WAY_OUT = "slit in the host's JSON, which placer host prints, corrects it"
UNREACHABLE = 255
"""SLIT distance of a node that cannot be reached (ACPI 6.5, section 5.2.17)."""


def distances(count: int, slit: Matrix | None, bandwidth: Matrix | None) -> Matrix:
    """
    Give the distances between pnodes by position; 255 is unreachable.

    They come from the bandwidth if the host states it, else from the SLIT, else they are 10 and 20. For an all-zero row
    of the bandwidth, and for pairs that the SLIT marks unreachable, the value of the SLIT is kept.

    Parameters
    ----------
    count
        Number of pnodes.
    slit, bandwidth
        As in :class:`placer.instance.Host`.

    Returns
    -------
    tuple of tuple of int
        Row = the pnode of the pcpu, column = the pnode of the memory; 1 to 255.

    Examples
    --------
    >>> distances(2, None, ((100, 40), (60, 120)))
    ((10, 25), (20, 10))
    """
    places = range(count)
    if slit is None:
        rows = tuple(tuple(LOCAL_DISTANCE if p == q else REMOTE_DISTANCE for q in places) for p in places)
    else:
        rows = tuple(tuple(d if 0 <= d < UNREACHABLE else UNREACHABLE for d in row) for row in mended_slit(slit))
    if bandwidth is None:
        return rows
    return tuple(
        tuple(d if d == UNREACHABLE else _slower(row[p], b) for d, b in zip(rows[p], row, strict=True))
        if any(row)
        else rows[p]
        for p, row in enumerate(bandwidth)
    )


def mended_slit(slit: Matrix) -> Matrix:
    """
    Complete a SLIT in which a pnode cannot reach its own memory: it is short of entries, for no pnode is like that.

    Such a pnode gets 10 to itself and, where its row or column states no finite distance, the largest finite one
    between two pnodes, 20 where there is none.

    Examples
    --------
    >>> mended_slit(((10, 31, -1), (31, 10, -1), (21, -1, -1)))
    ((10, 31, 31), (31, 10, 31), (21, 31, 10))
    """
    short = {p for p, row in enumerate(slit) if not _finite(row[p])}
    if not short:
        return slit
    largest = _largest_remote(slit)
    return tuple(
        tuple(
            d if _finite(d) or not short & {p, q} else LOCAL_DISTANCE if p == q else largest for q, d in enumerate(row)
        )
        for p, row in enumerate(slit)
    )


def _largest_remote(slit: Matrix) -> int:
    return max(
        (d for p, row in enumerate(slit) for q, d in enumerate(row) if p != q and _finite(d)), default=REMOTE_DISTANCE
    )


def slit_remarks(slit: Matrix | None, ids: Sequence[int]) -> list[str]:
    """
    Say what a SLIT cannot mean: pnodes that do not reach their own memory, or reach that of another sooner.

    Parameters
    ----------
    slit
        As the host states it, before :func:`mended_slit`.
    ids
        Ids of the pnodes, in its order.
    """
    if slit is None:
        return []
    remarks = []
    if short := [id for p, id in enumerate(ids) if not _finite(slit[p][p])]:
        remarks.append(
            f"the SLIT says that pnodes {format_cpuset(short)} cannot reach their own memory, so entries are missing: "
            f"{LOCAL_DISTANCE} to themselves and {_largest_remote(slit)} to and from others are assumed where none is "
            f"stated; {_WAY_OUT}"
        )
    sooner = [
        f"pnode {ids[p]} reaches the memory of pnode {ids[q]} (distance {d}) sooner than its own ({row[p]})"
        for p, row in enumerate(slit)
        for q, d in enumerate(row)
        if _finite(d) and _finite(row[p]) and d < row[p]
    ]
    if sooner:
        more = f", and so for {len(sooner) - 1} more pairs" if len(sooner) > 1 else ""
        remarks.append(f"the SLIT says that {sooner[0]}{more}; it is taken as it is, {_WAY_OUT}")
    return remarks


def _finite(distance: int) -> bool:
    return 0 <= distance < UNREACHABLE


def check_slit(slit: Matrix, count: int) -> None:
    """Refuse a matrix that is not square, and a distance of 0."""
    for p, row in _rows("slit", slit, count, "distances"):
        if 0 in row:
            raise ValueError(f"slit row {p} has a distance of 0, expected at least 1 (10 is local)")


def check_bandwidth(bandwidth: Matrix, count: int) -> None:
    """Refuse a matrix that is not square, and a pnode that reads the memory of others but not its own."""
    for p, row in _rows("bandwidth", bandwidth, count, "entries"):
        if not row[p] and any(row):
            raise ValueError(
                f"bandwidth row {p} has 0 for the pnode itself, expected what it reads from its own memory"
            )


def _rows(name: str, matrix: Matrix, count: int, what: str) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Give the rows of a matrix with their numbers, after checking that the matrix is square."""
    if len(matrix) != count:
        raise ValueError(f"{name} has {len(matrix)} rows for {count} pnodes")
    for p, row in enumerate(matrix):
        if len(row) != count:
            raise ValueError(f"{name} row {p} has {len(row)} {what} for {count} pnodes")
        yield p, row


def _slower(own: int, bandwidth: int) -> int:
    """Give 10 x own / bandwidth, halves up, within 1 to 254; 255 without bandwidth."""
    if not bandwidth:
        return UNREACHABLE
    return min(max((2 * LOCAL_DISTANCE * own + bandwidth) // (2 * bandwidth), 1), UNREACHABLE - 1)
