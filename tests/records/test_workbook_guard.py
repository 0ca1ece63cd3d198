"""Small workbooks that would take all memory of the complete reader, however their cells are written."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from linker.config.source import SourceConfig
from linker.errors import InputError
from linker.records import Limits, read_source
from linker.records.workbook_guard import SprawlError, refuse_bomb, refuse_sprawl
from tests.records.test_excel import SHEET, with_sheet

SOURCE = SourceConfig.model_validate(
    {
        "name": "test",
        "state": "Delhi",
        "format": "excel",
        "native_id": "id",
        "script": "latin",
        "fields": {"name": "name"},
    }
)
FAR = {
    "as usual": '<row r="1000000"><c r="XFD1000000"><v>1</v></c></row>',
    "line ends": '<row\nr="1000000"><c\tr="XFD1000000"><v>1</v></c></row>',
    "quotes": "<row r='1000000'><c r='XFD1000000'><v>1</v></c></row>",
    "blanks": '<row r = "1000000"><c r = "XFD1000000" ><v>1</v></c></row>',
    "small letters": '<row r="1000000"><c r="xfd1000000"><v>1</v></c></row>',
    "a prefix": '<x:row r="1000000"><x:c r="XFD1000000"><x:v>1</x:v></x:c></x:row>',
    "many attributes": f'<row {" ".join(f"""a{n}="{n}" """ for n in range(50))} r="1000000"><c a=">" r="XFD1000000"><v>1</v></c></row>',
    "a cell without its row": '<c r="XFD1000000"><v>1</v></c>',
    "nothing stated": "<row>" + "<c><v>1</v></c>" * 20_000 + "</row>" + "<row><c/></row>" * 20_000,
}


@pytest.mark.parametrize("cells", FAR.values(), ids=FAR)
@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_a_stray_cell_in_the_last_corner(tmp_path: Path, cells: str, coding: str) -> None:
    path = with_sheet(tmp_path / "a.xlsx", SHEET.format(cells), coding=coding)
    refuse_bomb(path, 10**7)
    with pytest.raises(SprawlError, match=r"the sheet reaches from its first cell to [A-Z]+[0-9]+"):
        refuse_sprawl(path, 10**9)


@pytest.mark.parametrize("before", ['<sheetPr codeName="x"/>', '<!-- <row r="1"> -->'])
def test_a_workbook_that_counts_its_days_from_1904_is_measured_as_well(tmp_path: Path, before: str) -> None:
    xml = SHEET.format(FAR["as usual"]).replace("<sheetData>", f"{before}<sheetData>")
    path = with_sheet(tmp_path / "a.xlsx", xml)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"<workbookPr", b'<workbookPr date1904="1"')
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(InputError, match="the sheet reaches from its first cell to XFD1000000"):
        read_source(SOURCE, path)


def record(kind: int, *numbers: int) -> bytes:
    payload = np.array(numbers, "<u4").tobytes()
    head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    return head + bytes([len(payload)]) + payload


@pytest.mark.parametrize(("row", "column", "far"), [(999_999, 16_383, True), (999_999, 3, False), (7, 2**32 - 1, True)])
def test_a_stray_cell_in_a_binary_workbook(tmp_path: Path, row: int, column: int, far: bool) -> None:
    sheet = (
        record(129)
        + record(0, 2**31)
        + record(145)
        + record(0, 0)
        + record(2, 0, 0, 5)
        + record(0, row)
        + record(5, column, 0, 5)
    )
    path = tmp_path / "a.xlsb"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.bin", record(131))
        archive.writestr("xl/worksheets/sheet1.bin", sheet + record(146))
        archive.writestr("xl/printerSettings/printerSettings1.bin", bytes(range(256)) * 20)
    if far:
        with pytest.raises(SprawlError, match=f"{row + 1}"):
            refuse_sprawl(path, 10**9)
    else:
        refuse_sprawl(path, 10**9)


@pytest.mark.parametrize(
    "more", ["", '<row r="4000"><c r="B4000" t="d"><v>2020-01-01</v></c></row>'], ids=["fast", "complete"]
)
def test_a_long_text_that_a_thousand_cells_share(tmp_path: Path, more: str) -> None:
    """30 MB from a few kilobytes, whichever reader takes it."""
    cells = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c><c r="B{n}" t="s"><v>2</v></c></row>' for n in range(2, 3002)
    )
    head = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    shared = f"<si><t>id</t></si><si><t>name</t></si><si><t>{'x' * 10_000}</t></si>"
    path = with_sheet(tmp_path / "a.xlsx", SHEET.format(head + cells + more), shared)
    with pytest.raises(InputError, match="unpacks to more than 2,000,000 bytes"):
        read_source(SOURCE, path, Limits(small_bytes=2_000_000, times=1))
    read = read_source(SOURCE, path, Limits(cell_bytes=20_000))
    assert (len(read.rows), read.repeated) == (1, 2999)


def test_an_opendocument_file_is_no_excel_workbook(tmp_path: Path) -> None:
    path = with_sheet(tmp_path / "a.xlsx", SHEET.format(""))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("content.xml", "<x/>")
    with pytest.raises(InputError, match="no Excel workbook"):
        refuse_bomb(path, 10**7)


@pytest.mark.parametrize(
    "shared",
    ["<si ><t>id</t></si><si><t>name</t></si><si><t>RAM</t></si>",
     "<!-- <si><t>x</t></si> --><si><t>id</t></si><si><t>name</t></si><si><t>RAM</t></si>"],
)  # fmt: skip
def test_what_stands_before_the_first_shared_string_moves_none(tmp_path: Path, shared: str) -> None:
    head = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    cells = f'{head}<row r="2"><c r="A2"><v>5</v></c><c r="B2" t="s"><v>2</v></c></row>'
    path = with_sheet(tmp_path / "a.xlsx", SHEET.format(cells), shared)
    rows = read_source(SOURCE, path).rows
    assert (rows["native_id"].to_pylist(), rows["name"].to_pylist()) == (["5"], ["RAM"])
