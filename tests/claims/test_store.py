"""The file of claims: what is written stays, writers follow each other, and other files are refused."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest

import placer
from placer.claims.store import Store
from placer.claims.tables import ClaimedShape, Owner
from tests.support.claiming import a_claim

XEN1 = Owner(name="xen1", pnodes=(0, 1))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "c", wait_s=0.2)
    store.make(XEN1)
    return store


def test_claims_are_written_changed_and_ended(store: Store) -> None:
    with store.writing() as session:
        session.replace_claims([a_claim("a", 1), a_claim("b", 2), a_claim("c", None)])
    assert [claim.guest for claim in store.read().claims] == ["a", "b", "c"]
    with store.writing() as session:
        assert session.view == store.read()
        session.replace_claims([a_claim("b", 2, confirmed_s=5.0), a_claim("d", 1)])
    assert store.read().claims == (a_claim("b", 2, confirmed_s=5.0), a_claim("d", 1))


def test_a_block_that_raises_writes_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.writing() as session:
        session.replace_claims([a_claim()])
        session.set_owner(Owner(name="xen9", pnodes=()))
        session.count_shape(1, 1, 1)
        _ = 1 / 0
    assert (store.read().claims, store.read().owner, store.shapes()) == ((), XEN1, ())


def test_shapes_are_counted_the_most_frequent_first(store: Store) -> None:
    with store.writing() as session:
        for memory_kib in (4096, 1024, 1024):
            session.count_shape(memory_kib, 2, 1)
    assert store.shapes() == (
        ClaimedShape(memory_kib=1024, vcpus=2, vnodes=1, count=2),
        ClaimedShape(memory_kib=4096, vcpus=2, vnodes=1, count=1),
    )


def test_the_owner_is_kept(store: Store) -> None:
    with store.writing() as session:
        session.set_owner(Owner(name="xen1.example.org", pnodes=(0, 1)))
    assert store.read().owner.name == "xen1.example.org"


def test_readers_wait_for_nobody_and_a_second_writer_is_told_who_holds_the_lock(store: Store) -> None:
    with store.writing() as session:
        session.replace_claims([a_claim()])
        assert store.read().claims == ()
        with pytest.raises(placer.InputError, match=r"c: another process holds its lock for more than 0\.2 s; fuser"):
            store.writing().__enter__()
    assert store.read().claims == (a_claim(),)


def test_a_file_that_is_not_there_is_made_by_plans_alone(tmp_path: Path) -> None:
    store = Store(tmp_path / "c")
    assert not store.exists()
    with pytest.raises(placer.InputError, match=r"c: no such file of claims; placer solve --claims makes it$"):
        store.read()
    assert not store.exists()


def test_a_link_is_followed_so_that_the_journal_lies_beside_the_file(store: Store, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to(tmp_path / "c")
    linked = Store(tmp_path / "folder" / "link")
    assert linked.path == store.path
    with linked.writing() as session:
        session.replace_claims([a_claim()])
    assert store.read().claims == (a_claim(),)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty, expected a file that placer solve --claims made"),
        (b"name = 'web'\n", "is no database, expected a file that placer solve --claims made"),
        (b"SQLite format 3\0" + b"\0" * 200, "is no database"),
    ],
)
def test_what_is_no_database_is_refused_and_not_touched(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "c").write_bytes(content)
    with pytest.raises(placer.InputError) as caught:
        Store(tmp_path / "c").read()
    assert str(caught.value).startswith(f"{tmp_path}/c: {words}")
    assert (tmp_path / "c").read_bytes() == content


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(placer.InputError, match="cannot be read: Is a directory"):
        Store(tmp_path).read()


def altered(store: Store, *statements: str) -> Store:
    connection = sqlite3.connect(store.path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return store


def test_another_version_and_the_database_of_another_program_are_refused(store: Store) -> None:
    with pytest.raises(placer.InputError, match="is a file of claims of version 2, expected 1; when no guest is being"):
        altered(store, "PRAGMA user_version=2").read()
    with pytest.raises(placer.InputError, match="is a database of another program, expected claims of placer"):
        altered(store, "PRAGMA application_id=0").read()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM host", "is damaged: its table host has 0 rows, expected one"),
        ("INSERT INTO claims VALUES (1, 'a', NULL, '{}')", "is damaged: row 1 of its table claims: "),
        ("DROP TABLE claims", "cannot be used: no such table: claims"),
    ],
)
def test_damaged_tables_are_named(store: Store, statement: str, words: str) -> None:
    with pytest.raises(placer.InputError) as caught:
        altered(store, statement).read()
    assert words in str(caught.value)


def test_a_claim_of_a_later_kind_is_refused_not_lost(store: Store) -> None:
    later = msgspec.json.encode(msgspec.to_builtins(a_claim()) | {"news": 1}).decode()
    altered(store, f"INSERT INTO claims VALUES (1, 'web', NULL, '{later}')")
    with pytest.raises(placer.InputError, match="unknown field `news`"):
        store.read()


def test_each_commit_waits_for_the_disk(store: Store) -> None:
    with store._connected() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,), "FULL (sqlite.org/pragma.html)"
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
