"""What claims leave of a host, worked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as change

import placer
from placer.claims.claim import Pages
from placer.claims.observed import Observed
from placer.claims.room import faults_beside, host_beside, others, request_beside, stub_domains_kib
from placer.instance import Domain
from tests.support.catalogue_cases import BREACHES
from tests.support.claiming import GIB, UUID, a_claim, a_guest, a_request, observed_at, seen, two_pnodes


def free_gib(host: placer.Host) -> list[float]:
    return [round(pnode.memory_kib / GIB, 3) for pnode in host.pnodes]


def test_a_claim_is_missing_from_what_is_free_and_its_vcpus_load_its_pcpus() -> None:
    host = host_beside(two_pnodes(), [a_claim(overhead_kib={})], Observed())
    assert free_gib(host) == [2, 8]
    assert host.domains == (Domain(name="web", affinity=((0, 1),)),)


def test_a_domain_in_the_lists_is_no_load_twice_and_one_of_another_name_stays() -> None:
    host = two_pnodes(8, domains=(Domain(name="renamed", domid=7),))
    assert host_beside(host, [a_claim()], observed_at(990.0, seen(7, "renamed"))).domains == host.domains


def test_pcpus_and_cpupools_that_are_gone_since_the_claim_are_no_load() -> None:
    claim = a_claim(domain=Domain(name="web", affinity=((0, 9), (9,), None), pool="gone"))
    pools = (placer.Cpupool(name="Pool-0", pcpus=(0, 1, 2, 3)),)
    (domain,) = host_beside(two_pnodes(cpupools=pools), [claim], Observed()).domains
    assert (domain.affinity, domain.pool) == (((0,), None, None), None)
    (domain,) = host_beside(two_pnodes(), [claim], Observed()).domains
    assert domain.pool == "gone", "a host that lists no cpupools may have any"


def test_claims_never_add_and_never_go_below_nothing() -> None:
    host = host_beside(two_pnodes(), [a_claim("a", 1), a_claim("b", 2)], Observed())
    assert free_gib(host) == [0, 8]


def test_a_guest_that_runs_is_missing_already_and_loads_the_host_once() -> None:
    domain = Domain(name="web", domid=7, affinity=((0,),))
    host = host_beside(two_pnodes(2, domains=(domain,)), [a_claim()], observed_at(990.0, seen(7, "web", built=True)))
    assert (free_gib(host), host.domains) == ([2, 2], (domain,))


def test_what_was_free_and_is_taken_when_the_pages_were_counted_is_no_longer_free() -> None:
    """3 GiB went between the two: 2 of them are pages of the domain that the claim counts less."""
    found = observed_at(990.0, seen(7, "web"), held={7: {0: 2 * GIB}}, gone={0: 3 * GIB})
    assert free_gib(host_beside(two_pnodes(), [a_claim(overhead_kib={})], found)) == [1, 8]


def test_huge_pages_and_devices_are_claimed_too() -> None:
    pool = placer.HugePages(page_size=2048, total=10, free=8)
    host = two_pnodes(devices=(placer.Device(id="net", pnode=1), placer.Device(id="disk", pnode=1)))
    host = change(host, pnodes=(change(host.pnodes[0], huge_pages=(pool,)), host.pnodes[1]))
    claim = a_claim(gib=0, pages=(Pages(pnode=0, page_size=2048, count=5),), devices=("net",))
    left = host_beside(host, [claim], Observed())
    assert [pool.free_pages for pool in left.pnodes[0].huge_pages] == [3]
    assert [device.id for device in left.devices] == ["disk"]


@pytest.mark.parametrize(("building", "claimed_gib"), [((7,), 1), ((7, 8), 3)])
def test_what_xen_claims_for_a_guest_is_not_counted_twice_where_all_that_is_built_is_known(
    building: tuple[int, ...], claimed_gib: int
) -> None:
    """Of 3 GiB that Xen keeps, 2 are still to come of this guest; another domain's may be all of them."""
    host = two_pnodes(claimed_kib=3 * GIB)
    found = observed_at(990.0, seen(7, "web"), seen(8, "x"), building=building, held={7: {0: 4 * GIB}})
    assert host_beside(host, [a_claim(overhead_kib={})], found).claimed_kib == claimed_gib * GIB


def test_stub_domains_of_the_new_guests_stay_counted() -> None:
    request = a_request(a_guest("new"), host=two_pnodes(claimed_kib=3 * GIB))
    reading = replace(request.readings["new"], stubdomain_kib=2 * GIB)
    request = replace(request, readings={"new": reading})
    found = observed_at(990.0, seen(7, "web"), building=(7,))
    left = host_beside(request.instance.host, [a_claim()], found, stubs_kib=stub_domains_kib(request))
    assert left.claimed_kib == 2 * GIB


