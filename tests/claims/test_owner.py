"""Whether a file of claims and a host belong together."""

from __future__ import annotations

import pytest

import placer
from placer.claims.moments import Moment
from placer.claims.owner import owner_of, refuse_other_host, with_boot
from placer.claims.tables import Boot, Owner
from placer.formats.base import RunningFacts
from placer.formats.sighting import Sighting, Taken
from tests.support.claiming import two_pnodes

XEN1 = Owner(name="xen1", pnodes=(0, 1))


def of_boot(boot_id: str, time_s: float | None = None, host: str = "xen1") -> RunningFacts:
    return RunningFacts(sighting=Sighting(taken=Taken(host=host, boot_id=boot_id, time_s=time_s)))


def test_a_host_is_known_by_its_name_and_its_pnodes() -> None:
    assert owner_of(two_pnodes(), None) == XEN1
    nameless = placer.Host(pnodes=two_pnodes().pnodes)
    assert owner_of(nameless, None).name == ""
    assert owner_of(nameless, of_boot("b1")) == XEN1


@pytest.mark.parametrize("name", ["xen1", "xen1.example.org", ""])
def test_the_host_of_a_file_is_taken_with_or_without_its_domain(name: str) -> None:
    refuse_other_host(XEN1, Owner(name=name, pnodes=(0, 1)), "c")


def test_another_host_is_refused_by_its_name_or_by_its_pnodes() -> None:
    with pytest.raises(placer.InputError, match=r'^c: has the claims of host "xen1", this is host "xen2"$'):
        refuse_other_host(XEN1, Owner(name="xen2", pnodes=(0, 1)), "c")
    with pytest.raises(placer.InputError, match=r"^c: has the claims of a host with pnodes 0-1, this one has 0-3$"):
        refuse_other_host(XEN1, Owner(name="", pnodes=(0, 1, 2, 3)), "c")


def boot_added(owner: Owner, facts: RunningFacts | None, boot: str = "m1") -> Owner:
    return with_boot(owner, XEN1, facts, Moment(boot_id=boot, at_s=1000.0, time_s=1e9), "c")


def test_boots_are_remembered_in_their_order_and_a_name_once_it_is_known() -> None:
    first = boot_added(Owner(name="", pnodes=(0, 1)), of_boot("b1", 100.0))
    assert first == Owner(name="xen1", pnodes=(0, 1), boots=(Boot(boot_id="b1", time_s=100.0),))
    assert boot_added(first, of_boot("b1", 200.0)) == first
    second = boot_added(first, of_boot("b2", 300.0))
    assert [boot.boot_id for boot in second.boots] == ["b1", "b2"]
    assert boot_added(second, None) == second


def test_a_snapshot_of_a_past_boot_is_refused_whether_that_boot_is_known_or_not() -> None:
    boots = (Boot(boot_id="b1", time_s=100.0), Boot(boot_id="b2", time_s=300.0))
    known = Owner(name="xen1", pnodes=(0, 1), boots=boots)
    for old in (of_boot("b1", 400.0), of_boot("b0", 50.0)):
        with pytest.raises(placer.InputError, match=r"boot of the host that is past, as others .* placer claims clear"):
            boot_added(known, old)


def test_on_the_host_itself_its_boot_is_known_whatever_the_clock_says() -> None:
    here = boot_added(XEN1, of_boot("m1", 500.0))
    assert here.local
    with pytest.raises(placer.InputError, match="of a boot of this host that is past; take it anew"):
        boot_added(here, of_boot("m0", 900.0))
    after = boot_added(here, of_boot("m2", 3.0), "m2")
    assert [boot.boot_id for boot in after.boots] == ["m1", "m2"], "its clock was set back"
    with pytest.raises(placer.InputError, match="of a boot of this host that is past; take it anew"):
        boot_added(here, of_boot("m1", 501.0), "m2")


def test_clocks_that_differ_by_two_seconds_make_no_boot_a_past_one() -> None:
    known = Owner(name="xen1", pnodes=(0, 1), boots=(Boot(boot_id="b1", time_s=300.0),))
    assert [boot.boot_id for boot in boot_added(known, of_boot("b2", 298.0)).boots] == ["b1", "b2"]


def test_the_twenty_newest_boots_are_remembered() -> None:
    owner = XEN1
    for number in range(25):
        owner = boot_added(owner, of_boot(f"b{number}", 100.0 * number))
    assert [boot.boot_id for boot in owner.boots] == [f"b{number}" for number in range(5, 25)]


def test_a_file_of_a_fleet_is_none_of_a_host() -> None:
    with pytest.raises(placer.InputError, match=r"x\.claims: has the claims of a fleet, expected those of a host"):
        refuse_other_host(Owner(name="", pnodes=(), fleet=True), XEN1, "x.claims")
