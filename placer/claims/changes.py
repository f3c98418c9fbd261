"""Changes of single claims, all or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from placer.claims.claim import Claim
from placer.claims.store import Store
from placer.errors import InputError, expect
from placer.instance import shorten


def change_claims(store: Store, changes: Mapping[str, Callable[[Claim], Claim | None]]) -> None:
    """
    Change claims by the names or uuids of their guests; None ends one.

    Raises
    ------
    InputError
        If there is no such claim; then none is changed.
    """
    for name in changes:
        expect("name", name, str)
    with store.writing() as session:
        left = {claim.guest: claim for claim in session.view.claims}
        for name, change in changes.items():
            claim = _found(left, name)
            if claim is None:
                raise InputError(f'no claim of guest "{shorten(name)}"', place=str(store.path))
            changed = change(claim)
            del left[claim.guest]
            if changed is not None:
                left[claim.guest] = changed
        session.replace_claims([*left.values()])


def ended(_claim: Claim) -> None:
    """End a claim."""
    return


def _found(claims: dict[str, Claim], name: str) -> Claim | None:
    """Find the claim of a guest by its name, else by its uuid."""
    return claims.get(name) or next((claim for claim in claims.values() if claim.uuid == name.lower()), None)
