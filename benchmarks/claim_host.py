"""A host in a file, on which processes create and destroy domains at once: what Xen would allocate, and refuse."""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import placer
from placer.claims.moments import this_moment
from placer.formats.base import ParsedHost, RunningFacts
from placer.formats.sighting import SeenDomain, Sighting, Taken

GIB = 1 << 20
BUILD_S = 0.002
"""Seconds between the halves of a build, so that others see domains half built. Chosen: a small part of a plan."""


class RefusedError(Exception):
    """A domain for which a pnode has no memory left: what Xen answers to a plan that nothing kept room for."""


class ClaimHost:
    """
    A host whose state is a file.

    Parameters
    ----------
    path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def make(self, pnodes: int, gib: int) -> None:
        """Begin with empty pnodes."""
        state = {"capacity": {str(p): gib * GIB for p in range(pnodes)}, "domains": {}, "last": 0, "refused": 0}
        self.path.write_text(json.dumps(state), encoding="utf-8")

    def look(self, *, pages: bool) -> ParsedHost:
        """Take a snapshot, as the script of ``placer snapshot`` does: its moment first."""
        now = this_moment()
        with self._locked() as state:
            free = _free(state)
            domains = [(uuid, domain) for uuid, domain in state["domains"].items()]
        pnodes = [
            placer.Pnode(id=int(p), memory_kib=kib, pcpus=(2 * int(p), 2 * int(p) + 1)) for p, kib in free.items()
        ]
        sighting = Sighting(
            domains=tuple(
                SeenDomain(domid=each["domid"], name=each["name"], uuid=uuid, built=each["built"])
                for uuid, each in domains
            ),
            whole=True,
            taken=Taken(host="bench", boot_id=now.boot_id, uptime_s=now.at_s, time_s=now.time_s),
        )
        held = {each["domid"]: {int(p): kib for p, kib in each["memory"].items()} for _, each in domains}
        facts = RunningFacts(sighting=sighting, memory_kib=held if pages else None)
        return ParsedHost(host=placer.Host(pnodes=pnodes, name="bench"), running=facts)

    def create(self, name: str, uuid: str, memory_kib: Mapping[int, int]) -> int:
        """
        Build a domain, one half of its memory after the other.

        Raises
        ------
        RefusedError
            If a pnode has no memory left; nothing of the domain is left then.
        """
        half = {str(p): kib // 2 for p, kib in memory_kib.items()}
        rest = {str(p): kib - kib // 2 for p, kib in memory_kib.items()}
        with self._locked() as state:
            state["last"] += 1
            domid: int = state["last"]
            state["domains"][uuid] = {"domid": domid, "name": name, "memory": {}, "built": False}
            _allocate(state, uuid, half)
        time.sleep(BUILD_S)
        with self._locked() as state:
            _allocate(state, uuid, rest)
        with self._locked() as state:
            state["domains"][uuid]["built"] = True
        return domid

    def destroy(self, uuid: str) -> None:
        """Take a domain down."""
        with self._locked() as state:
            del state["domains"][uuid]

    def refused(self) -> int:
        """Give how many builds failed so far."""
        with self._locked() as state:
            return int(state["refused"])

    @contextmanager
    def _locked(self) -> Iterator[dict[str, Any]]:
        with self.path.open("r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            state = json.load(file)
            try:
                yield state
            finally:
                file.seek(0)
                json.dump(state, file)
                file.truncate()


def _free(state: Mapping[str, Any]) -> dict[str, int]:
    free = dict(state["capacity"])
    for domain in state["domains"].values():
        for pnode, kib in domain["memory"].items():
            free[pnode] -= kib
    return free


def _allocate(state: dict[str, Any], uuid: str, memory: Mapping[str, int]) -> None:
    free, held = _free(state), state["domains"][uuid]["memory"]
    if any(free[pnode] < kib for pnode, kib in memory.items()):
        del state["domains"][uuid]
        state["refused"] += 1
        raise RefusedError(uuid)
    for pnode, kib in memory.items():
        held[pnode] = held.get(pnode, 0) + kib
