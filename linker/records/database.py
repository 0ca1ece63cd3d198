"""A query on SQLite or PostgreSQL, read-only and streamed."""

from __future__ import annotations

import os
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
    """The mapped columns of the query's result; `lines` are the ordinals of its rows."""
    engine = _sqlite(path) if config.format is SourceFormat.SQLITE else _postgresql(config, path)
    try:
        with engine.connect() as connection:
            streamed = connection.execution_options(yield_per=CHUNK)
            result = streamed.execute(sa.text(config.query or ""), dict(config.parameters))
            positions = find_columns(config, list(result.keys()), path)
            raw = from_rows(config, result, positions, 1)
    except sa.exc.SQLAlchemyError as error:
        cause = " ".join(str(getattr(error, "orig", None) or error).split())
        raise InputError(
            f"the query failed: {cause}", where=_shown(path), do=f"check url and query in {config.origin}"
        ) from None
    finally:
        engine.dispose()
    return without_suspects(raw, limits)


def _sqlite(path: str) -> sa.Engine:
    file = checked(path.removeprefix("sqlite:///"), "an SQLite database", (b"SQLite format 3\x00",))
    engine = sa.create_engine(f"sqlite:///{Path(file).resolve().as_uri()}?mode=ro&uri=true")

    @sa.event.listens_for(engine, "connect")
    def _keep_damaged_text(connection: Any, _: Any) -> None:
        """Text that is not UTF-8 comes as marked text and costs its row, not the whole query."""
        connection.text_factory = as_text

    return engine


def _postgresql(config: SourceConfig, path: str) -> sa.Engine:
    url = sa.make_url(path if "://" in path else config.url or "").set(drivername="postgresql+psycopg")
    if config.password_env:
        password = os.environ.get(config.password_env)
        if password is None:
            raise InputError(f"the environment variable {config.password_env} is not set", do="set it to the password")
        url = url.set(password=password)
    options: dict[str, Any] = {"postgresql_readonly": True}
    return sa.create_engine(url, execution_options=options)


def _shown(path: str) -> str:
    return sa.make_url(path).render_as_string(hide_password=True) if "://" in path else path
