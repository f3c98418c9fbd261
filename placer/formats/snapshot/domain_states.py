"""Reads the state of each domain from the table that ``xl list`` prints, or ``xl list -v`` with uuids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from placer.errors import InputError
from placer.formats.text.files import Text
from placer.instance import shorten
from placer.instance.units import MAX_CPU

_HEADING = re.compile(r"Name\s+ID\s+Mem\s+VCPUs\s+State\s+Time\(s\)(?:\s.*)?")
_ROW = re.compile(
    r"(?P<name>.*?\S)\s+(?P<domid>\d{1,10})\s+(?P<mem>\d{1,15})\s+(?P<vcpus>\d{1,10})\s+"
    r"(?P<state>[r-][b-][p-][s-][c-][d-])\s+(?P<time>\d+[.,]\d)"
    r"(?:\s+(?P<uuid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}))?(?:\s.*)?"
)
"""As printed by list_domains() (Xen tools/xl/xl_list.c, before 4.18 xl_info.c); the uuid only by ``xl list -v``."""


@dataclass(frozen=True, kw_only=True)
class DomainState:
    """
    The state of a domain.

    Parameters
    ----------
    domid, name
        As listed; the name of a domain that has lost it is ``(null)``.
    memory_mib
        The memory that it has, in MiB.
    dying
        Whether it is being taken down: its memory comes back step by step.
    paused, shut_down, crashed
        Whether it is paused, has shut down and is kept, or has crashed and is kept.
    ran
        Whether it has used any time of a pcpu.
    uuid
        Its uuid in lower case, where the table has it.
    """

    domid: int
    name: str
    memory_mib: int
    dying: bool = False
    paused: bool = False
    shut_down: bool = False
    crashed: bool = False
    ran: bool = True
    uuid: str | None = None

    @property
    def being_built(self) -> bool:
        """Whether it looks like a domain that is being created: paused, and it never ran."""
        return self.paused and not self.ran and not self.dying

    @property
    def halted(self) -> str | None:
        """Why it does not run though it is there, in words; None for a domain that runs."""
        words = {"has crashed": self.crashed, "has shut down": self.shut_down, "is paused": self.paused}
        return next((word for word, holds in words.items() if holds), None)


def halted(states: Mapping[int, DomainState]) -> dict[int, str]:
    """Give, by domid, why domains do not run that are there."""
    return {domid: why for domid, state in states.items() if (why := state.halted)}


def read_domain_states(text: Text) -> dict[int, DomainState]:
    """
    Read the states of all domains, Domain-0 included, by domid.

    Raises
    ------
    InputError
        With ``file:line``, if a row is not as xl prints it, or a domid is listed twice.
    """
    lines = [(i, line.strip()) for i, line in enumerate(text.content.split("\n"), start=1) if line.strip()]
    if not lines or not _HEADING.fullmatch(lines[0][1]):
        raise InputError('expected the table that "xl list" prints, its heading first', place=text.place)
    states: dict[int, DomainState] = {}
    for i, line in lines[1:]:
        row, where = _ROW.fullmatch(line), f"{text.place}:{i}"
        if row is None or int(row["domid"]) > MAX_CPU:
            raise InputError(f'expected a row "Name ID Mem VCPUs State Time(s)", got "{shorten(line)}"', place=where)
        domid = int(row["domid"])
        if domid in states:
            raise InputError(f'lists domain {domid} again: "{shorten(line)}"', place=where)
        states[domid] = DomainState(
            domid=domid,
            name=row["name"],
            memory_mib=int(row["mem"]),
            dying="d" in row["state"],
            paused="p" in row["state"],
            shut_down="s" in row["state"],
            crashed="c" in row["state"],
            ran=row["time"].replace(",", ".") != "0.0",
            uuid=row["uuid"].lower() if row["uuid"] else None,
        )
    return states
