"""Reads sizes of pnodes, as the options ``--free`` and ``--reserve`` state them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from msgspec.structs import replace

from placer.errors import InputError
from placer.instance import Host, format_cpuset, format_size, parse_size, shorten
from placer.instance.units import MAX_KIB


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
    for part, name, size in _parts(text):
        kib = _kib(part, size, option, "SIZE or ID=SIZE")
        size_of.update(dict.fromkeys(_named(part, name, ids, option), kib))
    return size_of


def changed_sizes(text: str, size_of: Mapping[int, int], option: str) -> dict[int, int]:
    """
    Read a size as :func:`parse_sizes` does, or a change of one: ``+32GiB`` more, ``-32GiB`` less than now.

    Parameters
    ----------
    text
        The value of the option.
    size_of
        Pnode id -> its size now, in KiB.
    option
        Name of the option, for messages.

    Returns
    -------
    dict
        Pnode id -> size in KiB; of all pnodes, or of the pnodes that ``text`` names. Of two parts on a pnode the later
        one adds to what the first one left.

    Raises
    ------
    InputError
        If a part is no size, names a pnode that is not in ``size_of``, or leaves less than nothing, or more than 8 PiB.

    Examples
    --------
    >>> changed_sizes("8=+1GiB", {0: 1048576, 8: 1048576}, "--free")
    {8: 2097152}
    """
    found: dict[int, int] = {}
    for part, name, size in _parts(text):
        word = size.strip()
        sign = {"+": 1, "-": -1}.get(word[:1], 0)
        kib = _kib(part, word[1:] if sign else word, option, "SIZE, +SIZE or -SIZE, after ID= for one pnode")
        for pnode in _named(part, name, size_of, option):
            before = found.get(pnode, size_of[pnode])
            found[pnode] = before + sign * kib if sign else kib
            if found[pnode] < 0:
                left = f"pnode {pnode} has {format_size(before)}, expected at most that with a minus"
                raise InputError(f'"{shorten(part)}": {left}', place=option)
            if found[pnode] > MAX_KIB:
                raise InputError(f'"{shorten(part)}": more than 8 PiB on pnode {pnode}', place=option)
    return found


def _parts(text: str) -> Iterator[tuple[str, str | None, str]]:
    """Give each part of the value of an option, with the pnode that it names, None for every one, and its size."""
    for part in text.split(","):
        name, equals, size = part.rpartition("=")
        yield part, name.strip() if equals else None, size


def _named(part: str, name: str | None, ids: Collection[int], option: str) -> Collection[int]:
    if name is None:
        return ids
    if not (name.isascii() and name.isdigit() and len(name) < 6):
        raise InputError(f'"{part}": expected SIZE or ID=SIZE, ID the number of a pnode', place=option)
    if int(name) not in ids:
        raise InputError(f"no pnode {name} on this host, expected one of {format_cpuset(ids)}", place=option)
    return [int(name)]


def _kib(part: str, size: str, option: str, form: str) -> int:
    try:
        return parse_size(size)
    except ValueError as error:
        raise InputError(f'"{part}": expected {form} ({error})', place=option) from None
