"""The order in which guests start, so that each finds its memory."""

from __future__ import annotations

from msgspec.structs import replace

from placer.instance import Guest, Instance, Placement
from placer.job.start_order import FIRST, LAST, WITH_VNUMA, in_start_order, start_ranks, straying
from tests.support.building import GIB, a_guest, a_host, an_instance


def two_pnodes(*guests: Guest, low: bool = True, stray: bool = True) -> Instance:
    """Two pnodes of 2 GiB, of which Xen gives out 1 GiB of the first last."""
    host = a_host(2 * GIB, 2 * GIB)
    return replace(an_instance(replace(host, low_zone_kib=GIB) if low else host, *guests), sets_may_stray=stray and low)


def guests(kib: int) -> tuple[Guest, ...]:
    """One with vnuma, a set of both pnodes, and one whole, which alone takes so much of pnode 0."""
    spread = a_guest(GIB // 4, GIB // 4, name="spread", form="set", type="pv", one_to_one=True)
    return a_guest(GIB // 2, name="vnuma"), a_guest(kib, name="whole", form="whole", type="pv"), spread


def order(instance: Instance, **pnode_of: tuple[int, ...]) -> list[str]:
    return [guest.name for guest in in_start_order(instance, Placement(pnode_of=dict(pnode_of)))]


def test_guests_without_vnuma_come_first_and_sets_before_all() -> None:
    instance = two_pnodes(*guests(GIB // 4), stray=False)
    assert order(instance, vnuma=(0,), whole=(0,), spread=(0, 1)) == ["spread", "whole", "vnuma"]


def test_those_whose_memory_may_stray_come_last() -> None:
    """They can count on less than 1 of the 2 GiB of pnode 0, and take 1.5 and a quarter."""
    instance = two_pnodes(*guests(3 * GIB // 2))
    where = Placement(pnode_of={"vnuma": (1,), "whole": (0,), "spread": (0, 1)})
    assert straying(instance, where) == ("whole", "spread")
    assert start_ranks(instance, where) == {"vnuma": WITH_VNUMA, "whole": LAST, "spread": LAST}
    assert order(instance, vnuma=(1,), whole=(0,), spread=(0, 1)) == ["vnuma", "spread", "whole"]


def test_those_on_a_pnode_with_room_to_spare_come_first_though_others_stray() -> None:
    sure = a_guest(GIB // 4, name="sure", form="whole", type="pv")
    instance = two_pnodes(*guests(3 * GIB // 2)[:2], sure)
    where = Placement(pnode_of={"vnuma": (1,), "whole": (0,), "sure": (1,)})
    assert start_ranks(instance, where) == {"vnuma": WITH_VNUMA, "whole": LAST, "sure": FIRST}


def test_a_set_with_memory_where_none_of_its_vcpus_may_run_strays() -> None:
    bound = a_guest(GIB // 4, GIB // 4, vcpus=(1, 0), name="s", form="set", type="pv", one_to_one=True)
    instance = two_pnodes(replace(bound, hard_affinity=((0,),)))
    assert straying(instance, Placement(pnode_of={"s": (0, 1)})) == ("s",)


def test_elsewhere_than_on_xen_nothing_strays() -> None:
    instance = two_pnodes(*guests(3 * GIB // 2), low=False)
    where = Placement(pnode_of={"vnuma": (1,), "whole": (0,), "spread": (0, 1)})
    assert straying(instance, where) == ()
    assert order(instance, vnuma=(1,), whole=(0,), spread=(0, 1)) == ["spread", "whole", "vnuma"]
