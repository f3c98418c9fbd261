"""Changes of claims: all that are named, or none."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

import placer
from placer.claims.changes import change_claims, ended
from placer.claims.claim import Claim
from placer.claims.store import Store
from placer.claims.tables import Owner
from tests.support.claiming import UUID, a_claim, a_file


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(Path(a_file(tmp_path)))
    store.make(Owner(name="xen1", pnodes=(0, 1)))
    with store.writing() as session:
        session.replace_claims([a_claim("a", 1), a_claim("b", 2)])
    return store


def confirmed(claim: Claim) -> Claim:
    return replace(claim, confirmed_s=950.0)


def test_a_claim_is_known_by_name_and_by_uuid_in_any_case(store: Store) -> None:
    change_claims(store, {"a": confirmed, UUID.format(2).upper(): ended})
    assert [(claim.guest, claim.confirmed_s) for claim in store.read().claims] == [("a", 950.0)]


def test_a_name_that_has_none_leaves_all_as_they_are(store: Store) -> None:
    with pytest.raises(placer.InputError, match='no claim of guest "c"'):
        change_claims(store, {"a": ended, "c": ended})
    assert [claim.guest for claim in store.read().claims] == ["a", "b"]


def test_names_are_words(store: Store) -> None:
    with pytest.raises(placer.InputError, match="name"):
        change_claims(store, {7: ended})  # type: ignore[dict-item]
