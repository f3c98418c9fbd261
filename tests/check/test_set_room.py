"""Parts of sets and what sets can count on, by hand."""

from __future__ import annotations

from msgspec.structs import replace

from placer.check import check
from placer.instance import Guest, Instance, Placement
from tests.support.building import GIB, MIB, a_guest, a_host

SET = a_guest(400 * MIB, 400 * MIB, vcpus=(1, 1), type="pv", form="set", one_to_one=True)
SPARE = 2048 + 96 + 32
"""KiB that Xen may take beside each part of this set."""


def broken(first_kib: int, low_kib: int | None, *, may_stray: bool = False) -> list[str]:
    host = replace(a_host(first_kib, GIB), low_zone_kib=low_kib)
    instance = Instance(host=host, guests=(SET,), sets_may_stray=may_stray)
    return [violation.message for violation in check(instance, Placement(pnode_of={"db": (0, 1)})).violations]


def test_a_part_needs_its_spare_beside_crumbs_and_the_low_zone() -> None:
    enough = 400 * MIB + SPARE + 10240 + 64 * MIB
    assert broken(enough, 64 * MIB) == []
    (message,) = broken(enough - 4, 64 * MIB)
    assert message.startswith("pnode 0 has ")
    assert message.endswith(": db")


def test_only_a_host_of_xen_knows_the_rule() -> None:
    assert broken(400 * MIB, 0) != []
    assert broken(400 * MIB, None) == []
    assert broken(400 * MIB, 0, may_stray=True) == []


def test_other_guests_may_use_the_low_zone() -> None:
    host = replace(a_host(2 * GIB, GIB), low_zone_kib=GIB)
    instance = Instance(host=host, guests=(SET, a_guest(GIB, name="vm")))
    placement = Placement(pnode_of={"db": (0, 1), "vm": (0,)})
    assert check(instance, placement).violations == ()


def test_a_guest_on_one_pnode_counts_as_a_set_of_one() -> None:
    """2 GiB of hvm asks for whole GiB, of which the pnode keeps one; 128 KiB, 28 a vcpu and 2 MiB lie beside it."""
    enough = 2 * GIB + 2048 + 128 + 28 + 10240 + GIB + 64 * MIB
    guest = a_guest(2 * GIB, form="whole")

    def faults(first_kib: int, guest: Guest) -> list[str]:
        host = replace(a_host(first_kib, GIB), low_zone_kib=64 * MIB)
        return [
            v.message for v in check(Instance(host=host, guests=(guest,)), Placement(pnode_of={"db": (0,)})).violations
        ]

    assert faults(enough, guest) == []
    (message,) = faults(enough - 1, guest)
    assert message.endswith(": db")
    assert faults(enough - 1, replace(guest, form="vnuma")) == []


def test_a_part_where_no_vcpu_may_run_is_said_with_its_memory() -> None:
    host = replace(a_host(GIB, GIB), low_zone_kib=0)
    bound = a_guest(400 * MIB, 200 * MIB, vcpus=(1, 0), type="pv", form="set", one_to_one=True, hard_affinity=((0, 1),))
    placement = Placement(pnode_of={"db": (0, 1)})
    (violation,) = check(Instance(host=host, guests=(bound,)), placement).violations
    assert (violation.rule, violation.guests) == ("set_affinity", ("db",))
    assert violation.message == (
        'guest "db" part 1 stands on pnode 1, where none of its vcpus may run, so Xen puts its 200 MiB elsewhere'
    )
    assert check(Instance(host=host, guests=(bound,), sets_may_stray=True), placement).violations == ()
