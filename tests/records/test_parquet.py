"""Parquet: columns of any type as text."""

from __future__ import annotations

import contextlib
import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linker.config.source import SourceConfig
from linker.errors import InputError
from linker.records import Limits, read_source


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
