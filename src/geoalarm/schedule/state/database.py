"""The memory of the service: one SQLite file in the state folder. Every change is one transaction, on the
disk before it counts.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from geoalarm.core.atomic import cannot_write
from geoalarm.core.errors import InputError
from geoalarm.core.lock import exclusive_lock, is_locked
from geoalarm.core.machine_faults import is_full

FILE: Final = "state.sqlite"
LOCK: Final = "lock"
_VERSION: Final = 1
_SCHEMA: Final = """
CREATE TABLE jobs (
  name TEXT PRIMARY KEY, cron TEXT NOT NULL, timezone TEXT NOT NULL, looked TEXT NOT NULL,
  since TEXT NOT NULL);
CREATE TABLE runs (
  job TEXT NOT NULL, due TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '',
  noted TEXT NOT NULL, started TEXT, ended TEXT,
  attempts INTEGER NOT NULL DEFAULT 0, edition TEXT, sha256 TEXT, made INTEGER NOT NULL DEFAULT 0,
  lacking TEXT NOT NULL DEFAULT '[]',
  PRIMARY KEY (job, due));
CREATE TABLE deliveries (
  key TEXT PRIMARY KEY, job TEXT NOT NULL, due TEXT NOT NULL, target TEXT NOT NULL, commune TEXT NOT NULL,
  addressee TEXT NOT NULL,
  sha256 TEXT NOT NULL, message_id TEXT NOT NULL DEFAULT '', state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  at TEXT NOT NULL, note TEXT NOT NULL DEFAULT '');
CREATE INDEX deliveries_of_run ON deliveries (job, due);
"""


def lock_state(state: Path) -> AbstractContextManager[None]:
    """Hold the lock of a state folder as long as the block runs: one service on one state.

    Raises
    ------
    InputError
        If another process holds it, or the folder cannot be written.
    """
    return exclusive_lock(
        state / LOCK,
        f"state {state.name} is in use",
        expected="one service on one state",
        hint="stop it first, or name another --state",
    )


def is_state_locked(state: Path) -> bool:
    """Whether a service runs on this state now."""
    return is_locked(state / LOCK)


class Database:
    """Opens the file of a state folder, and makes it the first time.

    Parameters
    ----------
    state : Path
        The folder.
    """

    def __init__(self, state: Path) -> None:
        self.path = state / FILE

    @property
    def exists(self) -> bool:
        """Whether a service ever ran on this state."""
        return self.path.is_file()

    @contextmanager
    def open(self, *, write: bool = True) -> Iterator[sqlite3.Connection]:
        """A connection and one transaction: kept when the block ends well, undone when it does not.

        Without ``write`` an existing file is opened to read only, as ``status`` may as another user.

        Raises
        ------
        InputError
            If the file cannot be written, is none, or is of a newer version of the house.
        """
        try:
            if write:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            mode = "rwc" if write else "rw" if self._is_ours() else "ro"
            where = f"{self.path.absolute().as_uri()}?mode={mode}"
            db = sqlite3.connect(where, timeout=30, isolation_level=None, uri=True)
        except (OSError, sqlite3.OperationalError) as error:
            raise cannot_write(
                self.path, error if isinstance(error, OSError) else OSError(str(error))
            ) from error
        db.row_factory = sqlite3.Row
        try:
            self._prepare(db)
            db.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
        finally:
            db.close()

    def _is_ours(self) -> bool:
        """Whether we may write: only then can what a kill left half-done be undone before reading."""
        return os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)

    def _prepare(self, db: sqlite3.Connection) -> None:
        try:
            db.execute("PRAGMA synchronous = FULL")
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                db.execute("BEGIN IMMEDIATE")
                if db.execute("PRAGMA user_version").fetchone()[0] == 0:
                    for statement in filter(str.strip, _SCHEMA.split(";")):
                        db.execute(statement)
                    db.execute(f"PRAGMA user_version = {_VERSION}")
                db.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            if is_full(error):
                raise cannot_write(self.path, OSError(str(error))) from error
            raise InputError(
                f"{self.path.name} cannot be read",
                got=str(error),
                expected="the state of a schedule",
                hint="name another --state",
            ) from error
        if version > _VERSION:
            raise InputError(
                f"{self.path.name} is of a newer geoalarm",
                got=f"version {version}",
                expected=f"at most {_VERSION}",
                hint="update geoalarm",
            )


def stamp(moment: datetime) -> str:
    """A moment as it is stored: UTC, sortable as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    """A stored moment."""
    return datetime.fromisoformat(text)
