"""Workbooks: values as a person sees them; the fast reader and the complete one agree."""

from __future__ import annotations

import contextlib
import datetime
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linker.config.source import SourceConfig, load_source
from linker.errors import InputError
from linker.records import Limits, excel, read_source
from linker.records.raw import Raw
from linker.records.workbook_guard import refuse_bomb
from tests.records.layouts import RAJASTHAN, shipped, write_excel

HEADER = ["id", "name", "value"]
OPTIONS: list[dict[str, Any]] = [{}, {"constant_memory": True}]
"""xlsxwriter writes shared strings, or with constant memory strings within the cells."""


def source(**settings_: object) -> SourceConfig:
    fields = {"name": "name", "extra.value": "value"}
    given_ = {
        "name": "test",
        "state": "Delhi",
        "format": "excel",
        "native_id": "id",
        "script": "latin",
        "fields": fields,
    }
    return SourceConfig.model_validate(given_ | settings_)


def both_ways(path: Path, config: SourceConfig | None = None) -> Raw:
    """The rows by the complete reader; the fast one must give the same."""
    config = config or source()
    complete = excel._complete(config, path, 2**30)
    fast = excel._fast(config, path, 2**30)
    assert fast is not None, "an ordinary workbook"
    assert fast.lines.tolist() == complete.lines.tolist()
    assert {n: c.to_pylist() for n, c in fast.columns.items()} == {
        n: c.to_pylist() for n, c in complete.columns.items()
    }
    return fast


