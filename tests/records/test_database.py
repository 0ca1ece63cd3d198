"""Queries: SQLite for real, PostgreSQL for real where its server is installed."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from linker.config.source import SourceConfig
from linker.errors import InputError
from linker.records import SourceRows, read_source

QUERY = "SELECT id, name, value, born FROM accused WHERE station = :station ORDER BY id"


def source(**settings_: object) -> SourceConfig:
    fields = {"name": "name", "extra.value": "value", "birth_date": "born"}
    given = {
        "name": "test",
        "state": "Delhi",
        "format": "sqlite",
        "native_id": "id",
        "script": "latin",
        "fields": fields,
    }
    return SourceConfig.model_validate(given | {"query": QUERY, "parameters": {"station": "MANDI"}} | settings_)


@pytest.fixture
def sqlite(tmp_path: Path) -> Path:
    path = tmp_path / "accused.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE accused (id INTEGER, name TEXT, value, born DATE, station TEXT)")
    connection.close()
    return path


def insert(path: Path, *rows: tuple[object, ...]) -> None:
    with sqlite3.connect(path) as connection:
        connection.executemany("INSERT INTO accused VALUES (?, ?, ?, ?, 'MANDI')", rows)
    connection.close()


def reasons(result: SourceRows) -> list[tuple[int, str]]:
    return [(r["line"], r["reason"]) for r in result.quarantine.to_pylist()]


def test_sqlite_values(sqlite: Path) -> None:
    insert(
        sqlite,
        (1, "राम", 20.0, "2009-04-07"),
        (2, " SITA ", 9410603929, None),
        (3, "LAL", "x", ""),
        (4, "A", b"y", None),
    )
    for path in (str(sqlite), f"sqlite:///{sqlite}"):
        rows = read_source(source(), path).rows
        assert rows["native_id"].to_pylist() == ["1", "2", "3", "4"]
        assert rows["name"].to_pylist() == ["राम", "SITA", "LAL", "A"]
        assert rows["extra.value"].to_pylist() == ["20", "9410603929", "x", "y"]
        assert rows["birth_date"].to_pylist() == ["2009-04-07", None, None, None]
        assert rows["line"].to_pylist() == [1, 2, 3, 4]


def test_parameters_are_bound(sqlite: Path) -> None:
    insert(sqlite, (1, "RAM", None, None))
    evil = source(parameters={"station": "MANDI' OR '1'='1"})
    with pytest.raises(InputError, match="not one row"):
        read_source(evil, sqlite)


def test_rows_that_cannot_be_records(sqlite: Path) -> None:
    insert(sqlite, (1, "RAM", None, None), (1, "LAL", None, None), (2, "SITA", None, None), (2, "SITA", None, None))
    insert(
        sqlite,
        (3, "X" * 10**6, None, None),
        (4, "A\0B", None, None),
        (5, None, None, None),
        (None, "NOBODY", None, None),
    )
    insert(sqlite, (6, "GITA", b"\xe9", None))
    with sqlite3.connect(sqlite) as connection:
        connection.execute("INSERT INTO accused VALUES (7, CAST(x'52e94d' AS TEXT), NULL, NULL, 'MANDI')")
    connection.close()
    result = read_source(source(query=QUERY.replace("id", "rowid AS n, id", 1).replace("BY id", "BY n")), sqlite)
    assert result.rows["native_id"].to_pylist() == ["2"]
    assert reasons(result) == [
        (1, "duplicate_id"), (2, "duplicate_id"), (5, "huge_cell"), (6, "nul_byte"), (7, "no_name"), (8, "no_native_id"),
        (9, "undecodable"), (10, "undecodable"),
    ]  # fmt: skip
    assert (result.repeated, result.rows_in) == (1, 10)


def test_more_rows_than_a_chunk(sqlite: Path) -> None:
    insert(sqlite, *((i, f"NAME{i}", i % 7, None) for i in range(45_000)))
    rows = read_source(source(), sqlite).rows
    assert rows["native_id"].to_pylist() == [str(i) for i in range(45_000)]
    assert rows["line"].to_pylist() == list(range(1, 45_001))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT id, nmae, value, born FROM accused", "no such column: nmae"),
        ("SELECT id, name AS nam, value, born FROM accused", "'name' (near: 'nam')"),
        ("DELETE FROM accused", "readonly database"),
        ("DROP TABLE accused", "readonly database"),
        ("ATTACH 'x.db' AS x", "the query failed"),
        ("SELECT", "the query failed"),
        ("SELECT 1; SELECT 2", "one statement at a time"),
        ("SELECT :missing", "the query failed"),
    ],
)
def test_queries_that_fail(sqlite: Path, query: str, words: str) -> None:
    insert(sqlite, (1, "RAM", None, None))
    with pytest.raises(InputError) as error:
        read_source(source(query=query), sqlite)
    assert words in str(error.value)
    with sqlite3.connect(sqlite) as connection:
        assert connection.execute("SELECT count(*) FROM accused").fetchone() == (1,)
    connection.close()


def test_files_that_are_no_database(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"id,name\n1,RAM\n")
    with pytest.raises(InputError, match="not an SQLite database"):
        read_source(source(), tmp_path / "a.db")
    (tmp_path / "b.db").write_bytes(b"SQLite format 3\x00" + b"x" * 5000)
    with pytest.raises(InputError, match="the query failed"):
        read_source(source(), tmp_path / "b.db")
    with pytest.raises(InputError, match="no such input file"):
        read_source(source(), tmp_path / "absent.db")
    assert not (tmp_path / "absent.db").exists()


def postgresql_source(url: str | None = None, **settings_: object) -> SourceConfig:
    return source(format="postgresql", url=url, **settings_)


def test_postgresql_settings() -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    with pytest.raises(InputError, match="has no database URL"):
        read_source(postgresql_source(), "")
    with pytest.raises(InputError, match="LINKER_TEST_PASSWORD is not set"):
        read_source(postgresql_source("postgresql://u@localhost/d", password_env="LINKER_TEST_PASSWORD"), "")
    with pytest.raises(InputError) as error:
        read_source(postgresql_source(), "postgresql://u:hidden@localhost:1/d")
    assert "the query failed" in str(error.value)
    assert "hidden" not in str(error.value)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """The URL of a server of our own, started on a free port with a password, for the tests of this file."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    found = [shutil.which("initdb"), *Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    initdb = next((Path(f).resolve() for f in found if f), None)
    if initdb is None:
        pytest.skip("no PostgreSQL server (initdb) is installed")
    folder = Path(tempfile.mkdtemp(prefix="linker-postgresql-"))
    user = "nobody" if os.geteuid() == 0 else None  # the server refuses to run as root
    (folder / "password").write_text("secret word")
    data = folder / "data"
    data.mkdir()
    if user:
        for path in (folder, data, folder / "password"):
            shutil.chown(path, user)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        command = [str(initdb.parent / program), *arguments]
        subprocess.run(command, user=user, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=60)

    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    run(
        "initdb",
        "-D",
        str(data),
        "-U",
        "reader",
        "-A",
        "password",
        "--pwfile",
        str(folder / "password"),
        "-E",
        "UTF8",
        "--no-sync",
    )
    run("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start")
    try:
        yield f"postgresql://reader@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder)


