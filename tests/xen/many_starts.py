"""Two guests planned at the same time from one snapshot, and created at once in dom0: with claims and without."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import placer
from placer.formats.snapshot.script import snapshot_script
from tests.xen.xen_boot import Dom0

NAMES = ("first", "second")
CFG = """\
name = "{name}"
uuid = "{uuid}"
type = "hvm"
kernel = "/tmp/sleeping"
vga = "none"
memory = {mib}
vcpus = 1
"""
UUIDS = {name: f"5b1e0f6a-0000-4000-8000-00000000000{n}" for n, name in enumerate(NAMES, 1)}
BESIDE_MIB = 24
"""What the second fullest of the pnodes keeps beside the guest: overhead of a small guest is 3 MiB."""


@dataclass
class Starts:
    """What was planned, how each creation ended, and what a snapshot showed afterwards."""

    mib: int = 0
    free_mib: dict[int, int] = field(default_factory=dict)
    pnodes: dict[str, dict[str, tuple[int | None, ...]]] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    whole: bool = False


def snapshot_of(dom0: Dom0) -> placer.ParsedHost:
    """Take a snapshot with pages."""
    dom0.put("/tmp/snapshot.sh", snapshot_script(pages="always", toolstack="xl"))
    return placer.read_host(placer.Text(dom0.ask("sh /tmp/snapshot.sh 2>/tmp/said"), place="xen1.txt"))


def many_starts(dom0: Dom0, folder: Path) -> Starts:
    """Start both on a host without guests, without claims first; with autoballoon xl would create one by one."""
    told = Starts()
    dom0.ask("echo 'autoballoon=\"off\"' > /etc/xen/xl.conf")
    host = snapshot_of(dom0)
    told.free_mib = {pnode.id: pnode.memory_kib // 1024 for pnode in host.host.pnodes}
    told.mib = sorted(told.free_mib.values())[-2] - BESIDE_MIB
    told.pnodes["without"] = {name: _plan(host, name, told.mib) for name in NAMES}
    told.codes["without"] = _create(dom0, told.pnodes["without"], told.mib)
    dom0.ask("; ".join(f"xl destroy {name}" for name in NAMES) + "; sleep 5; xl list")
    host = snapshot_of(dom0)
    claims = placer.Claims(folder / "xen1.claims")
    told.pnodes["with"] = {name: _claimed(claims, host, name, told.mib) for name in NAMES}
    told.codes["with"] = _create(dom0, told.pnodes["with"], told.mib)
    after = snapshot_of(dom0)
    assert after.running is not None and after.running.sighting is not None
    told.whole = after.running.sighting.whole
    small = placer.assemble(after, _read(after, "small", 16))
    told.notes = claims.place(small).request.notes
    told.states = {guest.name: guest.state for guest in claims.list()}
    return told


def _read(host: placer.ParsedHost, name: str, mib: int) -> list[placer.ParsedGuest]:
    text = CFG.format(name=name, uuid=UUIDS.get(name, "5b1e0f6a-0000-4000-8000-000000000009"), mib=mib)
    return placer.read_guests(placer.Text(text, place=f"{name}.cfg"), host)


def _plan(host: placer.ParsedHost, name: str, mib: int) -> tuple[int | None, ...]:
    request = placer.assemble(host, _read(host, name, mib), always_vnuma=True)
    answer = placer.solve(request.instance, time_limit_s=30)
    assert answer.placement is not None, answer.reason
    return answer.placement.pnode_of[name]


def _claimed(claims: placer.Claims, host: placer.ParsedHost, name: str, mib: int) -> tuple[int | None, ...]:
    request = placer.assemble(host, _read(host, name, mib), always_vnuma=True)
    answer = claims.place(request, time_limit_s=30).answer
    assert answer.placement is not None, answer.reason
    return answer.placement.pnode_of[name]


def _create(dom0: Dom0, pnodes: dict[str, tuple[int | None, ...]], mib: int) -> dict[str, str]:
    """Create both at once, paused; give the exit code of each."""
    for name, places in pnodes.items():
        assert len(places) == 1, "both fit whole"
        row = f'vnuma = [["pnode={places[0]}", "size={mib}", "vcpus=0", "vdistances=10"]]\n'
        dom0.put(f"/tmp/{name}.cfg", CFG.format(name=name, uuid=UUIDS[name], mib=mib) + row)
    both = " ".join(f"{{ xl create -p /tmp/{n}.cfg >/tmp/{n}.said 2>&1; echo $? >/tmp/{n}.code; }} &" for n in pnodes)
    dom0.run(f"{both} wait")
    return {name: dom0.ask(f"cat /tmp/{name}.code").strip() for name in pnodes}
