"""What runs on a host of Xen, from one file: domains that come or go, dumps that are lost, files that are cut off."""

from __future__ import annotations

import json

import pytest

import placer
from placer.formats.sighting import Sighting
from tests.support.snapshots import output, parts_of_xl, snapshot


def read(parts: dict[str, str], numa_dump: placer.Text | None = None) -> placer.Snapshot:
    return placer.read_snapshot(placer.Text(snapshot(parts), place="xen1.txt"), numa_dump=numa_dump)


def test_a_guest_that_is_taken_down_is_no_load_and_cannot_be_planned() -> None:
    parts = parts_of_xl()
    parts["xl-vcpu-list"] = parts["xl-vcpu-list"].replace("web   ", "(null)")
    parts["xl-domains"] = "\n".join(
        line.replace("web   ", "(null)").replace("------", "--ps-d") if line.startswith("web") else line
        for line in parts["xl-domains"].splitlines()
    )
    found = read(parts)
    assert found.unsettled == {5: "is being taken down"}
    assert [guest.name for guest in found.guests] == ["app", "cache", "db", "desk"]
    assert {domain.domid for domain in found.running.host.domains} == {0, 1, 2, 3, 4}
    assert any(note.startswith("is being taken down: web (5); ") for note in found.host.notes)


@pytest.mark.parametrize(("state", "said"), [("--ps-d", "is being taken down"), ("--p---", "is being created, or")])
def test_a_configuration_that_is_not_whole_is_that_of_a_guest_that_comes_or_goes(state: str, said: str) -> None:
    parts = parts_of_xl()
    rows = json.loads(parts["xl-list"])
    rows[-1]["config"] = {"c_info": {"name": "web"}}
    parts["xl-list"] = json.dumps(rows)
    with pytest.raises(placer.InputError, match=r"^xen1\.txt: \$\[5\]\.config: "):
        read(parts)
    head, web = parts["xl-domains"].split("web ")
    parts["xl-domains"] = f"{head}web {web.replace('------', state)}"
    found = read(parts)
    assert list(found.unsettled) == [5]
    assert found.unsettled[5].startswith(said)
    assert [guest.name for guest in found.guests] == ["app", "cache", "db", "desk"]


def test_a_dump_that_is_cut_off_is_a_note_and_one_that_is_given_an_error() -> None:
    dump = "\n".join(output("dmesg.txt").splitlines()[:-3])
    found = read(parts_of_xl() | {"xl-dmesg": dump})
    assert found.dump is None
    assert any("was the dump still being printed?: where memory lies is not known" in note for note in found.host.notes)
    with pytest.raises(placer.InputError, match=r"^dump:\d+: .* was the dump still being printed\?"):
        read(parts_of_xl(), numa_dump=placer.Text(dump, place="dump"))


def test_every_prefix_of_a_snapshot_is_read_with_notes_or_refused_with_its_place() -> None:
    lines = snapshot(parts_of_xl() | {"xl-dmesg": output("dmesg.txt")}).splitlines(keepends=True)
    info_ends = next(i for i, line in enumerate(lines) if " end xl-info " in line)
    for count in range(1, len(lines)):
        text = placer.Text("".join(lines[:count]), place="xen1.txt")
        if count <= info_ends:
            with pytest.raises(placer.InputError, match=r"^xen1\.txt(:\d+)?: states no host: "):
                placer.read_snapshot(text)
        else:
            notes = placer.read_snapshot(text).host.notes
            assert any(note.endswith(": the snapshot is cut off here") for note in notes)


def test_a_guest_that_ended_in_between_is_left_out() -> None:
    parts = parts_of_xl()
    parts["xl-domains"] = "\n".join(line for line in parts["xl-domains"].splitlines() if not line.startswith("db"))
    found = read(parts)
    assert found.unsettled == {3: "ended while the snapshot was taken"}
    assert "db" not in {domain.name for domain in found.running.host.domains}


def test_memory_that_was_taken_between_the_parts_is_a_note_and_a_dump_of_another_host_is_refused() -> None:
    """Pnode 3 has 524,288 pages, 94 MiB of them free: 490 MiB more than domains hold would be more than there is."""
    parts = parts_of_xl() | {"xl-dmesg": output("dmesg.txt")}
    later = parts | {"xl-info": parts["xl-info"].replace("         94 ", "        994 ")}
    assert later != parts
    found = read(later)
    assert found.dump is None
    assert any("were both taken at the same time?: where memory lies is not known" in note for note in found.notes)
    other = parts["xl-dmesg"].replace("CPU0...3 -> NODE0", "CPU0...3 -> NODE1")
    with pytest.raises(
        placer.InputError, match=r"^xen1\.txt: the NUMA dump has pcpu 0 on pnode 1, this host on pnode 0"
    ):
        read(parts | {"xl-dmesg": other})


