"""Processes that are killed amid claims: at every statement, in its midst, behind it, and at any time."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import placer
from placer.claims.store import Store

GIB = 1 << 20
PNODES, PNODE_GIB = 4, 8
KINDS = ("before", "amid", "behind", "any time")
"""A process dies before a statement, after some steps of the machine of SQLite in it, or behind it; or at any time."""
MOST_STATEMENTS = 40
"""More than the work of a process has statements."""


@dataclass
class Kills:
    """
    What a series of kills did.

    Parameters
    ----------
    killed, ended
        Processes that were killed, and those that ended before.
    where
        Kind of the kill -> statements at which processes were killed.
    faults
        What was torn or lost, in words.
    """

    killed: int = 0
    ended: int = 0
    where: dict[str, set[int]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class _Killing(sqlite3.Connection):
    """A connection that kills its process at a statement, counted over all connections."""

    kind = ""
    at = 0
    steps = 1
    count = 0

    def execute(self, *words: Any) -> sqlite3.Cursor:
        """Execute a statement, or die at it."""
        _Killing.count += 1
        here = _Killing.count == _Killing.at
        if here and _Killing.kind == "before":
            _die()
        if here and _Killing.kind == "amid":
            self.set_progress_handler(_die, _Killing.steps)
        found = super().execute(*words)
        if here and _Killing.kind in {"behind", "amid"}:
            _die()
        return found


def _die() -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 1


def kill_many(folder: Path, kills: int, seed: int) -> Kills:
    """
    Kill so many processes, one after the other, each amid claims in the same file.

    Parameters
    ----------
    folder
        Where the file lies.
    """
    draw = random.Random(seed)
    told = Kills(where={kind: set() for kind in KINDS})
    path = folder / "claims"
    known: dict[str, str] = {}
    for i in range(kills):
        kind, at = KINDS[i % len(KINDS)], 1 + (i // len(KINDS) + 5 * seed) % MOST_STATEMENTS
        said, killed = _child(path, kind, at, draw, sorted(known))
        told.killed, told.ended = told.killed + killed, told.ended + (not killed)
        if killed:
            told.where[kind].add(at)
        known = _judged(path, known, said, told)
        if told.faults:
            break
    return told


def _child(path: Path, kind: str, at: int, draw: random.Random, names: list[str]) -> tuple[list[str], bool]:
    """Run the work of a process, give what it said before it was killed, and whether it was."""
    read, write = os.pipe()
    seed, steps, delay_s = draw.getrandbits(32), draw.randint(1, 60), draw.random() * 0.05
    pid = os.fork()
    if pid == 0:
        os.close(read)
        try:
            _Killing.kind, _Killing.at, _Killing.steps, _Killing.count = kind, at, steps, 0
            connect = sqlite3.connect
            sqlite3.connect = lambda *words, **more: connect(*words, factory=_Killing, **more)  # type: ignore[assignment]
            _work(path, random.Random(seed), lambda line: os.write(write, f"{line}\n".encode()), names)
        finally:
            os._exit(0)
    os.close(write)
    if kind == "any time":
        time.sleep(delay_s)
        os.kill(pid, signal.SIGKILL)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read().decode().splitlines()
    _, status = os.waitpid(pid, 0)
    return said, os.WIFSIGNALED(status)


def _work(path: Path, draw: random.Random, say: Callable[[str], object], names: list[str]) -> None:
    """Claim, confirm and release some guests, and say each before it is done and after."""
    claims = placer.Claims(path)
    for _ in range(3):
        name = f"g{draw.getrandbits(40)}"
        host = placer.Host(
            name="bench",
            pnodes=[placer.Pnode(id=p, memory_kib=PNODE_GIB * GIB, pcpus=(p,)) for p in range(PNODES)],
        )
        guest = placer.Guest(name=name, vnodes=[placer.Vnode(memory_kib=draw.randint(1, 3) * GIB, vcpus=(0,))])
        say(f"begin claimed {name}")
        found = claims.place(placer.Instance(host=host, guests=[guest]), expires_s=1e6, workers=1)
        say(f"end {'claimed' if found.guests else 'refused'} {name}")
        names = [*names, name] if found.guests else names
        for state, call in (("running", claims.confirm), ("gone", claims.release)):
            if names and draw.random() < 0.7:
                each = names.pop(draw.randrange(len(names))) if state == "gone" else draw.choice(names)
                say(f"begin {state} {each}")
                call(each)
                say(f"end {state} {each}")


def _judged(path: Path, known: dict[str, str], said: list[str], told: Kills) -> dict[str, str]:
    """Compare what the file holds with what was said to be done: all of it, and what was begun whole or not at all."""
    before = dict(known)
    open_line = ""
    for line in said:
        verb, state, name = line.split()
        if verb == "begin":
            open_line = line
            continue
        open_line = ""
        _apply(before, state, name)
    after = dict(before)
    if open_line:
        _apply(after, *open_line.split()[1:])
    if not path.exists():
        if before:
            told.faults.append("the file is gone")
        return {}
    found = _held(path, told)
    if found not in (before, after):
        told.faults.append(f"expected {json.dumps(before)} or {json.dumps(after)}, found {json.dumps(found)}")
    return found


def _apply(states: dict[str, str], state: str, name: str) -> None:
    if state in {"claimed", "running"}:
        states[name] = state
    elif state == "gone":
        states.pop(name, None)


def _held(path: Path, told: Kills) -> dict[str, str]:
    connection = sqlite3.connect(path)
    for (fault,) in connection.execute("PRAGMA integrity_check"):
        if fault != "ok":
            told.faults.append(fault)
    connection.close()
    claims = Store(path).read().claims
    for pnode in range(PNODES):
        kib = sum(claim.taken_kib.get(pnode, 0) for claim in claims)
        if kib > PNODE_GIB * GIB:
            told.faults.append(f"pnode {pnode} is over: {kib} KiB")
    return {claim.guest: "running" if claim.confirmed_s is not None else "claimed" for claim in claims}
