"""How far pnodes are from each other, by what a host states."""

from __future__ import annotations

Matrix = tuple[tuple[int, ...], ...]

LOCAL_DISTANCE = 10
"""SLIT distance of a node to itself (ACPI 6.5, 5.2.17)."""
REMOTE_DISTANCE = 20
"""Assumed between two pnodes of a host that states no distances."""
UNREACHABLE = 255
"""SLIT distance of a node that cannot be reached (ACPI 6.5, 5.2.17)."""


def distances(count: int, slit: Matrix | None, bandwidth: Matrix | None) -> Matrix:
    """
    Give the distances of so many pnodes by position, 255 where unreachable.

    Those of the bandwidth where there is one, else of the SLIT, else 10 and 20. What the SLIT calls unreachable stays
    so, and a row without any bandwidth, of a pnode without pcpus, leaves that of the SLIT.

    Examples
    --------
    >>> distances(2, None, ((100, 40), (60, 120)))
    ((10, 25), (20, 10))
    """
    places = range(count)
    if slit is None:
        rows = tuple(tuple(LOCAL_DISTANCE if p == q else REMOTE_DISTANCE for q in places) for p in places)
    else:
        rows = tuple(tuple(d if 0 <= d < UNREACHABLE else UNREACHABLE for d in row) for row in slit)
    if bandwidth is None:
        return rows
    return tuple(
        tuple(d if d == UNREACHABLE else _slower(row[p], b) for d, b in zip(rows[p], row, strict=True))
        if any(row)
        else rows[p]
        for p, row in enumerate(bandwidth)
    )


def check_slit(slit: Matrix, count: int) -> None:
    """Refuse a matrix that is not square, and a distance of 0."""
    if len(slit) != count:
        raise ValueError(f"slit has {len(slit)} rows for {count} pnodes")
    for p, row in enumerate(slit):
        if len(row) != count:
            raise ValueError(f"slit row {p} has {len(row)} distances for {count} pnodes")
        if 0 in row:
            raise ValueError(f"slit row {p} has a distance of 0, expected at least 1 (10 is local)")


def check_bandwidth(bandwidth: Matrix, count: int) -> None:
    """Refuse a matrix that is not square, and a pnode that reads from others but not from itself."""
    if len(bandwidth) != count:
        raise ValueError(f"bandwidth has {len(bandwidth)} rows for {count} pnodes")
    for p, row in enumerate(bandwidth):
        if len(row) != count:
            raise ValueError(f"bandwidth row {p} has {len(row)} entries for {count} pnodes")
        if not row[p] and any(row):
            raise ValueError(
                f"bandwidth row {p} has 0 for the pnode itself, expected what it reads from its own memory"
            )


def _slower(own: int, bandwidth: int) -> int:
    """Give 10 x own / bandwidth, halves up, within 1 to 254; 255 without bandwidth."""
    if not bandwidth:
        return UNREACHABLE
    return min(max((2 * LOCAL_DISTANCE * own + bandwidth) // (2 * bandwidth), 1), UNREACHABLE - 1)
