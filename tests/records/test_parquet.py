"""Parquet: columns of any type as text."""

from __future__ import annotations

import contextlib
import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linker.config.source import SourceConfig
from linker.errors import InputError
from linker.records import Limits, read_source
from linker.records.cells import text_column
from linker.records.parquet import _batches, _read
from linker.records.parquet_bound import bound_of


def source(**settings_: object) -> SourceConfig:
    fields = {"name": "name", "aliases": {"list": ["aliases"]}, "extra.value": "value"}
    given_ = {
        "name": "test",
        "state": "Delhi",
        "format": "parquet",
        "native_id": "id",
        "script": "latin",
        "fields": fields,
    }
    return SourceConfig.model_validate(given_ | {"optional": ["aliases", "value"]} | settings_)


def write(path: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def dictionary(text: str, rows: int) -> pa.Array:
    """One text for many rows, kept once."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([text]))


def bomb(kind: str) -> dict[str, Any]:
    """Columns that take kilobytes in a file and more than a gigabyte in memory, and how they are written."""
    rows = 200_000
    ids = dictionary("1", rows)
    if kind == "dictionary":
        return {"table": pa.table({"id": ids, "name": dictionary("x" * 60_000, rows)}), "store_schema": False}
    if kind == "dictionary kept":
        return {"table": pa.table({"id": ids, "name": dictionary("x" * 60_000, rows)})}
    if kind == "list":
        entries = pa.ListArray.from_arrays(pa.array([0, 3 * rows], pa.int32()), dictionary("y" * 3000, 3 * rows))
        return {"table": pa.table({"id": ["1"], "name": ["RAM"], "aliases": entries}), "store_schema": False}
    if kind == "blank rows":
        return {"table": pa.table({"id": pa.nulls(12_000_000, pa.string()), "name": pa.nulls(12_000_000, pa.string())})}
    texts = ["x" * 3_000_000] * 400  # one beside the other, packed
    return {"table": pa.table({"id": ["1"] * 400, "name": texts}), "use_dictionary": False, "row_group_size": 50}


@pytest.mark.parametrize("kind", ["dictionary", "dictionary kept", "list", "blank rows", "plain"])
def test_a_small_file_that_stands_for_gigabytes(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(where=path, compression="zstd", **bomb(kind))
    assert path.stat().st_size < 300_000
    before = pa.default_memory_pool().max_memory()
    with pytest.raises(InputError, match="unpacks to more than 1,073,741,824 bytes"):
        read_source(source(), path)
    assert pa.default_memory_pool().max_memory() < max(before, 2**31)


def test_a_footer_that_understates_its_columns(tmp_path: Path) -> None:
    """What the pages themselves say counts."""
    path = write(tmp_path / "a.parquet", id=["1", "2"], name=["x" * 60_000, "y" * 50_000])
    parquet = pq.ParquetFile(path)
    true = bound_of(path, parquet, ["id", "name"], 0)
    content, stated = path.read_bytes(), parquet.metadata.row_group(0).column(1).total_uncompressed_size
    assert content.count(varint(stated)) == 1
    path.write_bytes(content.replace(varint(stated), varint(100_000)))  # as long, so that nothing else moves
    lying = pq.ParquetFile(path)
    assert lying.metadata.row_group(0).column(1).total_uncompressed_size == 100_000
    assert bound_of(path, lying, ["id", "name"], 0) == true
    assert true[0].total > 110_000


@pytest.mark.parametrize(("stated", "what"), [(2501, "fewer values than it says"), (-2500, "-2500 rows")])
def test_a_footer_that_misstates_its_rows(tmp_path: Path, stated: int, what: str) -> None:
    """More values than the pages between its places hold would be looked for behind them; fewer than none would hide another group's."""
    path = write(tmp_path / "a.parquet", id=["1"] * 2500, name=["RAM"] * 2500)
    content = path.read_bytes()
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    path.write_bytes(content[:footer] + content[footer:].replace(varint(2500), varint(stated)))
    with pytest.raises(ValueError, match=what):
        bound_of(path, pq.ParquetFile(path), ["id", "name"], 0)
    with pytest.raises(InputError, match="damaged"):
        read_source(source(), path)


def varint(number: int) -> bytes:
    """As Thrift writes it."""
    number, content = number * 2 if number >= 0 else -2 * number - 1, b""
    while number > 127:
        number, content = number >> 7, content + bytes([number & 127 | 128])
    return content + bytes([number])


WRITERS: dict[str, dict[str, Any]] = {
    "as usual": {},
    "pages of version 2": {"data_page_version": "2.0", "data_page_size": 1000},
    "plain": {"use_dictionary": False},
    "prefixes": {"use_dictionary": False, "column_encoding": {"id": "DELTA_BYTE_ARRAY", "name": "DELTA_BYTE_ARRAY"}},
    "small dictionary": {"dictionary_pagesize_limit": 500, "row_group_size": 700},
    "other packing": {"compression": "brotli", "write_statistics": False},
    "not packed": {"compression": "none", "write_page_index": True},
}


@pytest.mark.parametrize("writer", WRITERS)
def test_batch_by_batch_gives_the_same(tmp_path: Path, writer: str) -> None:
    count = 2500
    table = pa.table(
        {
            "id": [f"N{i}" for i in range(count)],
            "name": [f"RAM {i % 700}" if i % 9 else None for i in range(count)],
            "aliases": [[f"A{i % 5}"] * (i % 3) for i in range(count)],
            "value": list(range(count)),
        }
    )
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, **WRITERS[writer])
    names, parquet = table.column_names, pq.ParquetFile(path)
    bounds = bound_of(path, parquet, names, 0)
    assert sum(bound.total for bound in bounds) >= sum(text_column(table[n]).nbytes for n in names)
    at_once = _read(path, parquet, names, Limits())
    divided = [pa.concat_arrays(parts) for parts in zip(*_batches(path, parquet, names, bounds, 2**30), strict=True)]
    assert divided == at_once


