"""Reads sizes of pnodes, as the options ``--free`` and ``--reserve`` state them."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from placer.errors import InputError
from placer.instance import Host, format_cpuset, parse_size


def with_free(host: Host, text: str) -> Host:
    """
    Set the free memory of every pnode (``8GiB``) or of some (``0=8GiB,1=6GiB``).

    Parameters
    ----------
    host
        The host as it was read.
    text
        The value of ``--free``.

    Returns
    -------
    Host
        The host with that free memory; pnodes that ``text`` does not name keep theirs.

    Raises
    ------
    InputError
        If a part is no size, or names a pnode that the host does not have.
    """
    given = parse_sizes(text, [pnode.id for pnode in host.pnodes], "--free")
    pnodes = tuple(replace(pnode, memory_kib=given.get(pnode.id, pnode.memory_kib)) for pnode in host.pnodes)
    return replace(host, pnodes=pnodes)


def with_reserve(host: Host, text: str) -> Host:
    """
    Set the reserves of pnodes: ``1GiB`` on every pnode, or ``0=2GiB,3=512MiB`` on some.

    Raises
    ------
    InputError
        If a part is no size, or names a pnode that the host does not have.
    """
    given = parse_sizes(text, [pnode.id for pnode in host.pnodes], "--reserve")
    return replace(
        host,
        pnodes=tuple(replace(pnode, reserve_kib=given.get(pnode.id, pnode.reserve_kib)) for pnode in host.pnodes),
    )


def parse_sizes(text: str, ids: Collection[int], option: str) -> dict[int, int]:
    """
    Read a size for every pnode (``1GiB``) or for some (``0=2GiB,3=512MiB``).

    Parameters
    ----------
    text
        The value of the option.
    ids
        Ids of the host's pnodes.
    option
        Name of the option, for messages.

    Returns
    -------
    dict
        Pnode id -> size in KiB; of all pnodes, or of the pnodes that ``text`` names. Later parts win.

    Raises
    ------
    InputError
        If a part is no size, or names a pnode that is not in ``ids``.

    Examples
    --------
    >>> parse_sizes("1GiB,8=2GiB", [0, 8], "--free")
    {0: 1048576, 8: 2097152}
    """
    size_of: dict[int, int] = {}
    for part in text.split(","):
        name, equals, size = part.rpartition("=")
        word = name.strip()
        try:
            kib = parse_size(size)
        except ValueError as error:
            raise InputError(f'"{part}": expected SIZE or ID=SIZE ({error})', place=option) from None
        if equals and not (word.isascii() and word.isdigit() and len(word) < 6):
            raise InputError(f'"{part}": expected SIZE or ID=SIZE, ID the number of a pnode', place=option)
        if equals and int(word) not in ids:
            raise InputError(f"no pnode {word} on this host, expected one of {format_cpuset(ids)}", place=option)
        size_of.update(dict.fromkeys([int(word)] if equals else ids, kib))
    return size_of