def rows(*values: Any) -> list[dict[str, Any]]:
    return [{"id": f"I{n}", "name": "RAM", "value": v} for n, v in enumerate(values)]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (9410603929, "9410603929"),
        (9.41e9, "9410000000"),
        (20.0, "20"),
        (0, "0"),
        (-5, "-5"),
        (12.5, "12.5"),
        (0.1, "0.1"),
        (279797998736, "279797998736"),
        (123456789012345, "123456789012345"),
        (1e20, "1e+20"),
        ("0875413930", "0875413930"),
        (True, "true"),
        (False, "false"),
        (datetime.date(2009, 4, 7), "2009-04-07"),
        (datetime.date(1950, 12, 31), "1950-12-31"),
        ("06-जून-2009", "06-जून-2009"),
        ("=1+1", "=1+1"),
        ("a & b < c > \"d\" 'e'", "a & b < c > \"d\" 'e'"),
        ("line\nbreak", "line\nbreak"),
        (" spaces\u00a0 ", "spaces"),
        ("   ", None),
        ("#N/A", "#N/A"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_values(tmp_path: Path, options: dict[str, Any], value: Any, text: str | None) -> None:
    path = write_excel(tmp_path / "a.xlsx", HEADER, rows(value), options)
    assert both_ways(path).columns["value"].to_pylist() == [text]


def test_formulas_errors_and_rich_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    bold = book.add_format({"bold": True})
    sheet.write_row(0, 0, HEADER)
    for line in range(1, 7):
        sheet.write_row(line, 0, [f"I{line}", "RAM"])
    sheet.write_formula(1, 2, "=A1", None, "shown")
    sheet.write_formula(2, 2, "=20+1", None, 21)
    sheet.write_formula(3, 2, "=NA()", None, "#N/A")
    sheet.write_datetime(4, 2, datetime.datetime(2009, 4, 7, 13, 5), moment)
    sheet.write_rich_string(5, 2, "RA", bold, "M LAL")
    sheet.write_blank(6, 2, None, bold)
    book.close()
    assert both_ways(path).columns["value"].to_pylist() == ["shown", "21", None, "2009-04-07 13:05:00", "RAM LAL", None]


def test_blank_rows_are_skipped_but_counted_as_lines(tmp_path: Path) -> None:
    data = [{"id": "1", "name": "RAM"}, {}, {"id": "2", "name": "SITA"}, {"value": " "}]
    path = write_excel(tmp_path / "a.xlsx", HEADER, data)
    assert both_ways(path).lines.tolist() == [2, 4, 5]
    result = read_source(source(), path)
    assert (result.rows["line"].to_pylist(), result.quarantine["reason"].to_pylist()) == ([2, 4], ["no_native_id"])


def test_sheet_that_begins_further_down(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(3, 2, HEADER)
    sheet.write_row(4, 2, ["1", "RAM", 5])
    book.close()
    raw = both_ways(path)
    assert (raw.lines.tolist(), raw.columns["value"].to_pylist()) == ([5], ["5"])


def test_titles_and_merged_cells_above_the_header_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.merge_range(0, 0, 0, 2, "ARRESTED PERSONS 2019")
    sheet.merge_range(2, 0, 2, 1, "Accused")
    sheet.write(2, 2, "value")  # one of the mapped columns, but not all
    sheet.write_row(3, 0, HEADER)
    sheet.write_row(4, 0, ["1", "RAM", 5])
    sheet.write_row(5, 0, HEADER)  # printed again on the next page: a row like others
    book.close()
    raw = both_ways(path)
    assert (raw.lines.tolist(), raw.columns["name"].to_pylist()) == ([5, 6], ["RAM", "name"])


def test_a_header_that_lacks_columns_is_shown_with_the_line_of_the_mapping(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(
        "name: test\nstate: Delhi\nformat: excel\nnative_id: id\nscript: latin\nfields:\n  name: Name of Accused\n"
    )
    path = write_excel(tmp_path / "a.xlsx", ["id", "Accused", "Fathers Name"], [])
    with pytest.raises(InputError) as caught:
        read_source(load_source(tmp_path / "m.yaml"), path)
    assert "'Name of Accused', line 7 (near: 'Accused'" in str(caught.value)
    assert "the header there: 'id', 'Accused', 'Fathers Name'" in str(caught.value)


def test_sheet_by_name_or_number(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    for name, person in (("Notes", "NOBODY"), ("Data & more", "RAM")):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["1", person, ""])
    book.close()
    assert read_source(source(), path).rows["name"].to_pylist() == ["NOBODY"]
    for sheet_wanted in (2, "Data & more"):
        assert read_source(source(sheet=sheet_wanted), path).rows["name"].to_pylist() == ["RAM"]
    with pytest.raises(InputError, match="its sheets: Notes, Data & more"):
        read_source(source(sheet="Absent"), path)


def test_leading_zeros_come_back_where_stated(tmp_path: Path) -> None:
    data = [{"अभियुक्त आईडी": "1", "नाम": "राम", "एनएफएन": 875413930}, {"अभियुक्त आईडी": "2", "नाम": "राम", "एनएफएन": "NA"}]
    path = write_excel(tmp_path / "a.xlsx", RAJASTHAN, data)
    assert read_source(shipped("rajasthan"), path).rows["nfn"].to_pylist() == ["0875413930", "NA"]


def test_huge_cell_and_duplicate_ids(tmp_path: Path) -> None:
    data = [
        {"id": "1", "name": "A" * 9000}, {"id": "2", "name": "SITA"}, {"id": "3", "name": "RAM"},
        {"id": "3", "name": "LAL"}, {"id": "2", "name": "SITA"},
    ]  # fmt: skip
    result = read_source(source(), write_excel(tmp_path / "a.xlsx", HEADER, data), Limits(cell_bytes=8000))
    assert result.rows["native_id"].to_pylist() == ["2"]
    assert [(r["line"], r["reason"]) for r in result.quarantine.to_pylist()] == [
        (2, "huge_cell"), (4, "duplicate_id"), (5, "duplicate_id"),
    ]  # fmt: skip
    assert (result.repeated, result.rows_in) == (1, 5)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"id,name,value\n1,RAM,2\n", "this is not an Excel workbook"),
        (b"PAR1....", "this is a Parquet file"),
        (b"PK\x03\x04 and then nothing", "cannot be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and then nothing", "cannot be read"),
    ],
)
def test_files_that_are_no_workbook(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_source(source(), path)


def test_damaged_and_empty_workbooks(tmp_path: Path) -> None:
    path = write_excel(tmp_path / "a.xlsx", HEADER, rows(*range(2000)))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="cannot be read"):
        read_source(source(), path)
    damaged = bytearray(whole)
    damaged[len(whole) // 3 : len(whole) // 2] = b"x" * (len(whole) // 2 - len(whole) // 3)
    path.write_bytes(damaged)
    with pytest.raises(InputError):
        read_source(source(), path)
    for header, words in ([], "the sheet is empty"), (HEADER, "not one row"), (["id", "nmae"], "near: 'nmae'"):
        with pytest.raises(InputError, match=words):
            read_source(source(), write_excel(tmp_path / "b.xlsx", header, []))


def test_unpacked_size_is_limited(tmp_path: Path) -> None:
    path = write_excel(tmp_path / "a.xlsx", HEADER, rows(*range(2000)))
    with pytest.raises(InputError, match="unpacks to more than 10,000 bytes"):
        read_source(source(), path, Limits(expanded_bytes=10_000))


def understated(path: Path, part: str, size: int) -> Path:
    """The workbook at `path` with one part said to be of `size` bytes, in both places; the checksum is that of so many bytes."""
    with zipfile.ZipFile(path) as archive:
        entry, begin = archive.getinfo(part), archive.read(part)[:size]
    content, name = bytearray(path.read_bytes()), part.encode()
    central = content.rfind(b"PK\x01\x02", 0, content.rfind(name))
    local = entry.header_offset
    for at in central, local - 2:
        content[at + 16 : at + 20] = zlib.crc32(begin).to_bytes(4, "little")
        content[at + 24 : at + 28] = size.to_bytes(4, "little")
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/theme/theme1.xml"])
def test_a_part_that_is_larger_than_the_archive_states(tmp_path: Path, part: str) -> None:
    path = write_excel(tmp_path / "a.xlsx", HEADER, rows(*range(2000)))
    path = understated(path, part, 300)
    with zipfile.ZipFile(path) as archive:
        stated = sum(entry.file_size for entry in archive.infolist())
        assert len(archive.read(part)) == 300  # nothing but the unpacked bytes themselves shows the lie
    with pytest.raises((InputError, zipfile.BadZipFile), match=r"unpacks to more than|Bad CRC-32"):
        refuse_bomb(path, stated + 1000)


def test_what_comes_out_is_counted_before_the_complete_reader_sees_it(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_excel(path, HEADER, [])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/blank.bmp", bytes(30_000_000))
    path = understated(path, "xl/media/blank.bmp", 300)
    assert path.stat().st_size < 60_000
    with pytest.raises(InputError, match="unpacks to more than 1,000,000 bytes"):
        read_source(source(), path, Limits(expanded_bytes=1_000_000))


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = f'<worksheet xmlns="{MAIN}"><sheetData>{{}}</sheetData></worksheet>'
HEAD = "".join(f'<c r="{c}1" t="inlineStr"><is><t>{h}</t></is></c>' for c, h in zip("ABC", HEADER, strict=True))
PERSON = '<c r="A2" t="inlineStr"><is><t>1</t></is></c><c r="B2" t="str"><v>RAM</v></c>'


def with_sheet(path: Path, xml: str, shared: str = "", coding: str = "utf-8") -> Path:
    """A workbook whose sheet and shared strings are the given XML."""
    write_excel(path, HEADER, [])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = xml.encode(coding)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{shared}</sst>'.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="C2"><v>5</v></c>', "5"),
        ('<c r="C2" s="0" t="n"><v>5</v></c>', "5"),
        ('<c r="C2" t="str"><f>A1&amp;"x"</f><v>a&amp;b&#x915;</v></c>', "a&bक"),
        ('<c r="C2" t="inlineStr"><is><t xml:space="preserve"> a </t></is></c>', "a"),
        ('<c r="C2" t="inlineStr"><is><t/></is></c>', None),
        ('<c r="C2" s="0"/>', None),
        ('<c r="C2" s="0" />', None),
        ('<c r="C2" cm="1" vm="2"><f t="shared" si="0"/><v>7</v></c>', "7"),
        ('<c r="C2" t="b"><v>1</v></c>', "true"),
        ('<c r="C2" t="e"><v>#N/A</v></c>', None),
    ],
)
def test_forms_of_a_cell(tmp_path: Path, cell: str, text: str | None) -> None:
    xml = SHEET.format(f'<row r="1">{HEAD}</row><row r="2" spans="1:3" ht="15">{PERSON}{cell}</row>')
    assert both_ways(with_sheet(tmp_path / "a.xlsx", xml)).columns["value"].to_pylist() == [text]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="C2" t="inlineStr"><is><r><t>R</t></r><r><t>X</t></r></is></c>',
        '<c  t="str" r="C2"><!-- note --><v>RX</v></c>',
        "<c r='C2' t='str'><v>RX</v></c>",
        '<c t="str"><v>RX</v></c>',
        '<c r="C2" t="str">\n<v>RX</v></c>',
    ],
)
def test_unusual_cells_are_left_to_the_complete_reader(tmp_path: Path, cell: str) -> None:
    path = with_sheet(tmp_path / "a.xlsx", SHEET.format(f'<row r="1">{HEAD}</row><row r="2">{PERSON}{cell}</row>'))
    assert excel._fast(source(), path, 2**30) is None
    assert read_source(source(), path).rows["extra.value"].to_pylist() == ["RX"]