def test_too_many_rows_that_are_no_records(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with pytest.raises(InputError, match="at most 20 of a source can be put aside"):
        read_source(source(), write(path, id=[None] * 30, name=["RAM"] * 30), Limits(rejects=20))


DAY = datetime.date(2009, 4, 7)
MOMENT = datetime.datetime(2009, 4, 7, 13, 5)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (pa.array(["x", " "]), ["x", None]),
        (pa.array(["x", None], pa.large_string()), ["x", None]),
        (pa.array(["x", "y"], pa.string_view()), ["x", "y"]),
        (pa.array(["x", "x"]).dictionary_encode(), ["x", "x"]),
        (pa.array([5, None], pa.int8()), ["5", None]),
        (pa.array([9410603929, -1], pa.int64()), ["9410603929", "-1"]),
        (pa.array([2**64 - 1, 0], pa.uint64()), ["18446744073709551615", "0"]),
        (pa.array([20.0, 12.5], pa.float64()), ["20", "12.5"]),
        (pa.array([float("nan"), None], pa.float32()), [None, None]),
        (pa.array([Decimal("20.00"), Decimal("12.50")], pa.decimal128(9, 2)), ["20", "12.50"]),
        (pa.array([True, False]), ["true", "false"]),
        (pa.array([DAY, None], pa.date32()), ["2009-04-07", None]),
        (pa.array([DAY, None], pa.date64()), ["2009-04-07", None]),
        (pa.array([MOMENT, datetime.datetime(2009, 4, 7)], pa.timestamp("us")), ["2009-04-07 13:05:00", "2009-04-07"]),
        (pa.array([MOMENT, None], pa.timestamp("ns", "UTC")), ["2009-04-07 13:05:00", None]),
        (
            pa.array([datetime.datetime(2009, 4, 6, 18, 30), None], pa.timestamp("ms", "Asia/Kolkata")),
            ["2009-04-07", None],
        ),
        (pa.array([b"x", None], pa.binary()), ["x", None]),
        (pa.nulls(2), [None, None]),
        (pa.array([["x", " ", "y"], []]), ["x y", None]),
    ],
    ids=lambda v: str(v.type) if isinstance(v, pa.Array) else "",
)
def test_types(tmp_path: Path, column: pa.Array, text: list[str | None]) -> None:
    path = write(tmp_path / "a.parquet", id=["1", "2"], name=["RAM", "SITA"], value=column)
    assert read_source(source(), path).rows["extra.value"].to_pylist() == text


