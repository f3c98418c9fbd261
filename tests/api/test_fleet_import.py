"""A fleet of hosts in many forms, and of guests."""

from __future__ import annotations

from pathlib import Path

import pytest

from placer.api.fleet_import import import_fleet
from placer.errors import InputError
from placer.formats.text.files import Text
from tests.support.commands import HOST, a_cfg
from tests.support.snapshots import parts_of_xl, snapshot

NUMACTL = "available: 1 nodes (0)\nnode 0 cpus: 0 1\nnode 0 size: 900 MB\nnode 0 free: 800 MB\n"
CAPABILITIES = """<capabilities><host><topology><cells num='1'><cell id='0'><memory unit='KiB'>4194304</memory>
<cpus num='1'><cpu id='0' socket_id='0' core_id='0' siblings='0'/></cpus></cell></cells></topology></host>
</capabilities>"""


def test_a_folder_of_hosts_is_a_fleet_that_knows_their_toolstacks(tmp_path: Path) -> None:
    texts = {"a.txt": HOST, "b.txt": snapshot(parts_of_xl()), "c.xml": CAPABILITIES, "d.txt": NUMACTL}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "e.csv").write_text("CPU1,RAM1\n4,8\n4,8\n")
    found = import_fleet([str(tmp_path)])
    named = [(name, entry.format) for entry in found.fleet.hosts for name in entry.each]
    assert named == [("a", "xl"), ("b", "xl"), ("c", "libvirt"), ("d", None), ("host-0", None), ("host-1", None)]
    assert [domain.name for domain in found.fleet.hosts[1].host.domains]
    assert any(str(tmp_path / "d.txt") in note for note in found.notes)


def test_guests_come_from_files_and_tables(tmp_path: Path) -> None:
    (tmp_path / "web.cfg").write_text(a_cfg("web"))
    (tmp_path / "r.csv").write_text("flavor_vcpus,flavor_ram,numa\n1,1,1\n1,1,1\n")
    found = import_fleet(
        [Text(HOST, "two.txt")], [str(tmp_path / "web.cfg"), str(tmp_path / "r.csv")], cpu_ratio=2, aim="spread"
    )
    assert sorted(name for entry in found.fleet.guests for name in entry.each) == ["request-0", "request-1", "web"]
    assert (found.fleet.cpu_ratio, found.fleet.aim) == (2, "spread")


def test_a_text_with_the_name_of_a_table_is_one() -> None:
    found = import_fleet([Text("CPU1,RAM1\n4,8\n", "h.csv")], [Text("flavor_vcpus,flavor_ram,numa\n1,2,1\n", "r.csv")])
    assert (found.fleet.hosts[0].each, found.fleet.guests[0].each) == (("host-0",), ("request-0",))


def test_tables_of_requests_are_one_sequence() -> None:
    table = "flavor_vcpus,flavor_ram,numa\n1,2,1\n2,2,1\n"
    found = import_fleet([Text("CPU1,RAM1\n4,8\n", "h.csv")], [Text(table, "a.csv"), Text(table, "b.csv")])
    named = [entry.each for entry in found.fleet.guests]
    assert named == [("request-0", "request-2"), ("request-1", "request-3")]


def test_two_hosts_of_one_name_and_every_faulty_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r'a\.xl: two hosts have the name "a", one is in a\.txt'):
        import_fleet([Text(HOST, "a.txt"), Text(NUMACTL, "a.xl")])
    with pytest.raises(InputError, match=r"(?s)x: no form of a host.*y: no form of a host"):
        import_fleet([Text("nothing", "x"), Text("nothing", "y")])
    with pytest.raises(InputError, match="is a folder without files of hosts"):
        import_fleet([str(tmp_path)])