def test_a_stray_cell_in_the_last_corner(tmp_path: Path) -> None:
    stray = '<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row>'
    body = f'<row r="1">{HEAD}</row><row r="2">{PERSON}</row>{stray}'
    path = with_sheet(tmp_path / "a.xlsx", SHEET.format(body))
    result = read_source(source(), path)
    assert (len(result.rows), result.quarantine["line"].to_pylist()) == (1, [1048576])
    unusual = with_sheet(tmp_path / "b.xlsx", SHEET.format(body.replace("</row>", "\n</row>")))
    with pytest.raises(InputError, match="reaches from its first cell to XFD1048576"):
        read_source(source(), unusual)


@pytest.mark.parametrize(
    "items",
    [
        "<si><t>1</t></si><si><t>A &amp; B</t></si><si><t/></si>",
        '<si><t>1</t></si><si><r><t xml:space="preserve">A </t></r><r><rPr/><t>&amp; B</t></r></si><si><t></t></si>',
        "<si><t>1</t></si><si><t>A &amp; B</t><rPh><t>x</t></rPh></si><si><t/></si>",
        '<si><t xml:space="preserve"> 1</t></si>\n<si><t>A &#38; B </t></si><si><t/></si>',
    ],
)
def test_shared_strings(tmp_path: Path, items: str) -> None:
    cells = '<c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2" t="s"><v>2</v></c>'
    path = with_sheet(tmp_path / "a.xlsx", SHEET.format(f'<row r="1">{HEAD}</row><row r="2">{cells}</row>'), items)
    assert {n: c.to_pylist() for n, c in both_ways(path).columns.items()} == {
        "id": ["1"],
        "name": ["A & B"],
        "value": [None],
    }
    beyond = with_sheet(
        path, SHEET.format(f'<row r="1">{HEAD}</row><row r="2">{cells.replace("2</v>", "9</v>")}</row>'), items
    )
    assert excel._fast(source(), beyond, 2**30) is None


