"""What runs on a host of libvirt, from one file."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

import placer
from placer.formats.snapshot.script import snapshot_script
from tests.support.fake_host import or_skip
from tests.support.kvm_snapshots import CAPABILITIES, DB, FREECELL, FREEPAGES, GIB, WEB, domain, parts_of_kvm
from tests.support.snapshots import snapshot


def read(parts: dict[str, str], codes: dict[str, int] | None = None) -> placer.Snapshot:
    return placer.read_snapshot(placer.Text(snapshot(parts, codes=codes), place="kvm1.txt"))


def test_the_host_has_the_free_memory_of_its_nodes_and_its_name() -> None:
    found = read(parts_of_kvm())
    host = found.host.host
    assert (found.toolstack, host.name) == ("libvirt", "kvm1")
    assert [pnode.memory_kib for pnode in host.pnodes] == [3 * GIB, 5 * GIB]
    assert host.slit == ((10, 21), (21, 10))
    assert host.pnodes[1].cores == ((4, 5), (6, 7))
    assert any("leaves out the caches" in note for note in found.host.notes)
    assert not any("Domain-0" in note for note in found.host.notes)


def test_free_memory_comes_from_linux_where_libvirt_does_not_say_it_and_from_the_user_first() -> None:
    parts = parts_of_kvm()
    del parts["virsh-freecell"]
    assert [pnode.memory_kib for pnode in read(parts).host.host.pnodes] == [3 * GIB, 5 * GIB]
    text = placer.Text(snapshot(parts_of_kvm()))
    assert [pnode.memory_kib for pnode in placer.read_host(text, free="0=1GiB").host.pnodes] == [GIB, 5 * GIB]


def test_distances_come_from_linux_where_libvirt_does_not_say_them() -> None:
    parts = parts_of_kvm()
    cells = CAPABILITIES.split("<distances>")
    bare = cells[0] + "".join(cell.split("</distances>")[1] for cell in cells[1:])
    found = read(parts | {"virsh-capabilities": bare}).host
    assert found.host.slit == ((10, 21), (21, 10))
    assert not any("assumed" in note for note in found.notes)
    del parts["node-memory"]
    assert any("between pnodes are assumed" in note for note in read(parts | {"virsh-capabilities": bare}).host.notes)


def test_guests_have_their_configuration_where_they_may_run_and_what_they_hold() -> None:
    found = read(parts_of_kvm())
    assert [(guest.name, guest.domid, guest.uuid) for guest in found.guests] == [("db", 3, DB), ("web", 7, WEB)]
    db, web = found.running.host.domains
    assert (db.affinity, web.affinity) == (((0, 1, 2, 3),) * 2, (None, None))
    assert [vcpu.pcpu for vcpu in found.running.seen[7]] == [5, 1]
    assert found.running.guests[0].stated == ((0, 1, 2, 3),) * 2  # where its numatune puts it
    assert found.host.running is not None
    assert found.host.running.memory_kib == {3: {0: 4 * GIB, 1: 0}, 7: {0: GIB // 2, 1: 3 * GIB // 2}}


def test_a_guest_that_runs_is_placed_anew_with_what_it_holds() -> None:
    host = placer.read_host(placer.Text(snapshot(parts_of_kvm())))
    guests = placer.read_guests(placer.Text(domain("db", DB, 3, 4)), host)
    request = placer.assemble(host, guests)
    assert [pnode.memory_kib for pnode in request.instance.host.pnodes] == [7 * GIB, 5 * GIB]


def test_where_memory_lies_is_known_of_all_or_of_none() -> None:
    found = read(parts_of_kvm(), codes={f"numa-maps/{WEB}": 1})
    assert found.dump is None
    assert any("numa_maps of their QEMU could not be read: web" in note for note in found.notes)


@pytest.mark.parametrize(
    ("change", "codes", "note"),
    [
        ({"virsh-list-after": f"{DB}\n"}, {}, f"domain {WEB} is left out: it ended while the snapshot was taken"),
        ({}, {f"virsh-dumpxml/{WEB}": 1}, f"domain {WEB} is left out: virsh-dumpxml/{WEB} failed with exit code 1"),
        ({}, {f"virsh-vcpuinfo/{WEB}": 1}, f"domain {WEB} is left out: virsh-vcpuinfo/{WEB} failed with exit code 1"),
        ({f"virsh-vcpuinfo/{WEB}": "VCPU:  5\nCPU: 0\nCPU Affinity: y\n"}, {}, "vcpu 5 is listed, the domain has 2"),
        (
            {f"virsh-dumpxml/{WEB}": domain("web", WEB, 7, 2).replace(" id='7'", "")},
            {},
            'expected the id of a running domain, got ""',
        ),
        ({f"virsh-dumpxml/{WEB}": domain("web", WEB, 3, 2)}, {}, "id 3 is that of two domains"),
        ({f"virsh-dumpxml/{WEB}": "<domain type='xen'/>"}, {}, "a domain is left out: kvm1.txt:"),
        ({f"virsh-vcpuinfo/{WEB}": "VCPU:  0\nProzessor: 0\n"}, {}, 'vcpu 0 has no line "CPU Affinity: yy--" below it'),
    ],
)
def test_a_domain_that_cannot_be_read_is_left_out_with_a_note(
    change: dict[str, str], codes: dict[str, int], note: str
) -> None:
    found = read(parts_of_kvm() | change, codes)
    assert [guest.name for guest in found.guests] == ["db"]
    assert any(note in each for each in found.host.notes), found.host.notes


def test_a_domain_that_started_in_between_and_a_list_that_is_missing_are_named() -> None:
    new = "c68650d5-dfa2-4c6b-af86-e88641945e86"
    found = read(parts_of_kvm() | {"virsh-list-after": f"{DB}\n{WEB}\n{new}\n"})
    assert f"kvm1.txt: run, and are not described in it: {new}" in found.notes
    parts = parts_of_kvm()
    del parts["virsh-list"]
    assert any("which domains run is not known" in note for note in read(parts).notes)


def test_every_prefix_is_read_with_notes_or_refused_with_its_place() -> None:
    lines = snapshot(parts_of_kvm()).splitlines(keepends=True)
    ends = next(i for i, line in enumerate(lines) if " end virsh-capabilities " in line)
    for count in range(1, len(lines)):
        text = placer.Text("".join(lines[:count]), place="kvm1.txt")
        if count <= ends:
            with pytest.raises(placer.InputError, match=r"^kvm1\.txt(:\d+)?: states no host: "):
                placer.read_snapshot(text)
        else:
            assert any(note.endswith("is cut off here") for note in placer.read_snapshot(text).host.notes)


def test_outputs_of_xl_are_none_of_this_host() -> None:
    text = placer.Text(snapshot(parts_of_kvm()), place="kvm1.txt")
    with pytest.raises(
        placer.InputError, match=r"^kvm1\.txt: --pools, .* are outputs of xl, and this is a snapshot of"
    ):
        placer.read_host(text, pools=placer.Text("Name CPU list\n"))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("virsh-freecell", FREECELL.replace("    1:", "nonsense", 1), "a line of virsh freecell --all"),
        ("virsh-freepages", FREEPAGES.replace("4KiB:", "nonsense", 1), "lines of virsh freepages --all"),
    ],
    ids=["freecell", "freepages"],
)
def test_a_fault_in_a_part_has_its_line(name: str, text: str, expected: str) -> None:
    text = snapshot(parts_of_kvm() | {name: text})
    line = 1 + text[: text.index("nonsense")].count("\n")
    with pytest.raises(placer.InputError, match=rf"^kvm1\.txt:{line}: expected {expected}"):
        placer.read_host(placer.Text(text, place="kvm1.txt"))


@pytest.mark.skipif(shutil.which("virsh") is None, reason="virsh is not installed")
@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_what_the_real_virsh_prints_of_its_test_host_is_read(shell: str) -> None:
    """The domain "test" of libvirt's test driver has 8 GiB and 2 vcpus; its two cells have 2 and 4 MiB free."""
    given = os.environ | {"LIBVIRT_DEFAULT_URI": "test:///default"}
    ran = subprocess.run(
        [*or_skip([shell]), "-s"],
        input=snapshot_script(toolstack="libvirt"),
        capture_output=True,
        text=True,
        env=given,
        check=True,
    )
    found = placer.read_snapshot(placer.Text(ran.stdout))
    assert [(guest.name, guest.vcpu_count, guest.memory_kib) for guest in found.guests] == [("test", 2, 8 * GIB)]
    assert [pnode.memory_kib for pnode in found.host.host.pnodes] == [2048, 4096]


