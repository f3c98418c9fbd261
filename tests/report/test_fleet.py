"""Bounds of fleets in words."""

from __future__ import annotations

import json
from dataclasses import replace

from placer.fleet.bound.certificate import BoundClaim
from placer.fleet.bound.requests import RequestBound
from placer.fleet.bound.result import bound
from placer.fleet.bound.verdict import Proof
from placer.fleet.files.requests_table import read_requests
from placer.fleet.model.fleet import Placed
from placer.formats.text.files import Text
from placer.report.fleet import bound_json, certificate_json, claim_words, render_bound, render_proofs
from tests.support.fleets import fleet_of

FLEET = fleet_of([[(2, 8)]] * 3, [[(1, 2)]] * 4, placed=[Placed(guest="g0", host="h0", pnodes=[0])])


def test_claims_are_said_in_words() -> None:
    hosts = BoundClaim(tier="hosts", bound=7, scale=1, held={"unplaced_guests": 2, "unplaced": 0})
    assert (
        claim_words(hosts, in_use=3) == "no assignment uses fewer than 10 hosts, with guests that are not placed at 2"
    )
    assert (
        claim_words(BoundClaim(tier="spread", bound=793, scale=1))
        == "every assignment has a pnode of which 79.3 % or more are used"
    )
    size = BoundClaim(tier="unplaced", bound=2**20, scale=1)
    assert (
        claim_words(size) == "every assignment has 1 GiB or more of memory and vcpus (1 MiB each) that are not placed"
    )
    held = BoundClaim(tier="requests", bound=9, scale=1)
    assert claim_words(held) == "no more than the first 9 of these requests can be held together"


def test_a_report_counts_hosts_in_use_and_names_what_is_left_out() -> None:
    found = bound(FLEET)
    assert render_bound(found).splitlines()[:3] == [
        "guests that are not placed: 0, proved the least",
        "their memory and vcpus: 0 KiB, proved the least",
        "hosts that hold a guest: 2, proved the least",
    ]
    ruled = bound(fleet_of([[(2, 8)]], [[(1, 2)]] * 2, rules=[{"apart": ["g0", "g1"]}]))
    assert "left out: 1 rule between guests on hosts" in render_bound(ruled).splitlines()


def test_json_holds_the_certificate() -> None:
    found = bound(FLEET)
    document = json.loads(bound_json(found))
    assert document["tiers"][2] == {"tier": "hosts", "value": 1, "bound": 1}
    assert document["hosts_in_use"] == 1
    assert document["certificate"] == json.loads(certificate_json(found))


def test_that_nothing_was_found_in_time_is_no_claim_that_nothing_fits() -> None:
    found = bound(FLEET)
    unknown = replace(found, requests=RequestBound(most=5, held=0, count=9, claim=None))
    assert render_bound(unknown).splitlines()[:2] == [
        "no more than the first 5 of 9 requests can be held together",
        "no filling that holds the first of them was found in the time given",
    ]
    none = replace(found, requests=RequestBound(most=0, held=0, count=9, claim=None))
    assert render_bound(none).splitlines()[0] == "no more than the first 0 of 9 requests can be held together"
    assert "found in the time given" not in render_bound(none)


def test_requests_that_all_fit_need_no_bound() -> None:
    table = read_requests(Text("flavor_vcpus,flavor_ram,numa\n1,2,1\n"))
    assert (
        render_bound(bound(fleet_of([[(2, 8)]], []), table)).splitlines()[0] == "all 1 requests fit by vcpus and memory"
    )


def test_proofs_say_what_prices_prove_instead() -> None:
    claim = BoundClaim(tier="hosts", bound=7, scale=1)
    assert render_proofs([Proof(claim=claim, proved=5)], in_use=0, relaxed=["x"]).splitlines() == [
        "not proved: no assignment uses fewer than 7 hosts; the prices prove 5",
        "left out: x",
    ]
    assert render_proofs([], in_use=0, relaxed=[]) == "nothing is claimed\n"


def test_a_proof_that_rests_on_a_search_says_so() -> None:
    claim = BoundClaim(tier="hosts", bound=3, scale=1, searched=("h0", "h7"))
    said = render_proofs([Proof(claim=claim, proved=3)], in_use=0, relaxed=())
    assert said == (
        "proved: no assignment uses fewer than 3 hosts; the most that hosts like h0, h7 hold was searched "
        "here again, by CP-SAT\n"
    )
