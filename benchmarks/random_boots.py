"""Boots an emulated Xen, and has placer plan random batches of guests, which Xen then creates, one after the other."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from msgspec.structs import replace

from placer.check import check
from placer.cli.inputs import read_request
from placer.formats.xl.info import read_xl_info
from placer.instance import Instance, Placement
from placer.job.emit import emit_guests, placed_only
from placer.job.start_order import start_ranks
from tests.xen.dom0_views import audited, settled
from tests.xen.random_batches import HEADS, Batch, random_batch, with_dedicated
from tests.xen.readback import NumaDump, read_numa_dump, read_vcpu_list
from tests.xen.xen_boot import Dom0, Machine
from tests.xen.xen_guest_files import ASYMMETRIC, EIGHT, GuestFiles
from tests.xen.xen_images import idle_guest
from tests.xen.xen_packages import Platform
from tests.xen.xen_trial import run_placer
from tests.xen.xen_verdicts import affinity_fault, as_started, faults_of, pages_fault, vnodes_fault

BATCHES = 10
"""Batches of one boot."""
PAGES_PER_MIB = 256
LIMIT_S = 900.0
Row = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Boot:
    """A host by name, the pcpus of its second cpupool, if it has one, the first seed and the number of its batches."""

    name: str
    machine: Machine
    first: int
    count: int = BATCHES
    side: tuple[int, ...] = ()

    @property
    def seeds(self) -> range:
        """The seeds of its batches."""
        return range(self.first, self.first + self.count)


def _paused(**given: Any) -> Machine:
    """Give the machine for guests that stay paused."""
    return Machine(**given, parallel=False)


def _slit(count: int) -> tuple[tuple[int, ...], ...]:
    return tuple(row[:count] for row in ASYMMETRIC[:count])


BOOTS = (
    Boot(name="four pnodes", machine=_paused(node_mib=1536, cpus=2, slit=ASYMMETRIC), first=1),
    Boot(name="two pnodes", machine=_paused(node_mib=2048, cpus=4, slit=_slit(2)), first=11),
    Boot(name="eight pnodes", machine=_paused(node_mib=1024, cpus=2, slit=EIGHT), first=21),
    Boot(name="three pnodes", machine=_paused(node_mib=1600, cpus=3, slit=_slit(3)), first=31),
    Boot(name="two cpupools", machine=_paused(node_mib=1536, cpus=4, slit=ASYMMETRIC), first=41, side=(6, 7, 14, 15)),
    Boot(name="large pnodes", machine=_paused(node_mib=2560, cpus=4, slit=ASYMMETRIC), first=51),
)
"""Six hosts of two to eight pnodes, up to 10 GiB, which Xen writes all of when it scrubs what guests leave."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A batch, what placer made of it, and the files that it wrote, by guest."""

    batch: Batch
    instance: Instance
    placement: Placement
    answer: dict[str, Any]
    written: GuestFiles


def run_boot(boot: Boot, platform: Platform, folder: Path, seeds: Iterable[int]) -> Iterator[Row]:
    """Boot the host, and give a row for the batch of each seed."""
    with Dom0(boot.machine, folder / "console.txt", platform) as dom0:
        dom0.put("/tmp/idle", idle_guest(platform))
        if boot.side:
            dom0.put("/tmp/side.pool", 'name = "side"\ncpus = "{}"\n'.format(",".join(map(str, boot.side))))
            dom0.ask("; ".join(f"xl cpupool-cpu-remove Pool-0 {pcpu}" for pcpu in boot.side))
            dom0.ask("xl cpupool-create /tmp/side.pool")
        for seed in seeds:
            started = time.monotonic()
            row = _try_batch(dom0, boot, seed, folder / f"{seed}")
            yield (
                {"platform": platform.name, "xen": platform.xen, "boot": boot.name, "seed": f"{seed}"}
                | row
                | {"seconds": f"{time.monotonic() - started:.0f}"}
            )


def _try_batch(dom0: Dom0, boot: Boot, seed: int, folder: Path) -> Row:
    """Plan, create, look, compare, have placer compare, and destroy."""
    folder.mkdir()
    before = sum(settled(dom0).free_pages.values())
    info, pools = folder / "xl-info.txt", folder / "pools.txt"
    info.write_text(dom0.ask("xl info -n"))
    pools.write_text(dom0.ask("xl cpupool-list -c"))
    options = ["--pools", str(pools)] if boot.side else []
    host = read_xl_info(info.read_text(), str(info)).host
    batch = random_batch(seed, host, ("Pool-0", "side") if boot.side else ())
    planned = _planned(batch, info, options, folder)
    created = {}
    for name in _order(planned):
        dom0.put(f"/tmp/{name}.cfg", planned.written[name])
        created[name] = dom0.run(f"xl create -p /tmp/{name}.cfg", LIMIT_S)
    refused = {name: words for name, (code, words) in created.items() if code}
    faults = _faults(dom0, planned, read_numa_dump(dom0.numa_dump()))
    judged = planned.written and not _drawn_elsewhere(planned)
    code = audited(dom0, info, folder, *options)[0] if judged else 0
    for name in created.keys() - refused.keys():
        dom0.ask(f"xl destroy {name}", LIMIT_S)
    settled(dom0, before - PAGES_PER_MIB)
    said = [f"{name}: {words.strip().splitlines()[-1]}" for name, words in refused.items()]
    said += [f"{name}: {fault}" for kind in faults.values() for name, fault in kind.items()]
    return {
        "features": "; ".join(batch.features),
        "guests": f"{len(batch.files)}",
        "status": str(planned.answer["status"]),
        "placed": f"{len(planned.written)}",
        "may_stray": "yes" if _may_stray(planned.answer) else "",
        "refused": f"{len(refused)}",
        **{kind: f"{len(found)}" for kind, found in faults.items()},
        "check": f"{code}",
        "said": " | ".join(said).replace("\n", " "),
    }


