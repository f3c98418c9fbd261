"""``placer fleet add``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from placer.cli import running
from tests.support.commands import placer


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("hosts.csv").write_text("host,rack,CPU1,RAM1,CPU2,RAM2\nn1,a,4,9,4,9\nn2,a,4,9,4,9\nn3,b,4,9,4,9\n")
    assert placer("fleet", "import", "hosts.csv", "-o", "fleet.json").code == 0
    for name in ("db", "web"):
        Path(f"{name}.cfg").write_text(f'name = "{name}"\ntype = "pvh"\nmemory = 8192\nvcpus = 4\n')
    Path("huge.cfg").write_text('name = "huge"\ntype = "pvh"\nmemory = 819200\nvcpus = 4\n')
    return tmp_path


def placed(file: str) -> dict[str, str]:
    return {each["guest"]: each["host"] for each in json.loads(Path(file).read_text()).get("placed", [])}


def test_guests_are_placed_and_the_fleet_is_written(folder: Path) -> None:
    ran = placer("fleet", "add", "fleet.json", "db.cfg", "web.cfg", "--quiet", "-o", "new.json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.lines[0] == "2 of 2 guests placed"
    assert placed("new.json").keys() == {"db", "web"}
    assert placed("fleet.json") == {}
    again = placer("fleet", "add", "new.json", "db.cfg")
    assert (again.code, again.err.splitlines()[-1]) == (2, 'error: db.cfg: the fleet has a guest "db" already')


def test_the_answer_as_json_and_a_guest_that_fits_nowhere(folder: Path) -> None:
    words = ("fleet", "add", "fleet.json", "huge.cfg", "db.cfg", "--quiet", "--format", "json", "-o", "fleet.json")
    assert placer(*words).err == "error: fleet.json: exists; --force replaces it\n"
    ran = placer(*words, "--force")
    answer = json.loads(ran.out)
    assert (ran.code, list(answer["placed"]), list(answer["unplaced"])) == (1, ["db"], ["huge"])
    assert answer["unplaced"]["huge"][0].startswith("3 hosts: no room for 1 vcpu and 200.78 GiB in each of 4 parts; ")
    assert placed("fleet.json") == {"db": answer["placed"]["db"]["host"]}


def test_rules_labels_and_lists_are_kept(folder: Path) -> None:
    assert placer("fleet", "add", "fleet.json", "db.cfg", "--on", "n1", "--quiet", "-o", "one.json").code == 0
    assert placed("one.json") == {"db": "n1"}
    apart = ("fleet", "add", "one.json", "web.cfg", "--apart", "db", "--within", "rack", "--quiet", "-o", "two.json")
    assert placer(*apart).code == 0
    assert placed("two.json") == {"db": "n1", "web": "n3"}
    Path("third.cfg").write_text(Path("web.cfg").read_text().replace("web", "third"))
    alike = placer("fleet", "add", "two.json", "third.cfg", "--like", "web", "--quiet")
    assert alike.lines[-1] == "  3 hosts: the rule apart web, db, third within rack keeps it away"
    beside = ("fleet", "add", "two.json", "third.cfg", "--together", "db", "--quiet", "--format", "json")
    assert json.loads(placer(*beside).out)["placed"]["third"]["host"] == "n1"
    label = placer("fleet", "add", "fleet.json", "web.cfg", "--label", "ssd", "--quiet")
    assert (label.code, label.lines[-1]) == (1, "  3 hosts: no label ssd")


def test_a_kind_of_group_that_no_host_is_in_is_one_of_within(folder: Path) -> None:
    assert placer("fleet", "add", "fleet.json", "db.cfg", "--quiet", "-o", "one.json").code == 0
    ran = placer("fleet", "add", "one.json", "web.cfg", "--apart", "db", "--within", "zone")
    assert ran.err.endswith('error: --within: no host is in a group "zone", expected one of host, rack\n')


def test_progress_says_how_many_have_a_place_and_how_many_have_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "EVERY_S", 0.0)
    ran = placer("fleet", "add", "fleet.json", "huge.cfg", "db.cfg")
    assert ran.err.splitlines()[-2:] == [
        "0 of 2 guests placed, 1 without a place",
        "1 of 2 guests placed, 1 without a place",
    ]


def test_what_starts_the_guests_is_written_for_each_host(folder: Path) -> None:
    words = ("fleet", "add", "fleet.json", "db.cfg", "--on", "n2", "--guests", "out", "--guest-format", "xl", "--quiet")
    assert placer(*words).code == 0
    assert [str(path) for path in sorted(Path("out").rglob("*.cfg"))] == ["out/n2/db.cfg"]
    assert 'name = "db"' in Path("out/n2/db.cfg").read_text()


def test_guests_of_the_fleet_that_wait(folder: Path) -> None:
    Path("requests.csv").write_text("flavor_vcpus,flavor_ram,numa\n" + "4,6,1\n" * 7)
    placer("fleet", "import", "hosts.csv", "--guest", "requests.csv", "-o", "asked.json")
    ran = placer("fleet", "add", "asked.json", "--waiting", "--quiet", "-o", "held.json")
    assert (ran.code, ran.lines[0], len(placed("held.json"))) == (1, "6 of 7 guests placed", 6)
    nobody = placer("fleet", "add", "fleet.json", "--waiting")
    assert nobody.err == "error: usage: no guest to add: every guest of the fleet is placed\n"


def test_callers_with_claims_stay_out_of_each_others_way(folder: Path) -> None:
    Path("one.csv").write_text("host,CPU1,RAM1\nn1,4,9\n")
    placer("fleet", "import", "one.csv", "-o", "small.json")
    first = placer("fleet", "add", "small.json", "db.cfg", "--claims", "fleet.claims", "--expires", "900")
    assert (first.code, first.err.splitlines()[-1]) == (0, "claimed in fleet.claims for 900 s: db")
    second = placer("fleet", "add", "small.json", "web.cfg", "--claims", "fleet.claims", "--quiet")
    assert (second.code, second.err) == (1, "")
    assert "n1" in placer("claims", "list", "fleet.claims").out
    assert placer("claims", "release", "fleet.claims", "db").code == 0
    assert placer("fleet", "add", "small.json", "web.cfg", "--claims", "fleet.claims", "--quiet").code == 0
    host = placer("solve", "--host", "host.json", "db.cfg", "--claims", "fleet.claims")
    assert host.code == 2


def test_who_keeps_the_fleet_places_beside_claims_and_writes_its_own_guests(folder: Path) -> None:
    Path("one.csv").write_text("host,CPU1,RAM1,CPU2,RAM2\nn1,4,9,4,9\n")
    placer("fleet", "import", "one.csv", "-o", "small.json")
    claims = ("--claims", "fleet.claims", "--quiet")
    whole = 'type = "pvh"\nmemory = 8192\nvcpus = 4\nvnuma = [["size=8192", "vcpus=0-3"]]\n'
    for name in ("db", "web", "late"):
        Path(f"{name}.cfg").write_text(f'name = "{name}"\n{whole}')
    assert placer("fleet", "add", "small.json", "db.cfg", *claims).code == 0
    assert placer("fleet", "add", "small.json", "web.cfg", *claims, "-o", "small.json", "--force").code == 0
    written = json.loads(Path("small.json").read_text())["placed"]
    assert [(each["guest"], each["pnodes"]) for each in written] == [("web", [1])]  # db is on the other pnode
    assert [line.split()[0] for line in placer("claims", "list", "fleet.claims").lines[-2:]] == ["db", "web"]
    assert placer("claims", "release", "fleet.claims", "db").code == 0
    assert placer("fleet", "add", "small.json", "late.cfg", *claims).code == 0
    assert "web" not in placer("claims", "list", "fleet.claims").out


def test_a_fleet_that_cannot_be_written_ends_the_claims(folder: Path) -> None:
    Path("out").write_text("a file")
    ran = placer("fleet", "add", "fleet.json", "db.cfg", "--claims", "c.claims", "--quiet", "-o", "out/new.json")
    assert ran.code == 2
    assert "db" not in placer("claims", "list", "c.claims").out


def test_a_claim_ends_where_the_answer_cannot_be_written(folder: Path) -> None:
    Path("out").mkdir()
    Path("out/n1").write_text("a file")
    words = ("fleet", "add", "fleet.json", "db.cfg", "--on", "n1", "--guests", "out", "--guest-format", "xl")
    ran = placer(*words, "--claims", "c.claims", "--quiet")
    assert (ran.code, ran.err) == (2, "error: out/n1: is a file, expected a folder\n")
    assert "db" not in placer("claims", "list", "c.claims").out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("fleet.json",), "error: usage: no guest to add: expected files of guests, or --waiting"),
        (("hosts.csv", "db.cfg"), "error: hosts.csv:1:1: not JSON"),
        (("-", "-"), "standard input"),
        (("fleet.json", "none.cfg"), "error: none.cfg: no such file"),
        (("fleet.json", "hosts.csv"), "error: hosts.csv: is a table of requests"),
        (("fleet.json", "db.cfg", "--on", "n9"), 'error: --on: no host "n9" in the fleet'),
        (("fleet.json", "db.cfg", "--like", "x"), 'error: --like: no guest "x" in the fleet'),
        (("fleet.json", "db.cfg", "--apart", "x"), 'error: --apart: no guest "x" in the fleet'),
        (("fleet.json", "db.cfg", "--together", "x"), 'error: --together: no guest "x" in the fleet'),
        (("fleet.json", "db.cfg", "--within", "rack"), "error: --within: says within what"),
        (("fleet.json", "db.cfg", "--within", "host"), "expected --apart or --together"),
        (("fleet.json", "--waiting", "--label", "ssd", "--on", "n1"), "error: --label, --on: is for guests from files"),
        (("fleet.json", "db.cfg", "--pin"), "error: --pin: says how guests are written, expected --guests FOLDER"),
        (("fleet.json", "db.cfg", "--guest-format", "xl"), "error: --guest-format: says how"),
        (
            ("fleet.json", "db.cfg", "--claims", "c", "-o", "new.json", "--apart", "x"),
            'error: --apart: no guest "x" in the fleet, which -o writes without claims',
        ),
        (("fleet.json", "db.cfg", "--expires", "3"), "--claims FILE"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_written(words: tuple[str, ...], message: str, folder: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())
    ran = placer("fleet", "add", *words, "--quiet")
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert sorted(path.name for path in folder.iterdir()) == before
