"""Processes that start and stop guests on one host at once, each plan with its claim."""

from __future__ import annotations

import multiprocessing
import random
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from uuid import UUID

import placer
from benchmarks.claim_host import GIB, ClaimHost, RefusedError
from placer.claims.moments import this_moment
from placer.claims.planning import TRIES, Ask, Claimed, claimed
from placer.claims.store import Store
from placer.job.request import Request
from placer.solving.pipeline import solve
from placer.solving.result import Result

LOOKS = 20
"""Snapshots that a start takes before it counts as refused: an older one may show a guest that is gone meanwhile."""
WAIT_S = 120.0


@dataclass(frozen=True, kw_only=True)
class Trial:
    """
    A trial.

    Parameters
    ----------
    folder
        Where the host and the claims lie.
    tries
        Plans outside of the lock; 0 plans under it.
    processes, starts
        How many, and how many guests each starts and stops.
    equal
        Whether every guest takes one of as many equal parts of the host as there are processes, so that each fits
        whatever the others do; else sizes are drawn.
    seed
        Of all that is drawn.
    """

    folder: Path
    tries: int = TRIES
    processes: int = 16
    starts: int = 100
    equal: bool = True
    seed: int = 1

    @property
    def host(self) -> ClaimHost:
        """The host."""
        return ClaimHost(self.folder / "host.json")

    @property
    def store(self) -> Store:
        """The claims."""
        return Store(self.folder / "claims", wait_s=WAIT_S)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """
    What came of the starts of a trial.

    Parameters
    ----------
    started, refused
        Guests that were built, and those for which no plan was found.
    failed
        Builds for which a pnode had no memory left.
    seconds
        How long each plan with its claim took.
    tries
        How many plans each of them made.
    left
        Claims that are left when all guests are gone.
    """

    started: int
    refused: int
    failed: int
    seconds: list[float]
    tries: list[int]
    left: int

    def percentile_ms(self, percent: int) -> float:
        """Give a percentile of the seconds, in ms."""
        return 1000 * quantiles(self.seconds, n=100, method="inclusive")[percent - 1]


def run(trial: Trial) -> Outcome:
    """Run a trial in its processes."""
    trial.host.make(4, 4 * -(-trial.processes // 8))
    _solve(_request(trial, _guest("first", random.Random(1), equal=True), str(UUID(int=1)), pages=True))  # imports
    with multiprocessing.get_context("fork").Pool(trial.processes) as pool:
        parts = pool.starmap(_starts, [(trial, number) for number in range(trial.processes)], chunksize=1)
    return Outcome(
        started=sum(part[0] for part in parts),
        refused=sum(part[1] for part in parts),
        failed=trial.host.refused(),
        seconds=[each for part in parts for each in part[2]],
        tries=[each for part in parts for each in part[3]],
        left=len(trial.store.read().claims),
    )


def _starts(trial: Trial, number: int) -> tuple[int, int, list[float], list[int]]:
    draw = random.Random(1000 * trial.seed + number)
    started = refused = 0
    seconds: list[float] = []
    tries: list[int] = []
    for i in range(trial.starts):
        uuid = str(UUID(int=draw.getrandbits(128), version=4))
        guest = _guest(f"g{number}-{i}", draw, equal=trial.equal)
        found = _placed(trial, guest, uuid, seconds, draw)
        if found is None:
            refused += 1
            continue
        tries.append(found.tries)
        started += _lives(trial, found, guest, uuid, draw)
    return started, refused, seconds, tries


def _placed(trial: Trial, guest: placer.Guest, uuid: str, seconds: list[float], draw: random.Random) -> Claimed | None:
    """Plan and claim on a new snapshot each time, until it fits."""
    for _ in range(LOOKS if trial.equal else 1):
        request = _request(trial, guest, uuid, pages=draw.random() < 0.5)
        began = perf_counter()
        found = claimed(
            trial.store, Ask(request=request, expires_s=600, grace_s=60), _solve, this_moment, tries=trial.tries
        )
        seconds.append(perf_counter() - began)
        if found.guests:
            return found
    return None


def _lives(trial: Trial, found: Claimed, guest: placer.Guest, uuid: str, draw: random.Random) -> bool:
    """Build a guest, confirm it most times, take it down and release it; whether it was built."""
    assert found.answer.placement is not None
    claims = placer.Claims(trial.store.path, wait_s=WAIT_S)
    memory: dict[int, int] = {}
    for vnode, pnode in zip(guest.vnodes, found.answer.placement.pnode_of[guest.name], strict=True):
        memory[pnode or 0] = memory.get(pnode or 0, 0) + vnode.memory_kib
    try:
        domid = trial.host.create(guest.name, uuid, memory)
    except RefusedError:
        claims.release(uuid)
        return False
    if draw.random() < 0.8:
        claims.confirm(uuid, domid=domid)
    trial.host.destroy(uuid)
    claims.release(uuid)
    return True


def _guest(name: str, draw: random.Random, *, equal: bool) -> placer.Guest:
    """Of equal parts each is 2 GiB; else one or two vnodes of 1 to 3 GiB."""
    sizes = [2] if equal else [draw.randint(1, 3) for _ in range(draw.randint(1, 2))]
    vnodes = [placer.Vnode(memory_kib=gib * GIB, vcpus=(v,)) for v, gib in enumerate(sizes)]
    return placer.Guest(name=name, vnodes=vnodes)


def _request(trial: Trial, guest: placer.Guest, uuid: str, *, pages: bool) -> Request:
    parsed = trial.host.look(pages=pages)
    reading = placer.ParsedGuest(
        name=guest.name,
        type="hvm",
        vcpu_count=guest.vcpu_count,
        memory_kib=guest.memory_kib,
        maxmem_kib=guest.memory_kib,
        vnodes=guest.vnodes,
        uuid=uuid,
    )
    return Request(
        instance=placer.Instance(host=parsed.host, guests=[guest]),
        readings={guest.name: reading},
        running=parsed.running,
    )


def _solve(request: Request) -> Result:
    return solve(request.instance, workers=1)
