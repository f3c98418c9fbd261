"""The facts of a snapshot: who took it where, and whether its end is of the same boot as its begin."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.snapshot.facts import read_facts
from placer.formats.snapshot.parts import split_parts
from tests.support.snapshots import FACTS, snapshot


def facts_of(begin: str, end: str = FACTS) -> tuple[object, list[str]]:
    return read_facts(split_parts(snapshot({"facts": begin, "facts-after": end}), "xen1.txt"))


def test_facts_say_when_where_and_by_whom() -> None:
    facts, notes = read_facts(split_parts(snapshot({"facts": FACTS}), "xen1.txt"))
    assert (facts.host, facts.time, facts.uid, facts.user) == ("xen1", "2026-11-29T13:32:01Z", "0", "root")
    assert (notes, facts.as_other_user) == ([], "")


def test_a_host_without_a_name_has_none() -> None:
    facts, _ = read_facts(split_parts(snapshot({"facts": "host: (none)\n"}), "xen1.txt"))
    assert facts.host == ""


def test_another_user_and_another_locale_are_named() -> None:
    _, notes = facts_of(FACTS.replace("uid: 0", "uid: 1000").replace("root", "bob").replace(": C", ": de_DE.UTF-8"))
    assert notes[0] == 'xen1.txt: taken as user "bob" (uid 1000): the toolstack answers root alone'
    assert notes[1].startswith('xen1.txt: taken with the locale "de_DE.UTF-8", expected C')


def test_libvirt_answers_other_users_too() -> None:
    other = FACTS.replace("uid: 0", "uid: 7")
    _, notes = read_facts(split_parts(snapshot({"facts": other, "virsh-capabilities": "<a/>"}), "kvm1.txt"))
    assert notes == []


def test_a_snapshot_without_facts_says_so() -> None:
    _, notes = read_facts(split_parts(snapshot({"xl-info": "a"}), "xen1.txt"))
    assert notes == ["xen1.txt: does not say when, where and by whom it was taken"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("3f2a9c1e-7f0b", "11111111-7f0b", r'^xen1\.txt:13: parts of two boots of the host are mixed: boot-id "1111'),
        ("host: xen1", "host: xen2", r'^xen1\.txt:13: parts of two hosts are mixed: host "xen2" at its end, "xen1"'),
    ],
)
def test_an_end_of_another_host_or_boot_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        facts_of(FACTS, FACTS.replace(old, new))


def test_the_moment_is_known_by_the_clock_and_by_the_time_since_the_boot() -> None:
    """2026 began 20,454 days after 1970, and 332 days before 2026-11-29."""
    facts, _ = read_facts(split_parts(snapshot({"facts": FACTS + "uptime: 4711.25\n"}), "xen1.txt"))
    taken = facts.taken
    assert (taken.host, taken.boot_id, taken.uptime_s) == ("xen1", "3f2a9c1e-7f0b-4c55-9a3e-0d6f2b1c4e5a", 4711.25)
    assert taken.time_s == (20454 + 332) * 86400 + 13 * 3600 + 32 * 60 + 1


@pytest.mark.parametrize("uptime", ["", "-1", "1e3", "nan", "9" * 13, "1.2.3", "unknown"])
def test_an_uptime_that_is_none_is_not_known(uptime: str) -> None:
    facts, _ = read_facts(split_parts(snapshot({"facts": FACTS + f"uptime: {uptime}\n"}), "xen1.txt"))
    assert facts.taken.uptime_s is None


def test_without_a_boot_an_uptime_says_nothing_and_a_time_that_is_none_is_not_known() -> None:
    facts, _ = read_facts(split_parts(snapshot({"facts": "uptime: 3\nboot-id: unknown\ntime: soon\n"}), "xen1.txt"))
    assert (facts.taken.boot_id, facts.taken.uptime_s, facts.taken.time_s) == ("", None, None)
