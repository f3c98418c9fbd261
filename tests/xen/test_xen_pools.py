"""Parked threads, cpupools of each node and a guest that is moved by hand, on a real Xen with emulated siblings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import placer
from tests.xen.dom0_views import audited
from tests.xen.readback import read_numa_dump
from tests.xen.xen_boot import Dom0, Machine
from tests.xen.xen_guest_files import file
from tests.xen.xen_images import images
from tests.xen.xen_packages import Platform
from tests.xen.xen_trial import run_placer

pytestmark = [pytest.mark.xen_slow, pytest.mark.slow]

SIBLINGS = Machine(node_mib=1024, cpus=4, slit=((10, 20), (20, 10)), threads=2, options="smt=off", parallel=False)
"""Each pnode has two cores of two threads, the second of which Xen parks."""
MOVED = file("moved", 128, 1)
POOLED = {
    "bare": file("bare", 64, 1),
    "first": file("first", 64, 1, 'pool = "0"'),
    "second": file("second", 64, 1, 'pool = "1"'),
    "overlaps": file("overlaps", 64, 1, 'cpus = "2-7"'),
}
BESIDE = file("beside", 64, 1, 'cpus = "4-7"')
MOST_ELSEWHERE = 16
"""Pages of a guest without a screen whose pnode Xen chooses."""


@dataclass
class Seen:
    """What placer and Xen said of the host and its guests; pages by guest and pnode."""

    info: str
    all_pools: str
    home: int = -1
    pins: list[int] = field(default_factory=list)
    checked: list[tuple[int, str]] = field(default_factory=list)
    pools: str = ""
    planned: dict[str, tuple[int | None, ...]] = field(default_factory=dict)
    pool_of: dict[str, str] = field(default_factory=dict)
    pages: dict[str, dict[int, int]] = field(default_factory=dict)
    refused: tuple[int, str] = (0, "")


@pytest.fixture(scope="module")
def seen(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    images(platform)
    folder = tmp_path_factory.mktemp("pools")
    with Dom0(SIBLINGS, folder / "console.txt", platform) as dom0:
        found = Seen(info=dom0.ask("xl info -n"), all_pools=dom0.ask("xl cpupool-list -c"))
        (folder / "info.txt").write_text(found.info)
        move_by_hand(dom0, found, folder)
        dom0.ask("xl destroy moved; xl cpupool-numa-split")
        found.pools = dom0.ask("xl cpupool-list -c")
        (folder / "pools.txt").write_text(found.pools)
        place_in_pools(dom0, found, folder)
        yield found


def move_by_hand(dom0: Dom0, found: Seen, folder: Path) -> None:
    """Create a guest as placed, and pin it to the other pnode; placer judges before and after."""
    (folder / "moved.cfg").write_text(MOVED)
    solve = ["solve", "--host", str(folder / "info.txt"), str(folder / "moved.cfg"), "--quiet"]
    dom0.put("/tmp/moved.cfg", run_placer(*solve, "--format", "xl"))
    dom0.ask("xl create /tmp/moved.cfg")
    found.checked.append(audited(dom0, folder / "info.txt", folder, "--verbose"))
    domid = int(dom0.ask("xl domid moved"))
    pages = read_numa_dump((folder / "dmesg.txt").read_text()).domains[domid].pages
    found.home = max(pages, key=lambda pnode: pages[pnode])
    away = "4,6" if found.home == 0 else "0,2"
    parked = "1" if found.home == 1 else "5"
    found.pins = [dom0.run(f"xl vcpu-pin moved 0 {mask} all")[0] for mask in (parked, away)]
    dom0.ask("sleep 1")
    found.checked.append(audited(dom0, folder / "info.txt", folder, "--verbose"))


def place_in_pools(dom0: Dom0, found: Seen, folder: Path) -> None:
    """Place guests within the pools, create them as written, and one that Xen refuses as it is."""
    host = placer.read_host(folder / "info.txt", pools=folder / "pools.txt")
    guests = [
        guest for name, text in POOLED.items() for guest in placer.read_guests(placer.Text(text, place=name), host)
    ]
    job = placer.assemble(host, guests)
    answer = placer.solve(job.instance, workers=1)
    assert answer.placement is not None
    found.planned = dict(answer.placement.pnode_of)
    for name, text in POOLED.items():
        (folder / f"{name}.cfg").write_text(text)
        solve = ["solve", "--host", str(folder / "info.txt"), "--pools", str(folder / "pools.txt"), "--quiet"]
        dom0.put(f"/tmp/{name}.cfg", run_placer(*solve, str(folder / f"{name}.cfg"), "--format", "xl"))
        dom0.ask(f"xl create -p /tmp/{name}.cfg")
    dom0.put("/tmp/beside.cfg", BESIDE)
    found.refused = dom0.run("xl create -p /tmp/beside.cfg")
    found.pool_of = {row.split()[0]: row.split()[-1] for row in dom0.ask("xl list -c").splitlines()[1:]}
    dump = read_numa_dump(dom0.numa_dump())
    found.pages = {name: dump.domains[int(dom0.ask(f"xl domid {name}"))].pages for name in POOLED}


def test_parked_threads_are_listed_and_no_pcpus_for_placer(seen: Seen) -> None:
    parsed = placer.read_host(placer.Text(seen.info, place="xl info -n"))
    assert [pnode.pcpus for pnode in parsed.host.pnodes] == [(0, 2), (4, 6)]
    assert parsed.host.offline_pcpus == (1, 3, 5, 7)
    assert "as smt=off of xen_commandline leaves them" in " ".join(parsed.notes)


def test_the_pools_of_xen_have_online_pcpus_alone(seen: Seen) -> None:
    unexplained = placer.Text(seen.info.replace("smt=off", ""), place="xl info -n")
    assert [pnode.pcpus for pnode in placer.read_host(unexplained).host.pnodes] == [(0,), ()]
    for pools in (seen.all_pools, seen.pools):
        host = placer.read_host(unexplained, pools=placer.Text(pools, place="xl cpupool-list -c")).host
        assert [pnode.pcpus for pnode in host.pnodes] == [(0, 2), (4, 6)]


def test_xen_refuses_a_parked_thread_as_the_only_pcpu_of_a_vcpu(seen: Seen) -> None:
    assert [code != 0 for code in seen.pins] == [True, False]


def test_a_guest_is_fine_as_placed_and_runs_away_from_its_memory_once_moved_by_hand(
    seen: Seen, tell: Callable[..., None]
) -> None:
    (before, _), (after, report) = seen.checked
    assert (before, after) == (0, 1)
    away = "4,6" if seen.home == 0 else "0,2"
    assert f"vcpus 0 may run on pcpus {away}, none of them on pnode {seen.home}\n" in report
    tell(created=1, checks=2)


def test_after_a_numa_split_the_pool_of_id_0_has_another_name_and_the_guests_that_name_none(
    seen: Seen, tell: Callable[..., None]
) -> None:
    assert {name: seen.pool_of[name] for name in POOLED} == {
        "bare": "Pool-node0",
        "first": "Pool-node0",
        "second": "Pool-node1",
        "overlaps": "Pool-node0",
    }
    assert seen.planned == {"bare": (0,), "first": (0,), "second": (1,), "overlaps": (0,)}
    for name, (home,) in seen.planned.items():
        elsewhere = sum(pages for pnode, pages in seen.pages[name].items() if pnode != home)
        assert elsewhere <= MOST_ELSEWHERE, name
    tell(created=len(POOLED))


def test_xen_refuses_a_mask_beside_the_pool_and_placer_finds_no_placement(seen: Seen) -> None:
    assert "Hard affinity completely outside of domain's cpupool" in seen.refused[1]
    host = placer.read_host(
        placer.Text(seen.info, place="xl info -n"), pools=placer.Text(seen.pools, place="xl cpupool-list -c")
    )
    job = placer.assemble(host, placer.read_guests(placer.Text(BESIDE, place="beside.cfg"), host))
    assert placer.solve(job.instance, workers=1).status is placer.Status.INFEASIBLE
