"""A query on SQLite or PostgreSQL, read-only and streamed."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from linker.config.source import SourceConfig, SourceFormat
from linker.errors import InputError
from linker.records.cells import as_text
from linker.records.files import checked
from linker.records.header import find_columns
from linker.records.python_rows import CHUNK, from_rows
from linker.records.raw import Limits, Raw
from linker.records.suspect import without_suspects


def read_database(config: SourceConfig, path: str, limits: Limits) -> Raw:
    """The mapped columns of the query's result; `lines` are the ordinals of its rows.

    `path` is an SQLite file or the URL of a PostgreSQL database; a URL may be left to the source's mapping.
    """
    is_sqlite = config.format is SourceFormat.SQLITE
    engine, where = _sqlite(path) if is_sqlite else _postgresql(config, path)
    try:
        with engine.connect() as connection:
            streamed = connection.execution_options(yield_per=CHUNK)
            result = streamed.execute(sa.text(config.query or ""), dict(config.parameters))
            positions = find_columns(config, list(result.keys()), where)
            raw = from_rows(config, result, positions, 1)
    except sa.exc.SQLAlchemyError as error:
        cause = " ".join(str(getattr(error, "orig", None) or error).split())
        do = f"check the query in {config.origin}, and that the database can be reached"
        raise InputError(f"the query failed: {cause}", where=where, do=do) from None
    except UnicodeDecodeError:
        do = "name the columns in the query with 'as', or repair the database"
        raise InputError("the names of the tables or columns are no text", where=where, do=do) from None
    finally:
        engine.dispose()
    return without_suspects(raw, limits)


def _sqlite(path: str) -> tuple[sa.Engine, str]:
    file = checked(path.removeprefix("sqlite:///"), "an SQLite database", (b"SQLite format 3\x00",))
    engine = sa.create_engine(f"sqlite:///{Path(file).resolve().as_uri()}?mode=ro&uri=true")

    @sa.event.listens_for(engine, "connect")
    def _keep_damaged_text(connection: Any, _: Any) -> None:
        """Text that is not UTF-8 comes as marked text and costs its row, not the whole query."""
        connection.text_factory = as_text
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)  # a query that attaches a file would make one

    return engine, str(file)


def _postgresql(config: SourceConfig, path: str) -> tuple[sa.Engine, str]:
    address = path if "://" in path else config.url
    if not address:
        raise InputError(f"source '{config.name}' has no database URL", do=f"write 'url:' in {config.origin}")
    try:
        url = sa.make_url(address).set(drivername="postgresql+psycopg")
    except sa.exc.ArgumentError:
        raise InputError("this is not a database URL", do="write postgresql://user@host/database") from None
    where = url.render_as_string(hide_password=True)
    if config.password_env:
        password = os.environ.get(config.password_env)
        if password is None:
            raise InputError(
                f"the environment variable {config.password_env} is not set", where=where, do="set it to the password"
            )
        url = url.set(password=password)
    try:
        return sa.create_engine(url, execution_options={"postgresql_readonly": True}), where
    except ModuleNotFoundError:
        raise InputError(
            "PostgreSQL needs the package psycopg", where=where, do="pip install 'linker[postgres]'"
        ) from None
