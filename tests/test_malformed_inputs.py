"""Damaged and hostile files through the command line: a message in words and an exit code, or quarantine with nothing lost."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from linker.config.loading import CONFIGS
from linker.registry.snapshot import current_name, open_current
from tests.commandline import FILES, linker
from tests.generated import CONFIG, KEY, extracts, run
from tests.records.layouts import DELHI, Row, write_csv, write_excel, write_parquet
from tests.test_end_to_end import read_export

Spoil = Callable[[bytes], bytes]


def one_line(data: bytes, change: Spoil) -> bytes:
    """The file with its 21st line changed."""
    lines = data.split(b"\n")
    lines[20] = change(lines[20])
    return b"\n".join(lines)


REASONS: dict[str, tuple[Spoil, str]] = {
    "nul_bytes": (lambda data: one_line(data, lambda line: line.replace(b'","', b'\x00","', 1)), "nul_byte"),
    "invalid_utf8": (lambda data: one_line(data, lambda line: line.replace(b'","', b'\xff\xfe","', 1)), "undecodable"),
    "huge_cell": (
        lambda data: one_line(data, lambda line: line.replace(b'","', b"x" * 1_000_000 + b'","', 1)),
        "huge_cell",
    ),
    "missing_cells": (
        lambda data: one_line(data, lambda line: line[: line.rindex(b'","', 0, len(line) // 2)] + b'"'),
        "column_count",
    ),
    "unclosed_quote": (lambda data: one_line(data, lambda line: line[:-1]), "structure"),
}


@pytest.mark.parametrize("case", REASONS)
def test_a_damaged_line_goes_to_quarantine_and_nothing_else_with_it(tmp_path: Path, case: str) -> None:
    spoil, reason = REASONS[case]
    sound = (extracts(malformed=0.0) / FILES["delhi"]).read_bytes()
    file = tmp_path / "delhi.csv"
    file.write_bytes(spoil(sound))
    ended = linker("run", CONFIG, "--workspace", tmp_path / "w", "--input", f"delhi={file}", environment=KEY)
    assert ended.code == 0, ended.text
    snapshot = open_current(tmp_path / "w")
    assert Counter(snapshot.table("quarantine")["reason"].to_pylist()) == {reason: 1}
    counts = snapshot.manifest["counts"]
    assert counts["rows_in"] == len(sound.splitlines()) - 1 == counts["rows_accepted"] + 1
    assert all(len(text) < 200 for text in snapshot.table("quarantine")["excerpt"].to_pylist() if text)


def test_a_truncated_file_loses_its_last_line_only(tmp_path: Path) -> None:
    sound = (extracts(malformed=0.0) / FILES["delhi"]).read_bytes()
    file = tmp_path / "delhi.csv"
    file.write_bytes(sound[:-40])
    ended = linker("run", CONFIG, "--workspace", tmp_path / "w", "--input", f"delhi={file}", environment=KEY)
    assert ended.code == 0, ended.text
    counts = open_current(tmp_path / "w").manifest["counts"]
    assert (counts["rows_in"], counts["quarantined"]) == (len(sound.splitlines()) - 1, 1)


def empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def header_only(path: Path) -> Path:
    return write_csv(path, DELHI, [])


def wrong_header(path: Path) -> Path:
    return write_csv(path, [*DELHI[:4], "GIVEN", *DELHI[5:]], [{"ACCUSED_SRNO": "1", "GIVEN": "RAM"}])


def missing(path: Path) -> Path:
    return path.with_name("not_there.csv")


def a_folder(path: Path) -> Path:
    path.mkdir()
    return path


def other_kind(path: Path) -> Path:
    path.write_bytes((extracts() / FILES["haryana"]).read_bytes())
    return path


UNREADABLE = (empty, header_only, wrong_header, missing, a_folder, other_kind)


@pytest.mark.parametrize("make", UNREADABLE, ids=lambda make: make.__name__)
def test_a_file_that_cannot_be_read_ends_in_words(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    file = make(tmp_path / "delhi.csv")
    ended = linker("run", CONFIG, "--workspace", tmp_path / "w", "--input", f"delhi={file}", environment=KEY)
    assert ended.code == 3, ended.text
    assert file.name in ended.text and "do:" in ended.text
    assert "Traceback" not in ended.text
    assert current_name(tmp_path / "w") is None


@pytest.mark.parametrize("source", ["rajasthan", "haryana"])
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.97])
def test_a_truncated_workbook_or_parquet_file(tmp_path: Path, source: str, kept: float) -> None:
    whole = (extracts() / FILES[source]).read_bytes()
    file = tmp_path / FILES[source]
    file.write_bytes(whole[: int(len(whole) * kept)])
    ended = linker("run", CONFIG, "--workspace", tmp_path / "w", "--input", f"{source}={file}", environment=KEY)
    assert ended.code == 3, ended.text
    assert file.name in ended.text and "Traceback" not in ended.text


def test_a_workbook_that_is_a_bomb(tmp_path: Path) -> None:
    """A few kilobytes that unpack to megabytes of one cell."""
    file = tmp_path / "rajasthan.xlsx"
    with (
        zipfile.ZipFile(extracts() / FILES["rajasthan"]) as sound,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for name in sound.namelist():
            content = sound.read(name)
            if name.startswith("xl/worksheets/sheet"):
                cell = b'<c r="A2" t="inlineStr"><is><t>' + b"x" * 10_000_000 + b"</t></is></c>"
                content = b'<worksheet><sheetData><row r="1">' + cell + b"</row></sheetData></worksheet>"
            bomb.writestr(name, content)
    ended = linker("run", CONFIG, "--workspace", tmp_path / "w", "--input", f"rajasthan={file}", environment=KEY)
    assert ended.code == 3, ended.text[:500]
    assert len(ended.text) < 2000


HOSTILE: list[Row] = [
    {"ACCUSED_SRNO": "1", "FIRST_NAME": "<script>alert(1)</script>Ramesh", "LAST_NAME": "Kumar", "AGE": "30"},
    {"ACCUSED_SRNO": "2", "FIRST_NAME": "=cmd|' /C calc'!A0", "LAST_NAME": "Kumar", "AGE": "31"},
    {"ACCUSED_SRNO": "=1+1", "FIRST_NAME": "Suresh", "LAST_NAME": "Kumar", "AGE": "32"},
    {"ACCUSED_SRNO": "@SUM(A1)", "FIRST_NAME": "Mahesh", "LAST_NAME": "Kumar", "AGE": "33"},
    {"ACCUSED_SRNO": "3", "FIRST_NAME": "Robert'); DROP TABLE record;--", "LAST_NAME": "", "AGE": "34"},
    {"ACCUSED_SRNO": "4", "FIRST_NAME": "[red]Naresh[/red]", "LAST_NAME": "\x1b[31m", "AGE": "35"},
    {"ACCUSED_SRNO": "5", "FIRST_NAME": "Dinesh\u202egnis", "LAST_NAME": "", "AGE": "36"},
]


def test_mark_up_formulas_and_queries_in_names_stay_text(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "delhi.csv", DELHI, HOSTILE)
    workspace = tmp_path / "w"
    ended = linker("run", CONFIG, "--workspace", workspace, "--input", f"delhi={file}", environment=KEY)
    assert ended.code == 0, ended.text
    snapshot = open_current(workspace)
    assert snapshot.table("crosswalk").num_rows == len(HOSTILE)
    report = (snapshot.path / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in report
    for kind in ("csv", "xlsx"):
        assert linker("export", "--workspace", workspace, "--format", kind, "--out", tmp_path / "out").code == 0
        for table in ("identity", "crosswalk"):
            for row in read_export(tmp_path / "out" / f"{table}.{kind}"):
                assert not [c for c in row if isinstance(c, str) and c.lstrip().startswith(("=", "+", "-", "@"))]
    assert any("'=1+1" in row for row in read_export(tmp_path / "out" / "crosswalk.csv"))
    shown = linker("show", "4", "--workspace", workspace)
    assert shown.code == 0
    assert "\x1b[31m" not in shown.text


def test_duplicate_ids_are_quarantined_and_repetitions_counted(tmp_path: Path) -> None:
    text = (extracts(malformed=0.0) / FILES["delhi"]).read_text(encoding="utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text))
    other = [rows[3][0], *rows[4][1:]]
    file = tmp_path / "delhi.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows, other, rows[7], rows[7]])
    ended = linker("run", CONFIG, "--workspace", tmp_path / "w", "--input", f"delhi={file}", environment=KEY)
    assert ended.code == 0, ended.text
    counts = open_current(tmp_path / "w").manifest["counts"]
    assert (counts["rows_in"], counts["quarantined"], counts["repeated"]) == (len(rows) + 3, 2, 2)
    assert counts["rows_accepted"] == len(rows) - 1


def test_too_many_unusable_rows_publish_nothing(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    assert run(workspace, extracts(malformed=0.0)).code == 0
    before = open_current(workspace)
    lines = (extracts(malformed=0.0) / FILES["uttar_pradesh"]).read_bytes().split(b"\n")
    spoilt = tmp_path / "up.csv"
    spoilt.write_bytes(
        b"\n".join(line[: len(line) // 2] + b'"' if k % 3 == 1 else line for k, line in enumerate(lines))
    )
    ended = run(workspace, extracts(malformed=0.0), uttar_pradesh=spoilt)
    assert ended.code == 4, ended.text
    assert "rows are unusable" in ended.text and "column_count" in ended.text and "max_quarantined_share" in ended.text
    assert open_current(workspace).number == before.number
    assert before.verify() == []


def test_a_parquet_file_of_other_types(tmp_path: Path) -> None:
    """Numbers where texts are expected are read as what they show."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = write_parquet(
        tmp_path / "haryana.parquet", [{"accused_id": "1", "name": "Ramesh Kumar", "mobile": "9811122233"}]
    )
    table = pq.read_table(file)
    table = table.set_column(table.column_names.index("mobile"), "mobile", pa.array([9811122233], pa.int64()))
    pq.write_table(table, file)
    ended = linker("run", CONFIG, "--workspace", tmp_path / "w", "--input", f"haryana={file}", environment=KEY)
    assert ended.code == 0, ended.text
    assert open_current(tmp_path / "w").table("person")["phones"].to_pylist() == [["9811122233"]]
    shown, whole = (linker("show", "1", "--workspace", tmp_path / "w", *more).text for more in ((), ("--telephones",)))
    assert "9811122233" not in shown and "XXXXXX2233" in shown
    assert "9811122233" in whole


