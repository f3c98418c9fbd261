"""The library's door to what runs and what would be best."""

from __future__ import annotations

from threading import Event

import pytest

import placer
from tests.support.kvm_snapshots import parts_of_kvm
from tests.support.snapshots import snapshot


def test_a_snapshot_is_shown_and_nothing_else() -> None:
    found = placer.show(placer.read_snapshot(placer.Text(snapshot(parts_of_kvm()))), workers=1)
    assert isinstance(found, placer.Overview)
    assert found.moves == {"web": ((0, 1), (1,))}
    with pytest.raises(placer.InputError, match=r"^snapshot: expected placer\.Snapshot, got str"):
        placer.show("xen1.txt")  # type: ignore[arg-type]


def test_a_search_that_is_stopped_still_shows_what_is_now() -> None:
    stop = Event()
    stop.set()
    found = placer.show(placer.read_snapshot(placer.Text(snapshot(parts_of_kvm()))), stop=stop)
    assert found.mean_distance == pytest.approx(12.75)
