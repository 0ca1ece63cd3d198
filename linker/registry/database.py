"""The registry's database: a SQLite file in the workspace, or PostgreSQL where several people review at once.

Writers take turns (`writing`): each transaction that appends numbers its rows from the highest that stands, so nobody may come between.
"""

from __future__ import annotations

import getpass
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError

from linker.errors import WorkspaceError

FILE = "registry.sqlite"
URL_FILE = "registry.url"
"""A file in the workspace with one line: the database to use instead of the SQLite file. Never with a password."""
MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0007"
"""The newest migration. A test compares it with the folder."""
PATIENCE = 30
"""Seconds to wait for another writer."""
TURN = 7_241_905_518
"""PostgreSQL's advisory lock that writers take turns on."""
READS = "linker_reads"
OUTSIDE = ("readonly", "disk is full", "disk I/O", "unable to open", "read-only", "No space left")
"""Words by which SQLite and PostgreSQL blame the disk or the permissions."""


def open_registry(place: Path | str) -> Engine:
    """The database of a workspace folder, or of a URL ('postgresql+psycopg://…', 'sqlite:///…'), at its newest version.

    Raises:
        WorkspaceError: it cannot be opened, or a newer version of the program made it.
    """
    url = place if isinstance(place, str) and "://" in place else _of_workspace(Path(place))
    shown = make_url(url).render_as_string(hide_password=True)
    try:
        if url.startswith("sqlite:///"):
            Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url)
        if engine.dialect.name == "sqlite":
            _begin_at_once(engine)
        _upgrade(engine, shown)
    except (SQLAlchemyError, ImportError, OSError) as error:
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        raise WorkspaceError(
            f"the registry cannot be opened: {reason}",
            where=shown,
            do="check that it is there and that you may write to it",
        ) from None
    return engine


def _of_workspace(folder: Path) -> str:
    """The URL that a workspace names in `registry.url`, or that of its SQLite file."""
    named = folder / URL_FILE
    if not named.is_file():
        return f"sqlite:///{folder / FILE}"
    url = named.read_text(encoding="utf-8").strip()
    try:
        password = make_url(url).password
    except ArgumentError:
        raise WorkspaceError(
            "this is no database URL",
            where=str(named),
            do="write one line like postgresql+psycopg://linker@host/registry",
        ) from None
    if password:
        raise WorkspaceError(
            "a password stands in the file",
            where=str(named),
            do="leave it out; PostgreSQL reads it from PGPASSWORD or .pgpass",
        )
    return url


def _begin_at_once(engine: Engine) -> None:
    """SQLite: leave transactions to us, begin them as writers (readers: as readers), and wait for others."""

    @event.listens_for(engine, "connect")
    def _connect(connection, _record):  # type: ignore[no-untyped-def]
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get(READS, False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _upgrade(engine: Engine, shown: str) -> None:
    with writing(engine) as connection:
        version = MigrationContext.configure(connection).get_current_revision()
        if version == HEAD:
            return
        if version is not None and version > HEAD:
            raise WorkspaceError(
                f"a newer program made this registry (version {version})", where=shown, do="update the program"
            )
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def write_ahead(engine: Engine) -> None:
    """SQLite: from now on write what is committed into a log beside the file (`registry.sqlite-wal`), once instead of five times. Each
    commit is on disk before it is confirmed, as ever; the log is merged into the file as it grows and when the last program closes it."""
    if engine.dialect.name != "sqlite":
        return
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError:
        pass  # someone is reading or writing just now: the log is kept as before, which is as safe and only slower
    finally:
        raw.close()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads, so that nobody waits for it."""
    with engine.connect().execution_options(**{READS: True}) as connection:
        yield connection


@contextmanager
def changing(place: Engine | Connection) -> Iterator[Connection]:
    """A transaction that changes rows of its own (a lease, a session). On PostgreSQL others go on writing beside it."""
    try:
        if isinstance(place, Connection):
            with place.begin():
                yield place
        else:
            with place.begin() as connection:
                yield connection
    except OperationalError as error:
        said = str(error.orig)
        if "locked" in said:
            raise WorkspaceError("someone else has been writing to the registry for long", do="try again") from None
        if any(cause in said for cause in OUTSIDE):  # the whole message would repeat what should have been written
            raise WorkspaceError(
                f"the registry cannot be written, so nothing was done: {said}",
                where=place.engine.url.render_as_string(hide_password=True),
                do="make room, or check that you may write there",
            ) from None
        raise


@contextmanager
def writing(place: Engine | Connection) -> Iterator[Connection]:
    """A transaction during which nobody else appends, over a connection of its own or one that is kept for many."""
    with changing(place) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})
        yield connection


def now() -> str:
    """The present time as the tables hold it."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def user() -> str:
    """Who runs this process."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