def test_memory_devices_are_meant_to_lie_on_the_pnode_of_their_nodemask() -> None:
    cell = "<cpu><numa><cell id='0' cpus='0-1' memory='4' unit='GiB'/></numa></cpu>"
    bound = "<numatune><memnode cellid='0' mode='strict' nodeset='0'/></numatune>"
    target = "<target><size unit='GiB'>1</size></target>"
    parts = parts_of_kvm()
    for mask, pnodes in (("1", (0, 1)), ("0-1", None)):
        source = f"<source><nodemask>{mask}</nodemask></source>"
        inside = f"{bound}{cell}<devices><memory model='dimm'>{source}{target}</memory></devices>"
        parts[f"virsh-dumpxml/{DB}"] = domain("db", DB, 3, 4, more=inside)
        db = read(parts).running.guests[0]
        assert db.memory_kib == 5 * GIB
        found = None if db.vnodes is None else tuple(vnode.pnode for vnode in db.vnodes)
        assert found == pnodes


def test_domains_are_seen_with_their_uuids_and_take_their_memory_as_they_use_it() -> None:
    running = read(parts_of_kvm()).host.running
    assert running is not None and running.sighting is not None
    sighting = running.sighting
    assert {each.name for each in sighting.domains} == {"db", "web"}
    assert (sighting.lazy, sighting.whole) == (True, True)
    assert not any(each.built for each in sighting.domains) and all(each.uuid for each in sighting.domains)


def test_a_domain_that_only_one_list_has_leaves_open_which_there_were() -> None:
    parts = parts_of_kvm()
    parts["virsh-list-after"] += "00000000-0000-4000-8000-000000000009\n"
    running = read(parts).host.running
    assert running is not None and running.sighting is not None and not running.sighting.whole
