"""Values are found wherever they stand, and not where only something longer does."""

from __future__ import annotations

import sqlite3
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from linker.registry.trace import in_text, replaced, traces

VALUE = "delhi:50"


def found(folder: Path) -> set[tuple[str, str]]:
    return {(t.file, t.place) for t in traces(folder, [VALUE, "राकेश कुमार"])}


def test_tables_lists_json_sheets_databases_and_plain_files(tmp_path: Path) -> None:
    table = pa.table(
        {"a": ["x", VALUE], "b": [["y"], ["राकेश कुमार", "z"]], "c": [None, f'{{"name":["{VALUE}",1]}}'], "n": [1, 2]}
    )
    pq.write_table(table, tmp_path / "t.parquet", compression="zstd")
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<t>{VALUE}</t>" * 50)
    with sqlite3.connect(tmp_path / "r.sqlite") as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.execute("INSERT INTO t VALUES (?)", ("about राकेश कुमार.",))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "log.txt").write_bytes(VALUE.encode("utf-16-le"))
    places = found(tmp_path)
    assert {("t.parquet", c) for c in "abc"} <= places
    assert ("book.xlsx", "xl/sharedStrings.xml") in places
    assert {("r.sqlite", "bytes"), ("r.sqlite", "t"), ("sub/log.txt", "bytes")} <= places
    assert not {p for p in places if p[1] == "n"}


def test_what_a_deleted_row_leaves_in_a_database_is_found(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "r.sqlite") as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.execute("INSERT INTO t VALUES (?)", (VALUE,))
    with sqlite3.connect(tmp_path / "r.sqlite") as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("DELETE FROM t")
    assert found(tmp_path) == {("r.sqlite", "bytes")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("delhi:50", True), ('["delhi:50",3]', True), ("delhi:501", False), ("delhi:50#2", False), ("xdelhi:50", False),
     ("delhi:501 delhi:50", True), ("", False)],
)  # fmt: skip
def test_a_value_stands_by_itself(tmp_path: Path, text: str, expected: bool) -> None:
    pq.write_table(pa.table({"a": [text]}), tmp_path / "t.parquet", compression="zstd", write_statistics=False)
    assert (("t.parquet", "a") in found(tmp_path)) == expected
    assert in_text(VALUE, text) == expected
    assert (replaced(VALUE, "X", text) != text) == expected


def test_a_value_written_as_ascii_json() -> None:
    assert in_text("राम", '{"why": "\\u0930\\u093e\\u092e"}')
    assert replaced("राम", "X", '"\\u0930\\u093e\\u092e"') == '"X"'


@pytest.mark.parametrize("value", ["Ram\\E(Lal", "C:\\\\temp\\", "a\\Qb", "(Ram", "Ram$1"])
def test_a_value_with_signs_of_the_search_itself_is_found_and_breaks_nothing(tmp_path: Path, value: str) -> None:
    pq.write_table(
        pa.table({"name": ["Sita", f"about {value} here"], "aliases": [[], [value]]}), tmp_path / "a.parquet"
    )
    assert {t.place for t in traces(tmp_path, [value]) if t.place != "bytes"} == {"name", "aliases"}
    assert list(traces(tmp_path, [f"{value}9"])) == []


def test_files_that_cannot_be_unpacked_do_not_end_the_search(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("one.txt", "Ram Lal " * 500)
    whole = bytearray((tmp_path / "a.zip").read_bytes())
    whole[40:50] = b"\xff" * 10
    (tmp_path / "a.zip").write_bytes(whole)
    pq.write_table(pa.table({"x": ["Sita"] * 50}), tmp_path / "b.parquet")
    table = bytearray((tmp_path / "b.parquet").read_bytes())
    table[-60:-12] = b"\xff" * 48
    (tmp_path / "b.parquet").write_bytes(table)
    (tmp_path / "c.txt").write_text("see Ram Lal", encoding="utf-8")
    assert {t.file for t in traces(tmp_path, ["Ram Lal"])} == {"c.txt"}
