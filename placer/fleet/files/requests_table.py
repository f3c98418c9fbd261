"""
Reads tables (CSV) of requests, in the columns of the data set of Huawei Cloud for placement with topology.

``flavor_vcpus, flavor_ram, numa`` and, where given, ``strategy, group, domain``. Memory is in GiB, or has a unit in
every row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from placer.errors import InputError
from placer.fleet.files.large import read_large
from placer.fleet.files.rows import Sizes, count_of, rows_of
from placer.fleet.model.entries import FleetGuest
from placer.fleet.model.rules import FleetRule
from placer.formats.text.files import Source
from placer.instance import Guest, Vnode, shorten
from placer.instance.flexible import set_parts

MOST_VCPUS, MOST_VNODES = 4096, 32
"""Most vcpus of a guest, and most vnodes of one that Xen starts."""
NEEDED, OPTIONAL = ("flavor_vcpus", "flavor_ram", "numa"), ("strategy", "group", "domain")


@dataclass(frozen=True, kw_only=True)
class Requests:
    """
    Requests in the order in which they came.

    Parameters
    ----------
    shapes
        The distinct guests among them, in the order of their first request.
    order
        For each request the position of its guest in ``shapes``.
    strategies
        For each request its strategy, group and domain; empty texts where none is stated.
    place
        Name of the table, for messages.
    """

    shapes: tuple[Guest, ...]
    order: tuple[int, ...]
    strategies: tuple[tuple[str, str, str], ...]
    place: str


def read_requests(source: Source) -> Requests:
    """
    Read requests.

    A request for n NUMA nodes becomes a guest of n vnodes of equal size, each on a pnode of its own.

    Raises
    ------
    InputError
        With the line of the fault.
    """
    text, place = read_large(source)
    columns, rows = rows_of(text, place)
    strange = [column for column in columns if column not in (*NEEDED, *OPTIONAL)]
    missing = [column for column in NEEDED if column not in columns]
    if strange or missing:
        found = f"no column {', '.join(missing)}" if missing else f'a column "{shorten(strange[0])}"'
        expected = f"{', '.join(NEEDED)}, and perhaps {', '.join(OPTIONAL)}"
        raise InputError(f"{found}, expected the columns {expected}", place=f"{place}:1")
    memory = Sizes(place)
    found_at: dict[tuple[int, int, int], int] = {}
    order, strategies = [], []
    for line, row in rows:
        here = f"{place}:{line}"
        vcpus, vnodes = (
            count_of(row[key], key, here, most) for key, most in (("flavor_vcpus", MOST_VCPUS), ("numa", MOST_VNODES))
        )
        shape = (vcpus, memory.kib(row["flavor_ram"], "flavor_ram", line), vnodes)
        if not vcpus or not vnodes or not shape[1]:
            raise InputError("a request without vcpus, memory or NUMA nodes, expected 1 or more of each", place=here)
        order.append(found_at.setdefault(shape, len(found_at)))
        strategies.append(tuple(row.get(key) or "" for key in OPTIONAL))
    shapes = tuple(_guest(f"shape-{i}", *shape) for i, shape in enumerate(found_at))
    return Requests(shapes=shapes, order=tuple(order), strategies=tuple(strategies), place=place)  # type: ignore[arg-type]


def read_all_requests(sources: Iterable[object]) -> Requests | None:
    """
    Read tables of requests, one after the other, as one sequence; None where there are none.

    Raises
    ------
    InputError
        With the line of the fault.
    """
    tables = [read_requests(source) for source in sources]  # type: ignore[arg-type]  # read_requests refuses others
    if not tables:
        return None
    found_at: dict[Guest, int] = {}
    order: list[int] = []
    for table in tables:
        at = [found_at.setdefault(replace(shape, name="shape"), len(found_at)) for shape in table.shapes]
        order += [at[shape] for shape in table.order]
    return Requests(
        shapes=tuple(replace(shape, name=f"shape-{i}") for i, shape in enumerate(found_at)),
        order=tuple(order),
        strategies=tuple(each for i, table in enumerate(tables) for each in _of_table(table, i)),
        place=", ".join(table.place for table in tables),
    )


def _of_table(requests: Requests, i: int) -> Iterable[tuple[str, str, str]]:
    """Give the strategies of a table among several: a group is one of its own table."""
    if not i:
        return requests.strategies
    return ((strategy, f"{group} of table {i}", domain) for strategy, group, domain in requests.strategies)


def guests_of_requests(requests: Requests) -> tuple[tuple[FleetGuest, ...], tuple[FleetRule, ...], tuple[str, ...]]:
    """
    Make guests of requests, named ``request-0`` and so on by their rows, with the rules that their strategies state.

    Returns
    -------
    guests : tuple of FleetGuest
        One entry for each shape.
    rules : tuple of FleetRule
        ``anti-affinity``: the requests of a group stand on different hosts.
    notes : tuple of str
        The strategies that are not rules of placer.
    """
    names: dict[int, list[str]] = {}
    groups: dict[str, list[str]] = {}
    others: dict[str, int] = {}
    for i, (shape, (strategy, group, _)) in enumerate(zip(requests.order, requests.strategies, strict=True)):
        names.setdefault(shape, []).append(f"request-{i}")
        if strategy == "anti-affinity":
            groups.setdefault(group, []).append(f"request-{i}")
        elif strategy:
            others[strategy] = others.get(strategy, 0) + 1
    guests = tuple(FleetGuest(guest=requests.shapes[shape], names=each) for shape, each in sorted(names.items()))
    rules = tuple(FleetRule(apart=each) for each in groups.values() if len(each) > 1)
    notes = tuple(
        f'{requests.place}: {count} requests of the strategy "{shorten(name)}" are placed without it: the table does '
        "not say what it means; state rules in the fleet"
        for name, count in others.items()
    )
    return guests, rules, notes


def _guest(name: str, vcpus: int, kib: int, vnodes: int) -> Guest:
    parts = [Vnode(memory_kib=part, vcpus=each) for part, each in set_parts(kib, vcpus, vnodes)]
    return Guest(name=name, vnodes=parts, one_to_one=vnodes > 1)
