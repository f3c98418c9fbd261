"""What runs on a host of Xen, from one file: domains that come or go, dumps that are lost, files that are cut off."""

from __future__ import annotations

import json

import pytest

import placer
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