def test_a_workbook_without_its_sheet(tmp_path: Path) -> None:
    file = write_excel(tmp_path / "rajasthan.xlsx", ["something", "else"], [{"something": "1"}])
    ended = linker("run", CONFIG, "--workspace", tmp_path / "w", "--input", f"rajasthan={file}", environment=KEY)
    assert ended.code == 3
    assert "अभियुक्त आईडी" in ended.text


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (None, "no such model file"),
        ("{}", "not a model"),
        ("without a level", "the model lacks levels AGREE_RARE of 'name'"),
    ],
)
def test_a_model_that_does_not_fit_shows_before_anything_is_read(tmp_path: Path, model: str | None, said: str) -> None:
    shutil.copytree(CONFIGS, tmp_path / "configs")
    file = tmp_path / "configs" / "models" / "offenders.json"
    whole = file.read_text(encoding="utf-8")
    file.unlink()
    if model is not None:
        file.write_text(whole.replace('"AGREE_RARE"', '"AGREE_RAR"') if " " in model else model, encoding="utf-8")
    ended = linker(
        "run", tmp_path / "configs" / "four_states.yaml", "--workspace", tmp_path / "w", "--input", "delhi=no-file.csv"
    )
    assert ended.code == 7, ended.text
    assert said in ended.text


def test_a_form_of_dates_that_is_not_stated_shows_in_the_report_and_on_the_terminal(tmp_path: Path) -> None:
    table = list(csv.reader(io.StringIO((extracts(malformed=0.0) / FILES["delhi"]).read_text(encoding="utf-8-sig"))))
    at = table[0].index("DOB")
    for row in table[1:]:
        row[at] = "31-31-1984"
    file = tmp_path / "delhi.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(table)
    ended = linker("run", CONFIG, "--workspace", tmp_path / "w", "--input", f"delhi={file}", environment=KEY)
    assert ended.code == 0, ended.text
    assert "birth dates not understood" in ended.text
    report = (open_current(tmp_path / "w").path / "report.html").read_text(encoding="utf-8")
    assert "birth dates that are no day of the calendar" in report
