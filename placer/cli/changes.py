"""The changes of ``placer whatif``, from its options."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from placer.errors import Faults, InputError
from placer.instance.units import shorten

if TYPE_CHECKING:
    from placer.instance import Host
    from placer.job.request import Request
    from placer.whatif.change import Change

Reserve = Annotated[
    list[str] | None,
    typer.Option(
        "--reserve",
        metavar="SIZE|ID=SIZE,...",
        help="A row for each: memory to keep free on every pnode (1GiB,2GiB) or on one (0=4GiB); +SIZE keeps more than "
        "the host states, -SIZE less. May be repeated.",
    ),
]
Free = Annotated[
    list[str] | None,
    typer.Option(
        "--free",
        metavar="SIZE|ID=SIZE,...",
        help="A row for each: free memory of every pnode (64GiB) or of one (3=64GiB); 3=+32GiB is more than the host "
        "states, 3=-32GiB less. May be repeated.",
    ),
]
Without = Annotated[
    list[str] | None,
    typer.Option(
        "--without",
        metavar="ID,...",
        help="A row for each: a pnode that holds neither memory nor vcpus. May be repeated.",
    ),
]
OtherHost = Annotated[
    list[str] | None,
    typer.Option(
        "--host",
        metavar="OTHER",
        help="A row for each: the same guests on another host, in a form that HOST may have. May be repeated.",
    ),
]

SIZES = ("free", "reserve")


@dataclass(frozen=True, kw_only=True)
class ChangeOptions:
    """
    What the options say; each value holds one change or several, with commas between them.

    Parameters
    ----------
    reserve, free, without
        Values of the options of these names.
    hosts
        Other hosts.
    together
        Whether a last row has all changes at once.
    """

    reserve: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    together: bool = False


def changes_of(options: ChangeOptions, asked: Request, read: Callable[[str], Request]) -> list[tuple[Change, Request]]:
    """
    Give each change with the request under it, in the order of reserve, free, without and host.

    Parameters
    ----------
    asked
        The request on the host as it is.
    read
        Reads the same guests on another host.

    Raises
    ------
    InputError
        If there is no change; or of each that does not fit the host, with its option.
    """
    from placer.whatif.change import Change, changed

    parts = {name: _parts(getattr(options, name)) for name in (*SIZES, "without")}
    faults = Faults()
    pairs: list[tuple[Change, Request]] = []
    hosts: list[Request] = []
    for name in ("reserve", "free", "without"):
        for part in parts[name]:
            with faults.kept():
                change = _change(name, part)
                pairs.append((change, changed(asked, change, place="--")))
    for host in dict.fromkeys(options.hosts):
        with faults.kept():
            hosts.append(read(host))
            change = Change(name=f"host {host}", instead=hosts[-1])
            pairs.append((change, changed(asked, change)))
    faults.raise_all()
    if not pairs:
        raise InputError("expected a change: --reserve, --free, --without or --host", place="usage")
    if options.together:
        pairs.append(_together(parts, hosts, asked))
    return pairs


def _change(name: str, part: str) -> Change:
    from placer.whatif.change import Change

    if name == "without":
        return Change(without=(_pnode(part),))
    return Change(free=part) if name == "free" else Change(reserve=part)


def _parts(values: Iterable[str]) -> list[str]:
    """Split at commas; what is given twice is one change."""
    return list(dict.fromkeys(part.strip() for value in values for part in value.split(",")))


def _pnode(part: str) -> int:
    if not (part.isascii() and part.isdigit() and len(part) < 6):
        expected = "expected the number of a pnode, or several with commas; --together has them all out at once"
        raise InputError(f'"{shorten(part)}": {expected}', place="--without")
    return int(part)


def _together(parts: dict[str, list[str]], hosts: list[Request], asked: Request) -> tuple[Change, Request]:
    """Give all changes as one."""
    from placer.whatif.change import Change, changed

    if len(hosts) > 1:
        raise InputError(f"--together takes one --host, got {len(hosts)}", place="usage")
    instead = hosts[0] if hosts else None
    host = (instead or asked).instance.host
    for name in SIZES:
        _refuse_twice(name, parts[name], host)
    every = Change(
        name="all together",
        free=",".join(parts["free"]) or None,
        reserve=",".join(parts["reserve"]) or None,
        without=tuple(map(int, parts["without"])),
        instead=instead,
    )
    return every, changed(asked, every, place="--together: ")


def _refuse_twice(name: str, parts: Iterable[str], host: Host) -> None:
    """Refuse two sizes of one pnode, of which only one can hold."""
    seen: set[int] = set()
    for part in parts:
        id, equals, _ = part.rpartition("=")
        pnodes = {int(id)} if equals and id.strip().isdigit() else set(host.position_of)
        if seen & pnodes:
            fault = f"--together: --{name} is given more than once for pnode {min(seen & pnodes)}, expected once"
            raise InputError(fault, place="usage")
        seen |= pnodes
