"""What a claim holds, and how its times outlast a reboot of the machine that holds the file."""

from __future__ import annotations

from dataclasses import replace

import msgspec

import placer
from placer.claims.claim import Claim, Pages, claim_of
from placer.solving.started import started
from tests.support.claiming import GIB, NOW, UUID, a_claim, a_guest, two_pnodes


def test_a_claim_has_what_its_guest_takes() -> None:
    """6 GiB on pnode 1; 3 MiB of overhead in halves of 1.5 MiB on both pnodes, as the guest has vnuma."""
    guest = a_guest("web", overhead_kib=3072, devices=("0000:3b:00.0",))
    host = two_pnodes(devices=(placer.Device(id="0000:3b:00.0", pnode=1),))
    took = started(guest, placer.Placement(pnode_of={"web": (1,)}), host, ("web",))
    claim = claim_of(took, UUID.format(7).upper(), NOW, lasts_s=60, host_boot="b1")
    assert (claim.memory_kib, claim.overhead_kib) == ({1: 6 * GIB}, {0: 1536, 1: 1536})
    assert claim.taken_kib == {0: 1536, 1: 6 * GIB + 1536}
    assert (claim.guest, claim.uuid, claim.pnodes) == ("web", UUID.format(7), (1,))
    assert (claim.claimed_s, claim.expires_s, claim.boot_id, claim.host_boot) == (1000.0, 1060.0, "m1", "b1")
    assert (claim.exclusive, claim.devices) == (("web",), ("0000:3b:00.0",))
    assert claim.domain == placer.Domain(name="web", affinity=((2, 3),))
    assert not claim.started


def test_huge_pages_are_memory_of_the_guest_and_no_memory_of_the_pnode() -> None:
    claim = a_claim(gib=0, pages=(Pages(pnode=1, page_size=2048, count=512),))
    assert claim.whole_kib == GIB
    assert claim.taken_kib == {0: 1024}


def test_it_is_written_and_read_back() -> None:
    claim = a_claim(
        pages=(Pages(pnode=1, page_size=2048, count=3),), exclusive=("web", placer.VnodeOf(guest="web", vnode=0))
    )
    assert msgspec.json.decode(msgspec.json.encode(claim), type=Claim) == claim


def test_after_a_reboot_of_the_machine_it_lasts_as_long_as_at_first() -> None:
    """Seconds of another boot say nothing: 600 s from now, and every snapshot since the boot is newer."""
    after = replace(NOW, boot_id="m2", at_s=50.0)
    claim = a_claim().in_boot(after)
    assert (claim.boot_id, claim.claimed_s, claim.expires_s) == ("m2", 0.0, 650.0)
    assert a_claim().in_boot(NOW) == a_claim()
    running = a_claim(confirmed_s=990.0, seen_s=980.0, missing_s=995.0).in_boot(after)
    assert (running.confirmed_s, running.seen_s, running.missing_s) == (0.0, 0.0, None)
    assert running.started
