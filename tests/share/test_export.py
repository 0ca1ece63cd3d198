"""Exports read back with other programs' readers."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from linker.errors import InputError
from linker.schema import CROSSWALK, IDENTITY
from linker.share.excel import CELL_CHARACTERS, CUT, write_excel
from linker.share.export import Format, export
from linker.share.notes import LEAD, Letter

CELLS = ["रमेश कुमार", '=HYPERLINK("http://x")', 'Ram, "Kalu"\nSingh', "<script>alert(1)</script>"]


@pytest.fixture
def identity() -> pa.Table:
    count = len(CELLS)
    rows = {
        "identity_id": [f"I{i}" for i in range(count)],
        "records": [1, 2, 3, 4],
        "name": CELLS,
        "aliases": [["Kalu", "कालू"], [], None, ["@x"]],
        "identifiers": [["aadhaar:234567890123", "nfn:0912345678"], ["aadhaar:XXXXXXXX0123"], None, []],
        "birth_from": [dt.date(1990, 1, 2), None, None, None],
        "weakest_link": [12.5, None, None, None],
        "birth_conflict": [False, True, None, False],
    }
    schema = IDENTITY.empty().schema
    columns = [pa.array(rows[f.name], f.type) if f.name in rows else pa.nulls(count, f.type) for f in schema]
    return pa.table(columns, schema=schema)


@pytest.fixture
def crosswalk() -> pa.Table:
    rows = {
        "source": ["delhi", "up"],
        "native_id": ["-1", "क्र/0042"],
        "part": [1, 2],
        "record_id": ["delhi:-1", "up:क्र/0042:2"],
        "identity_id": ["I0", "I0"],
    }
    return CROSSWALK.conform(pa.table(rows))


def read_csv(path: Path) -> list[dict[str, str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_workbook_tells_on_its_last_sheet_what_it_is(identity: pa.Table, crosswalk: pa.Table, tmp_path: Path) -> None:
    letter = Letter("7, 2026-01-31", "=SCRB Haryana", "letter 41/2025")
    for path in export(identity, crosswalk, Format.XLSX, tmp_path, letter=letter):
        book = CalamineWorkbook.from_path(str(path))
        assert book.sheet_names == [path.stem, "about"]
        told = [[str(c) for c in row] for row in book.get_sheet_by_name("about").to_python()]
        columns = [str(c) for c in book.get_sheet_by_name(path.stem).to_python()[0]]
        assert told[0][1:] == list(LEAD)
        assert ["recipient", "'=SCRB Haryana", "'=SCRB Haryana"] in told
        assert [row[0] for row in told[5:]] == columns, "every column is explained"
        assert all(row[1] and row[2] for row in told)


def test_parquet_is_unchanged_but_for_masks(identity: pa.Table, crosswalk: pa.Table, tmp_path: Path) -> None:
    paths = export(identity, crosswalk, Format.PARQUET, tmp_path / "new" / "folder")
    assert [p.name for p in paths] == ["identity.parquet", "crosswalk.parquet"]
    assert pq.read_table(paths[1]).equals(crosswalk)
    back = pq.read_table(paths[0])
    assert back.drop_columns(["identifiers"]).equals(identity.drop_columns(["identifiers"]))
    expected = [["aadhaar:XXXXXXXX0123", "nfn:XXXXXX5678"], ["aadhaar:XXXXXXXX0123"], None, []]
    assert back["identifiers"].to_pylist() == expected


def test_csv(identity: pa.Table, crosswalk: pa.Table, tmp_path: Path) -> None:
    export(identity, crosswalk, Format.CSV, tmp_path)
    rows = read_csv(tmp_path / "identity.csv")
    assert [r["name"] for r in rows] == [CELLS[0], "'" + CELLS[1], *CELLS[2:]]
    assert rows[0]["aliases"] == "Kalu | कालू"
    assert rows[3]["aliases"] == "'@x"
    assert rows[0]["records"] == "1"
    assert rows[0]["birth_from"] == "1990-01-02"
    links = read_csv(tmp_path / "crosswalk.csv")
    assert list(links[0]) == ["source", "native_id", "part", "record_id", "identity_id"]
    assert [r["native_id"] for r in links] == ["'-1", "क्र/0042"]


def test_excel(identity: pa.Table, crosswalk: pa.Table, tmp_path: Path) -> None:
    export(identity, crosswalk, Format.XLSX, tmp_path)
    book = CalamineWorkbook.from_path(tmp_path / "identity.xlsx")
    header, *rows = book.get_sheet_by_index(0).to_python()
    assert header == list(IDENTITY.columns)
    name = header.index("name")
    assert [r[name] for r in rows] == [CELLS[0], "'" + CELLS[1], *CELLS[2:]]
    assert rows[0][header.index("birth_from")] == dt.date(1990, 1, 2)
    assert rows[1][header.index("records")] == 2
    assert rows[1][header.index("birth_conflict")] is True


@pytest.mark.parametrize(("rows", "sheets"), [(0, 1), (9, 1), (10, 2), (27, 3)])
def test_a_long_table_goes_on_in_further_sheets(tmp_path: Path, rows: int, sheets: int) -> None:
    write_excel(pa.table({"n": pa.array(range(rows), pa.int32())}), tmp_path / "t.xlsx", "t", sheet_rows=10)
    book = CalamineWorkbook.from_path(tmp_path / "t.xlsx")
    assert len(book.sheet_names) == sheets
    contents = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert all(content[0] == ["n"] for content in contents)
    assert [row[0] for content in contents for row in content[1:]] == list(range(rows))


def test_a_cell_too_long_for_excel_says_that_it_is_cut(tmp_path: Path) -> None:
    write_excel(pa.table({"x": ["a" * 40_000, "b\x00\x0bc"]}), tmp_path / "t.xlsx", "t")
    cells = [row[0] for row in CalamineWorkbook.from_path(tmp_path / "t.xlsx").get_sheet_by_index(0).to_python()[1:]]
    assert len(cells[0]) == CELL_CHARACTERS
    assert cells[0].endswith(CUT)


def test_a_failed_export_leaves_the_last_one_whole(identity: pa.Table, crosswalk: pa.Table, tmp_path: Path) -> None:
    export(identity, crosswalk, Format.CSV, tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    broken = crosswalk.append_column("x", pa.array([object.__name__, "y"]).dictionary_encode()).append_column(
        "struct", pa.array([{"a": 1}, {"a": 2}])
    )
    with pytest.raises(pa.ArrowException):
        export(identity, broken, Format.CSV, tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_a_folder_that_cannot_be_made_is_named(identity: pa.Table, crosswalk: pa.Table, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="file"):
        export(identity, crosswalk, Format.CSV, tmp_path / "file" / "x")