def test_postgresql(postgresql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKER_TEST_PASSWORD", "secret word")
    admin = sa.create_engine(sa.make_url(postgresql).set(drivername="postgresql+psycopg", password="secret word"))
    with admin.begin() as connection:
        connection.execute(sa.text("CREATE SEQUENCE counter"))
        connection.execute(
            sa.text("CREATE TABLE accused (id bigint, name text, value numeric, born date, station text)")
        )
        connection.execute(
            sa.text(
                "INSERT INTO accused SELECT n, 'राम ' || n, 20.0, DATE '1980-01-01' + n, 'MANDI' FROM generate_series(1, 45000) n"
            )
        )
        connection.execute(
            sa.text("INSERT INTO accused VALUES (0, NULL, 1, NULL, 'MANDI'), (-1, 'OTHER', 1, NULL, 'ELSEWHERE')")
        )
    config = postgresql_source(postgresql, password_env="LINKER_TEST_PASSWORD")
    result = read_source(config, "")
    assert reasons(result) == [(1, "no_name")]
    assert len(result.rows) == 45_000
    first = result.rows.slice(0, 1).to_pylist()[0]
    assert (first["native_id"], first["name"], first["extra.value"], first["birth_date"]) == (
        "1",
        "राम 1",
        "20",
        "1980-01-02",
    )
    for query, words in (
        ("DELETE FROM accused RETURNING id", "syntax error"),  # nothing but a query fits into a cursor
        ("SELECT nextval('counter') AS id, 'RAM' AS name, 1 AS value, '' AS born", "read-only transaction"),
        ("SELECT x FROM nowhere", "does not exist"),
    ):
        with pytest.raises(InputError, match=words):
            read_source(postgresql_source(postgresql, password_env="LINKER_TEST_PASSWORD", query=query), "")
    with admin.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM accused")).scalar() == 45_002
    admin.dispose()
