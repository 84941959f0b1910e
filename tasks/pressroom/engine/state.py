"""What earlier builds did, in SQLite: WAL and `synchronous=FULL`, so that what is committed outlives a kill and a power cut.

Nothing here is precious: a state that is damaged, deleted or of another version costs time only.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import time
from contextlib import closing, contextmanager, suppress
from itertools import starmap
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from pressroom.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

APPLICATION = 0x70726573
"""`pres`: says whose database this is."""
MIGRATIONS = (
    """
CREATE TABLE files (
    path TEXT PRIMARY KEY, size INTEGER, mtime_ns INTEGER, ctime_ns INTEGER, inode INTEGER, sha256 TEXT
) WITHOUT ROWID;
CREATE TABLE made (
    path TEXT PRIMARY KEY, release TEXT, action TEXT, sha256 TEXT, before TEXT
) WITHOUT ROWID;
CREATE TABLE steps (
    task TEXT PRIMARY KEY, action TEXT, content TEXT, seconds REAL, finished REAL
) WITHOUT ROWID;
CREATE TABLE started (
    part TEXT PRIMARY KEY
) WITHOUT ROWID;
""",
    "CREATE TABLE failed (task TEXT PRIMARY KEY, error TEXT) WITHOUT ROWID;",
)
"""What makes each version of the one before it; the first one makes it of an empty file."""
VERSION = len(MIGRATIONS)
STAMP = f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"
BUSY_SECONDS = 10
POLL_SECONDS = 0.01
LITTLE_BYTES = 1 << 16
"""Where less is free, a disk is full, also where SQLite says "disk I/O error"."""
NO_SHARED_MEMORY = (
    sqlite3.SQLITE_IOERR_SHMMAP,
    sqlite3.SQLITE_IOERR_SHMOPEN,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_SHMLOCK,
)
"""SQLite's codes for a file system without shared memory, which its write-ahead log needs."""


class FileRow(NamedTuple):
    """The digest of a file, and the status that it had then."""

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    sha256: str


class MadeRow(NamedTuple):
    """An output: which action made it for which release, its digest, and that of what stood there `before`.

    The row is committed before the file is renamed into place, so that a kill in between leaves a file with a known digest.
    """

    path: str
    release: str
    action: str
    sha256: str
    before: str | None = None


class StepRow(NamedTuple):
    """The last run of a task: its action's key and content (canonical JSON), how many seconds it took, and when it ended."""

    task: str
    action: str
    content: str
    seconds: float
    finished: float


