"""Reads and writes fleets as JSON, with the sizes and cpu sets of instance files."""

from __future__ import annotations

from placer.errors import expect
from placer.fleet.files.large import MOST_CONTAINERS, read_large
from placer.fleet.model.fleet import Fleet
from placer.formats.native.instance_json import dump_struct, parse_as
from placer.formats.text.files import Source


def read_fleet(source: Source) -> Fleet:
    """
    Read a fleet from a file.

    Parameters
    ----------
    source
        The path of a file ``{"hosts", "guests", "placed", "rules", "pnode_rules", "cpu_ratio", "aim", "objective"}``;
        ``-`` is standard input, a :class:`placer.Text` stands for a file.

    Raises
    ------
    InputError
        If the file cannot be read or holds no fleet, with the JSON path of the first fault.

    Examples
    --------
    >>> from placer.formats.text.files import Text
    >>> text = (
    ...     '{"hosts": [{"host": {"name": "h", "pnodes": [{"id": 0, "memory_kib": "8GiB"}]}, "count": 2}],'
    ...     ' "guests": [{"guest": {"name": "db", "vnodes": [{"memory_kib": "4GiB", "vcpus": "0-1"}]}}]}'
    ... )
    >>> fleet = read_fleet(Text(text))
    >>> fleet.hosts[0].each, fleet.guests[0].each
    (('h-0', 'h-1'), ('db',))
    """
    return parse_as(*read_large(source), Fleet, most_containers=MOST_CONTAINERS)


def dump_fleet(fleet: Fleet) -> str:
    """
    Write a fleet as JSON for people: sizes as ``8GiB``, cpu sets as ranges.

    :func:`read_fleet` reads the same fleet back.
    """
    return dump_struct(expect("fleet", fleet, Fleet))