@pytest.mark.parametrize("kind", [pa.list_(pa.string()), pa.large_list(pa.large_string()), pa.list_(pa.string(), 2)])
def test_lists(tmp_path: Path, kind: pa.DataType) -> None:
    aliases = pa.array([["KALA", " "], None, ["A, B", "C"]], kind)
    path = write(tmp_path / "a.parquet", id=["1", "2", "3"], name=["RAM", "SITA", "LAL"], aliases=aliases)
    assert read_source(source(), path).rows["aliases"].to_pylist() == [["KALA"], None, ["A, B", "C"]]


def test_many_row_groups_and_slices(tmp_path: Path) -> None:
    table = pa.table(
        {"id": [str(i) for i in range(5000)], "name": ["RAM"] * 5000, "aliases": [[f"A{i}"] for i in range(5000)]}
    )
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=700)
    rows = read_source(source(), tmp_path / "a.parquet").rows
    assert rows["native_id"].to_pylist() == table["id"].to_pylist()
    assert rows["aliases"].to_pylist() == table["aliases"].to_pylist()
    assert rows["line"].to_pylist() == list(range(1, 5001))


def test_rows_that_cannot_be_records(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.parquet",
        id=["1", "2", "3", "4", "5", "5", None],
        name=["RAM", "SI\0TA", "A" * 2000, "", "LAL", "LAL", "X"],
        aliases=[[], [], [], [], ["K"], ["K"], ["N" * 2000]],
    )
    result = read_source(source(), path, Limits(cell_bytes=1000))
    assert result.rows["native_id"].to_pylist() == ["1", "5"]
    assert [(r["line"], r["reason"]) for r in result.quarantine.to_pylist()] == [
        (2, "nul_byte"), (3, "huge_cell"), (4, "no_name"), (7, "huge_cell"),
    ]  # fmt: skip
    assert (result.repeated, result.rows_in) == (1, 7)


@pytest.mark.parametrize("kind", [pa.binary(), pa.string()])
def test_text_that_is_not_utf8(tmp_path: Path, kind: pa.DataType) -> None:
    names = pa.array([b"R\xe9M", b"SITA"], pa.binary())
    names = pa.Array.from_buffers(kind, 2, names.buffers())  # a text column that nobody checked
    result = read_source(source(), write(tmp_path / "a.parquet", id=["1", "2"], name=names))
    assert [(r["line"], r["reason"]) for r in result.quarantine.to_pylist()] == [(1, "undecodable")]
    assert result.rows["name"].to_pylist() == ["SITA"]


def test_unreadable_files(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", id=["1"] * 100, nmae=["RAM"] * 100)
    with pytest.raises(InputError, match="near: 'nmae'"):
        read_source(source(), path)
    whole = path.read_bytes()
    for content, words in (
        (whole[: len(whole) // 2], "damaged or cut short"),
        (b"PAR1", "damaged or cut short"),
        (b"id,name\n1,RAM\n", "this is not a Parquet file"),
        (b"", "empty"),
    ):
        path.write_bytes(content)
        with pytest.raises(InputError, match=words):
            read_source(source(), path)
    with pytest.raises(InputError, match="not one row"):
        read_source(source(), write(path, id=pa.array([], pa.string()), name=pa.array([], pa.string())))


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (pa.array([{"a": "x"}]), "struct<a: string>"),
        (pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())), "map<string, int64"),
        (pa.array([[[1, 2], [3]]]), "list<element: list<element: int64>>"),
    ],
)
def test_structures_are_no_cells(tmp_path: Path, column: pa.Array, kind: str) -> None:
    file = write(tmp_path / "x.parquet", id=["1"], name=["RAM"], value=column)
    with pytest.raises(InputError, match="the column 'value' holds") as caught:
        read_source(source(), file)
    assert kind in str(caught.value)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_file_with_damaged_bytes_is_read_or_refused(tmp_path: Path, damage: list[tuple[float, int]]) -> None:
    whole = write(tmp_path / "whole.parquet", id=["1", "2", "3"], name=["RAM", "SHYAM", "RAM"], value=[1, 2, None])
    content = bytearray(whole.read_bytes())
    for place, byte in damage:
        content[int(place * len(content))] = byte
    file = tmp_path / "damaged.parquet"
    file.write_bytes(content)
    with contextlib.suppress(InputError):
        found = read_source(source(), file)
        assert found.rows_in == len(found.rows) + len(found.quarantine) + found.repeated