xml_bits = st.sampled_from(
    ["<row r=\"3\">", "</row>", '<c r="A3">', '<c r="B3" t="str">', "</c>", "<v>", "</v>", "7", "x", "<is><t>", "</t></is>", "<", ">", "/>",
     '<c r="C3" t="s">', "<f>", "</f>", "&", "</sheetData>", '"', " ", "<!--"]
)  # fmt: skip
quiet = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quiet
@given(bits=st.lists(xml_bits, max_size=12))
def test_any_xml_is_read_as_the_complete_reader_would_or_left_to_it(tmp_path: Path, bits: list[str]) -> None:
    body = f'<row r="1">{HEAD}</row><row r="2">{PERSON}</row>' + "".join(bits)
    path = with_sheet(tmp_path / "a.xlsx", SHEET.format(body))
    try:
        result = read_source(source(), path)
    except InputError:
        return
    assert result.rows_in == len(result.rows) + len(result.quarantine) + result.repeated


values = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=10),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.dates(datetime.date(1901, 1, 1), datetime.date(2100, 1, 1)),
    st.booleans(),
)


@quiet
@given(written=st.lists(values, min_size=1, max_size=10), options=st.sampled_from(OPTIONS))
def test_both_readers_agree(tmp_path: Path, written: list[Any], options: dict[str, Any]) -> None:
    both_ways(write_excel(tmp_path / "a.xlsx", HEADER, rows(*written), options))


def test_a_time_that_is_none_is_told(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "x.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, ["1", "RAM"])
    sheet.write_number(1, 2, 1e300, book.add_format({"num_format": "[h]:mm"}))
    book.close()
    with pytest.raises(InputError, match="shown as a time holds a number that is none"):
        read_source(source(), tmp_path / "x.xlsx")


def test_half_a_character_stays_as_it_is_written(tmp_path: Path) -> None:
    cell = '<c r="C2" t="inlineStr"><is><t>_xD83D_ _x0041_</t></is></c>'
    xml = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{HEAD}</row><row r="2">{PERSON}{cell}</row></sheetData></worksheet>'
    found = read_source(source(), with_sheet(tmp_path / "x.xlsx", xml))
    assert found.rows["extra.value"].to_pylist() == ["_xD83D_ A"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255), kept=st.floats(0.5, 1))
def test_damaged_archives_are_read_or_refused(tmp_path: Path, place: float, byte: int, kept: float) -> None:
    content = bytearray(write_excel(tmp_path / "whole.xlsx", HEADER, rows("x", 5, None)).read_bytes())
    content[int(place * len(content))] = byte
    file = tmp_path / "damaged.xlsx"
    file.write_bytes(content[: int(kept * len(content))] if kept < 0.8 else content)
    with contextlib.suppress(InputError):
        assert read_source(source(), file).rows_in
