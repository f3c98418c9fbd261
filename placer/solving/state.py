"""A host on which guests start and stop: what the next one finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from threading import RLock

from msgspec.structs import replace

from placer.check import check
from placer.errors import InputError, expect, listed
from placer.instance import Guest, Host, Instance, Objective, Placement, Rule, shorten
from placer.solving.result import Result
from placer.solving.started import Started, exclusive_members, started
from placer.solving.state_rules import beside_running


class State:
    """
    A host and the guests that were started on it, so that the next guest is placed beside them.

    It keeps account of memory, vcpus, dedicated pcpus, devices and exclusive pnodes by itself; nothing is read from the
    host again. Safe to use from several threads: :meth:`start` refuses an answer that no longer fits.

    Parameters
    ----------
    host
        As it is now: its memory is what is free, its domains are what runs.

    Raises
    ------
    InputError
        If it is no host.

    Examples
    --------
    >>> import placer
    >>> pnodes = tuple(placer.Pnode(id=i, memory_kib=8 << 20, pcpus=(2 * i, 2 * i + 1)) for i in (0, 1))
    >>> state = placer.State(placer.Host(pnodes=pnodes))
    >>> for name in ("db", "web"):
    ...     guest = placer.Guest(name=name, vnodes=(placer.Vnode(memory_kib=6 << 20, vcpus=(0, 1)),))
    ...     answer = placer.solve(state.instance([guest]))
    ...     state.start(answer)
    ...     print(name, answer.placement.pnode_of[name])
    db (0,)
    web (1,)
    >>> state.stop("db")
    >>> state.names, [pnode.memory_kib >> 20 for pnode in state.host.pnodes]
    (('web',), [8, 2])
    """

    def __init__(self, host: Host) -> None:
        self._base = self._host = expect("host", host, Host)
        self._started: dict[str, Started] = {}
        self._lock = RLock()

    def __getstate__(self) -> dict[str, object]:
        """Give what a pickle keeps: all but the lock, so that a toolstack can restart."""
        return {name: value for name, value in vars(self).items() if name != "_lock"}

    def __setstate__(self, kept: dict[str, object]) -> None:
        """Take what a pickle kept."""
        vars(self).update(kept, _lock=RLock())

    @property
    def host(self) -> Host:
        """The host as it is now: its free memory, its domains, and the devices that nobody has."""
        return self._host

    @property
    def names(self) -> tuple[str, ...]:
        """The guests that were started, in that order."""
        return tuple(self._started)

    def instance(
        self, guests: Iterable[Guest], *, rules: Iterable[Rule] = (), objective: Objective | None = None
    ) -> Instance:
        """
        Put guests onto the host as it is now.

        Parameters
        ----------
        guests
            Such as ``request.instance.guests`` of :func:`placer.assemble`.
        rules
            Rules between these guests, and with guests that were started here: ``apart`` and ``together`` then limit
            the pnodes of the new guests. The pnodes of a started ``exclusive`` guest are barred anyway.
        objective
            What is least; None for the default.

        Raises
        ------
        InputError
            If a guest of that name runs, or guests and host make no instance.
        """
        given = tuple(expect("guests", guest, Guest) for guest in listed("guests", guests))
        between = tuple(expect("rules", rule, Rule) for rule in listed("rules", rules))
        expect("objective", objective, Objective, type(None))
        with self._lock:
            host, there = self._host, dict(self._started)
        for guest in given:
            self._refuse_running(guest.name)
        running = {name: one.pnodes for name, one in there.items()}
        exclusive = [member for one in there.values() for member in one.exclusive]
        try:
            given, between = beside_running(given, between, running, exclusive, host)
            return Instance(host=host, guests=given, rules=between, objective=objective or Objective())
        except ValueError as error:
            raise InputError(f"no valid instance: {error}") from error

    def start(self, answer: Result) -> None:
        """
        Take the guests of an answer as started.

        Raises
        ------
        InputError
            If the answer has no placement, a guest runs already, or what it was placed on is gone since.
        """
        expect("answer", answer, Result)
        if answer.placement is None or answer.instance is None or answer.violations:
            raise InputError(f"expected an answer with a placement, got {answer.status}", place="answer")
        guests = [g for g in answer.instance.guests if None not in answer.placement.pnode_of[g.name]]
        with self._lock:
            self._refuse_what_no_longer_fits(guests, answer)
            for guest in guests:
                self._started[guest.name] = started(
                    guest, answer.placement, self._base, exclusive_members(guest, answer.instance)
                )
            self._host = self._now()

    def stop(self, name: str) -> None:
        """
        Take a guest that was started here as gone, and give back what it held.

        Raises
        ------
        InputError
            If no guest of that name was started here. What ran on the host before is known to the host alone: read it
            again.
        """
        with self._lock:
            if name not in self._started:
                raise InputError(f'no guest "{shorten(str(name))}" was started here', place="name")
            del self._started[name]
            self._host = self._now()

    def _refuse_running(self, name: str) -> None:
        if any(domain.name == name for domain in self._host.domains):
            raise InputError(f'guest "{shorten(name)}" runs already')

    def _refuse_what_no_longer_fits(self, guests: list[Guest], answer: Result) -> None:
        assert answer.placement is not None and answer.instance is not None
        placement = Placement(
            pnode_of={guest.name: answer.placement.pnode_of[guest.name] for guest in guests},
            pcpu_of={g.name: answer.placement.pcpu_of[g.name] for g in guests if g.name in answer.placement.pcpu_of},
        )
        instance = self.instance(guests)
        faults = placement.faults(instance) or [v.message for v in check(instance, placement).violations]
        if faults:
            raise InputError("it fits the host no longer: " + "; ".join(faults), place="answer")

    def _now(self) -> Host:
        taken_kib: Counter[int] = Counter()
        pages: Counter[tuple[int, int]] = Counter()
        for one in self._started.values():
            taken_kib.update(one.taken_kib)
            taken_kib.update(one.overhead_kib)
            pages.update(one.taken_pages)
        gone = {device for one in self._started.values() for device in one.devices}
        return replace(
            self._base,
            pnodes=tuple(
                replace(
                    pnode,
                    memory_kib=max(0, pnode.memory_kib - taken_kib[pnode.id]),
                    huge_pages=tuple(
                        replace(pool, free=max(0, pool.free_pages - pages[pnode.id, pool.page_size]))
                        for pool in pnode.huge_pages
                    ),
                )
                for pnode in self._base.pnodes
            ),
            devices=tuple(device for device in self._base.devices if device.id not in gone),
            domains=(*self._base.domains, *(one.domain for one in self._started.values())),
        )
