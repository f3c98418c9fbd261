"""A change of a host, and the request under it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from msgspec.structs import replace as change_struct

from placer.errors import InputError
from placer.formats.text.sizes import changed_sizes
from placer.instance import Host, Instance, Pnode, format_cpuset
from placer.instance.note import pnodes_in_words
from placer.job.request import Request, from_instance
from placer.job.settled import settled
from placer.whatif.without import displaced_notes, without_pnodes


@dataclass(frozen=True, kw_only=True)
class Change:
    """
    What is different under a change. All that it states holds at once: another host, then pnodes out, then sizes.

    Parameters
    ----------
    name
        How its row is called; empty: named by what it states.
    free
        Free memory of every pnode (``"8GiB"``) or of some (``"0=8GiB,3=6GiB"``), or what they have more than now
        (``"3=+32GiB"``) or less (``"3=-32GiB"``).
    reserve
        Memory that no guest may take, written as ``free`` is.
    without
        Ids of pnodes that hold neither memory nor vcpus.
    instead
        The same guests on another host, as :func:`placer.assemble` gives them. None: on the host that is asked about.
    """

    name: str = ""
    free: str | None = None
    reserve: str | None = None
    without: tuple[int, ...] = ()
    instead: Request | Instance | None = None

    @property
    def title(self) -> str:
        """The name, or what the change states."""
        said = [] if self.instead is None else [_host_title(self.instead)]
        said += [f"without {pnodes_in_words(self.without)}"] if self.without else []
        said += [f"free {self.free}"] if self.free is not None else []
        said += [f"reserve {self.reserve}"] if self.reserve is not None else []
        return self.name or ", ".join(said) or "no change"


def changed(request: Request, change: Change, *, place: str = "") -> Request:
    """
    Give a request under a change, with its guests settled anew: they may need another number of vnodes.

    Parameters
    ----------
    place
        What stands before the name of a part of the change, for messages.

    Raises
    ------
    InputError
        If a part names a pnode that the host does not have, no pnode with memory or none with pcpus is left, a size is
        none, or free memory is below 0.
    """
    instead = change.instead
    as_read = from_instance(instead, place="instead") if isinstance(instead, Instance) else instead or request
    as_read = as_read.as_read or as_read
    instance = as_read.instance
    notes: list[str] = []
    if change.without:
        _check_without(change.without, instance.host, f"{place}without")
        notes += displaced_notes(instance.host, change.without)
        instance = without_pnodes(instance, change.without)
    instance = change_struct(instance, host=_resized(instance.host, change, place))
    asked = settled(replace(as_read, instance=instance))
    return replace(asked, notes=(*asked.notes, *notes))


def _host_title(asked: Request | Instance) -> str:
    host = (asked if isinstance(asked, Instance) else asked.instance).host
    return f"host {host.name}" if host.name else "another host"


def _resized(host: Host, change: Change, place: str) -> Host:
    """Change free memory and reserves."""
    pnodes = {pnode.id: pnode for pnode in host.pnodes if pnode.id not in change.without}
    if change.free is not None:
        pnodes |= _sized(pnodes, "memory_kib", change.free, f"{place}free")
    if change.reserve is not None:
        pnodes |= _sized(pnodes, "reserve_kib", change.reserve, f"{place}reserve")
    return change_struct(host, pnodes=tuple(pnodes.get(pnode.id, pnode) for pnode in host.pnodes))


def _sized(pnodes: dict[int, Pnode], field: str, text: str, option: str) -> dict[int, Pnode]:
    sizes = changed_sizes(text, {id: getattr(pnode, field) for id, pnode in pnodes.items()}, option)
    return {id: change_struct(pnodes[id], **{field: kib}) for id, kib in sizes.items()}


def _check_without(ids: Collection[int], host: Host, option: str) -> None:
    for id in ids:
        if id not in host.position_of:
            known = format_cpuset(host.position_of)
            raise InputError(f"no pnode {id} on this host, expected one of {known}", place=option)
    left = [pnode for pnode in host.pnodes if pnode.id not in ids]
    which = pnodes_in_words(ids)
    if any(pnode.free_kib for pnode in host.pnodes) and not any(pnode.free_kib for pnode in left):
        raise InputError(f"without {which} no pnode of this host has free memory", place=option)
    if host.position_of_pcpu and not any(pnode.pcpus for pnode in left):
        raise InputError(f"without {which} no pnode of this host has pcpus", place=option)


def of_instance(instance: Instance, host: Host) -> Instance:
    """
    Give the guests of an instance on another host.

    Raises
    ------
    InputError
        If a guest names what that host does not have.
    """
    try:
        return change_struct(instance, host=host)
    except ValueError as error:
        raise InputError(str(error)) from error
