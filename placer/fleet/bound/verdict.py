"""The verdict on a certificate: what its prices prove of a fleet, recomputed in integers."""

from __future__ import annotations

from dataclasses import dataclass

from placer.errors import InputError
from placer.fleet.bound.certificate import BoundClaim, Certificate, proves, too_many
from placer.fleet.files.requests_table import Requests
from placer.fleet.model.fleet import Fleet
from placer.fleet.problem.asked import with_requests
from placer.fleet.problem.problem import FleetProblem, lower_fleet


@dataclass(frozen=True, kw_only=True)
class Proof:
    """
    What a claim is worth.

    Parameters
    ----------
    claim
        The claim.
    proved
        The bound that its prices prove; for requests the bound itself, or None where the prices do not prove it.
    """

    claim: BoundClaim
    proved: int | None

    @property
    def holds(self) -> bool:
        """Whether all that is claimed is proved."""
        return self.proved is not None and self.proved >= self.claim.bound


def check_certificate(fleet: Fleet, certificate: Certificate, requests: Requests | None = None) -> tuple[Proof, ...]:
    """
    Recompute every bound of a certificate from the fleet alone.

    Parameters
    ----------
    requests
        The requests, for claims on them.

    Raises
    ------
    InputError
        If the certificate is of another fleet, or claims something of requests and none are given.
    """
    problem = lower_fleet(fleet)
    return tuple(_proof(claim, problem, requests, f"claims[{i}]") for i, claim in enumerate(certificate.claims))


def _proof(claim: BoundClaim, problem: FleetProblem, requests: Requests | None, place: str) -> Proof:
    try:
        if claim.tier != "requests":
            return Proof(claim=claim, proved=proves(claim, problem))
        if requests is None:
            raise InputError("a claim on requests, expected the table of requests too")
        if claim.bound >= len(requests.order):
            raise InputError(
                f"claims {claim.bound} requests, expected fewer than the {len(requests.order)} of the table"
            )
        asked = with_requests(problem, requests.shapes, requests.order, claim.bound + 1)
        return Proof(claim=claim, proved=claim.bound if too_many(claim, asked) else None)
    except InputError as error:
        raise InputError(str(error), place=place) from None
