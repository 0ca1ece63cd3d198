"""CSV: every row of a damaged file is a record, quarantined with its line, or counted as repeated."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linker.config.source import SourceConfig
from linker.errors import InputError
from linker.records import Limits, SourceRows, read_source

HEADER = b"id,name,phone\n"


def source(**settings_: object) -> SourceConfig:
    fields = {"name": "name", "phone": "phone"}
    given_ = {"name": "test", "state": "Delhi", "format": "csv", "native_id": "id", "script": "latin", "fields": fields}
    return SourceConfig.model_validate(given_ | settings_)


def read(path: Path, content: bytes, config: SourceConfig | None = None, limits: Limits | None = None) -> SourceRows:
    path.write_bytes(content)
    return read_source(config or source(), path, limits)


def ids(result: SourceRows) -> list[str]:
    return [str(i) for i in result.rows["native_id"].to_pylist()]


def reasons(result: SourceRows) -> str:
    return " ".join(f"{r['line']}:{r['reason']}" for r in result.quarantine.to_pylist())


def cases() -> list[dict[str, str]]:
    text = Path(__file__).with_name("malformed_csv.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("case", cases(), ids=lambda c: c["what"])
def test_malformed(tmp_path: Path, case: dict[str, str]) -> None:
    content = codecs.escape_decode(case["text"].encode())[0]
    result = read(tmp_path / "a.csv", HEADER + bytes(content))
    assert " ".join(ids(result)) == case["ids"]
    assert reasons(result) == case["quarantine"]
    assert result.repeated == int(case["repeated"])


def test_cells_are_kept_as_they_were_typed(tmp_path: Path) -> None:
    text = '1,"RAM ""KALU""\r\nLAL", 98 \n2,<b>SITA</b>,=1+1\n3,12" TALL,\u00a0\n'
    result = read(tmp_path / "a.csv", HEADER + text.encode())
    assert result.rows["name"].to_pylist() == ['RAM "KALU"\r\nLAL', "<b>SITA</b>", '12" TALL']
    assert result.rows["phone"].to_pylist() == ["98", "=1+1", None]
    assert result.rows["line"].to_pylist() == [2, 4, 5]


def test_huge_cell(tmp_path: Path) -> None:
    content = HEADER + b'1,RAM,98\n2,"' + b"A" * 2**20 + b'",97\n3,SITA,96\n4,' + b"B" * 2**20 + b",95\n5,GITA,94\n"
    result = read(tmp_path / "a.csv", content)
    assert (ids(result), reasons(result)) == (["1", "3", "5"], "3:huge_cell 5:huge_cell")
    assert all(len(e) <= 80 for e in result.quarantine["excerpt"].to_pylist())


def test_many_lines_after_a_lost_quote_cost_one_row(tmp_path: Path) -> None:
    rows = b"".join(b"%d,RAM,98\n" % i for i in range(1000))
    result = read(tmp_path / "a.csv", HEADER + b'x,"LOST,97\n' + rows)
    assert (len(result.rows), reasons(result)) == (1000, "2:structure")


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        (None, "\ufeffid,name\n1,राम\n".encode()),
        (None, codecs.BOM_UTF16_LE + "id,name\n1,राम\n".encode("utf-16-le")),
        (None, codecs.BOM_UTF16_BE + "id,name\n1,राम\n".encode("utf-16-be")),
        ("utf-16", "id,name\n1,राम\n".encode("utf-16")),
        ("utf-16-be", "id,name\n1,राम\n".encode("utf-16-be")),
        ("utf-8-sig", "\ufeffid,name\n1,राम\n".encode()),
        (None, gzip.compress("id,name\n1,राम\n".encode(), mtime=0)),
    ],
)
def test_encodings(tmp_path: Path, encoding: str | None, content: bytes) -> None:
    config = source(fields={"name": "name"}, **({"encoding": encoding} if encoding else {}))
    assert read(tmp_path / "a.csv", content, config).rows["name"].to_pylist() == ["राम"]


def test_single_byte_encoding_only_if_stated(tmp_path: Path) -> None:
    content = HEADER + "1,RENÉ,98\n2,ANIL,97\n".encode("cp1252")
    assert reasons(read(tmp_path / "a.csv", content)) == "2:undecodable"
    assert read(tmp_path / "b.csv", content, source(encoding="cp1252")).rows["name"].to_pylist() == ["RENÉ", "ANIL"]
    undefined = read(tmp_path / "c.csv", HEADER + b"1,R\x81M,98\n2,ANIL,97\n", source(encoding="cp1252"))
    assert (ids(undefined), reasons(undefined)) == (["2"], "2:undecodable")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found_by_the_header(tmp_path: Path, delimiter: str) -> None:
    content = "id,name,phone\n1,RAM;LAL|X,98\n".replace(",", delimiter)
    if delimiter != ",":
        content = "id,name,phone\n1,RAM LAL,98\n".replace(",", delimiter)
    assert ids(read(tmp_path / "a.csv", content.encode())) == ["1"]


def test_stated_delimiter_and_quote(tmp_path: Path) -> None:
    content = b"id^name^phone\n1^'RAM^LAL'^98\n"
    assert read(tmp_path / "a.csv", content, source(delimiter="^", quote="'")).rows["name"].to_pylist() == ["RAM^LAL"]
    unquoted = read(tmp_path / "b.csv", b'id,name,phone\n1,"RAM,98\n', source(quote="none"))
    assert unquoted.rows["name"].to_pylist() == ['"RAM']


def test_header_is_folded(tmp_path: Path) -> None:
    header = "\ufeff\n ID , Na\u200dme,  Phone\u00a0  No \n"
    config = source(fields={"name": "name", "phone": "phone no"})
    result = read(tmp_path / "a.csv", (header + "1,RAM,98\n").encode(), config)
    assert result.rows["phone"].to_pylist() == ["98"]
    assert result.rows["line"].to_pylist() == [3]
    nukta = source(fields={"name": "लड़का"})  # typed with U+095C, mapped with U+0921 U+093C
    assert len(read(tmp_path / "b.csv", "id,ल\u0921\u093cका\n1,राम\n".encode(), nukta).rows) == 1


TITLES = {
    "a title": "Delhi Police – list of offenders as of 01.01.2026\n",
    "a title, its cells blank": "DELHI POLICE,,\n",
    "titles, blank lines and rows": '\r\nDELHI POLICE,,\n,,\n"As of 1 May, 2026",,\n\n  \n',
    "a title with a quote that is never closed": '"DELHI POLICE\n',
    "a quoted title of two lines": '"DELHI POLICE\nas of today",,\n',
    "the delimiter as Excel states it": "sep=,\n",
    "a title that is no UTF-8": "",
    "titles with a mapped column's name": "name,of,accused\n",
}


@pytest.mark.parametrize("what", TITLES)
def test_titles_above_the_header_are_passed_over(tmp_path: Path, what: str) -> None:
    above = TITLES[what].encode() or b"D\xe9lhi\n"
    result = read(tmp_path / "a.csv", above + HEADER + b"1,RAM,98\n2,SITA\nid,name,phone\n")
    breaks = above.count(b"\n")
    assert (ids(result), reasons(result), result.rows_in) == (["1", "id"], f"{breaks + 3}:column_count", 3)
    assert result.rows["line"].to_pylist() == [breaks + 2, breaks + 4]


def test_titles_help_to_find_no_delimiter(tmp_path: Path) -> None:
    content = "Offenders, aliases, relatives, all\nid;name;phone\n1;RAM;98\n"
    assert ids(read(tmp_path / "a.csv", content.encode())) == ["1"]


def test_a_header_below_too_many_lines_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the header there: 'a title'"):
        read(tmp_path / "a.csv", b"a title\n" * 10 + HEADER + b"1,RAM,98\n")


def test_optional_column_may_be_absent(tmp_path: Path) -> None:
    config = source(fields={"name": "name", "phone": "mobile"}, optional=["mobile"])
    assert read(tmp_path / "a.csv", HEADER + b"1,RAM,98\n", config).rows["phone"].to_pylist() == [None]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (codecs.BOM_UTF8, "the file is empty"),
        (codecs.BOM_UTF16_LE + b"\n\x00", "the file is empty"),
        (gzip.compress(b"", mtime=0), "the file is empty"),
        (b"id,name,phone\n", "not one row"),
        (b"id,name,phone", "not one row"),
        (b"id,nmae,mobile\n1,RAM,98\n", "'name' (near: 'nmae')"),
        (b"1,RAM,98\n2,SITA,97\n", "the header lacks columns"),
        (b"id,name,phone,name\n1,RAM,98,SITA\n", "'name' more than once"),
        (b"PK\x03\x04 and so on", "an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook"),
        (b"PAR1 and so on", "a Parquet file"),
        (b"SQLite format 3\x00", "an SQLite database"),
        (b"%PDF-1.4", "a PDF document"),
        (b"\xff\xfd\xfc\xfb,\n", "not UTF-8"),
        (b"A" * 2**20 + b"\n1\n", "not a CSV header"),
        (b"a," * 5000 + b"\n1\n", "not a CSV header"),
        (b"id,name,phone\x00\n1,RAM,98\n", "not a CSV header"),
        (gzip.compress(HEADER + b"1,RAM,98\n" * 500, mtime=0)[:40], "damaged or cut short"),
        (b"\x1f\x8b garbage", "damaged or cut short"),
    ],
)
def test_unreadable_files_are_named(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path / "a.csv", content)
    assert words in str(error.value)
    assert str(tmp_path / "a.csv") in str(error.value)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such input file"):
        read_source(source(), tmp_path / "absent.csv")
    with pytest.raises(InputError, match="a folder"):
        read_source(source(), tmp_path)


def test_unpacked_size_is_limited(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="more than 1,000 bytes"):
        read(tmp_path / "a.csv", gzip.compress(HEADER + b"1,RAM,98\n" * 5000), limits=Limits(expanded_bytes=1000))


alphabet = st.sampled_from(
    [b",", b'"', b"\n", b"\r", b"a", b" ", b"\x00", b"\xe0\xa4\xb0", b"\xe0", b"1", b";", b'""', b'","', b'"\n"']
)
damaged = st.lists(alphabet, max_size=60).map(b"".join)
quiet = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quiet
@given(content=st.one_of(st.binary(max_size=200), damaged, damaged.map(lambda b: HEADER + b)))
def test_any_bytes_add_up_or_are_refused(tmp_path: Path, content: bytes) -> None:
    try:
        result = read(tmp_path / "a.csv", content)
    except InputError:
        return
    assert result.rows_in == len(result.rows) + len(result.quarantine) + result.repeated
    assert result.rows_in >= 1
    for row in result.quarantine.to_pylist():
        assert len(row["excerpt"]) <= 80
        assert row["excerpt"].isprintable() or not row["excerpt"]


cell = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


@quiet
@given(cells=st.lists(st.tuples(cell, cell), min_size=1, max_size=8))
def test_what_a_csv_writer_writes_is_read_back(tmp_path: Path, cells: list[tuple[str, str]]) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(["id", "name", "phone"])
    writer.writerows([str(i), "x" + name, phone + "x"] for i, (name, phone) in enumerate(cells))
    result = read(tmp_path / "a.csv", stream.getvalue().encode())
    rows = result.rows.to_pylist()
    assert [r["native_id"] for r in rows] == [str(i) for i in range(len(cells))]
    assert [len(r["name"]) > 0 for r in rows]
    assert all(("x" + name).startswith(r["name"]) for r, (name, _) in zip(rows, cells, strict=True))
    assert all((phone + "x").endswith(r["phone"]) for r, (_, phone) in zip(rows, cells, strict=True))
