"""Memory that is claimed."""

from __future__ import annotations

from msgspec.structs import replace

from placer.check import check
from placer.instance import Instance, Placement
from tests.support.building import GIB, MIB, a_guest, a_host


def test_all_guests_together_take_what_is_not_claimed_and_no_more() -> None:
    host = replace(a_host(4 * GIB, 4 * GIB), claimed_kib=5 * GIB)
    guests = (a_guest(2 * GIB), a_guest(GIB, name="web"))
    placement = Placement(pnode_of={"db": (0,), "web": (1,)})
    assert check(Instance(host=host, guests=guests), placement).violations == ()
    (violation,) = check(Instance(host=replace(host, claimed_kib=5 * GIB + 1), guests=guests), placement).violations
    assert (violation.rule, violation.guests) == ("claims", ("db", "web"))
    assert (
        violation.message
        == "the guests need 3 GiB, the host has 8 GiB free, less 5 GiB claimed for domains being built and stub domains"
    )


def test_overhead_counts_and_guests_without_a_pnode_do_not() -> None:
    host = replace(a_host(4 * GIB, 4 * GIB), claimed_kib=5 * GIB)
    guests = (a_guest(2 * GIB, overhead_kib=6 * MIB), a_guest(GIB, name="web"))
    instance = Instance(host=host, guests=guests)
    both, one = (Placement(pnode_of={"db": (0,), "web": (site,)}) for site in (1, None))
    (violation,) = check(instance, both).violations
    assert violation.message.endswith("less 5 GiB claimed for domains being built and stub domains and 6 MiB overhead")
    assert check(instance, one, allow_unplaced=True).violations == ()


def test_a_host_that_is_claimed_as_a_whole_holds_guests_without_memory() -> None:
    host = replace(a_host(GIB), claimed_kib=2 * GIB)
    placement = Placement(pnode_of={"db": (0,)})
    assert check(Instance(host=host, guests=(a_guest(0),)), placement).violations == ()
    (violation,) = check(Instance(host=host, guests=(a_guest(4),)), placement).violations
    assert violation.rule == "claims"
