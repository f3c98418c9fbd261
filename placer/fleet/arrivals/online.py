"""A fleet whose guests come one by one, and leave."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from placer.errors import InputError, expect, listed
from placer.fleet.arrivals.arrival import Arrival
from placer.fleet.arrivals.choosing import Chooser, Chosen
from placer.fleet.arrivals.policy import Pace
from placer.fleet.arrivals.present import fleet_now
from placer.fleet.arrivals.register import Register
from placer.fleet.arrivals.residents import Resident, resident
from placer.fleet.arrivals.rules import check_new
from placer.fleet.arrivals.shapes import Mix, Shape
from placer.fleet.model.entries import FleetGuest
from placer.fleet.model.fleet import Fleet
from placer.fleet.model.rules import FleetRule
from placer.fleet.problem.loads import load_of
from placer.fleet.problem.problem import lower_fleet
from placer.instance import Guest, shorten


class OnlineFleet:
    """
    A fleet whose guests come one by one and leave: every guest that comes gets host and pnodes at once.

    Its host is the one whose room loses least worth to the guests that are expected, at prices that a linear program
    over fillings gives them (bid prices). Expected are guests of the shapes that came so far, as often as they came.
    Labels, lists of hosts and rules are kept, and the placement on the host is judged like any other.

    Parameters
    ----------
    fleet
        Hosts, rules, and the guests that are placed. Guests that are not placed wait until they are added by name.

    Raises
    ------
    InputError
        If an argument is wrong, or guests that are placed take more than their host offers.

    Examples
    --------
    >>> import placer
    >>> host = placer.Host(name="h", pnodes=[placer.Pnode(id=p, memory_kib=8 << 20, pcpus=(p,)) for p in (0, 1)])
    >>> online = placer.OnlineFleet(placer.Fleet(hosts=[placer.FleetHost(host=host, count=2)]))
    >>> db = placer.Guest(name="db", vnodes=[placer.Vnode(memory_kib=6 << 20, vcpus=(0,))])
    >>> answer = online.add(db)
    >>> answer.host, answer.pnodes
    ('h-0', (0,))
    >>> online.remove("db")
    """

    def __init__(self, fleet: Fleet) -> None:
        self._first = expect("fleet", fleet, Fleet)
        lower_fleet(fleet)  # refuses guests that take more than their host offers
        self._limited = fleet.ratio is not None or any(entry.host.overcommit is not None for entry in fleet.hosts)
        self._chooser = Chooser(fleet)
        self._mix, self._pace = Mix(), Pace(len(fleet.host_entry))
        self._register = Register(fleet)
        self._settle()

    def _settle(self) -> None:
        """Put the guests that are placed on their pnodes; first those whose pnodes are known."""
        residents = self._chooser.residents
        for i, placed in sorted(enumerate(self._first.placed), key=lambda each: each[1].pnodes is None):
            entry = self._register.of_fleet(placed.guest)
            pnodes = placed.pnodes
            if pnodes is None:
                found = residents.solved(placed.host, entry.guest)
                if isinstance(found, str):
                    raise InputError(
                        f'host "{shorten(placed.host)}" has no place for guest "{shorten(placed.guest)}" beside what '
                        f"else runs there: {found}",
                        place=f"placed[{i}]",
                    )
                pnodes = found.pnodes_of(placed.guest)
            self._put(placed.host, entry, resident(entry.guest, pnodes))
            self._mix.saw(self._shape(entry))
        self._pace.saw(len(self._first.placed))

    def _put(self, host: str, entry: FleetGuest, placed: Resident) -> None:
        chooser = self._chooser
        self._register.placed[placed.guest.name] = entry
        chooser.residents.put(host, placed)
        chooser.rules.put(placed.guest.name, host)
        chooser.rooms.take(host, placed.taken(chooser.residents.host(host)))

    def _shape(self, entry: FleetGuest) -> Shape:
        return Shape(load_of(entry.guest, limited=self._limited), frozenset(entry.labels))

    def add(
        self, guest: Guest | FleetGuest | str, *, like: str | None = None, rules: Iterable[FleetRule] = ()
    ) -> Arrival:
        """
        Give a guest that comes a host and pnodes.

        Parameters
        ----------
        guest
            The guest, with labels and a list of hosts if it is a :class:`placer.FleetGuest`; or the name of one that
            the fleet has and that is not placed.
        like
            Name of a guest, or of an entry of guests, of the fleet: the one that comes gets its labels and list of
            hosts too, and is a member of its rules.
        rules
            Further rules, between this guest and others of the fleet.

        Returns
        -------
        Arrival
            ``host`` and ``pnodes``; or ``why`` it fits nowhere, and then the fleet is as it was.

        Raises
        ------
        InputError
            If an argument is wrong, such as a name that the fleet does not have or has already.
        """
        entry = self._register.entry(guest, like)
        name, book = entry.guest.name, self._chooser.rules
        count, before = len(book.rules), book.of(name) if self._register.waits(name) else ()
        given = [expect("rules", each, FleetRule) for each in listed("rules", rules)]
        for rule in given:
            check_new(rule, name, self._register)
        if like is not None:
            book.join(name, like)
        kept = [book.add(rule, self._chooser.residents.host_of) for rule in given]
        answer = Arrival(guest=name)
        if all(kept):
            answer = self._placed(entry)
        if answer.host is None:
            book.cut(count)
            book.forget(name, but=before)
        if not all(kept):
            raise InputError("guests that are placed break it already", place=f"rules[{kept.index(False)}]")
        return answer

    def hold(
        self,
        guest: Guest | FleetGuest | str,
        host: str,
        pnodes: Iterable[int],
        *,
        like: str | None = None,
        rules: Iterable[FleetRule] = (),
    ) -> None:
        """
        Note a guest that was put on a host by others: an answer of before, or of another caller.

        It is there whether or not there is room or rules allow it, counts as a guest that came, and leaves by
        :meth:`remove` like any other.

        Parameters
        ----------
        guest, like, rules
            As :meth:`add` has them. Guests that are gone since are left out of the rules, and nothing is taken of
            ``like`` where that one is gone.
        host
            The name of its host.
        pnodes
            For each of its vnodes the id of its pnode.

        Raises
        ------
        InputError
            If an argument is wrong, such as a name that the fleet has already, or a host that it does not have.
        """
        book = self._chooser.rules
        known = like is not None and self._register.knows(expect("like", like, str))
        entry = self._register.entry(guest, like if known else None)
        name, there = entry.guest.name, self._there(entry, host, pnodes)
        for rule in [expect("rules", each, FleetRule) for each in listed("rules", rules)]:
            named = [each for each in rule.members if each == name or self._register.knows(each)]
            if named:
                book.add(replace(rule, **{rule.kind: tuple(named)}), self._chooser.residents.host_of)
        if known and like is not None:
            book.join(name, like)
        self._mix.saw(self._shape(entry))
        self._pace.saw()
        self._put(host, entry, resident(entry.guest, there))

    def _there(self, entry: FleetGuest, host: str, pnodes: Iterable[int]) -> tuple[int, ...]:
        """Give the pnodes of a guest on a host, if it has them."""
        if expect("host", host, str) not in self._first.host_entry:
            raise InputError(f'no host "{shorten(host)}" in the fleet', place="host")
        there = tuple(expect("pnodes", pnode, int) for pnode in listed("pnodes", pnodes))
        of_host = self._chooser.residents.host(host).position_of
        if unknown := [pnode for pnode in there if pnode not in of_host]:
            raise InputError(f'no pnode {unknown[0]} on host "{shorten(host)}"', place="pnodes")
        if not entry.guest.allows_vnode_count(len(there)):
            name = shorten(entry.guest.name)
            raise InputError(f'{len(there)} pnodes for guest "{name}", expected one a vnode', place="pnodes")
        return there

    def _placed(self, entry: FleetGuest) -> Arrival:
        """Place a guest whose rules are known, with prices that have learnt of it."""
        shape, bids = self._shape(entry), self._chooser.bids
        self._mix.saw(shape)
        self._pace.saw()
        if self._pace.due:
            bids.learn(self._mix)
            self._pace.learnt()
        chosen = self._chooser.choose(entry, shape.load, weights=self._pace.weights)
        if not isinstance(chosen, Chosen):
            return Arrival(guest=entry.guest.name, why=chosen)
        pnodes = chosen.found.pnodes_of(entry.guest.name)
        self._put(chosen.host, entry, resident(entry.guest, pnodes))
        return Arrival(
            guest=entry.guest.name,
            host=chosen.host,
            pnodes=pnodes,
            instance=chosen.found.instance,
            placement=chosen.found.placement,
        )

    def remove(self, *names: str) -> None:
        """
        Take guests from their hosts that are gone.

        Parameters
        ----------
        names
            Names of guests that are placed.

        Raises
        ------
        InputError
            If one of them is not placed; then none is taken.
        """
        chooser = self._chooser
        for name in names:
            if expect("names", name, str) not in chooser.residents.host_of:
                raise InputError(f'no guest "{shorten(name)}" is placed', place="names")
        for name in dict.fromkeys(names):
            host, placed = chooser.residents.remove(name)
            chooser.rules.remove(name, host)
            chooser.rules.forget(name)
            chooser.rooms.give(host, placed.taken(chooser.residents.host(host)))
            self._pace.left()
            self._register.leave(name)

    @property
    def fleet(self) -> Fleet:
        """The fleet as it is now: guests that were added are placed, those that were removed are not in it."""
        return fleet_now(self._register, self._chooser)