VERBOSE = "Name  ID   Mem VCPUs\tState\tTime(s)   UUID   Reason-Code\tSecurity Label\n"
UUID = "00000000-0000-4000-8000-{:012}"


def verbose(*rows: tuple[str, int, str, str]) -> str:
    """What xl list -v prints: name, domid, state and time of each."""
    return VERBOSE + "".join(f"{name} {n} 512 2 {state} {time} {UUID.format(n)} - -\n" for name, n, state, time in rows)


def sighting_of(parts: dict[str, str]) -> Sighting:
    running = read(parts).host.running
    assert running is not None and running.sighting is not None
    return running.sighting


def test_domains_that_had_run_before_the_host_was_asked_are_built() -> None:
    """half is being created all the time, new came after the first list, app ran before."""
    parts = parts_of_xl()
    parts["xl-domains-before"] = verbose(
        ("Domain-0", 0, "r-----", "9.9"), ("app", 1, "-b----", "0.0"), ("half", 8, "--p---", "0.0")
    )
    parts["xl-domains"] = verbose(
        ("Domain-0", 0, "r-----", "9.9"),
        ("app", 1, "-b----", "0.0"),
        ("half", 8, "--p---", "0.0"),
        ("new", 9, "r-----", "0.1"),
    )
    sighting = sighting_of(parts)
    assert [(each.domid, each.name, each.built) for each in sighting.domains] == [
        (1, "app", True),
        (8, "half", False),
        (9, "new", False),
    ]
    assert [each.uuid for each in sighting.domains] == [UUID.format(n) for n in (1, 8, 9)]
    assert (sighting.whole, sighting.building, sighting.lazy) == (True, frozenset({8}), False)
    assert sighting.taken is not None and sighting.taken.boot_id.startswith("3f2a9c1e")


def test_a_paused_domain_that_ran_is_built_and_one_that_dies_is_not() -> None:
    parts = parts_of_xl()
    parts["xl-domains-before"] = verbose(("app", 1, "--p---", "3.0"), ("db", 3, "--ps-d", "3.0"))
    built = {each.domid: each.built for each in sighting_of(parts).domains}
    assert built[1] and not built[3]


def test_lists_without_uuids_may_lack_domains_and_without_the_first_none_is_built() -> None:
    """The uuids of guests with a configuration are known from xl list -l."""
    sighting = sighting_of(parts_of_xl())
    assert not sighting.whole and not any(each.built for each in sighting.domains)
    assert next(each.uuid for each in sighting.domains if each.name == "db") == "8e6f4ef4-84ee-4ddf-9e0f-52aa9dfe6eda"
    parts = parts_of_xl()
    parts["xl-domains-before"] = parts["xl-domains"]
    assert sighting_of(parts).whole and all(each.built for each in sighting_of(parts).domains)


def test_memory_that_went_between_free_memory_and_the_dump_is_told() -> None:
    parts = parts_of_xl() | {"xl-dmesg": output("dmesg.txt")}
    assert sighting_of(parts).gone_kib == {}
    dump = parts["xl-dmesg"]
    row = next(line for line in dump.splitlines() if "NODE1 start->" in line)
    free = int(row.rpartition("free->")[2])
    parts["xl-dmesg"] = dump.replace(row, row.replace(f"free->{free}", f"free->{free - 2560}"))
    host = read(parts).host.host
    assert sighting_of(parts).gone_kib == {1: host.pnodes[1].memory_kib - (free - 2560) * 4}


def test_what_makes_free_memory_no_promise_is_told_for_claims() -> None:
    parts = parts_of_xl()
    assert [note.startswith("free memory is no promise") for note in read(parts).host.free_notes] in ([], [True])
    before = len(read(parts).host.free_notes)
    found = read(parts | {"xl-balloon": "autoballoon: on\nsqueezed: yes\nasked: yes\n"}).host
    assert len(found.free_notes) == before + 2
    assert not any("no promise" in note for note in found.notes)
