"""The verdict on a certificate, and what is refused."""

from __future__ import annotations

import subprocess
import sys

import pytest
from msgspec.structs import replace

from placer.errors import InputError
from placer.fleet.bound.certificate import Certificate
from placer.fleet.bound.result import bound
from placer.fleet.bound.verdict import check_certificate
from placer.fleet.files.requests_table import read_requests
from placer.formats.text.files import Text
from tests.support.fleets import fleet_of

FLEET = fleet_of([[(2, 8)]] * 3, [[(1, 2)]] * 3)
REQUESTS = read_requests(Text("flavor_vcpus,flavor_ram,numa\n" + "1,2,1\n" * 5))


def test_a_true_certificate_holds_and_one_that_claims_more_does_not() -> None:
    certificate = bound(FLEET).certificate
    (proof,) = check_certificate(FLEET, certificate)
    assert (proof.holds, proof.proved) == (True, 2)
    more = Certificate(claims=[replace(certificate.claims[0], bound=3)])
    (proof,) = check_certificate(FLEET, more)
    assert (proof.holds, proof.proved) == (False, 2)


def test_a_claim_on_requests_is_checked_with_them() -> None:
    certificate = bound(FLEET, REQUESTS).certificate
    assert [proof.holds for proof in check_certificate(FLEET, certificate, REQUESTS)] == [True]
    fewer = Certificate(claims=[replace(certificate.claims[0], bound=2)])
    assert [proof.proved for proof in check_certificate(FLEET, fewer, REQUESTS)] == [None]
    with pytest.raises(InputError, match=r"claims\[0\]: a claim on requests, expected the table of requests too"):
        check_certificate(FLEET, certificate)
    short = read_requests(Text("flavor_vcpus,flavor_ram,numa\n1,2,1\n"))
    with pytest.raises(InputError, match=r"claims 3 requests, expected fewer than the 1 of the table"):
        check_certificate(FLEET, certificate, short)


def test_a_certificate_of_another_fleet_is_refused_with_its_place() -> None:
    with pytest.raises(InputError, match=r"claims\[0\]: prices: no class of guests begins with \"g0\""):
        check_certificate(fleet_of([[(2, 8)]], []), bound(FLEET).certificate)


def test_no_solver_is_loaded_for_a_check() -> None:
    code = "import sys, placer.fleet.bound.verdict as _; print({'highspy', 'ortools'}.isdisjoint(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "True\n"