def test_a_guest_has_one_claim_which_its_next_plan_replaces() -> None:
    claims = [a_claim("web", 7), a_claim("db", 8), a_claim("old", None)]
    assert others(claims, [a_guest("web")], {"web": UUID.format(7).upper()}) == claims[1:]
    assert others(claims, [a_guest("renamed")], {"renamed": UUID.format(7)}) == claims[1:]
    assert others(claims, [a_guest("old")], {}) == claims[:2]
    assert others(claims, [a_guest("old")], {"old": UUID.format(9)}) == claims[:2]


def test_two_guests_of_one_name_are_refused() -> None:
    with pytest.raises(
        placer.InputError, match=r'guest "web" has uuid abcdef01.*0009, and there is a claim of that name'
    ):
        others([a_claim("web", 7)], [a_guest("web")], {"web": UUID.format(9)})


def test_a_device_that_is_claimed_is_named_with_its_guest() -> None:
    host = two_pnodes(devices=(placer.Device(id="net", pnode=1),))
    request = a_request(a_guest("new", devices=("net",)), host=host)
    with pytest.raises(placer.InputError, match='guest "new" needs device net, which guest "web" claims'):
        request_beside(request, [a_claim(devices=("net",))], Observed())


def test_pnodes_of_exclusive_guests_are_barred_and_rules_with_claimed_guests_hold() -> None:
    exclusive = request_beside(a_request(a_guest("new")), [a_claim(exclusive=("web",))], Observed())
    assert exclusive.instance.guests[0].pnodes == (1,)
    together = placer.Rule(together=("web", "new"))
    assert request_beside(a_request(a_guest("new")), [a_claim()], Observed(), [together]).instance.guests[0].pnodes == (
        0,
    )
    with pytest.raises(placer.InputError, match='guest "new" has no pnode left beside the running guests'):
        request_beside(a_request(a_guest("new")), [a_claim(exclusive=("web",))], Observed(), [together])


def answer_on(pnode: int, request: placer.Request) -> placer.Result:
    fixed = [change(guest, pnodes=(pnode,)) for guest in request.instance.guests]
    answer = placer.solve(change(request.instance, guests=tuple(fixed)))
    assert answer.instance is not None
    return replace(answer, instance=change(answer.instance, guests=request.instance.guests))


def test_an_answer_is_judged_anew_by_room_pcpus_and_rules_of_its_pnodes() -> None:
    request = a_request(a_guest("new"))
    answer = answer_on(0, request)
    assert faults_beside(answer, request, [], Observed()) == []
    assert faults_beside(answer, request, [a_claim(pnode=1)], Observed()) == []
    assert "pnode 0 has room for 2 GiB" in faults_beside(answer, request, [a_claim()], Observed())[0]
    (fault,) = faults_beside(answer, request, [a_claim(gib=1, exclusive=("web",))], Observed())
    assert "stands on pnode 0, the guest may use only 1" in fault


def test_pcpus_that_others_own_by_now_are_seen() -> None:
    request = a_request(a_guest("new", 1, cpu_policy="dedicated"))
    answer = answer_on(0, request)
    assert answer.placement is not None
    owned = answer.placement.pcpu_of["new"][0] or 0
    claim = a_claim(gib=1, domain=Domain(name="web", affinity=((owned,),)))
    assert "to which a running vcpu is bound" in faults_beside(answer, request, [claim], Observed())[0]


def test_what_is_no_instance_any_more_does_not_fit() -> None:
    host = two_pnodes(devices=(placer.Device(id="net", pnode=1),))
    request = a_request(a_guest("new", devices=("net",)), host=host)
    answer = placer.solve(request.instance)
    assert "net" in faults_beside(answer, request, [a_claim(devices=("net",))], Observed())[0]


def test_rules_between_the_guests_of_an_answer_are_judged_anew() -> None:
    request = a_request(a_guest("a", 1), a_guest("b", 1))
    answer = answer_on(0, request)
    assert answer.instance is not None
    ruled = replace(answer, instance=change(answer.instance, rules=(placer.Rule(apart=("a", "b")),)))
    (fault,) = faults_beside(ruled, request, [], Observed())
    assert "apart" in fault


@pytest.mark.parametrize("sets_may_stray", [False, True])
def test_a_set_may_stray_where_the_answer_was_allowed_it(sets_may_stray: bool) -> None:
    breach = BREACHES["set_affinity"]
    instance = change(breach.instance, sets_may_stray=sets_may_stray)
    answer = replace(placer.solve(instance), instance=instance, placement=breach.broken)
    assert (faults_beside(answer, placer.Request(instance=instance), [], Observed()) == []) is sets_may_stray


def test_a_guest_that_the_host_lists_by_its_name_loads_it_once_where_no_domain_is_known() -> None:
    host = two_pnodes(8, domains=(Domain(name="web"),))
    assert host_beside(host, [a_claim()], Observed()).domains == host.domains
