"""The claims of a host, for a toolstack that starts several guests at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from os import PathLike
from pathlib import Path
from threading import Event

from msgspec.structs import replace

from placer.claims.arguments import EXPIRES_S, GRACE_S, MOVES_EXPIRE_S, as_request, seconds
from placer.claims.changes import change_claims, ended
from placer.claims.claim import Claim
from placer.claims.listed import ClaimedGuest, listed_claim
from placer.claims.moments import this_moment
from placer.claims.moving import MovesAsked, PlanMoves, claimed_moves
from placer.claims.planning import Ask, Claimed, Clock, Solve, claimed
from placer.claims.store import WAIT_S, Store
from placer.claims.tables import ClaimedShape
from placer.errors import InputError, expect, listed
from placer.instance import Guest, Instance, Rule
from placer.instance.units import MAX_CPU
from placer.job.request import Request
from placer.rebalance.plan import Plan
from placer.rebalance.running import RunningHost
from placer.solving.pipeline import solve


class Claims:
    """
    The claims of one host: what guests that are being started will take of it, in a file that processes share.

    Several processes and threads may use one file at once. The file lies on a local disk of the machine that starts the
    guests; its folder has to be writable, as the journal lies beside it.

    Parameters
    ----------
    path
        The file. The first plan makes it.
    grace_s
        Seconds for which a guest that is gone keeps its room, as it may reboot.
    wait_s
        Seconds that the lock of another process is waited for.
    clock
        Gives the moment of the machine that holds the file; for tests of reboots.

    Raises
    ------
    InputError
        If the file lies on the network, or an argument is out of range.

    Examples
    --------
    >>> import tempfile
    >>> import placer
    >>> host = placer.Host(pnodes=[placer.Pnode(id=p, memory_kib=8 << 20, pcpus=(p,)) for p in (0, 1)])
    >>> guests = [placer.Guest(name=name, vnodes=[placer.Vnode(memory_kib=6 << 20, vcpus=(0,))]) for name in "abc"]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     claims = placer.Claims(f"{folder}/xen1.claims")
    ...     for guest in guests:
    ...         found = claims.place(placer.Instance(host=host, guests=[guest]))
    ...         print(guest.name, found.answer.status, found.guests)
    ...     claims.release("a")
    ...     print([guest.name for guest in claims.list()])
    a OPTIMAL ('a',)
    b OPTIMAL ('b',)
    c INFEASIBLE ()
    ['b']
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        grace_s: float = GRACE_S,
        wait_s: float = WAIT_S,
        clock: Clock = this_moment,
    ) -> None:
        expect("path", path, str, PathLike)
        if not str(path) or "\0" in str(path):
            raise InputError("expected the path of a file", place="path")
        if not callable(clock):
            raise InputError("expected a function", place="clock")
        self._grace_s = seconds("grace_s", grace_s)
        self._store = Store(Path(path), wait_s=seconds("wait_s", wait_s))
        self._clock = clock

    def place(
        self,
        request: Request | Instance,
        *,
        rules: Iterable[Rule] = (),
        expires_s: float = EXPIRES_S,
        strategy: str = "optimal",
        time_limit_s: float = 10.0,
        workers: int | None = None,
        seed: int = 0,
        stop: Event | None = None,
    ) -> Claimed:
        """
        Place guests on what other claims leave of their host, and claim what they take there.

        With the file locked, room, pcpus and rules of the plan are judged anew; where another guest was faster and it
        no longer fits, it is planned again, and after three tries with the file locked.

        Parameters
        ----------
        request
            What :func:`placer.assemble` gave, or a :class:`placer.Instance`. A guest that has a claim already gets
            this one in its place.
        rules
            Further rules, between these guests and guests that are claimed.
        expires_s
            Seconds that a claim lasts until a snapshot shows the domain of its guest, or it is confirmed.
        strategy, time_limit_s, workers, seed, stop
            As for :func:`placer.solve`, for each try.

        Returns
        -------
        Claimed
            ``request`` and ``answer`` for :func:`placer.emit`, and the guests that are claimed.

        Raises
        ------
        InputError
            If the file cannot be used, is of another host or version, or another process holds its lock for too long.
        """
        wanted = as_request(request)
        between = tuple(expect("rules", rule, Rule) for rule in listed("rules", rules))
        plan = partial(solve, strategy=strategy, time_limit_s=time_limit_s, workers=workers, seed=seed, stop=stop)
        return self.place_with(wanted, lambda each: plan(each.instance), rules=between, expires_s=expires_s)

    def place_with(
        self, request: Request, plan: Solve, *, rules: Iterable[Rule] = (), expires_s: float = EXPIRES_S
    ) -> Claimed:
        """
        Do the same with a solve of one's own.

        Parameters
        ----------
        plan
            Called with a Request on what claims leave of its host; gives the Result.
        """
        if not callable(plan):
            raise InputError("expected a function", place="plan")
        ask = Ask(
            request=expect("request", request, Request),
            rules=tuple(expect("rules", rule, Rule) for rule in listed("rules", rules)),
            expires_s=seconds("expires_s", expires_s),
            grace_s=self._grace_s,
        )
        return claimed(self._store, ask, plan, self._clock)

    def move_with(
        self,
        running: RunningHost,
        plan: PlanMoves,
        *,
        new: Iterable[Guest] = (),
        uuid_of: Mapping[str, str] | None = None,
        expires_s: float = MOVES_EXPIRE_S,
    ) -> Plan:
        """
        Claim the room of moves with a plan of one's own; :func:`placer.rebalance` does it with its own.

        Parameters
        ----------
        running
            What runs.
        plan
            Called with a RunningHost whose free memory is what claims leave; gives the Plan.
        new, uuid_of
            The guests to make room for, and the uuid of each name where it is known.
        expires_s
            Seconds that a claim lasts until a snapshot shows the guest's new domain.
        """
        if not callable(plan):
            raise InputError("expected a function", place="plan")
        asked = MovesAsked(
            running=expect("running", running, RunningHost),
            new=tuple(expect("new", guest, Guest) for guest in listed("new", new)),
            uuid_of=uuid_of or {},
            expires_s=seconds("expires_s", expires_s),
            grace_s=self._grace_s,
        )
        return claimed_moves(self._store, asked, plan, self._clock)

    def confirm(self, name: str, *, domid: int | None = None) -> None:
        """
        Say that the domain of a guest is built: from then on Xen's free memory shows what it holds.

        Parameters
        ----------
        name
            Name or uuid of the guest.
        domid
            Its domain, so that a domain of its next boot is told apart.

        Raises
        ------
        InputError
            If there is no such claim, such as one that has expired; then start no guest on it.
        """
        if domid is not None and not (type(domid) is int and 0 < domid <= MAX_CPU):
            raise InputError(f"expected the number of a domain, got {domid!r}", place="domid")
        now = self._clock()

        def confirmed(claim: Claim) -> Claim:
            known = claim.domid if domid is None else domid
            return replace(claim.in_boot(now), confirmed_s=now.at_s, domid=known, missing_s=None)

        change_claims(self._store, {name: confirmed})

    def release(self, *names: str) -> None:
        """
        End the claims of guests: their domains are gone, or were never made.

        Parameters
        ----------
        names
            Names or uuids of the guests.

        Raises
        ------
        InputError
            If there is no such claim; then none is ended.
        """
        change_claims(self._store, dict.fromkeys(names, ended))

    def clear(self) -> int:
        """End all claims, forget the boots of the host, and give the number of claims; shapes stay."""
        with self._store.writing() as session:
            session.replace_claims([])
            session.set_owner(replace(session.view.owner, boots=(), local=False))
            return len(session.view.claims)

    def list(self) -> tuple[ClaimedGuest, ...]:
        """Give all guests that are claimed, in the order of their claims; nothing is written."""
        now = self._clock()
        return tuple(listed_claim(claim.in_boot(now), now) for claim in self._store.read().claims)

    def shapes(self) -> tuple[ClaimedShape, ...]:
        """Give the shapes of all guests that were ever claimed, the most frequent first."""
        return self._store.shapes()