class State:
    """The database, read whole when it is opened; every change is durable when the call returns.

    `moved` says where one that could not be used has been put.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.moved: Path | None = None
        self.folder: TemporaryDirectory[str] | None = None
        """Where a copy lies, until it is closed."""
        self._lock = threading.Lock()
        self._durable = True
        self._connection = self._opened()
        self.files = {row.path: row for row in starmap(FileRow, self._all("files"))}
        self.made = {row.path: row for row in starmap(MadeRow, self._all("made"))}
        self.steps = {row.task: row for row in starmap(StepRow, self._all("steps"))}
        self.failed: dict[str, str] = dict(self._all("failed"))
        """The error of each step that failed the last time it ran."""

    @classmethod
    def copied(cls, path: Path) -> State:
        """The record in `path` where it can be read and not written, as in a repo that is read-only; raises OSError."""
        folder = TemporaryDirectory(prefix="pressroom-")
        for suffix in ("", "-wal"):
            with suppress(FileNotFoundError):
                shutil.copyfile(f"{path}{suffix}", Path(folder.name, path.name + suffix))
        state = cls(Path(folder.name, path.name))
        state.folder = folder
        return state

    @property
    def new(self) -> bool:
        """Whether it knows of no build."""
        return not self.steps

    def commit(
        self,
        *,
        files: Iterable[FileRow] = (),
        made: Iterable[MadeRow] = (),
        steps: Iterable[StepRow] = (),
    ) -> None:
        """Add rows, or put them in the place of older ones; raises MachineError when the disk refuses."""
        new: dict[str, list[tuple[Any, ...]]] = {"files": [*files], "made": [*made], "steps": [*steps]}
        done = [row[0] for row in new["steps"] if row[0] in self.failed]
        with self._transaction() as connection:
            for table, rows in new.items():
                for row in rows:
                    marks = ", ".join("?" * len(row))
                    connection.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", row)  # noqa: S608  # our names
            connection.executemany("DELETE FROM failed WHERE task = ?", [(task,) for task in done])
        for table, rows in new.items():
            getattr(self, table).update({row[0]: row for row in rows})
        for task in done:
            self.failed.pop(task, None)

    def fail(self, task: str, error: str) -> None:
        """Note that a step failed."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO failed VALUES (?, ?)", (task, error))
            self.failed[task] = error

    def recover(self, tasks: Collection[str]) -> None:
        """Forget that steps failed."""
        if tasks:
            with self._transaction() as connection:
                connection.executemany("DELETE FROM failed WHERE task = ?", [(task,) for task in tasks])
            for task in tasks:
                self.failed.pop(task, None)

    def start(self, parts: Iterable[Path]) -> None:
        """Note partial files before they are written.

        It outlives a kill, and not always a power cut: a partial file that is left then is in nobody's way.
        """
        with self._transaction(durable=False) as connection:
            connection.executemany("INSERT OR REPLACE INTO started VALUES (?)", [(str(part),) for part in parts])

    def started(self) -> list[str]:
        """The partial files of steps that began and did not end, as those of a build that was killed."""
        return [path for (path,) in self._all("started")]

    def finish(self, parts: Iterable[Path]) -> None:
        """Note that these partial files are gone."""
        with self._transaction() as connection:
            connection.executemany("DELETE FROM started WHERE part = ?", [(str(part),) for part in parts])

    def forget(self, paths: Iterable[str], tasks: Iterable[str] = ()) -> None:
        """Drop the rows of files, and of steps, that are gone for good."""
        gone = {"made": ("path", [*paths]), "steps": ("task", [*tasks])}
        gone |= {"files": gone["made"], "failed": gone["steps"]}
        with self._transaction() as connection:
            for table, (column, names) in gone.items():
                connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", [(name,) for name in names])  # noqa: S608
        for table, (_, names) in gone.items():
            rows = getattr(self, table)
            for name in names:
                rows.pop(name, None)

    def close(self) -> None:
        """Fold the log into the database."""
        with self._lock, suppress(sqlite3.Error):
            self._connection.close()
        if self.folder:
            self.folder.cleanup()

    @contextmanager
    def _transaction(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """One change, whole or not at all."""
        with self._lock:
            try:
                if durable != self._durable:
                    self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                    self._durable = durable
                with self._connection:
                    yield self._connection
            except sqlite3.Error as error:
                raise _refused(self.path, error) from error

    def _opened(self) -> sqlite3.Connection:
        """A connection to a database that is ours and sound; one that is not is moved aside for a new one."""
        try:
            return _connected(self.path)
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", None) not in NO_SHARED_MEMORY:
                raise _refused(self.path, error) from error
        except sqlite3.DatabaseError:
            self.moved = moved_aside(self.path)
        try:
            return _connected(self.path, log=self.moved is not None)
        except sqlite3.Error as error:
            raise _refused(self.path, error) from error

    def _all(self, table: str) -> list[tuple[Any, ...]]:
        return list(self._connection.execute(f"SELECT * FROM {table}"))  # noqa: S608  # our names


def _connected(path: Path, *, log: bool = True) -> sqlite3.Connection:
    """A sound database of this version, with a write-ahead `log` or without; raises sqlite3.DatabaseError for others."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        if not log:
            # In this order: a log that is there is read without shared memory, and folded into the database.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("PRAGMA locking_mode = NORMAL")
        _prepare(connection, "WAL" if log else "DELETE")
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, journal: str) -> None:
    """Make the tables of a new database; raises sqlite3.DatabaseError for one that is not ours, or not sound."""
    found = _about(connection)
    if found[1] < VERSION or found[0] != APPLICATION:
        with connection:
            connection.execute("BEGIN IMMEDIATE")  # of several that find an old state, one brings it up to date
            found = application, version, tables = _about(connection)
            if found != (0, 0, 0) and (application != APPLICATION or not tables or not 0 < version <= VERSION):
                raise sqlite3.DatabaseError("not a state of pressroom")
            for statement in "".join((*MIGRATIONS[version:], STAMP)).split(";"):
                connection.execute(statement)
    elif found[1] > VERSION or not found[2]:
        raise sqlite3.DatabaseError("not a state of this version")
    _keep_journal(connection, journal)
    connection.execute("PRAGMA synchronous = FULL")
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise sqlite3.DatabaseError("damaged")


def _keep_journal(connection: sqlite3.Connection, journal: str) -> None:
    """Choose the kind of journal; SQLite does not wait for others there, as it does elsewhere."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute(f"PRAGMA journal_mode = {journal}")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(POLL_SECONDS)
        else:
            return


def _about(connection: sqlite3.Connection) -> tuple[int, int, int]:
    """Whose database it is, of which version, and how many tables it has."""
    questions = ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
    application, version, tables = (int(connection.execute(question).fetchone()[0]) for question in questions)
    return application, version, tables


def sound(path: Path) -> bool:
    """Whether SQLite can read all of a database, or may begin one there; what the system refuses is another matter."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.OperationalError:
        return True
    except sqlite3.DatabaseError:
        return False


def moved_aside(path: Path) -> Path:
    """Put a database and its log away under a name with the time."""
    aside = path.with_name(f"{path.name}.unusable-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}")
    path.replace(aside)
    for suffix in ("-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).replace(aside.with_name(aside.name + suffix))
    return aside


def _refused(path: Path, error: sqlite3.Error) -> MachineError:
    """SQLite's refusal in words."""
    if "full" in str(error) or shutil.disk_usage(path.parent).free < LITTLE_BYTES:
        return MachineError(f"{path}: the disk is full; make room and run `doit` again")
    if "locked" in str(error):
        return MachineError(
            f"{path}: another program holds it, or its file system has no locks; run `doit` later, or elsewhere"
        )
    return MachineError(f"{path}: cannot be used ({error}); mend its permissions, or the disk, and run `doit` again")
