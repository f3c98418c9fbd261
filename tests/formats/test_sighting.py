"""What a host's outputs say of its domains as such."""

from __future__ import annotations

from placer.formats.sighting import SeenDomain, Sighting, Taken


def test_what_nobody_asked_is_not_known() -> None:
    sighting = Sighting(domains=(SeenDomain(domid=3, name="db"),))
    assert (sighting.whole, sighting.taken, sighting.lazy, sighting.gone_kib, sighting.building) == (
        False, None, False, {}, frozenset()
    )  # fmt: skip
    assert not sighting.domains[0].built
    assert (Taken().boot_id, Taken().uptime_s, Taken().time_s) == ("", None, None)