def _planned(batch: Batch, info: Path, options: list[str], folder: Path) -> Planned:
    """Have placer's command line place a batch and write its guests; those that fit nowhere are left out."""
    files = []
    for name, text in batch.files.items():
        files.append(str(folder / f"{name}.cfg"))
        Path(files[-1]).write_text(text)
    pools = options[1] if options else None
    request = read_request(files, host=str(info), pools=pools, migratable="--migratable" in batch.options)
    command = ["solve", "--host", str(info), *files, *options, *batch.options]
    if batch.dedicated:
        (folder / "instance.json").write_text(with_dedicated(batch, request.instance))
        command = ["solve", str(folder / "instance.json")]
        request = read_request(command[1:], host=None)
    command += ["--workers", "1", "--allow-unplaced", "--quiet"]
    answer = json.loads(run_placer(*command, "--format", "json"))
    placement = Placement(
        pnode_of={name: tuple(pnodes) for name, pnodes in answer["placement"].items()},
        pcpu_of={
            name: tuple(pcpus)
            for name, pcpus in answer.get("pcpus", {}).items()
            if None not in answer["placement"][name]  # else it is not started, and owns nothing
        },
    )
    # written from this answer: another solve could find another placement as good, or end elsewhere when its time is up
    instance = replace(request.instance.split_into(placement.counts()), sets_may_stray=_may_stray(answer))
    placed = placed_only(dataclasses.replace(request, instance=instance), placement)
    written = emit_guests(*placed, check(placed[0].instance, placed[1]).violations, "xl")
    for name, text in written.items():
        (folder / f"{name}.placed.cfg").write_text(text)
    if batch.dedicated:
        written = {name: text + HEADS["hvm"] for name, text in written.items()}
    return Planned(batch=batch, instance=instance, placement=placement, answer=answer, written=written)


def _may_stray(answer: dict[str, Any]) -> bool:
    """Whether placer says that memory of guests without vnuma may land elsewhere."""
    return any("may stray" in note for note in answer["notes"])


def _drawn_elsewhere(planned: Planned) -> bool:
    """Whether memory may stray, or vcpus are drawn away from their memory by what their own files say."""
    drawn = "soft affinity of their own files is kept, and draws vcpus to pnodes without their memory"
    return _may_stray(planned.answer) or any(drawn in note for note in planned.answer["notes"])


def _order(planned: Planned) -> list[str]:
    """Guests without vnuma first, or last where their memory may stray, as placer advises; else in any order."""
    names = sorted(planned.written)
    Random(len(names)).shuffle(names)
    ranks = start_ranks(planned.instance, planned.placement)
    return sorted(names, key=lambda name: ranks[name])


def _faults(dom0: Dom0, planned: Planned, dump: NumaDump) -> dict[str, dict[str, str]]:
    """Compare pages, vnodes and affinity of each guest that runs with the plan."""
    records = {each["config"]["c_info"]["name"]: each for each in json.loads(dom0.ask("xl list -l"))}
    affinity = read_vcpu_list(dom0.ask("xl vcpu-list"))
    with_vnuma = {name for name, each in records.items() if each["config"]["b_info"].get("vnuma_nodes")}
    started, placement = as_started(planned.instance, planned.placement, with_vnuma)
    guests = [guest for guest in started.guests if guest.name in records]
    running = {guest.name: dump.domains[records[guest.name]["domid"]] for guest in guests}
    roomy = [p for p, pages in dump.free_pages.items() if p and pages > 16 * PAGES_PER_MIB]
    pages = {}
    for guest in guests:
        text = planned.batch.files[guest.name]
        exact = guest.type == "hvm" and "maxmem" not in text
        fault = pages_fault(started, placement, guest, running[guest.name].pages, roomy=roomy, exact=exact)
        pages[guest.name] = None if guest.form in {"set", "whole"} and _may_stray(planned.answer) else fault
    vnodes = {guest.name: vnodes_fault(started, placement, guest.name, running[guest.name]) for guest in guests}
    bound = {guest.name: affinity_fault(started, placement, guest, affinity[guest.name]) for guest in guests}
    return {"pages": faults_of(pages), "vnodes": faults_of(vnodes), "affinity": faults_of(bound)}
