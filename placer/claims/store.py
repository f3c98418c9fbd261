"""
The file of claims: SQLite in WAL mode, whose writers follow each other and whose readers wait for nobody.

A writer takes the lock with BEGIN IMMEDIATE before it reads; no transaction begins as a reader and becomes a writer,
which SQLite would refuse. COMMIT returns once the disk has what was written (synchronous=FULL).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from placer.claims.claim import Claim
from placer.claims.file_system import refuse_network
from placer.claims.making import make
from placer.claims.sql_errors import as_input_error
from placer.claims.tables import APPLICATION, INSERT, VERSION, ClaimedShape, Owner, rows_of
from placer.errors import InputError

MAGIC = b"SQLite format 3\0"
WAIT_S = 60.0
"""Seconds that a lock is waited for; chosen: six times the time limit of a plan, as one may be made under the lock."""


@dataclass(frozen=True, kw_only=True)
class View:
    """
    What the file holds at some moment.

    Parameters
    ----------
    owner
        The host that it is of.
    claims
        In the order in which they were made.
    """

    owner: Owner
    claims: tuple[Claim, ...]


class Store:
    """
    A file of claims.

    Parameters
    ----------
    path
        The file; it need not exist. A link is followed, as its journal has to lie beside it.
    wait_s
        Seconds that the lock of another process is waited for.

    Raises
    ------
    InputError
        If it lies on the network.
    """

    def __init__(self, path: Path, *, wait_s: float = WAIT_S) -> None:
        self.path = Path(os.path.realpath(path))
        self.wait_s = wait_s
        refuse_network(self.path)

    def exists(self) -> bool:
        """Whether the file is there."""
        return self.path.exists()

    def read(self) -> View:
        """
        Read all claims.

        Raises
        ------
        InputError
            If there is no file, or it is no file of claims of this version.
        """
        with self._connected() as connection, self._transaction(connection, "BEGIN"):
            return _view(connection, self.path)

    def shapes(self) -> tuple[ClaimedShape, ...]:
        """Give the shapes of all guests that were ever claimed, the most frequent first."""
        with self._connected() as connection:
            rows = connection.execute(
                "SELECT memory_kib, vcpus, vnodes, count FROM shapes ORDER BY count DESC, memory_kib, vcpus, vnodes"
            )
            return tuple(rows_of(ClaimedShape, rows, self.path, "shapes"))

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """
        Hold the lock of writers for the length of the block; what the block wrote is kept unless it raises.

        Raises
        ------
        InputError
            As :meth:`read`; or if the lock is held for too long, the disk is full, or the file cannot be written.
        """
        with self._connected() as connection, self._transaction(connection, "BEGIN IMMEDIATE"):
            yield Session(connection, _view(connection, self.path))

    def make(self, owner: Owner) -> None:
        """
        Make the file, unless it is there.

        Raises
        ------
        InputError
            If it cannot be made.
        """
        if not self.exists():
            make(self.path, owner, self.wait_s)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        self._refuse_other_files()
        with as_input_error(self.path, self.wait_s):
            connection = sqlite3.connect(
                f"{self.path.as_uri()}?mode=rw", uri=True, timeout=self.wait_s, isolation_level=None
            )
            try:
                _check_version(connection, self.path)
                connection.execute("PRAGMA synchronous=FULL")
                yield connection
            finally:
                connection.close()

    @contextmanager
    def _transaction(self, connection: sqlite3.Connection, begin: str) -> Iterator[None]:
        connection.execute(begin)
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _refuse_other_files(self) -> None:
        """Refuse what is no database before SQLite sees it."""
        try:
            with self.path.open("rb") as file:
                head = file.read(len(MAGIC))
        except FileNotFoundError:
            raise InputError("no such file of claims; placer solve --claims makes it", place=str(self.path)) from None
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", place=str(self.path)) from None
        if head != MAGIC:
            what = "is empty" if not head else "is no database"
            raise InputError(f"{what}, expected a file that placer solve --claims made", place=str(self.path))


class Session:
    """
    The file while the lock of writers is held.

    Parameters
    ----------
    connection
        In a transaction.
    view
        What the file held at its begin.
    """

    def __init__(self, connection: sqlite3.Connection, view: View) -> None:
        self._connection = connection
        self.view = view

    def replace_claims(self, claims: Sequence[Claim]) -> None:
        """Make these the claims of the file; those that are as they were stay untouched."""
        before = {claim.guest: claim for claim in self.view.claims}
        after = {claim.guest: claim for claim in claims}
        for guest in before.keys() - after.keys():
            self._connection.execute("DELETE FROM claims WHERE guest = ?", (guest,))
        for guest, claim in after.items():
            if claim != before.get(guest):
                self._connection.execute(INSERT, (guest, claim.uuid, msgspec.json.encode(claim).decode()))

    def set_owner(self, owner: Owner) -> None:
        """Write what is known of the host by now."""
        if owner != self.view.owner:
            self._connection.execute("UPDATE host SET content = ?", (msgspec.json.encode(owner).decode(),))

    def count_shape(self, memory_kib: int, vcpus: int, vnodes: int) -> None:
        """Count a guest of a shape."""
        self._connection.execute(
            "INSERT INTO shapes VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1",
            (memory_kib, vcpus, vnodes),
        )


def _view(connection: sqlite3.Connection, path: Path) -> View:
    owners = rows_of(Owner, connection.execute("SELECT content FROM host"), path, "host")
    if len(owners) != 1:
        raise InputError(f"is damaged: its table host has {len(owners)} rows, expected one", place=str(path))
    claims = rows_of(Claim, connection.execute("SELECT content FROM claims ORDER BY id"), path, "claims")
    return View(owner=owners[0], claims=tuple(claims))


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        raise InputError("is a database of another program, expected claims of placer", place=str(path))
    if version != VERSION:
        raise InputError(
            f"is a file of claims of version {version}, expected {VERSION}; when no guest is being started, remove it "
            "and let this placer make it anew",
            place=str(path),
        )
