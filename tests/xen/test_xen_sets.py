"""Guests without vnuma on sets of pnodes, planned and written by placer and created by a real Xen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import placer
from tests.xen.dom0_views import audited
from tests.xen.readback import NumaDump, read_numa_dump
from tests.xen.xen_boot import Dom0, Machine
from tests.xen.xen_guest_files import ASYMMETRIC
from tests.xen.xen_images import idle_guest, images
from tests.xen.xen_packages import Platform
from tests.xen.xen_trial import run_placer

pytestmark = [pytest.mark.xen_slow, pytest.mark.slow]

NARROWER = re.compile(r",(\d+-)?\d+(?=\")")
MIB_PAGES = 256
EXTENT_PAGES = 512
HVM = 'type = "hvm"\nkernel = "/guest/tables"\nvga = "none"\n'
IDLE = 'kernel = "/tmp/idle"\n'
PV = 'name = "{name}"\ntype = "pv"\nkernel = "/tmp/idle"\nmemory = {mib}\nvcpus = 4\n'
GUESTS = {
    "pv": f'name = "pv"\ntype = "pv"\n{IDLE}memory = 1801\nvcpus = 3\n',
    "pvh": f'name = "pvh"\ntype = "pvh"\n{IDLE}memory = 1002\nvcpus = 4\n',
    "hvm": f'name = "hvm"\n{HVM}memory = 1900\nvcpus = 4\n',
    "grows": f'name = "grows"\n{HVM}memory = 256\nmaxmem = 512\nvcpus = 2\n',
    "moves": f'name = "moves"\n{HVM}memory = 64\nvcpus = 4\n',
}
"""None fits a pnode of 1.5 GiB with two pcpus, but for the one that grows; each alone finds room to spare."""


NARROWED = f'name = "narrowed"\ntype = "pv"\n{IDLE}memory = 301\nvcpus = 5\n'
"""Spread for its vcpus, so that any of its pnodes has room for all of its memory."""


@dataclass
class Seen:
    """What placer planned and wrote for a guest, and what Xen made of it."""

    answer: dict[str, object]
    written: str
    created: tuple[int, str]
    pages: dict[int, int]
    audited: int
    restored: tuple[int, str] | None = None


@pytest.fixture(scope="module")
def seen(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Seen]]:
    images(platform)
    folder = tmp_path_factory.mktemp("sets")
    with Dom0(
        Machine(node_mib=1536, cpus=2, slit=ASYMMETRIC, parallel=False), folder / "console.txt", platform
    ) as dom0:
        dom0.put("/tmp/idle", idle_guest(platform))
        found = {name: create(dom0, name, text, folder) for name, text in GUESTS.items()}
        info = placer.Text(dom0.ask("xl info -n"), place="xl info -n")
        full = PV.format(name="full", mib=largest(info))
        found["narrowed"] = create(dom0, "narrowed", NARROWED, folder, narrowed=True)
        yield found | {"full": create(dom0, "full", full, folder, kept=True)}


def largest(info: placer.Text) -> int:
    """Find the most MiB of a pv guest with which placer says that nothing may stray, by halving."""
    low, high = 1600, 8000
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits_surely(info, middle) else (low, middle)
    return low


def fits_surely(info: placer.Text, mib: int) -> bool:
    host = placer.read_host(info)
    text = placer.Text(PV.format(name="full", mib=mib), place="full.cfg")
    answer = placer.solve(placer.assemble(host, placer.read_guests(text, host)).instance, workers=1)
    return answer.instance is not None and not answer.instance.sets_may_stray


def create(dom0: Dom0, name: str, text: str, folder: Path, *, kept: bool = False, narrowed: bool = False) -> Seen:
    """
    Plan a guest for the host as it is, create it, look, save and restore one, and destroy it unless it is kept.

    One that is narrowed is created without the pcpus of the last pnode of its set, as a faulty writer would.
    """
    info, file, plan = folder / "info.txt", folder / f"{name}.cfg", folder / f"{name}.json"
    info.write_text(dom0.ask("xl info -n"))
    file.write_text(text)
    command = ["solve", "--host", str(info), str(file), "--quiet", "--migratable"]
    plan.write_text(run_placer(*command, "--format", "json"))
    written = run_placer(*command, "--format", "xl")
    if narrowed:
        written = NARROWER.sub("", written)
    dom0.put(f"/tmp/{name}.cfg", written)
    created = dom0.run(f"xl create -p /tmp/{name}.cfg")
    code, _ = audited(dom0, info, folder, "--placement", str(plan))
    dump = (folder / "dmesg.txt").read_text()
    domid = dom0.run(f"xl domid {name}")[1].strip()
    result = Seen(json.loads(plan.read_text()), written, created, pages_of(read_numa_dump(dump), domid), code)
    if name == "moves":
        dom0.ask(f"xl unpause {name}; xl save {name} /tmp/image")  # at once: it soon has shown its tables
        result.restored = dom0.run(f"xl restore -p /tmp/{name}.cfg /tmp/image")
    if not kept:  # Xen scrubs what it takes back, page by page
        dom0.run(f"xl destroy {name}; sleep 2")
    return result


def pages_of(dump: NumaDump, domid: str) -> dict[int, int]:
    return dump.domains[int(domid)].pages if domid.isdigit() and int(domid) in dump.domains else {}


@pytest.mark.parametrize("name", [*GUESTS, "full"])
def test_a_guest_on_a_set_lies_there_to_the_page(name: str, seen: dict[str, Seen], tell: Callable[..., None]) -> None:
    guest = seen[name]
    assert guest.created[0] == 0, guest.created[1]
    pnodes = sorted(guest.answer["placement"][name])  # type: ignore[index]
    if name == "grows":
        assert len(pnodes) == 1
    else:
        assert guest.answer["sets"] == [name]
        assert len(pnodes) >= 2
    assert not any("may stray" in note for note in guest.answer["notes"])  # type: ignore[attr-defined]
    assert guest.pages.keys() == set(pnodes)
    parts = [guest.pages[p] for p in pnodes]
    assert max(parts) - min(parts) <= EXTENT_PAGES + MIB_PAGES
    assert guest.audited == 0
    tell(created=1, refused=0, elsewhere=0, checks=1)


def test_a_set_without_one_of_its_pnodes_is_noticed(seen: dict[str, Seen]) -> None:
    guest = seen["narrowed"]
    assert guest.created[0] == 0, guest.created[1]
    assert guest.pages.keys() < set(guest.answer["placement"]["narrowed"])  # type: ignore[index]
    assert guest.audited == 1


def test_a_guest_that_grows_starts_with_both_figures(seen: dict[str, Seen]) -> None:
    written = seen["grows"].written
    assert "memory = 256\n" in written
    assert "maxmem = 512\n" in written
    # Xen does not list the pages that it keeps ready to be populated on demand
    assert 0 < sum(seen["grows"].pages.values()) <= 257 * MIB_PAGES


def test_a_guest_on_a_set_is_saved_and_restored(seen: dict[str, Seen]) -> None:
    assert seen["moves"].restored is not None
    assert seen["moves"].restored[0] == 0, seen["moves"].restored[1]


def test_a_set_fills_its_pnodes_to_the_last_mib_that_surely_fits(seen: dict[str, Seen]) -> None:
    """It takes most of what all pnodes have free, and yet no page strays (tested above)."""
    assert sum(seen["full"].pages.values()) >= 3 * 1000 * MIB_PAGES
