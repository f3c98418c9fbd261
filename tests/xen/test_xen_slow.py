"""Guests that placer placed and wrote, created by a real Xen on emulated NUMA hosts."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace

import placer
from placer.assignment import Status
from placer.instance import Placement
from tests.xen.expected_info import expected, told
from tests.xen.xen_boot import Machine
from tests.xen.xen_guest_files import (
    ASYMMETRIC,
    EIGHT,
    STDVGA_PAGES,
    file,
    filling_guests,
    large_guests,
    mixed_guests,
    vnuma,
)
from tests.xen.xen_images import images
from tests.xen.xen_packages import Platform
from tests.xen.xen_trial import Trial, run_placer, try_on_xen
from tests.xen.xen_verdicts import affinity_fault, faults_of, pages_fault, vnodes_fault

pytestmark = [pytest.mark.xen_slow, pytest.mark.slow]

PAGES_PER_MIB = 256
MOST_UNUSED_MIB = 4
MOST_UNUSED_BESIDE_OTHERS_MIB = 10
"""On a pnode with a guest without vnuma, which cannot count on crumbs."""
ORDER = ("mixed", "full", "large")
SHOWN = {"mixed": ("pair", "mesh", "both", "large"), "full": (), "large": ("four",)}
ROOMY: dict[str, Collection[int]] = {"mixed": range(1, 4), "full": (), "large": range(1, 8)}
"""Pnodes with room for the few pages of a guest that belong to no vnode."""
TOO_LATE = file("late", 256, 2, vnuma((128, "0"), (128, "1"), pnodes=(0, 1)))


@pytest.fixture(scope="module")
def trials(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Trial]]]:
    """Boot two machines at a time; emulation keeps one core busy."""
    folder = tmp_path_factory.mktemp("xen")
    four = Machine(node_mib=1536, cpus=2, slit=ASYMMETRIC)
    paused = Machine(node_mib=1536, cpus=2, slit=ASYMMETRIC, parallel=False)
    eight = Machine(node_mib=8192, cpus=4, slit=EIGHT, parallel=False)  # where one guest runs at a time
    images(platform)
    try_it = functools.partial(try_on_xen, platform=platform)
    with ThreadPoolExecutor(2) as pool:
        futures = {
            "large": pool.submit(try_it, eight, large_guests, folder / "large", started=SHOWN["large"]),
            "mixed": pool.submit(
                try_it, four, mixed_guests, folder / "mixed", started=SHOWN["mixed"], pools={"side": "5"}, snapshot=True
            ),
            "full": pool.submit(try_it, paused, filling_guests, folder / "full", afterwards={"late": TOO_LATE}),
        }
        yield futures
        for future in futures.values():
            future.cancel()


@pytest.fixture(params=ORDER)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def trial(name: str, trials: dict[str, Future[Trial]]) -> Trial:
    return trials[name].result()


def wrong(trial: Trial, name: str, placement: Placement) -> dict[str, str]:
    """Say of each guest whose pages lie elsewhere than the placement has them, what Xen tells."""
    return faults_of(
        {
            guest.name: pages_fault(
                trial.instance,
                placement,
                guest,
                trial.after.domains[trial.domids[guest.name]].pages,
                roomy=ROOMY[name],
                video_pages=STDVGA_PAGES if guest.name == "screen" else 0,
            )
            for guest in trial.instance.guests
        }
    )


def test_every_guest_is_created(trial: Trial, name: str, tell: Callable[..., None]) -> None:
    tell(
        created=len(trial.written),
        refused=sum(code != 0 for guest, (code, _) in trial.created.items() if guest in trial.written),
        elsewhere=len(wrong(trial, name, trial.placement)),
        tables=len(trial.tables),
        minutes=trial.wall_time_s / 60,
    )
    assert trial.answer["status"] == "OPTIMAL"
    assert {guest: trial.created[guest] for guest in trial.written if trial.created[guest][0]} == {}
    assert len(trial.written) == len(trial.instance.guests) == {"mixed": 11, "full": 3, "large": 8}[name]


def test_every_page_lies_where_it_was_planned(trial: Trial, name: str) -> None:
    assert wrong(trial, name, trial.placement) == {}


def test_pages_of_a_plan_shifted_by_one_pnode_are_noticed(trial: Trial, name: str) -> None:
    ids = [pnode.id for pnode in trial.instance.host.pnodes]
    shifted: dict[str, tuple[int | None, ...]] = {
        guest: tuple((pnode or 0) + 1 if (pnode or 0) + 1 in ids else 0 for pnode in pnodes)
        for guest, pnodes in trial.placement.pnode_of.items()
    }
    assert len(wrong(trial, name, Placement(pnode_of=shifted))) == len(trial.instance.guests)


def test_xen_and_libxl_hold_the_vnodes_as_planned(trial: Trial) -> None:
    host = trial.instance.host
    for guest in trial.instance.guests:
        wanted = expected(trial.instance, trial.placement, guest.name)
        assert told(trial.configs[guest.name]["b_info"], host) == wanted
        running = trial.after.domains[trial.domids[guest.name]]
        assert vnodes_fault(trial.instance, trial.placement, guest.name, running) is None


def test_xen_keeps_vnodes_and_memory_ranges_as_the_hypercall_view_has_them(trial: Trial) -> None:
    compared = 0
    for guest in trial.instance.guests:
        if guest.form == "whole":  # started without vnuma
            continue
        view, running = trial.calls[guest.name], trial.after.domains[trial.domids[guest.name]]
        assert view["vnode_to_pnode"] == [vnode.pnode for vnode in running.vnodes], guest.name
        vnode_of = {vcpu: v for v, vnode in enumerate(running.vnodes) for vcpu in vnode.vcpus}
        assert view["vcpu_to_vnode"] == [vnode_of[vcpu] for vcpu in range(guest.vcpu_count)], guest.name
        ranges = [(each["nid"], each["start"], each["end"]) for each in view["vmemrange"]]
        assert ranges == running.ranges, guest.name
        compared += 1
    assert compared >= 2


def test_every_vcpu_has_the_affinity_that_was_planned(trial: Trial, tell: Callable[..., None]) -> None:
    """Soft affinity is what the guest's file asks for, or the pcpus of the vnode's pnode, which xl sets."""
    for guest in trial.instance.guests:
        fault = affinity_fault(trial.instance, trial.placement, guest, trial.affinity[guest.name])
        assert fault is None, f"{guest.name}: {fault}"
    tell(affinities=sum(guest.vcpu_count for guest in trial.instance.guests))


def test_a_started_guest_sees_its_vnodes_and_the_distances_that_were_written(trial: Trial, name: str) -> None:
    assert set(trial.tables) == set(SHOWN[name]), trial.silent
    for guest, tables in trial.tables.items():
        rows = expected(trial.instance, trial.placement, guest)["vnuma_nodes"]
        assert tables.slit == [row["distances"] for row in rows]
        assert tables.vnode_of == {vcpu: v for v, row in enumerate(rows) for vcpu in row["vcpus"]}
        assert tables.memory_kib == {v: row["memkb"] for v, row in enumerate(rows)}


def test_the_distances_that_a_guest_sees_are_not_symmetric(trials: dict[str, Future[Trial]]) -> None:
    """So that a transposed matrix would be noticed."""
    slit = trials["mixed"].result().tables["mesh"].slit
    assert slit != [list(column) for column in zip(*slit, strict=True)]


def test_the_guests_are_of_every_kind(trials: dict[str, Future[Trial]]) -> None:
    mixed = trials["mixed"].result()
    forms = {guest.name: (guest.form, len(guest.vnodes)) for guest in mixed.instance.guests}
    assert forms["large"][0] == "parts"
    assert {name for name, (form, _) in forms.items() if form == "whole"} == {"small", "pinned", "aside"}
    assert mixed.placement.pnode_of["both"] == (2, 2)
    assert mixed.placement.pnode_of["pinned"] == (1,)
    assert (mixed.placement.pnode_of["side"], mixed.placement.pnode_of["aside"]) == ((2, 2), (2,))
    assert set(mixed.placement.pnode_of["tied"]) == {0, 3}
    assert sum(guest.memory_kib for guest in trials["large"].result().instance.guests) > 55 << 20


def test_a_snapshot_taken_in_the_dom0_says_what_xen_holds(trials: dict[str, Future[Trial]]) -> None:
    trial = trials["mixed"].result()
    found = placer.read_snapshot(placer.Text(trial.snapshot, place="snapshot"))
    assert found.notes == ("bound to some of a pnode's pcpus, and counted as if bound to all of them: pinned, tied",)
    assert (found.facts.uid, found.facts.boot_id != "", found.unsettled) == ("0", True, {})
    assert {guest.name: guest.domid for guest in found.guests} == {
        name: domid for name, domid in trial.domids.items() if domid
    }
    assert found.dump is not None
    held = {
        domid: {pnode: kib // 4 for pnode, kib in domain.memory_kib.items() if kib}
        for domid, domain in found.dump.domains.items()
    }
    assert held == {domid: dict(domain.pages) for domid, domain in trial.after.domains.items()}
    assert [pool.name for pool in found.host.host.cpupools] == ["Pool-0", "side"]
    assert {
        domain.name: domain.pool for domain in found.running.host.domains if domain.pool not in {None, "Pool-0"}
    } == {name: pool for name, pool in trial.pool_of.items() if pool == "side"}
    shown = placer.show(found, time_limit_s=5)
    assert {guest.domain.name for guest in shown.findings.guests} == set(trial.written)
    assert [guest.domain.name for guest in shown.findings.guests if guest.memory_faults] == []


def test_a_host_that_placer_calls_full_takes_not_one_mib_more(trials: dict[str, Future[Trial]]) -> None:
    instance = trials["full"].result().instance
    span = instance.guests[0]
    for v, vnode in enumerate(span.vnodes):
        larger = [*span.vnodes]
        larger[v] = replace(vnode, memory_kib=vnode.memory_kib + 1024)
        guests = (replace(span, vnodes=tuple(larger)), *instance.guests[1:])
        assert placer.solve(replace(instance, guests=guests)).status is Status.INFEASIBLE


def test_a_host_that_placer_calls_full_is_full(trials: dict[str, Future[Trial]]) -> None:
    """All guests were created, and little is left of any pnode."""
    full = trials["full"].result()
    unused = {pnode: pages / PAGES_PER_MIB for pnode, pages in full.after.free_pages.items()}
    others = {p for guest in full.instance.guests if guest.form == "whole" for p in full.placement.pnode_of[guest.name]}
    assert others == {3}
    assert max(mib for pnode, mib in unused.items() if pnode not in others) <= MOST_UNUSED_MIB, unused
    assert max(unused.values()) <= MOST_UNUSED_BESIDE_OTHERS_MIB, unused


def test_xen_refuses_a_guest_that_its_pnodes_cannot_hold(trials: dict[str, Future[Trial]]) -> None:
    """So that being created means something: Xen tries no other node."""
    code, words = trials["full"].result().created["late"]
    assert code == 3
    assert "Out of memory" in words or "ould not allocate memory" in words


def test_first_fit_leaves_a_vnode_of_the_same_guests_without_a_pnode(
    trials: dict[str, Future[Trial]], tmp_path: Path
) -> None:
    instance = tmp_path / "instance.json"
    instance.write_text(placer.dump_instance(trials["full"].result().instance))
    said = run_placer(
        "solve", str(instance), "--strategy", "first-fit", "--format", "xl", "-o", f"{tmp_path}/", expected=2
    )
    assert 'guest "span" vnode' in said
    assert "has no pnode" in said
    assert not list(tmp_path.glob("*.cfg"))


def test_a_guest_runs_in_its_cpupool_and_xen_lists_pools_as_placer_reads_them(trials: dict[str, Future[Trial]]) -> None:
    mixed = trials["mixed"].result()
    assert {pool.name: pool.pcpus for pool in mixed.instance.host.cpupools} == {
        "Pool-0": (0, 1, 2, 3, 4, 6, 7),
        "side": (5,),
    }
    assert mixed.pool_of["side"] == mixed.pool_of["aside"] == "side"
    assert mixed.pool_of["small"] == "Pool-0"
    assert [affinity.soft for affinity in mixed.affinity["aside"]] == [(5,), (5,)]
    told = {name: config["c_info"].get("pool_name") for name, config in mixed.configs.items()}
    assert (told["side"], told["aside"], told["small"]) == ("side", "side", None)
